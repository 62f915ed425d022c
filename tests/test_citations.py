"""A citation is in its source at its offsets, or is not shown."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citations import Citation, Standing, cite, recheck, verified, verify
from qa.text.source import Place, Source

SOURCES = {"a": Source("a", "一つ目。二つ目。"), "b": Source("b", "👨‍👩‍👧 é\r\nend")}


def test_a_quote_is_cut_from_the_source() -> None:
    assert cite([("a", 4, 8), ("b", 6, 8)], SOURCES) == [
        Citation(1, "a", 4, 8, "二つ目。"),
        Citation(2, "b", 6, 8, "é\r"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quote": "三つ目。"},
        {"quote": "二つ目"},
        {"start": 3},
        {"end": 7},
        {"source": "b"},
        {"source": "gone"},
        {"start": -4, "end": 8},
        {"start": 8, "end": 8, "quote": ""},
        {"start": 4, "end": 99},
    ],
)
def test_what_does_not_stand_there_fails(wrong: dict[str, object]) -> None:
    right = Citation(1, "a", 4, 8, "二つ目。")
    assert verify(right, SOURCES)
    assert not verify(replace(right, **wrong), SOURCES)  # type: ignore[arg-type]


def test_a_failed_citation_is_dropped_logged_and_the_rest_renumbered(caplog: pytest.LogCaptureFixture) -> None:
    good = cite([("a", 0, 4), ("a", 4, 8)], SOURCES)
    with caplog.at_level(logging.WARNING):
        kept = verified([good[0], replace(good[1], n=2, quote="forged"), replace(good[1], n=3)], SOURCES)
    assert [(c.n, c.quote) for c in kept] == [(1, "一つ目。"), (2, "二つ目。")]
    assert "dropped a citation" in caplog.text
    assert "forged" not in caplog.text


@given(st.text(min_size=1), st.data())
def test_any_span_cited_verifies(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    sources = {"t": Source("t", "".join(char for char in text if not "\ud800" <= char <= "\udfff").ljust(end, "."))}
    assert verified(cite([("t", start, end)], sources), sources) == cite([("t", start, end)], sources)


# What has become of a citation


def _cited(name: str, text: str, quote: str) -> tuple[Citation, str]:
    start = text.index(quote)
    return Citation(1, name, start, start + len(quote), quote), Source(name, text).sha256


@pytest.mark.parametrize(
    ("now", "standing", "place"),
    [
        ({"a": "Cats sleep. Dogs bark."}, Standing.VALID, ("a", 12)),
        ({"renamed": "Cats sleep. Dogs bark."}, Standing.VALID, ("renamed", 12)),
        ({"a": "Cats run. Dogs bark."}, Standing.MOVED, ("a", 10)),
        ({"a": "Cats purr.", "b": "See: Dogs bark."}, Standing.MOVED, ("b", 5)),
        ({"a": "Dogs bark. Cats sleep well. Dogs bark."}, Standing.MOVED, ("a", 0)),
        ({"a": "Cats sleep. Dogs howl."}, Standing.GONE, ("a", 12)),
        ({}, Standing.GONE, ("a", 12)),
    ],
)
def test_a_citation_of_another_day_is_followed_to_where_its_words_stand_now(
    now: dict[str, str], standing: Standing, place: tuple[str, int]
) -> None:
    citation, sha256 = _cited("a", "Cats sleep. Dogs bark.", "Dogs bark.")
    sources = {name: Source(name, text) for name, text in now.items()}
    found, followed = recheck(citation, sha256, sources)
    assert (found, followed.source, followed.start) == (standing, *place)
    assert followed.quote == "Dogs bark." and followed.end == followed.start + 10
    assert verify(followed, sources) == (standing is not Standing.GONE)


def test_a_citation_that_moved_has_the_page_of_where_its_words_stand_now() -> None:
    then = Source("a", "Cats sleep. Dogs bark.", (Place(0, page=1),))
    now = Source("a", "Fish swim. Cats sleep. Dogs bark.", (Place(0, page=1), Place(11, page=2), Place(23, page=3)))
    [citation] = cite([("a", 12, 22)], {"a": then})
    assert (citation.page, recheck(citation, then.sha256, {"a": now})[1].page) == (1, 3)


@given(st.text("ab。", max_size=30), st.text("ab", min_size=1, max_size=3), st.integers(-5, 40))
def test_what_is_not_gone_always_holds(text: str, quote: str, start: int) -> None:
    sources = {"a": Source("a", text)}
    standing, followed = recheck(Citation(1, "a", start, start + len(quote), quote), "", sources)
    assert verify(followed, sources) == (quote in text) == (standing is not Standing.GONE)
