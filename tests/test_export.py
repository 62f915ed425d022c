"""An exported conversation: every word as it was written, every [n] leading to its excerpt, nothing made of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import qa
from qa import Source
from qa.answer import Answer
from qa.catalogue import Words, words_of
from qa.citations import AnswerSpan, Citation
from qa.retrieval import Hit
from qa.text.passages import Passage
from qa.ui.conversations import file_name
from qa.ui.export import FORMS, as_html, as_json, as_markdown
from qa.ui.export_markdown import written
from qa.ui.history import History, Switched, Turn
from qa.ui.reading import Reading
from qa.ui.records import from_record, to_record

ENGLISH = words_of("en")
THEN = Source("zoo.txt", "Cats sleep. Dogs bark. Birds sing. 𠮷は鳴く。")
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

any_text = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    | st.sampled_from("\n\t *_`#@:$<>[]()!&\\~|-+.=1w")
).filter(str.strip)
"""Control characters, of which no two programs make the same, are left out, and marks of direction."""


def answered(source: Source, *quotes: str, short: str = "") -> Answer:
    cited = []
    for n, quote in enumerate(quotes, 1):
        start = source.text.index(quote)
        cited.append(Citation(n, source.name, start, start + len(quote), quote))
    found = Hit(Passage(source.name, 0, len(source.text), "Noises"), source.text, 1.0, 0.5, 2.0, (), 1, 1, 0.9, 0)
    start = cited[0].start + quotes[0].index(short)
    span = AnswerSpan(source.name, start, start + len(short), short) if short else None
    return Answer("?", "", tuple(cited), True, 0.9, (found,), "what was searched", span, sure=False)


def declined(source: Source) -> Answer:
    found = Hit(Passage(source.name, 0, len(source.text)), source.text, 1.0, 0.5, 2.0, (), 1, 1, 0.9, 0)
    return Answer("?", "", (), False, 0.1, (found,), "?")


def asked(question: str, answer: Answer, source: Source = THEN) -> Turn:
    return Turn(question, answer, False, "2026-01-02T03:04:05+00:00", {source.name: source.sha256})


def reading(*sources: Source) -> Reading:
    whole = {source.name: (Passage(source.name, 0, len(source.text), "Today"),) for source in sources}
    return Reading({source.name: source for source in sources}, whole, {source.name: "ja" for source in sources})


ZOO = History(
    (asked("What noise?", answered(THEN, "Dogs bark.", "Birds sing.", short="Dogs")), asked("Whales?", declined(THEN)))
)


# What all three say


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tag", ["en", "ja"])
def test_each_form_says_what_was_asked_answered_cited_and_where(form: str, tag: str) -> None:
    text = _seen(form, ZOO, reading(THEN), words_of(tag))
    section = "Noises" if form == "json" else "Today"  # as it was found, or as the text has it now
    for part in ("Zoo talk", "What noise?", "Dogs bark.", "Birds sing.", "Whales?", section, "zoo.txt", THEN.sha256):
        assert part in text
    assert f"cited-qa {qa.__version__}" in text
    if form != "json":
        for key in ("export.unit", "export.valid", "chat.related", "export.cited"):
            assert words_of(tag)[key] in text
        assert "12–22" in text and "23–34" in text
        assert words_of(tag).say("chat.abstained", question="\u2068Whales?\u2069") in text


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_each_form_begins_an_answer_with_its_short_answer_and_how_sure_it_is(form: str) -> None:
    text = FORMS[form].write(ZOO, reading(THEN), ENGLISH, "Zoo talk")
    short, quote = text.index("Dogs</p>" if form == "html" else "**Dogs**"), text.index("Dogs bark")
    assert text.index(ENGLISH["chat.possibly"]) < short < quote
    gone = FORMS[form].write(ZOO, reading(Source("zoo.txt", "Cats sleep.")), ENGLISH, "Zoo talk")
    assert 'class="short"' not in gone and "**Dogs" not in gone


def test_json_has_the_short_answer_with_its_place() -> None:
    [first, _] = json.loads(as_json(ZOO, reading(THEN), ENGLISH, "Zoo talk"))["entries"]
    assert first["answer"]["span"] == {"source": "zoo.txt", "start": 12, "end": 16, "quote": "Dogs"}
    assert first["answer"]["sure"] is False


@pytest.mark.parametrize("form", FORMS)
def test_each_form_tells_what_has_moved_and_what_is_gone(form: str) -> None:
    now = Source("zoo.txt", "Today: Dogs bark. Cats sleep. Birds sleep.")
    text = _seen(form, ZOO, reading(now), ENGLISH)
    assert "Birds sing." in text
    if form == "json":
        moved, gone = json.loads(text)["entries"][0]["answer"]["citations"]
        assert (moved["standing"], gone["standing"]) == ("moved", "gone")
        return
    was = "moved; at the time of the answer it was in \u2068zoo.txt\u2069 at 12–22"
    assert was in text and "7–17" in text and "no longer in the text" in text
    assert now.sha256 in text and THEN.sha256 in text


def _seen(form: str, history: History, seen: Reading, words: Words) -> str:
    text = FORMS[form].write(history, seen, words, "Zoo talk")
    if form == "markdown":
        return _plain(MARKDOWN.parse(text))
    return _Page(text).text if form == "html" else text


def test_a_stopped_question_and_a_note_of_another_text_are_told() -> None:
    history = History((Turn("Why?", stopped=True), Switched(("b.txt", "c.txt"), 2)))
    for form in ("markdown", "html"):
        text = _seen(form, history, Reading(), ENGLISH)
        assert "Stopped." in text and "From here on, answers come from b.txt, c.txt." in text


# JSON


def test_json_holds_the_record_and_each_citation_with_its_present_place() -> None:
    now = Source("new.txt", "Hm. " + THEN.text)
    exported = json.loads(as_json(ZOO, reading(now), ENGLISH, "Zoo talk"))
    assert exported["unit"] == "code points" and exported["generator"] == f"cited-qa {qa.__version__}"
    [first, second] = exported["entries"][0]["answer"]["citations"]
    assert (first["n"], first["start"], first["end"], first["sha256"]) == (1, 12, 22, THEN.sha256)
    assert first["now"] == {"source": "new.txt", "start": 16, "end": 26, "sha256": now.sha256}
    assert now.text[second["now"]["start"] : second["now"]["end"]] == second["quote"]
    [related] = exported["entries"][1]["answer"]["related"]
    assert related["standing"] == "moved" and related["now"]["start"] == 4


def test_an_exported_json_can_be_opened_again() -> None:
    kept = History(ZOO.entries, id="0" * 32)
    assert to_record(from_record(json.loads(as_json(kept, reading(THEN), ENGLISH, "?")))) == to_record(kept)


# HTML


class _Page(HTMLParser):
    """The text, tags, ids and links of an HTML file, and the text of its marks and passages."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.pieces: list[str] = []
        self.within: dict[str, list[str]] = {"mark": [], "blockquote": [], "title": []}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, name: str) -> list[str]:
        return [value or "" for key, value in self.attributes if key == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self._open.append(tag)
        if tag in self.within:
            self.within[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            return
        self.pieces.append(data)
        for tag in self.within:
            if tag in self._open:
                self.within[tag][-1] += data


def test_every_number_of_the_html_leads_to_its_excerpt_and_back() -> None:
    page = _Page(as_html(History(ZOO.entries * 2), reading(THEN), ENGLISH, "?"))
    ids, links = page.all("id"), page.all("href")
    assert len(ids) == len(set(ids)) == 8
    assert sorted(links) == sorted(f"#{one}" for one in ids)


def test_each_excerpt_of_the_html_is_cut_from_the_present_text() -> None:
    now = Source("zoo.txt", "猫。𠮷。 Dogs bark. Cats sleep. Birds sing.")
    html = as_html(ZOO, reading(now), ENGLISH, "?")
    page = _Page(html)
    places = [tuple(map(int, place)) for place in re.findall(r'class="place" dir="ltr">(\d+)–(\d+)<', html)]
    assert [now.text[start:end] for start, end in places[:2]] == ["Dogs bark.", "Birds sing."]
    assert page.within["mark"] == ["Dogs", "Birds sing."]
    assert page.within["blockquote"][:2] == [now.text, now.text]


def test_the_html_opens_alone_without_script_and_asks_for_nothing() -> None:
    html = as_html(ZOO, reading(THEN), words_of("ja"), "?")
    page = _Page(html)
    assert not {"script", "link", "img", "iframe", "base", "form", "object"} & set(page.tags)
    assert page.all("src") == [] and not re.search(r"url\(|@import|https?:", html)
    [policy] = [value for value in page.all("content") if "default-src" in value]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert page.all("lang")[0] == "ja" and page.all("dir")[0] == "ltr"
    assert "prefers-color-scheme: dark" in html and "@media print" in html


@settings(deadline=None)
@given(any_text, any_text)
def test_any_text_reads_back_from_the_html_and_makes_no_element(text: str, name: str) -> None:
    usual = _Page(as_html(_everywhere("harmless", "name"), reading(Source("name", "harmless")), ENGLISH, "harmless"))
    page = _Page(as_html(_everywhere(text, name), reading(Source(name, text)), ENGLISH, text))
    assert page.tags == usual.tags
    assert page.within["mark"] == [text] and page.within["title"] == [text]
    assert page.text.count(text) >= 5


# Markdown


@settings(deadline=None)
@given(any_text)
def test_any_text_reads_back_from_markdown_as_one_paragraph_of_words(text: str) -> None:
    tokens = MARKDOWN.parse(written(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {token.type for token in tokens[1].children or []} <= {
        "text",
        "text_special",
        "softbreak",
        "hardbreak",
        "code_inline",
    }
    assert _plain(tokens) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "```\ncode\n```", "`` ` ``", "`@`", "@@`@`@", "    four spaces", "\u3000全角で始まる", "a\n\n\nb", "a  \nb",
        "# heading\n===\n---", "1. one\n2) two\n- three\n+ four\n* five", "> quoted", "| a | b |\n|---|---|",
        "![x](http://evil.example/x.png) [y](javascript:alert(1)) <http://evil.example>", "<b>bold</b><!-- -->",
        "[z]: http://evil.example\n[z]", "&lt;&#60;&amp;", "~~gone~~ **bold** __bold__", "\\\\\\", "tail\\",
        "$$\\frac12$$",
    ],
)  # fmt: skip
def test_what_looks_like_markdown_reads_as_it_was_written(text: str) -> None:
    tokens = MARKDOWN.parse(written(text, "> "))
    assert [token.type for token in tokens][:2] == ["blockquote_open", "paragraph_open"] and len(tokens) == 5
    assert _plain(tokens) == text.strip()


@settings(deadline=None)
@given(st.text("aw.@:/_smile+1-`$#", min_size=1))
def test_nothing_is_left_that_github_would_make_a_link_or_a_picture_of(text: str) -> None:
    inert = re.sub(r"`[^`]*`", "\0", re.sub(r"\\[^\w\s]", "\0", written(text)))
    assert not re.search(r"[@$]|www\.|://|:[a-z+-]+:", inert)


def test_control_characters_are_shown_as_missing() -> None:
    assert written("a\0b\x1bc\x9b") == "a\ufffdb\ufffdc\ufffd"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb\u202c", "a\ufffdb\ufffd"),
        ("a\u2067b", "a\ufffdb"),
        ("a\u2069b", "a\ufffdb"),
        ("a \u2067b\u2069 c", "a \u2067b\u2069 c"),
        ("\u2068a \u2067b\u2069", "\ufffda \u2067b\u2069"),
        ("\u200f\u0627\u200e", "\u200f\u0627\u200e"),
    ],
)
def test_marks_of_direction_cannot_reorder_what_is_beside_them(text: str, shown: str) -> None:
    assert written(text) == shown


