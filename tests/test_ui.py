"""The page without a browser: words, escaping, what the source pane is given, what the server rejects."""

from __future__ import annotations

import json
import re
import shlex
import string
import subprocess
from pathlib import Path

import pytest
from babel import Locale

from qa import Index, Source
from qa.catalogue import Command, languages, words_of
from qa.conversation.kinds import Said
from qa.errors import IndexMissingError, SourceError
from qa.reading.markup import with_marks
from qa.text.source import Place
from qa.ui.document import document, draft, overview
from qa.ui.markup import direction
from qa.ui.refusals import RefusedError, sentence_for

ENGLISH = words_of("en")
PACKAGE = Path(__file__).parents[1] / "qa"
UI = PACKAGE / "ui"


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
    kinds = (".py", ".js", ".html")
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*") if path.suffix in kinds)
    asked = set(re.findall(r"""(?:words\[|say\(\s*|data-word=|data-label=)["']([a-z.]+[a-z])["']""", code))
    assert asked - set(ENGLISH.table) == set()
    literals = set(re.findall(r"""["']([a-z.]+[a-z])["']""", code))
    used = literals | {f"{kind}.{name}" for kind in ("error", "theme", "stage", "llm.struck") for name in literals}
    said = {f"talk.{one}" for one in Said}
    used |= said | {f"{key}.none" for key in said} | {"talk.overview.none"}
    assert set(ENGLISH.table) - used == set()


def test_in_every_language_a_command_stands_in_code() -> None:
    for tag, words in languages().items():
        for key, sentence in words.table.items():
            if "{command}" in str(sentence):
                assert isinstance(sentence, str) and "`{command}`" in sentence, (tag, key)


@pytest.mark.parametrize("tag", sorted(languages()))
def test_a_command_in_a_sentence_can_be_copied_and_run(tag: str) -> None:
    folder = "/home/\u0645\u0631\u064a\u0645/my notes"
    error = IndexMissingError("index.missing", index=folder, remedy=Command.of("qa", "build", "--index", folder))
    assert [piece.text for piece in error.pieces(words_of(tag)) if piece.is_code] == [error.remedy]
    assert f"`{error.remedy}`" in error.sentence(words_of(tag))
    assert shlex.split(error.remedy) == ["qa", "build", "--index", folder]


def test_a_backtick_in_a_name_makes_no_command() -> None:
    error = SourceError("source.extra", name="`rm -rf ~`.pdf", kind="PDF", remedy="pip install x")
    assert [piece.text for piece in error.pieces(ENGLISH) if piece.is_code] == ["pip install x"]


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


def test_an_error_is_shown_in_the_interface_language() -> None:
    error = SourceError("source.empty", name="a.txt")
    assert sentence_for(error, ENGLISH) == str(error) == "a.txt is empty: give a document with text in it."
    assert sentence_for(error, words_of("ja")) == "a.txt は空です。文章の入った資料を指定してください。"
    assert sentence_for(RefusedError("sources.nothing"), ENGLISH) == ENGLISH["sources.nothing"]


def test_outside_the_page_a_sentence_has_no_marks_of_direction() -> None:
    assert str(SourceError("source.empty", name="كتاب.txt")).startswith("كتاب.txt is empty")


def test_an_unexpected_error_is_logged_whole_and_told_without_its_details(caplog: pytest.LogCaptureFixture) -> None:
    told = sentence_for(ZeroDivisionError("secret"), ENGLISH)
    assert told == ENGLISH["error.unexpected"]
    assert "secret" not in told
    assert caplog.records[0].exc_info is not None


def _fields(sentence: str | dict[str, str]) -> set[str]:
    """The placeholders of all forms together: "one" need not say its count."""
    forms = [sentence] if isinstance(sentence, str) else sentence.values()
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}


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
    assert [text[:3] for kind, text in kinds if kind == "heading" and text[0] == "0"] == ["01 ", "02 ", "03 "]
    assert kinds[-1][0] == "tail"
    assert {kind for kind, text in kinds if text.endswith("。")} <= {"text", "tail"}


