"""An answer on the page: the short answer, its quotation, what else speaks of it; lists, tables and long sentences."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Source
from qa.answer import Answer
from qa.answering.confidence import packaged_calibration
from qa.catalogue import languages, words_of
from qa.citations import AnswerSpan, cite
from qa.retrieval import Hit
from qa.search.config import Boldness
from qa.text.blocks import Block
from qa.text.language import UNKNOWN, language_of
from qa.text.passages import Passage
from qa.text.sections import layout
from qa.ui.cuts import ANSWER, joined, seen_of
from qa.ui.excerpts import cited_excerpts
from qa.ui.history import History, Turn
from qa.ui.messages import chat_messages
from qa.ui.reading import Reading
from qa.ui.structure import signs_in

ENGLISH = words_of("en")
RULES = Source(
    "rules.md",
    """# Rules

## Travel

A night in a hotel costs **at most 120 euros**. See the [rules](https://example.test/x) of `travel`.

Bring the following:

- a passport
- **two** photographs
  - in colour
1. a ticket

| Class | Price | Note |
|---|---|---|
| First | 90 euros | with a meal |
| Second | 50 euros | |
""",
)


def turn(
    source: Source, *quotes: str, short: str = "", question: str = "What does it cost?", sure: bool = True
) -> Turn:
    """A question that is answered by these words of a source."""
    blocks = blocks_of(source)
    spans = [(source.name, source.text.index(quote), source.text.index(quote) + len(quote)) for quote in quotes]
    cited = tuple(cite(spans, {source.name: source}, blocks))
    at = source.text.index(short, spans[0][1]) if short else 0
    span = AnswerSpan(source.name, at, at + len(short), short) if short else None
    answer = Answer(question, "", cited, True, 0.5, (), question, span=span, sure=sure)
    return Turn(question, answer, sources={source.name: source.sha256})


def blocks_of(*sources: Source) -> Mapping[str, Sequence[Block]]:
    return {source.name: layout(source.text, source.marks).blocks for source in sources}


def reading(*sources: Source) -> Reading:
    tags = {source.name: language_of(source.text) for source in sources}
    known = {name: tag for name, tag in tags.items() if tag != UNKNOWN}
    return Reading({source.name: source for source in sources}, languages=known, blocks=blocks_of(*sources))


def shown(asked: Turn, *now: Source, tag: str = "en") -> str:
    return chat_messages(History((asked,), 1), reading(*(now or (RULES,))), words_of(tag))[-1]["content"]


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def seen(markup: str) -> str:
    """The text of what style sheets do not hide."""
    return text_of(re.sub(r'<span class="(?:bar|cut|around)"[^>]*>[^<]*</span>', "", markup))


def quote_in(markup: str, n: int = 1) -> str:
    """The element of a quotation, to the end of its passage."""
    excerpt = markup[markup.index(f'<div class="excerpt c-{n}') :]
    return excerpt[excerpt.index('<span class="quote">') : excerpt.index("</blockquote>")]


SENTENCE = "A night in a hotel costs **at most 120 euros**."


def test_the_short_answer_is_in_a_line_of_its_own_and_marked_in_the_sentence_below() -> None:
    drawn = shown(turn(RULES, SENTENCE, short="at most 120 euros"))
    assert '<p class="short" dir="ltr" lang="en">at most 120 euros</p><div class="excerpt c-1">' in drawn
    assert re.findall(r"<mark>(.*?)</mark>", drawn) == ["at most 120 euros"]
    assert '<span class="section" dir="auto">Rules › Travel</span>' in drawn


def test_no_words_are_told_twice_and_no_sentences_are_put_together() -> None:
    drawn = shown(turn(RULES, SENTENCE, "a passport", short="at most 120 euros"))
    assert text_of(drawn).count("A night in a hotel") == 1
    assert re.search(r'<details class="more"><summary>.*?</summary><ul><li>', drawn)
    first, more = drawn.split('<details class="more">')
    assert "a passport" not in first and "A night" not in more


@pytest.mark.parametrize("short", ["A night in a hotel costs **at most 120 euros**", ""])
def test_a_short_answer_that_would_repeat_the_sentence_has_no_line_of_its_own(short: str) -> None:
    drawn = shown(turn(RULES, SENTENCE, short=short))
    assert 'class="short"' not in drawn and '<div class="excerpt c-1 plain">' in drawn


@pytest.mark.parametrize(("count", "told"), [(1, "1 more place in the text"), (2, "2 more places in the text")])
def test_further_citations_are_folded_behind_how_many_there_are(count: int, told: str) -> None:
    drawn = shown(turn(RULES, SENTENCE, *["a passport", "1. a ticket"][:count]))
    assert f'<details class="more"><summary><span dir="auto">{told}</span></summary>' in drawn


def test_an_answer_that_is_not_sure_says_possibly_and_unfolds_the_others() -> None:
    drawn = shown(turn(RULES, SENTENCE, "a passport", sure=False))
    assert drawn.startswith('<div class="answer"><p class="unsure"><span dir="auto">This may be the answer</span></p>')
    assert '<details class="more" open>' in drawn
    assert "unsure" not in shown(turn(RULES, SENTENCE))


def test_an_answer_is_sure_from_what_the_least_bold_setting_asks_for() -> None:
    calibration = packaged_calibration()
    assert calibration.sure == calibration.threshold(Boldness.LOW) > calibration.threshold(Boldness.NORMAL)


def test_signs_of_markdown_are_in_the_text_and_hidden() -> None:
    sentences = f"{SENTENCE} See the [rules](https://example.test/x) of `travel`."
    quote = quote_in(shown(turn(RULES, sentences)))
    assert text_of(quote).removesuffix("[1]") == sentences
    assert seen(quote).removesuffix("[1]") == "A night in a hotel costs at most 120 euros. See the rules of travel."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **b** c", "a b c"),
        ("日本語の**強調**です", "日本語の強調です"),
        ("***a*** *b* ~~c~~", "a b c"),
        ("`**a**` ![b **c**](d)", "**a** b c"),
        ("2*3*4, a * b * c, ** d **, __init__, *.txt and *.md", "2*3*4, a * b * c, ** d **, __init__, *.txt and *.md"),
        ("one ** two", "one ** two"),
    ],
)
def test_only_pairs_of_signs_are_hidden(text: str, expected: str) -> None:
    blocks = layout(text).blocks
    spans = signs_in(text, 0, len(text), blocks)
    assert "".join(char for at, char in enumerate(text) if not any(a <= at < b for a, b in spans)) == expected


@given(st.text(alphabet="ab *`[]()~!\n#-"))
def test_signs_are_in_order_and_within_the_text(text: str) -> None:
    spans = signs_in(text, 0, len(text), layout(text).blocks)
    edges = [edge for span in spans for edge in span]
    assert all(0 <= edge <= len(text) for edge in edges) and [a for a, _ in spans] == sorted(a for a, _ in spans)


LIST = RULES.text[RULES.text.index("Bring the") : RULES.text.index("1. a ticket") + len("1. a ticket")]


def test_a_list_is_drawn_as_one_with_bullets_numbers_and_depths() -> None:
    quote = quote_in(shown(turn(RULES, LIST)))
    assert text_of(quote).removesuffix("[1]") == LIST
    items = re.findall(
        r'<span class="line item( bullet)? (deep-\d)"><span class="sign">(.*?)</span><span class="said">', quote
    )
    assert [(bool(bullet), deep) for bullet, deep, _ in items] == [
        (True, "deep-1"), (True, "deep-1"), (True, "deep-2"), (False, "deep-1"),
    ]  # fmt: skip
    assert "*" not in seen(quote) and "- " not in seen(quote) and "1. a ticket" in seen(quote)


def test_a_whole_list_is_the_answer_not_one_of_its_items() -> None:
    drawn = shown(turn(RULES, LIST, short="a passport"))
    assert 'class="short"' not in drawn and '<mark class="whole"><span class="items">' in drawn
    assert '<p class="short" dir="ltr" lang="en">passport</p>' in shown(turn(RULES, "- a passport", short="passport"))


ROW = "| First | 90 euros | with a meal |"


def test_a_short_answer_in_one_cell_of_a_row_is_marked_there() -> None:
    drawn = shown(turn(RULES, ROW, short="90 euros"))
    assert '<p class="short" dir="ltr" lang="en">90 euros</p>' in drawn
    assert '<span class="cell"><mark>90 euros</mark></span>' in drawn
    assert re.findall(r'class="cell">(\w+)<', drawn) == ["Class", "Price", "Note", "First"]
    assert "|" not in seen(drawn)


def test_a_short_answer_over_several_cells_is_the_row_itself() -> None:
    drawn = shown(turn(RULES, ROW, short="First | 90 euros"))
    assert 'class="short"' not in drawn and '<mark class="rows quote">' in drawn


LONG = Source("long", "、".join(f"第{n}の部屋には窓が{n}つある" for n in range(1, 60)) + "。")


@pytest.mark.parametrize("short", ["窓が1つ", "窓が30つ", "窓が59つ"])
def test_a_long_sentence_is_cut_around_its_short_answer_and_all_of_it_is_there(short: str) -> None:
    question = "窓はいくつありますか"
    drawn = shown(turn(LONG, LONG.text, short=short, question=question), LONG, tag="ja")
    quote = quote_in(drawn)
    assert text_of(quote).removesuffix("[1]") == LONG.text
    assert short in seen(quote) and len(seen(quote)) < 300
    assert words_of("ja")["cite.all"] in drawn
    answer = drawn[: drawn.index('<details class="menu">')]
    assert len(question) + len(seen(answer)) <= ANSWER


def test_the_longer_the_question_the_less_is_in_sight() -> None:
    short, long = (
        len(seen(quote_in(shown(turn(LONG, LONG.text, short="窓が30つ", question="窓" * length), LONG))))
        for length in (10, 400)
    )
    assert long < short


def test_a_sentence_that_is_hardly_too_long_is_not_cut() -> None:
    assert "cite.all" not in shown(turn(RULES, SENTENCE)) and 'class="dots"' not in shown(turn(RULES, SENTENCE))


@pytest.mark.parametrize("text", ["needle", "x" * 300 + "needle" + "y" * 300, "One. Two, three needle", "\n\nneedle"])
def test_a_further_citation_is_one_line_with_the_words_of_the_question_in_sight(text: str) -> None:
    source = Source("a", f"First of all.\n\n{text}.")
    asked = turn(source, "First of all.", f"{text.strip()}.")
    assert asked.answer is not None
    [_, citation] = asked.answer.citations
    hit = Hit(Passage("a", citation.start, citation.end), citation.quote, 1, 1, 1, ("needle",), 1, 1, 1, 0)
    drawn = shown(replace(asked, answer=replace(asked.answer, hits=(hit,))), source)
    quote = quote_in(drawn, 2)
    assert text_of(quote) == citation.quote
    assert 0 <= seen(quote).index("needle") <= 30


def test_words_are_not_cut_in_their_middle() -> None:
    source = Source("words", "supercalifragilistic " * 40 + "needle " + "expialidocious " * 40)
    [excerpt] = cited_excerpts(turn(source, source.text.strip(), short="needle"), reading(source))
    start, end = seen_of(excerpt, 120)
    assert set(source.text[start:end].split()) == {"supercalifragilistic", "needle", "expialidocious"}


def test_a_long_list_is_cut_between_its_items() -> None:
    source = Source("list.md", "Bring:\n\n" + "".join(f"- thing number {n}\n" for n in range(1, 40)))
    quote = quote_in(shown(turn(source, source.text.strip()), source))
    items = re.findall(r'<span class="line item bullet deep-1( cut)?">', quote)
    assert 3 <= items.count("") < 39 and items == sorted(items)
    assert text_of(quote).removesuffix("[1]") == source.text.strip()


def test_pairs_of_characters_that_overlap_are_told_as_one_word() -> None:
    assert joined(("在宅", "宅勤", "勤務", "支給", "wi", "fi")) == ["在宅勤務", "支給", "wi", "fi"]


@pytest.mark.parametrize(
    ("tag", "name"), [("ja", "英語"), ("en", "English"), ("zh-Hans", "英语"), ("ar", "الإنجليزية")]
)
def test_a_quotation_in_another_language_than_the_question_says_so(tag: str, name: str) -> None:
    asked = turn(RULES, SENTENCE, question="ホテルは一泊いくらですか")
    note = words_of(tag).say("cite.foreign", language=name)
    assert f'<p class="foreign"><span dir="auto">{note}</span></p>' in shown(asked, tag=tag)
    assert "foreign" not in shown(turn(RULES, SENTENCE, question="What does a night in a hotel cost?"), tag=tag)
    assert "foreign" not in shown(turn(RULES, SENTENCE, question="120?"), tag=tag)


def test_a_short_answer_moves_with_its_sentence_and_goes_with_it() -> None:
    then = Source("a", "Cats sleep all day. Dogs bark.")
    asked = turn(then, "Cats sleep all day.", short="all day")
    moved = shown(asked, Source("a", "Dogs bark. Cats sleep all day."))
    assert ">all day</p>" in moved and "<mark>all day</mark>" in moved
    gone = shown(asked, Source("a", "Dogs bark."))
    assert 'class="short"' not in gone and "<mark" not in gone and ENGLISH.say("cite.gone", n=1) in gone


def test_a_short_answer_that_is_not_in_the_first_citation_is_not_shown() -> None:
    asked = turn(RULES, SENTENCE, short="at most 120 euros")
    assert asked.answer is not None
    elsewhere = replace(asked, answer=replace(asked.answer, span=AnswerSpan("rules.md", 0, 3, "lie")))
    assert 'class="short"' not in shown(elsewhere) and "lie" not in shown(elsewhere)


@pytest.mark.parametrize("tag", sorted(languages()))
def test_no_figures_are_on_the_surface(tag: str) -> None:
    drawn = shown(turn(RULES, SENTENCE, "a passport", short="at most 120 euros"), tag=tag)
    surface = re.sub(r'<details class="menu">.*?</details>', "", drawn)
    start = RULES.text.index(SENTENCE)
    assert f"{start}–" not in text_of(surface) and f"{start}–" in text_of(drawn)