def test_hostile_words_make_no_element_anywhere_in_the_markdown() -> None:
    hostile = "![p](http://evil.example/a.png) <img src=x onerror=alert(1)>\n\n```mermaid\n<b>\n```\n[x](javascript:y)"
    usual = _shape(
        as_markdown(_everywhere("harmless words", "name"), reading(Source("name", "harmless words")), ENGLISH, "t")
    )
    shown = _shape(as_markdown(_everywhere(hostile, "![n](x)"), reading(Source("![n](x)", hostile)), ENGLISH, hostile))
    assert shown == usual
    assert set(shown) >= {"link_open", "html_inline", "blockquote_open"}


def test_every_number_of_the_markdown_leads_to_its_excerpt_and_back() -> None:
    markdown = as_markdown(History(ZOO.entries * 2), reading(THEN), ENGLISH, "?")
    links = re.findall(r"\]\((#[er]-\d+-\d+)\)", markdown)
    anchors = re.findall(r'<a id="([er]-\d+-\d+)"></a>', markdown)
    assert len(anchors) == len(set(anchors)) == 8
    assert sorted(links) == sorted(f"#{anchor}" for anchor in anchors)


def test_words_that_are_gone_are_struck_in_the_markdown() -> None:
    markdown = as_markdown(ZOO, reading(Source("zoo.txt", "Dogs bark.")), ENGLISH, "?")
    assert r"<del>Birds sing\.</del> [\[2\]](#e-1-2)" in markdown
    assert r"<del>Dogs" not in markdown