def test_the_overview_names_each_source_with_its_length(article_index: Path) -> None:
    index = Index.open(article_index)
    seen = overview(index)
    assert seen["generation"] == index.generation and seen["passages"] == len(index.passages)
    lengths = {source["name"]: source["length"] for source in seen["sources"]}
    assert lengths == {name: len(source.text) for name, source in index.sources.items()}
    assert overview(None) == {"generation": 0, "passages": 0, "questions": False, "sources": []}


def test_templates_take_no_data() -> None:
    for path in UI.glob("*.html"):
        assert "${" not in path.read_text(encoding="utf-8") and "{{" not in path.read_text(encoding="utf-8"), path.name


def test_scripts_never_write_markup() -> None:
    for path in UI.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text), path.name


def test_the_words_of_the_page_cannot_close_their_script() -> None:
    from qa.ui.head import head

    embedded = re.search(r'<script type="application/json" id="qa-words">(.*?)</script>', head(), re.DOTALL)
    assert embedded and json.loads(embedded[1]) == {tag: words.table for tag, words in languages().items()}


def test_a_block_says_which_page_begins_with_it_or_when_it_is_said() -> None:
    paged = Source("a.pdf", "一頁の一。\n\n一頁の二。\n\n二頁の一。", (Place(0, page=1), Place(12, page=2)))
    assert [block.get("page") for block in draft(paged)["blocks"]] == [1, None, 2]
    film = Source("a.srt", "始まり。\n\n終わり。", (Place(0, time=1.0), Place(6, time=3725.5)))
    assert [block["time"] for block in draft(film)["blocks"]] == ["0:00:01", "1:02:05"]
    assert [set(block) for block in draft(Source("a", "一。\n\n二。"))["blocks"]] == [{"kind", "parts"}] * 2


def test_what_is_said_in_prose_is_no_title() -> None:
    assert [
        draft(Source("a", f"{line}\n\n続き。"))["blocks"][0]["kind"] for line in ("予算は三百万円です。", "予算")
    ] == [
        "text",
        "title",
    ]


def test_items_say_how_deep_they_stand_and_words_are_told_from_the_signs_of_markdown() -> None:
    text = "# 題\n\n- 一つ\n  - **二。三**つ\n    - `四`\n- [五](http://a)\n\n| 名 | 数 |\n|---|---|\n| *六* | 七 |\n"
    blocks = draft(with_marks(Source("a.md", text)))["blocks"]
    items = [block for block in blocks if block["kind"] == "item"]
    assert [(item.get("depth"), item.get("bullet")) for item in items] == [
        (None, True), (2, True), (3, True), (None, True),
    ]  # fmt: skip
    words = [part[3:] for block in blocks for part in block["parts"] if len(part) > 1]
    assert words[:2] == [[["", "# ", "題"]], [["", "- ", "一つ"]]]
    assert words[2:4] == [[["", "- ", "", "**", "二。"]], [["三", "**", "つ"]]]
    assert words[4:6] == [[["", "- ", "", "`", "四", "`", ""]], [["", "- ", "", "[", "五", "](http://a)", ""]]]
    assert [block["cells"][1] for block in blocks if "cells" in block] == ["名", ["", "*", "六", "*", ""]]
    parts = [part for block in blocks for part in block["parts"] if len(part) > 1]
    assert all("".join(own[0]) == text[start:end] for _, start, end, *own in parts if own)


def test_a_text_runs_as_its_first_letter_does() -> None:
    assert [direction(text) for text in ("ولد خالد", "12: خالد", "猫 خالد", "123", "")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]


@pytest.mark.parametrize(
    "word", ["a b", "no  such", "資料\u3000二", "it's", "a\nb", "\u202eabc", "\U000e0001tag", "$HOME", "-x", "a\\b\t'c"]
)
def test_a_recommended_command_names_the_same_path_when_it_is_pasted(word: str) -> None:
    command = Command.of("printf", "%s", word)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == word
    assert "\n" not in command
