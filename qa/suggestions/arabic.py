"""Arabic sentences -> questions. The verb comes first, so putting a question word before it is enough."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import regex

from qa.suggestions.draft import Draft

_WORD = r"[\p{Arabic}\p{Latin}\p{M}\-]+"
_NAME = rf"{_WORD}(?:\ {_WORD}){{0,3}}"
_YEAR = r"(?:(?:في\ )?(?:عام|سنة)\ [\d٠-٩]{3,4}|في\ [\d٠-٩]{1,2}\ \p{Arabic}+(?:\ [\d٠-٩]{4})?)"
_VERB = (
    r"(?!ال|في\b|من\b|على\b|إلى\b|عن\b|مع\b|بعد\b|قبل\b|منذ\b|كما\b|لكن\b|ثم\b|هذ|ذلك|تلك|هو\b|هي\b"
    r"|[فو]\p{Arabic})\p{Arabic}{3,}"
)
_PERFECT = (
    r"(?:تأسست?|تأسس|بدأت?|أسست?|أنشئت?|بني|بنيت|ولدت?|توفيت?|افتتحت?|انتهت|انتهى|أطلقت?|تم|وقعت?|صدرت?"
    r"|نشرت?|حدثت?|أعلنت?|وصلت?|انضمت?|فازت?)"
)
_WHEN = regex.compile(rf"\A(?P<clause>{_PERFECT}(?:\ {_WORD}){{1,7}}?)\ {_YEAR}(?=\Z|[\s،.؛])")
_EVENT = regex.compile(r"\A(?:في|وفي)\ (?P<date>(?:عام|سنة)\ [\d٠-٩]{3,4})(?=[\s،])")
_WHY = regex.compile(rf"\A(?P<clause>{_VERB}(?:\ {_WORD}){{1,7}}?)،?\ (?:بسبب|لأن|نتيجة)\b")
_SAID = regex.compile(
    rf"(?:\A|\s)و?(?P<verb>قالت?|صرحت?|أكدت?)\ (?P<who>(?!في|من\b|على\b|عن\b){_WORD}(?:\ "
    rf"(?!في|من\b|على\b|عن\b){_WORD}){{0,2}}?)[،:]?\ (?:إن|أن|أنه|إنه|بأن)"
)
_LABEL = regex.compile(r"\A(?P<label>ال\p{Arabic}{2,12}):\s+\S")
_STANDS_FOR = regex.compile(r"\b(?:هذا|هذه|ذلك|تلك|هو|هي|هم|أيضا|هناك|كذلك)\b")
_NO_TOPICS = regex.compile(r"ال(?:ذي|تي|ذين|عديد|آخرون|آخر|أخرى|آن|يوم|بعض|كثير|مزيد|أول|أولى|ثاني|ثانية)")
_LONGEST = 90


def people(text: str) -> frozenset[str]:
    """Return nothing: no rule here asks about a person."""
    return frozenset()


def about(term: str, sentence: str) -> str | None:
    """Return a question about a term if it is among the first words of the sentence, else None."""
    if _NO_TOPICS.fullmatch(term) or not term.startswith("ال"):
        return None
    return f"ماذا يقول النص عن {term}؟" if term in " ".join(sentence.split()[:3]).split() else None


def drafts(sentence: str, known_people: Collection[str] = ()) -> Iterator[Draft]:
    """Yield the questions that an Arabic sentence, given without its full stop, answers."""
    for draft in _by_pattern(sentence):
        if len(draft.question) <= _LONGEST and not _STANDS_FOR.search(draft.question):
            yield draft


def _by_pattern(sentence: str) -> Iterator[Draft]:
    if when := _WHEN.match(sentence):
        yield Draft(f"متى {when['clause']}؟", "when", when["clause"], 1.0)
    if event := _EVENT.match(sentence):
        yield Draft(f"ماذا حدث في {event['date']}؟", "event", event["date"], 0.5)
    if why := _WHY.match(sentence):
        yield Draft(f"لماذا {why['clause']}؟", "why", why["clause"], 1.0)
    if said := _SAID.search(sentence):
        verb = "قالت" if said["verb"].endswith("ت") else "قال"
        yield Draft(f"ماذا {verb} {said['who']}؟", "said", said["who"], 0.6)
    if label := _LABEL.match(sentence):
        yield Draft(
            f"ما {'هي' if label['label'].endswith('ة') else 'هو'} {label['label']}؟", "label", label["label"], 0.5
        )