def _everywhere(words: str, name: str) -> History:
    """A conversation in which these words are question, quote and passage."""
    source = Source(name, words)
    return History((asked(words, answered(source, words), source), asked(words, declined(source), source)))


def _plain(tokens: list[Token]) -> str:
    return "\n".join("".join(_words(token)) for token in tokens if token.type == "inline")


def _words(inline: Token) -> Iterator[str]:
    for token in inline.children or []:
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type != "html_inline":
            yield token.content


def _shape(markdown: str) -> list[str]:
    """The elements, in order, without the pieces that text is cut into."""
    plain = ("text", "text_special", "softbreak", "hardbreak", "code_inline")
    found = []
    for token in MARKDOWN.parse(markdown):
        found += [token.type] if token.type != "inline" else [one.type for one in token.children or []]
    return [kind for kind in found if kind not in plain]


# The file's name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("誰が CEO ですか？", "誰が-CEO-ですか"),
        ("../../etc/passwd", "etc-passwd"),
        ("?!", "cited-qa"),
        ("a" * 99, "a" * 60),
    ],
)
def test_a_title_becomes_the_name_of_a_file(title: str, name: str) -> None:
    assert file_name(title) == name


def test_a_sentence_of_white_space_is_written_in_no_time() -> None:
    spaces = f"a{' ' * 100_000}b"
    started = time.process_time()
    assert written(f"one\n\t{spaces} \ntwo") == f"one\\\n&#9;{spaces}&#32;\\\ntwo"
    assert time.process_time() - started < 2


