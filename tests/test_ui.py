"""The page without a browser: words, escaping, what the source pane is given, what the server refuses."""

from __future__ import annotations

import html
import json
import logging
import re
import string
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from qa import Index, Source
from qa.answer import Answer
from qa.citations import Citation
from qa.errors import IndexMissingError, QAError, SourceError
from qa.passages import Passage
from qa.retrieval import Hit
from qa.ui.document import document, overview
from qa.ui.history import History, Switched, Turn
from qa.ui.messages import chat_messages, source_class
from qa.ui.words import RefusedError, Words, languages, sentence_for, words_of

ENGLISH = words_of("en")
UI = Path(__file__).parents[1] / "qa" / "ui"


def _answered(source: Source, quotes: list[str], terms: tuple[str, ...] = ()) -> Answer:
    """An answer that cites these words of a source, found in one passage that is all of it."""
    citations = []
    for n, quote in enumerate(quotes, 1):
        start = source.text.index(quote)
        citations.append(Citation(n, source.name, start, start + len(quote), quote))
    passage = Passage(source.name, 0, len(source.text), "A section")
    hit = Hit(passage, source.text, 1.25, 0.875, 3.5, terms, 1, 2, 0.91, 0)
    return Answer("?", " ".join(f"{c.quote} [{c.n}]" for c in citations), tuple(citations), True, 0.9, (hit,), "?")


def _declined(source: Source) -> Answer:
    hits = tuple(
        Hit(Passage(source.name, at, at + 2), source.text[at : at + 2], 0.5, 0.8, 0.0, (), at + 1, None, 0.7, at)
        for at in range(0, 8, 2)
    )
    return Answer("?", "", (), False, 0.1, hits, "?")


def _shown(answer: Answer, source: Source, words: Words = ENGLISH) -> str:
    history = History((Turn("?", answer),), 1)
    return chat_messages(history, {source.name: source}, words)[-1]["content"]


def _without_tags(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


# Words


def test_every_language_has_the_keys_and_placeholders_of_english() -> None:
    fields = {key: _fields(sentence) for key, sentence in ENGLISH.table.items()}
    for tag, words in languages().items():
        assert {key: _fields(sentence) for key, sentence in words.table.items()} == fields, tag


def test_where_a_count_decides_every_language_has_the_forms_of_its_plurals() -> None:
    for tag, words in languages().items():
        needed = set(Locale.parse(tag, sep="-").plural_form.tags) | {"other"}
        for key, sentence in words.table.items():
            if isinstance(sentence, dict):
                assert set(sentence) == needed, (tag, key)


def test_numbers_and_counts_are_written_as_the_language_does() -> None:
    assert ENGLISH.say("sources.listed", count=1) == "1 character"
    assert ENGLISH.say("sources.listed", count=12345) == "12,345 characters"
    assert words_of("ja").say("sources.listed", count=12345) == "12,345文字"


def test_every_sentence_of_the_language_files_is_used_and_every_one_used_is_there() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in UI.iterdir() if path.is_file())
    asked = set(re.findall(r"""(?:words\[|say\(\s*|data-word=)["']([a-z.]+[a-z])["']""", code))
    assert asked - set(ENGLISH.table) == set()
    put_together = ("error.", "theme.")  # followed by an error's class or a theme's name
    unused = {key for key in ENGLISH.table if f'"{key}"' not in code and not key.startswith(put_together)}
    assert unused == set()


def test_four_languages_are_there_each_named_in_itself() -> None:
    names = {tag: words["name"] for tag, words in languages().items()}
    assert names == {"ar": "العربية", "en": "English", "ja": "日本語", "zh-Hans": "简体中文"}


def test_arabic_counts_in_six_forms_and_isolates_what_stands_in_its_sentences() -> None:
    arabic = words_of("ar")
    shown = [arabic.say("sources.listed", count=count) for count in (0, 1, 2, 3, 11, 100)]
    assert shown == ["0 حرف", "حرف واحد", "حرفان", "3 أحرف", "11 حرفًا", "100 حرف"]
    assert arabic.say("header.speaks", names="a.txt") == "الإجابات من: \u2068a.txt\u2069"
    assert ENGLISH.say("header.speaks", names="a.txt") == "Answering from a.txt"
    assert ENGLISH.say("header.speaks", names="كتاب.txt") == "Answering from \u2068كتاب.txt\u2069"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("ja", "日本語"),
        ("ja-JP", "日本語"),
        ("zh-CN", "简体中文"),
        ("zh-TW", "简体中文"),
        ("ar-EG", "العربية"),
        ("en-GB", "English"),
        ("xx", "English"),
        (None, "English"),
    ],
)
def test_a_language_tag_finds_its_words_or_english(tag: str | None, name: str) -> None:
    assert words_of(tag)["name"] == name


def test_an_error_is_told_in_the_interface_language_by_its_kind() -> None:
    assert sentence_for(SourceError("The file is empty."), ENGLISH) == "The file is empty."
    assert sentence_for(SourceError("Empty."), words_of("ja")) == "本文を読めませんでした。Empty."
    assert sentence_for(QAError("So."), words_of("ja")) == "処理できませんでした。So."
    assert sentence_for(RefusedError("だめ。"), words_of("ja")) == "だめ。"


