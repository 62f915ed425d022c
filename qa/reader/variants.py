"""What is made of the data: FAQs of the questions that are answered, and questions that no longer hold.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

import regex

from qa.reader.records import Asked, Records, Text, answered
from qa.text.paragraphs import Span
from qa.text.sentences import split_sentences

_LAYOUTS = (
    "Q. {question}\nA. {reply}\n",
    "Q{n}: {question}\nA: {reply}\n",
    "問{n}　{question}\n答　{reply}\n",
    "■ {question}\n{reply}\n",
    "## {question}\n\n{reply}\n",
    "[{n}] {question}\n{reply}\n",
)
_NUMBER = regex.compile(r"\d+")
_NAME = regex.compile(r"[\p{Katakana}ー]{3,}|(?<=\W)\p{Lu}\p{Ll}{2,}")
_FARTHEST = 9
"""How far a number is moved at most, so that a year stays one that could be meant."""


def add_faqs(records: Records, group: str, wanted: int, rng: random.Random) -> None:
    """Add FAQs made of the questions of a group and the sentences that answer them, and ask these questions of them.

    The questions of parallel texts are in another language than the reply they are asked for, or so is the FAQ's own
    wording of them.
    """
    by_text: dict[int, list[tuple[Asked, Span]]] = {}
    for asked, answer in answered(records, group):
        by_text.setdefault(asked.text, []).append((asked, answer))
    numbers = sorted(number for number, own in by_text.items() if len(own) >= 2)
    rng.shuffle(numbers)
    while numbers and wanted > 0:
        # Several paragraphs of one language make a FAQ, so that it has as many entries as those of users.
        first = numbers.pop()
        pool = records.texts[first].pool
        own = [first, *[number for number in numbers[-200:] if records.texts[number].pool == pool][:2]]
        numbers = [number for number in numbers if number not in own]
        _add_faq(records, [entry for number in own for entry in by_text[number]], pool, rng)
        wanted -= 1


def _add_faq(records: Records, entries: Sequence[tuple[Asked, Span]], pool: str, rng: random.Random) -> None:
    text, placed, layout = "FAQ\n\n", [], rng.choice(_LAYOUTS)
    chosen = rng.sample(list(entries), min(len(entries), rng.randint(4, 9)))
    for n, (asked, answer) in enumerate(chosen, 1):
        reply, within = _sentence_with(records.texts[asked.text].text, answer)
        if within is None:
            continue
        entry = layout.format(n=n, question=asked.question.replace("\n", " "), reply=reply)
        start = len(text) + entry.rindex(reply)
        placed.append((asked, (start + within[0], start + within[1]), (start, start + len(reply))))
        text += entry + "\n"
    number = records.add(Text(text, "FAQ", f"faq {pool}"))
    for asked, span, evidence in placed:
        records.asked.append(replace(asked, group="faq", text=number, answer=span, evidence=evidence, near=None))


def _sentence_with(text: str, answer: Span) -> tuple[str, Span | None]:
    """Return the sentence that has an answer, and the answer's span in it; None if it is no line of its own."""
    for start, end in split_sentences(text):
        if start <= answer[0] and answer[1] <= end and "\n" not in text[start:end]:
            return text[start:end], (answer[0] - start, answer[1] - start)
    return "", None


def names_in(questions: Iterable[str]) -> list[str]:
    """Return the names that questions have: katakana words, and capitalised ones."""
    return sorted({found.group() for question in questions for found in _NAME.finditer(question)})


def no_longer_holding(question: str, passage: str, names: Sequence[str], rng: random.Random) -> str | None:
    """Return a question that a passage does not answer any more: with another number, or another name.

    Only a number or name that the passage has is exchanged, for one that it does not have. None if there is none.
    """
    places = [found for pattern in (_NUMBER, _NAME) for found in pattern.finditer(question) if found.group() in passage]
    if not places or not names:
        return None
    found = rng.choice(places)
    for _ in range(8):
        other = _other_number(found.group(), rng) if found.group()[0].isdigit() else rng.choice(names)
        if other not in passage and found.group() not in other:
            return question[: found.start()] + other + question[found.end() :]
    return None


def _other_number(number: str, rng: random.Random) -> str:
    return str(max(1, int(number) + rng.choice((-1, 1)) * rng.randint(1, _FARTHEST)))
