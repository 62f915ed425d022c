"""Japanese sentences -> questions. A question word takes the place of its answer, so most rules cut and append."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import regex

from qa.suggestions.draft import Draft

_NOUN = r"[\p{Han}\p{Katakana}ーA-Za-z0-9０-９々〆・･&.\-]"
_JOINED = rf"(?:{_NOUN}|の(?=[\p{{Han}}\p{{Katakana}}A-Za-z])|(?<=[A-Za-z])\ (?=[A-Za-z]))"
_WORDS = rf"{_NOUN}{_JOINED}*+"
"""A complete noun phrase without verbs: nouns joined by の. ``_LEFT`` makes a search begin at its start."""
_LEFT = rf"(?<!{_NOUN})(?!(?<={_NOUN}の)[\p{{Han}}\p{{Katakana}}A-Za-z]|(?<=[A-Za-z]\ )[A-Za-z])"
_NAME = (
    r"(?:(?<![\p{Katakana}ー])[\p{Katakana}ー・･＝=]{2,30}|(?<![A-Za-z])[A-Z][\p{Latin}.'’\-]{1,24}"
    r"(?:\ [A-Z][\p{Latin}.'’\-]{1,24}){0,4}|"
    r"(?<!\p{Han})\p{Han}{1,5}?)"
)
_HONORIFIC = r"(?:氏|さん|様|君|首相|大統領|社長|会長|議員|教授|監督|選手|博士|知事|市長|大臣|先生|部長|課長|CEO)"
_PERSON = rf"(?P<who>{_NAME}{_HONORIFIC})(?!\p{{Han}})"
_DATE = (
    r"(?P<date>(?:(?:西暦|紀元前)?\d{3,4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日"
    r"|(?:明治|大正|昭和|平成|令和)(?:\d{1,2}|元)年(?:\d{1,2}月(?:\d{1,2}日)?)?))(?![\p{Han}\d])"
)
_NUMBER = r"[\d０-９〇一二三四五六七八九十百千][\d０-９,，.．〇一二三四五六七八九十百千万億兆]*"
_ASKED_BY_UNIT = {
    "何人": "人|名",
    "いくら": "円|ドル|ユーロ|元|ポンド|ウォン",
    "何歳": "歳|才",
    "何年": "年間",
    "何パーセント": "%|％|パーセント",
    "何社": "社",
    "何回": "回",
    "何件": "件",
    "何時間": "時間",
    "何日": "日間",
    "どのくらい": "メートル|キロメートル|km|キロ|m|平方キロメートル|ヘクタール|トン|キログラム|kg|グラム|度",
}
_UNIT = "|".join(f"(?P<u{n}>{units})" for n, units in enumerate(_ASKED_BY_UNIT.values()))
_STANDS_FOR = regex.compile(
    r"彼|彼女|これ|それ|あれ|この|その|あの|ここ|そこ|同社|同氏|同じ|同年|両者|両氏|私|僕|俺|我々|われわれ"
    r"|自分|自身|当時|前者|後者|上記|以下|前述"
    r"|一方|また|今|本書|本稿|[何誰]|いつ|どこ|さらに|しかし"
)
"""Words that mean nothing without the sentence before, and question words."""
_OPEN_QUOTATION = regex.compile(r"「[^」]*\Z|\A[^「]*」|『[^』]*\Z|\A[^『]*』|[(（][^)）]*\Z|\A[^(（]*[)）]")
_HEARSAY = regex.compile(
    r"(?:という|そう(?:です|だ)|らしい|とされる|のだ|のです|かもしれ\w*|でしょう|だろう|たい|ましょう|ください)\Z"
)
_SHORTEST, _LONGEST = 7, 44

# How a clause ends, and its ending in a question: in a noun clause (…のはいつですか), and after なぜ.
_PLAIN_ENDS = (
    (
        regex.compile(
            r"(し|され|られ|い(?<=てい)|れ(?<=ばれ)|め(?<=[始求進務辞決認]め)|え(?<=[迎与伝考越超終]え)|け"
            r"(?<=[受続]け))(?:ました|て)?\Z"
        ),
        r"\1た",
    ),
    (regex.compile(r"(て)い(?:ます|る)\Z"), r"\1いる"),
    (regex.compile(r"(て)おり\Z"), r"\1いる"),
    (regex.compile(r"(て)いません\Z"), r"\1いない"),
    (regex.compile(r"(さ|ら|か|ば)れます\Z"), r"\1れる"),
    (regex.compile(r"(し)ます\Z"), r"する"),
    (regex.compile(r"(あり|なり)ました\Z"), ""),
    (regex.compile(r"(?<!まし|でし)(た|ている|ていた|ない|する|れる)\Z"), r"\1"),
)

_EVENT = regex.compile(rf"\A{_DATE}(?:に|には)?(?:[、,]\s?)?(?P<rest>.+)\Z", regex.DOTALL)
_DATED = regex.compile(rf"\A(?P<subject>{_WORDS})(?:は|が)、?{_DATE}(?:に|、)(?P<rest>.+)\Z", regex.DOTALL)
_SAYS = regex.compile(
    rf"{_PERSON}(?:自身)?(?:は|も)(?P<between>[^。]*?)"
    rf"(?P<verb>と述べ|と語っ|とコメント|と話し|と主張し|と強調し|と説明し|と指摘し)"
)
_SAYS_WHAT = {"とコメント": "何とコメントしていますか", "と語っ": "何と語っていますか", "と話し": "何と話していますか"}
_ANOTHER = regex.compile(r"[\p{Han}\p{Katakana}ーA-Za-z][はがも]")
_QUOTED = regex.compile(r"「[^」]*」")
_ROLE = regex.compile(rf"{_LEFT}(?<!この|その|あの)(?P<role>{_WORDS})(?:[(（][^()（）]{{1,20}}[)）])?である{_PERSON}")
_ROLE_OF_THING = regex.compile(
    rf"{_LEFT}(?P<role>{_WORDS})である"
    rf"(?P<thing>[A-Z][\p{{Latin}}]+(?:\ [A-Z][\p{{Latin}}]+)*|[\p{{Katakana}}ー・]{{3,}})(?=[はがを、])"
)
_ONLY_ONE = regex.compile(r"最|筆頭|唯一|主要|(?:首都|本社)\Z")
"""A role that only one thing can have."""
_PLACED = regex.compile(r"(?:社|企業|株主|投資家|大学|国|都市|団体|機関|銀行|首都|町|村|市|県|州|地)\Z")
_TAKES_OFFICE = regex.compile(
    rf"{_LEFT}(?P<role>{_WORDS})に(?P<verb>就任し|任命され|選出され|指名され|選ばれ)(?=た|ました|て)"
)
_COPULA = regex.compile(
    rf"\A(?P<topic>{_WORDS})(?:[(（][^()（）]{{1,80}}[)）])?(?P<mark>とは|は)、?"
    rf"(?P<what>.{{4,}}?)(?:です|である|だ|でした|であった|だった|を指す|を指します|のこと)\Z"
)
_VAGUE = regex.compile(r"\p{Han}{1,2}|.*(?:上|中|後|前|内|際|時|以降|現在|今日|場合|結果|こと|もの|たち|達)")
"""Topics that depend on the sentence before, and circumstances, which are no topics."""
_SECOND_CLAUSE = regex.compile(r"[りしてくずが]、")
_CLEFT = regex.compile(r"の[はがも]|[なは]ど|同じ|様子|状態|状況|通り|方針|見込み|予定")
_NOMINAL = regex.compile(r"[\p{Han}\p{Katakana}A-Za-zー」)）]\Z")
_PERSONAL = regex.compile(
    r"(?:C[A-Z]O|(?<!法)人|者|(?<!国)家|(?<![相勝下])手|員|師|士|優|王|妃|帝|将軍|監督|教授|学生|女性|男性"
    r"|男|女|息子|娘|の子|妻|夫|父|母|兄|弟|姉|妹"
    r"|[会社議市部課校院局署船隊団所館]長)\Z"
)
_DEFINES = regex.compile(
    r"(?:一つ|ひとつ|一種|総称|略称?|呼称|名称|制度|方法|技術|手法|行事|施設|団体|組織|機関|会社|企業|大学"
    r"|学校|国家?|都市|町|村|島|川|山|作品"
    r"|小説|映画|言語|料理|病気|動物|植物|物質|元素|概念|学問|戦争|事件|条約|法律|形式|構造|装置|機械|駅)\Z"
)
_MEASURED = regex.compile(r"(?:数|量|額|率|高|高さ|長さ|面積|人口|期間|距離|速度|温度|気温)\Z")
_AMOUNT = regex.compile(
    rf"{_LEFT}(?<!この|その|あの)(?P<what>{_WORDS})は(?:、)?(?:約|およそ|最大|合計|わずか|計|全部で|平均)?{_NUMBER}(?:{_UNIT})"
    r"(?:です|だ|である|でした|だった|であった|に達|に上|に及|を超|となり|となっ)?(?=\Z|[、。に])"
)
_CAUSE = regex.compile(r"(?:ために|(?<=[たるいの])ため|ので|ことから|(?<=[た])結果|を受けて)、(?P<then>[^。「」]*\Z)")
_ASPECT = regex.compile(
    rf"{_LEFT}(?<!の)(?P<aspect>{_NOUN}{_JOINED}*の(?:理由|原因|目的|背景|特徴|役割|課題|狙い|利点|欠点|意義|意味|由来|仕組み|名称"
    rf"|名前|本社|首都|主題))(?:は|とは)"
)
_CALLED = regex.compile(
    r"「(?P<name>[^「」。、]{2,16})」(?P<how>と呼ばれ|とは|として、|と名付け|という"
    r"(?:愛称|通称|言葉|概念|名))(?P<after>[^、。]*)"
)
_PLACE = regex.compile(
    rf"\A(?P<what>{_WORDS})は、?(?P<where>[^、。]{{2,20}})"
    rf"(?<=[国県府州市町村区島部山川海駅郡地街方\p{{Katakana}}])に"
    rf"(?:ある|あります|位置する|位置します|位置している)\Z"
)
_ACTOR = regex.compile(rf"\A{_PERSON}(?:は|が)、?(?P<did>[^「」。]{{4,30}})\Z")
_LABEL = regex.compile(r"\A(?P<label>[\p{Han}\p{Katakana}ー]{2,10})[:：]\s*(?P<value>\S.*)\Z")
_LABEL_ASKS = (
    (regex.compile(r"(?:日時?|期限|日程|納期|時刻|時間|年月日)\Z"), "いつ"),
    (regex.compile(r"(?:場所|会場|住所|所在地)\Z"), "どこ"),
    (regex.compile(r"(?:者|議長|担当|氏名|委員|メンバー)\Z"), "誰"),
    (regex.compile(r"(?:料金|費用|価格|金額|予算|参加費|会費)\Z"), "いくら"),
)


def people(text: str) -> frozenset[str]:
    """Return the names that are followed by 氏, さん or the like somewhere in the text."""
    return frozenset(regex.sub(rf"{_HONORIFIC}\Z", "", name["who"]) for name in regex.finditer(_PERSON, text))


def about(term: str, sentence: str) -> str | None:
    """Return a question about a term if it is the topic of the sentence, else None."""
    topic = regex.match(rf"{regex.escape(term)}(?P<person>{_HONORIFIC})?(?:は|とは|が|では|には|も|について)", sentence)
    return f"{term}{topic['person'] or ''}について教えてください" if topic else None


def drafts(sentence: str, known_people: Collection[str] = ()) -> Iterator[Draft]:
    """Yield the questions that a Japanese sentence, given without its full stop, answers."""
    for draft in _unfiltered(sentence, known_people):
        question = draft.question
        if (
            _SHORTEST <= len(question) <= _LONGEST
            and not _STANDS_FOR.search(question.removesuffix(_asking(question)))
            and not _OPEN_QUOTATION.search(question)
        ):
            yield draft


def _unfiltered(sentence: str, known_people: Collection[str]) -> Iterator[Draft]:
    yield from _when(sentence)
    yield from _why(sentence)
    yield from _persons(sentence)
    yield from _things(sentence, known_people)
    if label := _LABEL.match(sentence):
        asked = next((word for pattern, word in _LABEL_ASKS if pattern.search(label["label"])), "何")
        yield Draft(f"{label['label']}は{asked}ですか", "label", label["label"], 0.5)


def _when(sentence: str) -> Iterator[Draft]:
    if dated := _DATED.match(sentence):
        clause = _clause(f"{dated['subject']}が{dated['rest']}")
        if clause and _dates_well(clause):
            yield Draft(f"{clause}のはいつですか", "when", dated["date"], 0.9)
    if event := _EVENT.match(sentence):
        clause = _topic_as_subject(_clause(event["rest"]) or "")
        if clause and _dates_well(clause):
            yield Draft(f"{clause}のはいつですか", "when", event["date"], 0.9)
        elif "月" in event["date"]:
            yield Draft(f"{event['date']}に何がありましたか", "event", event["date"], 0.5)


def _dates_well(clause: str) -> bool:
    """Return whether a clause reports a single event."""
    return (
        clause.endswith("た")
        and clause.count("が") == 1
        and not regex.search("[るれ](?:と|ば)|たら|がは|が[をもに]", clause)
    )


def _why(sentence: str) -> Iterator[Draft]:
    if cause := list(_CAUSE.finditer(sentence))[-1:]:
        then = cause[0]["then"]
        topic = regex.match(rf"(?:{_WORDS})(?:は|が)", then)
        clause = _clause(then)
        subject = topic.group()[:-1] if topic else ""
        if clause and len(subject) > 1 and not _VAGUE.fullmatch(subject) and not _SECOND_CLAUSE.search(clause):
            yield Draft(f"なぜ{clause}のですか", "why", subject, 1.0)
    for aspect in _ASPECT.finditer(sentence):
        yield Draft(f"{aspect['aspect']}は何ですか", "aspect", aspect["aspect"], 0.9)


def _persons(sentence: str) -> Iterator[Draft]:
    for role in _ROLE.finditer(sentence):
        if "の" in role["role"]:
            yield Draft(f"{role['role']}は誰ですか", "who", role["role"], 1.0)
        yield Draft(f"{role['who']}はどのような人物ですか", "person", role["who"], 0.6)
    for role in _TAKES_OFFICE.finditer(sentence):
        if regex.search(_PERSON, sentence):
            yield Draft(f"{role['role']}に{role['verb']}たのは誰ですか", "who", role["role"], 0.9)
    said = _SAYS.search(sentence)
    if said and not _ANOTHER.search(_QUOTED.sub("", said["between"])):
        yield Draft(f"{said['who']}は{_SAYS_WHAT.get(said['verb'], '何と述べていますか')}", "said", said["who"], 0.7)
    actor = _ACTOR.match(sentence)
    if actor and "は" not in actor["did"] and (clause := _plain(actor["did"])):
        yield Draft(f"{clause}のは誰ですか", "who", actor["who"], 0.8)


def _things(sentence: str, known_people: Collection[str]) -> Iterator[Draft]:
    for role in _ROLE_OF_THING.finditer(sentence):
        if not _ONLY_ONE.search(sentence[: role.end("role")]):
            continue
        asked = "誰" if _PERSONAL.search(role["role"]) else "どこ" if _PLACED.search(role["role"]) else "何"
        yield Draft(f"{role['role']}は{asked}ですか", "what", role["role"], 0.9)
    for amount in _AMOUNT.finditer(sentence):
        asked = next(word for n, word in enumerate(_ASKED_BY_UNIT) if amount[f"u{n}"])
        yield Draft(f"{amount['what']}は{asked}ですか", "amount", amount["what"], 1.0)
        return
    if place := _PLACE.match(sentence):
        yield Draft(f"{place['what']}はどこにありますか", "where", place["what"], 0.9)
    copula = _COPULA.match(sentence)
    if copula and _NOMINAL.search(copula["what"]) and not _CLEFT.search(copula["what"]):
        topic, what = copula["topic"], copula["what"]
        if _VAGUE.fullmatch(topic) and copula["mark"] == "は":
            pass
        elif topic in known_people or regex.fullmatch(_PERSON, topic) or (_PERSONAL.search(what) and "の" not in topic):
            yield Draft(f"{topic}はどのような人物ですか", "person", topic, 0.7)
        elif regex.search(rf"{_HONORIFIC}\Z", what):
            yield Draft(f"{topic}は誰ですか", "who", topic, 0.9)
        elif _MEASURED.search(topic):
            yield Draft(f"{topic}はどのくらいですか", "amount", topic, 0.5)
        elif "の" in topic:
            yield Draft(f"{topic}はどのようなものですか", "what", topic, 0.5)
        elif copula["mark"] == "とは" or _DEFINES.search(what) or regex.search(r"[\p{Katakana}\p{Latin}]{3}", topic):
            yield Draft(f"{topic}とは何ですか", "what", topic, 0.7)
    for called in _CALLED.finditer(sentence):
        if regex.search("(?:か|です|ます|だ|た|よ|ね)\\Z", called["name"]):
            continue
        asked = "誰" if _PERSONAL.search(called["name"]) else "何"
        yield Draft(f"「{called['name']}」とは{asked}のことですか", "called", called["name"], 0.6)


def _clause(rest: str) -> str | None:
    """Return the shortest beginning of a sentence that is a clause with a subject, with its verb in the plain form."""
    end = -1
    while end < min(len(rest), _LONGEST):
        end = rest.find("、", end + 1)
        end = end if end >= 0 else len(rest)
        head = rest[:end]
        if regex.search("[はが]", head) and not _OPEN_QUOTATION.search(head) and (plain := _plain(head)):
            return plain
        if end == len(rest):
            break
    return None


def _plain(clause: str) -> str | None:
    """Return a clause with its verb in the plain form; None if that form is unknown."""
    if _HEARSAY.search(clause):
        return None
    for pattern, form in _PLAIN_ENDS:
        if pattern.search(clause):
            return pattern.sub(form, clause) if form else None
    return None


def _topic_as_subject(clause: str) -> str | None:
    """Return a clause with the は of its topic turned into が, as noun clauses need; None if there is another は."""
    topic = regex.match(rf"(?:{_WORDS}|「[^」]*」)++(?P<mark>[はが])、?", clause)
    if not topic:
        return None
    rest = clause[topic.end() :]
    return None if "は" in rest else f"{clause[: topic.start('mark')]}が{rest}"


def _asking(question: str) -> str:
    """Return the question words at the end of a question; they do not depend on the sentence before."""
    asking = regex.search(r"(?:は|が|に|とは)?(?:何|誰|いつ|どこ|いくら|どの)[^。]*\Z", question)
    return asking.group() if asking else ""