def test_an_unexpected_error_is_logged_whole_and_told_without_its_details(caplog: pytest.LogCaptureFixture) -> None:
    told = sentence_for(ZeroDivisionError("secret"), ENGLISH)
    assert told == ENGLISH["error.unexpected"]
    assert "secret" not in told
    assert caplog.records[0].exc_info is not None


def _fields(sentence: str | dict[str, str]) -> set[str]:
    """The placeholders of all forms together: "one" need not say its count."""
    forms = [sentence] if isinstance(sentence, str) else sentence.values()
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}


# Messages


def test_each_citation_of_an_answer_is_a_button_after_its_sentence_with_its_place_in_the_class() -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    shown = _shown(_answered(source, ["Dogs bark.", "Cats sleep."]), source)
    answer = shown[: shown.index("</p>")]
    assert _without_tags(answer) == "Dogs bark.[1] Cats sleep.[2]"
    where = source_class(source)
    assert f'<button type="button" class="cite c-1 {where} at-12-22">[1]</button>' in answer
    assert f'<button type="button" class="cite c-2 {where} at-0-11">[2]</button>' in answer


def test_a_card_marks_the_cited_sentence_within_its_passage_and_says_why() -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    shown = _shown(_answered(source, ["Dogs bark."], ("dogs",)), source)
    card = shown[shown.index('<div class="excerpt c-1">') :]
    assert '<div class="passage" dir="auto">Cats sleep. <mark>Dogs bark.</mark></div>' in card
    words = _without_tags(card)
    for part in ("A section", "a.txt", "12–22", "score 1.25", "0.910", "0.875 (rank 1)", "3.50 (rank 2)", "dogs"):
        assert part in words


def test_a_citation_whose_words_are_not_at_their_place_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    answer = _answered(source, ["Cats sleep.", "Dogs bark."])
    with caplog.at_level(logging.WARNING):
        shown = _shown(answer, Source("a.txt", "Cats sleep. Dogs howl."))
    assert re.findall(r"\[\d\]", shown) == ["[1]"]
    assert "Dogs" not in shown[: shown.index("</p>")]
    assert "1 citation was left out" in shown
    assert "Dogs bark." in caplog.text and "12-22" in caplog.text


def test_a_citation_of_a_text_that_is_no_longer_indexed_is_left_out() -> None:
    source = Source("a.txt", "Cats sleep.")
    shown = _shown(_answered(source, ["Cats sleep."]), Source("b.txt", "Cats sleep."))
    assert "Cats sleep." not in shown
    assert "cite" not in shown


@pytest.mark.parametrize("tag", ["en", "ja"])
def test_an_abstention_shows_three_related_passages_without_numbers_or_excerpts(tag: str) -> None:
    source = Source("a.txt", "猫は眠る。犬は吠える。")
    words = words_of(tag)
    shown = _shown(_declined(source), source, words)
    assert shown.startswith('<div class="abstained">')
    assert words["chat.abstained"] in shown and words["chat.related"] in shown
    assert shown.count('class="related"') == 3
    assert "excerpt" not in shown and "cite" not in shown and not re.search(r"\[\d", shown)


def test_the_note_of_another_text_stands_between_its_answers_and_the_older_ones() -> None:
    source = Source("b.txt", "Dogs bark.")
    history = History((Turn("?", _declined(source)),), 1).speaking_of(2, ("b.txt",), 1).asked("!")
    assert history.entries[1] == Switched(("b.txt",), 1) and history.turns[-1].question == "!"
    assert "b.txt" in chat_messages(history, {"b.txt": source}, ENGLISH)[2]["content"]


def test_a_text_that_stays_the_same_is_not_noted_again_nor_before_the_first_question() -> None:
    history = History().speaking_of(3, ("a",), 1)
    assert history == History((), 3)
    assert history.speaking_of(3, ("a",), 1) is history


def test_a_question_that_is_stopped_stays_and_has_no_answer() -> None:
    stopped = History((), 1).asked("Why?").stopped()
    [turn] = stopped.turns
    assert (turn.question, turn.answer, turn.stopped) == ("Why?", None, True)
    assert stopped.stopped() == stopped
    assert "Stopped." in chat_messages(stopped, {}, ENGLISH)[-1]["content"]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</mark></div><form action=//evil>",
    "![x](http://evil/)",
    "&lt;b&gt;",
    "a\u202eb\u2066c",
    "two\n\tlines\r\n  indented",
    "${alert(1)} {{value}}",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words_wherever_they_stand(hostile: str) -> None:
    shown, usual = _everything_shown(hostile), _everything_shown("harmless words")
    assert _tags(shown) == _tags(usual)
    # asked twice; answer, card, its section's source and its term; the note; a card's source three times
    assert _without_tags(shown).count(hostile) == _without_tags(usual).count("harmless words")