@pytest.mark.parametrize("form", FORMS)
def test_a_question_that_is_still_looked_for_is_left_out(form: str) -> None:
    waiting = ZOO.asked("Still open?")
    text = FORMS[form].write(waiting.settled(), reading(THEN), words_of("en"), "Zoo talk")
    assert "Still open" not in text and "What noise" in text


# Replies to what is no question


@pytest.mark.parametrize("form", FORMS)
def test_replies_that_are_no_answers_are_exported_with_their_headings_and_citations(form: str) -> None:
    heading = Citation(0, THEN.name, 0, 4, "Cats")
    thanks = Answer("Thanks", "…", (), True, 0.99, (), "", kind="talk", turn="thanks")
    overview = Answer(
        "In short?", "…", answered(THEN, "Dogs bark.").citations, True, 0.9, (), "",
        kind="overview", turn="summary", outline=(heading,),
    )  # fmt: skip
    history = History((asked("Thanks", thanks), asked("In short?", overview)), id="0" * 32)
    seen = _seen(form, history, reading(THEN), ENGLISH)
    assert all(part in seen for part in ("Thanks", "In short?", "Cats", "Dogs bark."))
    if form == "json":
        record = json.loads(seen)
        assert [entry["answer"]["kind"] for entry in record["entries"]] == ["talk", "overview"]
        assert from_record(record).turns[0].answer == thanks
    else:
        assert ENGLISH["talk.thanks"] in seen
        assert ENGLISH["talk.overview"] in seen
        assert ENGLISH["chat.searched"] not in seen
