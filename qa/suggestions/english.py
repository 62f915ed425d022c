"""English sentences -> questions, by rules that use every verb in the form it already has.

*Who* and *what* ask for the subject, so the rest of the sentence stays as it is; with *was*, *were*, *is* and *are*
the subject and the verb change places. A question that would need *did* and a base form is not made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import regex

from qa.suggestions.draft import Draft

_CAPITAL = r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}'’&.\-]{0,24}[\p{L}\p{N}]"
_NO_NAME = (
    r"(?!(?:This|That|These|Those|It|He|She|They|We|You|I|There|Here|What|Who|Most|Some|Many|One|Since|In|On|At|After"
    r"|Before|While|When|As|For|By|With|From|During|Although|If|But|And|Or|So|To|Of|Long|Both|Each|All|Such|Another"
    r"|Other|Its|His|Her|Their|Our|Under|Despite|However|Thus|Then|Also|Once|No|Not|Today|Later|Because|Where)\b)"
)
_NAME = rf"{_NO_NAME}{_CAPITAL}(?:\ (?:(?:of|the|de|von|van|al|and)\ (?=\p{{Lu}}))*{_CAPITAL}){{0,5}}"
_PHRASE = rf"(?:(?:The|An?)\ (?:[\p{{L}}\p{{N}}'’\-]+\ ){{0,4}}?[\p{{L}}\p{{N}}'’\-]+|{_NAME}(?:\ \p{{Ll}}+){{0,2}}?)"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_DATE = (
    rf"(?P<date>(?:{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?(?:,\ \d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)?\ {_MONTH}"
    rf"(?:\ \d{{4}})?"
    rf"|{_MONTH}\ \d{{4}}|\d{{3,4}}(?!\d|,\d|\ (?:people|percent|per|million|billion|men|women|yards|points"
    rf"|miles|km))))"
)
_PAST = (
    r"(?:\p{Ll}{2,}ed|became|began|built|bought|brought|chose|came|drew|fell|fought|found|founded|gave|got|grew|held"
    r"|kept|led|left|lost|made|met|paid|ran|read|rose|said|saw|sold|sent|set|spoke|spent|stood|swore|took|taught|told"
    r"|thought|threw|won|wore|wrote)"
)
_PARTICIPLE = (
    r"(?:\p{Ll}{2,}ed|born|built|bought|brought|chosen|drawn|driven|fought|found|given|held|kept|known|led|left|lost"
    r"|made|paid|run|seen|sold|sent|set|shot|shown|spent|stolen|sworn|taken|taught|thought|told|won|written)"
)
_NUMBER = (
    r"(?:\d[\d,.]*(?:\ (?:hundred|thousand|million|billion))?|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|twenty|thirty|forty|fifty|hundreds|thousands)"
)
_PRONOUN = regex.compile(
    r"\b(?:he|she|it|they|we|i|you|him|her|his|hers|its|their|them|our|us|my|your|this|that|these|those|there|here"
    r"|such|one|ones|former|latter|same|others?|both|then|now|today|also|however|who|which|what|where|when"
    r"|why|how)\b",
    regex.IGNORECASE,
)
_FIRST_WORD = regex.compile(r"\A(?:[Ww]hat|[Ww]ho|[Ww]hen|[Ww]here|[Ww]hy|[Hh]ow)\b(?:\ many\b)?|\ it(?=\?)")
_HUMAN = (
    rf"(?P<who>{_NAME})(?:,[^,]{{2,60}},)?\ (?:said|says|told|wrote|argued|joined|resigned|founded|married"
    rf"|died|explained"
    r"|added|announced|stated|replied|was\ born|was\ appointed|was\ elected)\b"
)
_HUMANS = regex.compile(_HUMAN)
_TITLED = regex.compile(rf"\b(?:Mr|Mrs|Ms|Dr|Sir|President|Professor|Queen|King|Minister|Senator)\.?\ (?P<who>{_NAME})")
_STARTS = r"\A(?:(?:In\ addition|However|Also|Then|Finally|Moreover|Later),\ )?"

_WAS_WHEN = regex.compile(
    rf"\A(?P<subject>{_PHRASE})\ (?P<be>was|were)\ (?P<done>{_PARTICIPLE}(?:\ [^,.;]{{1,40}}?)??)\ "
    rf"(?:in|on|since)\ {_DATE}(?=\Z|[,.;\s])"
)
_HAPPENED = regex.compile(rf"\A(?P<in>In|On)\ {_DATE},")
_BECAUSE = regex.compile(
    rf"\A(?P<subject>{_PHRASE})\ (?P<be>was|were|is|are)\ (?P<what>[^,.;]{{3,60}}?),?\ "
    rf"(?:because|since|due\ to|as\ a\ result\ of)\b"
)
_ACTOR = regex.compile(
    rf"{_STARTS}(?P<who>{_NAME})(?:,[^,]{{2,60}},)?\ (?P<did>{_PAST}\ [^,.;:\"“]{{4,60}}?)(?=\Z|[,.;]|\ "
    rf"(?:and|but|which|who|when|after|before|because|while)\b)"
)
_SAID = regex.compile(
    rf"\b(?P<who>{_NAME})(?:,[^,]{{2,60}},)?\ (?P<verb>said|told|wrote|argued|explained|announced)\b"
    rf"|[\"”]\ (?:said|wrote)\ (?P<who>{_NAME})"
)
_ROLE = regex.compile(
    rf"(?P<who>{_NAME}),\ (?:the\ )?(?P<role>(?!an?\ |in\ |and\ |one\ )(?:[\p{{L}}\-]+\ ){{0,4}}(?:of|at)\ "
    rf"(?:the\ )?{_NAME}),"
    rf"|\A(?P<who>{_NAME})\ (?P<be>is|was)\ the\ (?P<role>(?:[\p{{L}}\-]+\ ){{0,4}}(?:of|at)\ "
    rf"(?:the\ )?{_NAME})(?=\Z|[,.;])"
)
_COPULA = regex.compile(
    rf"\A(?P<topic>(?:The\ |An?\ )?(?:{_NAME}|{_NO_NAME}\p{{Lu}}\p{{Ll}}+(?:\ \p{{Ll}}+)?|(?<=\ )\p{{Ll}}+"
    rf"(?:\ \p{{Ll}}+)?))(?:\ \([^()]{{1,60}}\))?\ (?P<be>is|are|was|were)\ (?:an?|the|one\ of\ the)\ "
    rf"(?P<head>(?:[\p{{L}}\-]+\ ){{0,5}}?[\p{{L}}\-]+)(?=\Z|[,.;]|\ "
    rf"(?:of|who|whom|in|at|and|from|that|which|for|with|to|on)\b)"
)
_PERSONAL = regex.compile(
    r"(?:ist|ian|man|woman|student|leader|singer|writer|author|actor|actress|poet|king|queen|president|minister"
    r"|general|lawyer|player|coach|professor|teacher|engineer|emperor|pope|bishop|prince|princess|son"
    r"|daughter|brother"
    r"|sister|wife|husband|mother|father|painter|composer|philosopher|founder|director|explorer|hero|mayor"
    r"|chancellor)s?\Z",
    regex.IGNORECASE,
)
_DONE_BY = regex.compile(
    rf"\A(?P<what>{_PHRASE})\ (?:was|were)\ (?P<done>\p{{Ll}}{{2,}}ed|built|bought|brought|found|held|led"
    rf"|made|sold|won|taught)"
    rf"(?:\ in\ \d{{3,4}})?\ by\ (?P<who>{_NAME})(?=\Z|[,.;\ ])"
)
_PLACE = regex.compile(
    rf"\A(?P<what>{_PHRASE})\ (?P<be>is|are|was|were)\ (?P<done>located|situated|held|born|buried|based)\ "
    rf"(?:in|at|on|near)\ (?:the\ )?\p{{Lu}}"
)
_HAS = regex.compile(
    rf"\A(?P<what>{_PHRASE})\ (?P<has>has|have|had)\ (?:about\ |around\ |nearly\ |over\ "
    rf"|at\ least\ )?{_NUMBER}\ (?P<things>(?!more|other|fewer|less|further)(?:\p{{Ll}}+\ )?\p{{Ll}}+s)"
    rf"(?=\Z|[,.;]|\ (?:and|in|of|on|with|that|which)\b)"
)
_MANY = regex.compile(
    rf"\A(?:About\ |Around\ |Nearly\ |Over\ |At\ least\ )?(?P<n>{_NUMBER.replace('|two', '|[Tt]wo')})\ "
    rf"(?P<did>(?:people|\p{{Ll}}+s)\ (?:were|are|have|had|{_PAST})\ [^,.;]{{4,50}}?)(?=\Z|[,.;])"
)
_AMOUNT = regex.compile(
    r"\A(?P<what>(?:The\ |\p{Lu}[\p{L}'’]*\ )?(?:[\p{L}'’\-]+\ ){0,4}[\p{L}'’\-]+)\ "
    r"(?P<be>is|was)\ (?:about\ |around\ |nearly\ |over\ )?[$€£¥]?\d"
)
_LABEL = regex.compile(r"\A(?P<label>\p{Lu}\p{Ll}+(?:\ \p{Ll}+){0,2}):\s+\S")
_LONGEST = 90


def people(text: str) -> frozenset[str]:
    """Return the names that have a title, or of which the text says something that only people do."""
    return frozenset(found["who"] for pattern in (_HUMANS, _TITLED) for found in pattern.finditer(text))


def about(term: str, sentence: str) -> str | None:
    """Return a question about a term if the sentence begins with it, else None."""
    topic = regex.match(rf"{_NO_NAME}(?P<the>The\ )?{regex.escape(term)}\ (?!(?:and|or|of)\ )\p{{Ll}}{{2,}}", sentence)
    return f"What is said about {'the ' if topic['the'] else ''}{term}?" if topic else None


def drafts(sentence: str, known_people: Collection[str] = ()) -> Iterator[Draft]:
    """Yield the questions that an English sentence, given without its full stop, answers."""
    for draft in _unfiltered(sentence, known_people):
        if len(draft.question) <= _LONGEST and not _PRONOUN.search(_FIRST_WORD.sub("", draft.question)):
            yield draft


def _unfiltered(sentence: str, known_people: Collection[str]) -> Iterator[Draft]:
    yield from _when(sentence)
    yield from _who(sentence, known_people)
    yield from _what(sentence, known_people)
    if because := _BECAUSE.match(sentence):
        subject = _within(because["subject"])
        yield Draft(f"Why {because['be']} {subject} {because['what']}?", "why", subject, 1.0)
    if label := _LABEL.match(sentence):
        yield Draft(f"What is the {_lower(label['label'])}?", "label", label["label"], 0.5)


def _when(sentence: str) -> Iterator[Draft]:
    if when := _WAS_WHEN.match(sentence):
        subject = _within(when["subject"])
        yield Draft(f"When {when['be']} {subject} {when['done']}?", "when", subject, 1.0)
    if happened := _HAPPENED.match(sentence):
        yield Draft(f"What happened {happened['in'].lower()} {happened['date']}?", "event", happened["date"], 0.5)


def _who(sentence: str, known_people: Collection[str]) -> Iterator[Draft]:
    for role in _ROLE.finditer(sentence):
        yield Draft(f"Who {role['be'] or 'is'} the {role['role']}?", "who", role["role"], 1.0)
    if (actor := _ACTOR.match(sentence)) and actor["who"] in known_people:
        yield Draft(f"Who {actor['did']}?", "who", actor["did"], 0.9)
    if done := _DONE_BY.match(sentence):
        subject = _within(done["what"])
        yield Draft(f"Who {done['done']} {subject}?", "who", subject, 0.9)
    said = _SAID.search(sentence)
    if said and said["who"] in known_people:
        yield Draft(f"What did {_within(said['who'])} say?", "said", said["who"], 0.6)


def _what(sentence: str, known_people: Collection[str]) -> Iterator[Draft]:
    if place := _PLACE.match(sentence):
        subject = _within(place["what"])
        yield Draft(f"Where {place['be']} {subject} {place['done']}?", "where", subject, 1.0)
    if has := _HAS.match(sentence):
        auxiliary = {"has": "does", "have": "do", "had": "did"}[has["has"]]
        subject = _within(has["what"])
        yield Draft(f"How many {has['things']} {auxiliary} {subject} have?", "amount", has["things"], 1.0)
    if many := _MANY.match(sentence):
        yield Draft(f"How many {many['did']}?", "amount", many["did"], 0.9)
    if amount := _AMOUNT.match(sentence):
        subject = _within(amount["what"])
        yield Draft(f"What {amount['be']} {subject}?", "amount", subject, 0.8)
    copula = _COPULA.match(sentence)
    if copula:
        person = copula["topic"] in known_people or _PERSONAL.search(copula["head"]) is not None
        subject = _within(copula["topic"])
        yield Draft(
            f"{'Who' if person else 'What'} {copula['be']} {subject}?", "person" if person else "what", subject, 0.7
        )


def _within(subject: str) -> str:
    """Return a phrase from the beginning of a sentence as it is written inside one; a name keeps its capital."""
    first, space, rest = subject.partition(" ")
    return _lower(first) + space + rest if first in ("The", "A", "An") else subject


def _lower(phrase: str) -> str:
    return phrase[:1].lower() + phrase[1:]