def _everything_shown(words: str) -> str:
    """The messages of a visit in which these words are question, source's name, text and term."""
    source = Source(words, f"{words} end.")
    answer = _answered(source, [source.text], (words,))
    history = History((Turn(words, answer), Switched((words,), 1), Turn(words, _declined(source))), 1)
    return "".join(message["content"] for message in chat_messages(history, {words: source}, ENGLISH))


def _tags(markup: str) -> list[str]:
    return re.findall(r"<[^>]*>", re.sub(r" s-[0-9a-f]+ at-\d+-\d+", "", markup))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_reads_back_from_its_card_as_it_is_in_the_source(text: str) -> None:
    source = Source("n", text)
    shown = _shown(_answered(source, [text]), source)
    marked = re.search(r"<mark>(.*?)</mark>", shown, re.DOTALL)
    assert marked and html.unescape(marked[1]) == text
    assert not re.search(r"[\r\n\t]", shown)


# The source pane


def test_the_source_pane_gets_the_whole_text_in_order(article_index: Path) -> None:
    index = Index.open(article_index)
    for name, source in index.sources.items():
        blocks = document(index, name)["blocks"]
        joined = "".join(part[0] for block in blocks for part in block["parts"])
        assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", source.text)


def test_every_sentence_of_the_pane_stands_at_its_offsets_and_none_is_missing(article_index: Path) -> None:
    index = Index.open(article_index)
    for name, source in index.sources.items():
        parts = [part for block in document(index, name)["blocks"] for part in block["parts"] if len(part) == 3]
        assert [(start, end) for _, start, end in parts] == index.sentences(name)
        assert all(source.text[start:end] == text for text, start, end in parts)


def test_the_pane_tells_title_headings_captions_and_tail_apart(article_index: Path) -> None:
    index = Index.open(article_index)
    name = next(iter(index.sources))
    blocks = document(index, name)["blocks"]
    kinds = [(block["kind"], "".join(part[0] for part in block["parts"]).strip()) for block in blocks]
    assert [kind for kind, _ in kinds].count("title") == 1 and kinds[0][0] == "title"
    assert [text[:3] for kind, text in kinds if kind == "heading"] == ["01 ", "02 ", "03 "]
    assert kinds[-1][0] == "tail"
    assert {kind for kind, text in kinds if text.endswith("。")} <= {"text", "tail"}


def test_the_overview_names_each_source_with_its_length(article_index: Path) -> None:
    index = Index.open(article_index)
    seen = overview(index)
    assert seen["generation"] == index.generation and seen["passages"] == len(index.passages)
    lengths = {source["name"]: source["length"] for source in seen["sources"]}
    assert lengths == {name: len(source.text) for name, source in index.sources.items()}
    assert overview(None) == {"generation": 0, "passages": 0, "sources": []}


def test_templates_take_no_data() -> None:
    for path in UI.glob("*.html"):
        assert "${" not in path.read_text(encoding="utf-8") and "{{" not in path.read_text(encoding="utf-8"), path.name


def test_scripts_never_write_markup() -> None:
    for path in UI.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text), path.name


def test_the_words_of_the_page_cannot_close_their_script() -> None:
    from qa.ui.page import head

    embedded = re.search(r'<script type="application/json" id="qa-words">(.*?)</script>', head(), re.DOTALL)
    assert embedded and json.loads(embedded[1]) == {tag: words.table for tag, words in languages().items()}


# The index in use


def test_a_folder_without_index_raises_until_one_is_built_there(tmp_path: Path) -> None:
    from qa.ui.open_index import OpenIndex

    open_index = OpenIndex(tmp_path / "index")
    with pytest.raises(IndexMissingError):
        open_index.current()
    seen: list[int] = []
    built = open_index.build([Source("a", "Cats sleep all day.")], lambda done, total, what: seen.append(done))
    assert open_index.current() is built
    assert open_index.building is None and seen


def test_an_index_that_someone_else_rebuilt_is_opened_anew(tmp_path: Path) -> None:
    from qa.ui.open_index import OpenIndex

    Index.build([Source("a", "Cats sleep.")], tmp_path)
    open_index = OpenIndex(tmp_path)
    before = open_index.current()
    assert open_index.current() is before
    Index.build([Source("b", "Dogs bark.")], tmp_path)
    assert list(open_index.current().sources) == ["b"]
    assert open_index.current().generation > before.generation


def test_a_build_that_fails_leaves_the_old_index_and_is_told(tmp_path: Path) -> None:
    from qa.ui.open_index import OpenIndex

    open_index = OpenIndex(tmp_path / "index")
    open_index.build([Source("a", "Cats sleep.")])
    with pytest.raises(QAError) as caught:
        open_index.build([tmp_path / "missing.txt"])
    assert open_index.failure is caught.value
    assert open_index.building is None
    assert list(open_index.current().sources) == ["a"]


def test_before_there_is_a_text_the_welcome_says_whether_one_is_on_its_way() -> None:
    words = words_of("ja")
    [waiting] = chat_messages(History(), {}, words, building=True)
    [empty] = chat_messages(History(), {}, words)
    assert words["chat.welcome.building"] in waiting["content"]
    assert words["chat.welcome.none"] in empty["content"]
