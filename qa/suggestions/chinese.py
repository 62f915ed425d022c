"""Chinese sentences -> questions. A question word takes the place of its answer; nothing else changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import regex

from qa.suggestions.draft import Draft

_WORD = r"[\p{Han}A-Za-z0-9·•《》“”「」\-]"
_DATE = (
    r"(?P<date>(?>(?:公元前?)?\d{3,4}年(?:\d{1,2}月(?:\d{1,2}[日号號])?)?|\d{1,2}月\d{1,2}[日号號]))"
    r"(?!代|间|前|后|来|以|至|到|间|間|後|來)"
)
_STANDS_FOR = regex.compile(
    r"[他她它们們这這那此其该該之我你您]|本[作书書文]|两者|兩者|后者|後者|前者|当时|當時|同[年时時]|另外"
    r"|而且|但是|因此|所以|然而|不过|不過"
    r"|其中|什么|什麼|谁|誰|为何|如何|怎|\A[但而最随隨之又也未则則便就才使起并並\d]|\A.{0,12}(?:现在|現在|目前)\Z"
)
_NO_SUBJECT = regex.compile("[是的定]")
_COPULA = regex.compile(
    rf"\A(?P<topic>{_WORD}{{2,12}}?)(?:[（(][^（）()]{{1,40}}[）)])?"
    rf"(?P<be>是|为|為)(?:一|位于|位於|由|指|中国|中國|美国|美國|日本)(?P<what>[^。]{{3,}})"
)
_PERSONAL = regex.compile(r"(?:人|家|员|員|者|师|師|王|帝|手|长|長|将|將|士|作家|演员|導演|导演)(?:[，,。]|\Z|之一)")
_DATED = regex.compile(rf"\A(?P<subject>{_WORD}{{2,12}}?)(?:于|於|在){_DATE}(?P<rest>[^，。；]{{2,20}})(?=[，。；]|\Z)")
_EVENT = regex.compile(rf"\A(?:在|于|於)?{_DATE}[，,]?")
_CAUSE = regex.compile(
    r"\A(?:由于|由於|因为|因為)(?P<cause>[^。，]{3,40})，(?:所以|因此|因而)?(?P<then>[^。；，]{5,30})(?=[，。；]|\Z)"
)
_OFFICE = regex.compile(
    rf"\A(?P<who>{_WORD}{{2,12}}?)(?P<did>(?:被任命为|被任命為|被选为|被選為|当选为|當選為|担任|擔任"
    rf"|出任)[^，。；]{{2,20}})(?=[，。；]|\Z)"
)
_SAID = regex.compile(rf"\A(?P<who>{_WORD}{{2,10}}?)(?:表示|指出|认为|認為|强调|強調|说|說|称|稱)(?:[，：:“「])")
_PLACE = regex.compile(
    rf"\A(?P<what>{_WORD}{{2,14}}?)(?:[（(][^（）()]{{1,40}}[）)])?(?:，是[^，。]*，|，)?(?:位于|位於|坐落于|坐落於)"
)
_HAS = regex.compile(
    rf"\A(?P<what>{_WORD}{{2,12}}?)(?P<has>共有|拥有|擁有|设有|設有|有)"
    rf"(?:约|約|超过|超過)?[\d,.]+[万萬亿億]?(?P<unit>[个個名位座所家条條间間])"
    rf"(?P<things>\p{{Han}}{{2,8}})(?=[，。；]|\Z)"
)
_AMOUNT = regex.compile(
    rf"\A(?P<what>{_WORD}{{2,14}}?)(?:是|达|達|达到|達到|约为|約為)(?:约|約)?[\d,.]+[万萬亿億]?"
    rf"(?P<unit>\p{{Han}}{{1,4}}|%)(?=[，。；]|\Z)"
)
_LABEL = regex.compile(r"\A(?P<label>\p{Han}{2,6})[:：]\s*\S")
_TRADITIONAL = regex.compile("[麼們這國會來對時後說學為點問開關發東線於個與機場車門長電]")
_LONGEST = 34


def people(text: str) -> frozenset[str]:
    """Return nothing: Chinese names cannot be recognized by their form."""
    return frozenset()


def about(term: str, sentence: str) -> str | None:
    """Return a question about a term if the sentence begins with it, else None."""
    if not sentence.startswith(term) or _STANDS_FOR.search(term):
        return None
    return f"文中怎麼介紹{term}？" if _TRADITIONAL.search(sentence) else f"文中怎么介绍{term}？"


def drafts(sentence: str, known_people: Collection[str] = ()) -> Iterator[Draft]:
    """Yield the questions that a Chinese sentence, given without its full stop, answers."""
    for subject, draft in _with_own_part(sentence):
        if len(draft.question) <= _LONGEST and not _STANDS_FOR.search(subject):
            yield draft


def _with_own_part(sentence: str) -> Iterator[tuple[str, Draft]]:
    """Yield each question with the part of it that comes from the sentence."""
    traditional = _TRADITIONAL.search(sentence) is not None
    what, who, many, when = ("什麼", "誰", "多少", "什麼時候") if traditional else ("什么", "谁", "多少", "什么时候")

    def draft(own: str, question: str, kind: str, subject: str, quality: float) -> tuple[str, Draft]:
        return own, Draft(question, kind, subject, quality)

    dated = _DATED.match(sentence)
    if dated and not _NO_SUBJECT.search(dated["subject"]):
        subject, rest = dated["subject"], dated["rest"]
        yield draft(subject + rest, f"{subject}是{when}{rest}的？", "when", subject, 0.9)
    event = _EVENT.match(sentence)
    if event and "月" in event["date"]:
        yield draft("", f"{event['date']}{'發生' if traditional else '发生'}了{what}？", "event", event["date"], 0.5)
    if cause := _CAUSE.match(sentence):
        yield draft(cause["then"], f"{'為' if traditional else '为'}{what}{cause['then']}？", "why", cause["then"], 0.8)
    if office := _OFFICE.match(sentence):
        yield draft(office["did"], f"{who}{office['did']}？", "who", office["did"], 1.0)
    if said := _SAID.match(sentence):
        yield draft(said["who"], f"{said['who']}{'說' if traditional else '说'}了{what}？", "said", said["who"], 0.6)
    place = _PLACE.match(sentence)
    if place and not _NO_SUBJECT.search(place["what"]):
        yield draft(
            place["what"], f"{place['what']}{'位於哪裡' if traditional else '位于哪里'}？", "where", place["what"], 0.9
        )
    if has := _HAS.match(sentence):
        own = f"{has['what']}{has['has']}"
        yield draft(own, f"{own}{many}{has['unit']}{has['things']}？", "amount", has["what"], 0.9)
    elif amount := _AMOUNT.match(sentence):
        yield draft(amount["what"], f"{amount['what']}是{many}？", "amount", amount["what"], 0.9)
    if copula := _COPULA.match(sentence):
        asked = who if _PERSONAL.search(copula["what"]) else what
        kind = "person" if asked == who else "what"
        yield draft(copula["topic"], f"{copula['topic']}是{asked}？", kind, copula["topic"], 0.7)
    if label := _LABEL.match(sentence):
        yield draft(label["label"], f"{label['label']}是{what}？", "label", label["label"], 0.5)
