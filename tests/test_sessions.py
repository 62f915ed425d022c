"""A session is known by its token alone, and ends: unused, after the longest time, at the end, or for others."""

from __future__ import annotations

import pytest

from qa.serving import sessions
from qa.serving.sessions import LONGEST_SECONDS, UNUSED_SECONDS, Sessions


class Clock:
    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sessions.time, "monotonic", lambda: clock.now)
    return clock


def test_a_session_goes_on_for_whoever_has_its_token() -> None:
    opened = Sessions()
    one, other = opened.begin("anna"), opened.begin("anna")
    assert one != other and len(one) >= 43
    assert opened.goes_on(one) and opened.goes_on(other)
    assert not opened.goes_on("") and not opened.goes_on(one[:-1]) and not opened.goes_on("鍵")


def test_it_ends_when_it_is_said_to(clock: Clock) -> None:
    opened = Sessions()
    one, other = opened.begin("anna"), opened.begin("anna")
    opened.end(one)
    opened.end("nobody's")
    assert not opened.goes_on(one) and opened.goes_on(other)


def test_unused_it_ends_and_use_prolongs_it(clock: Clock) -> None:
    opened = Sessions()
    used, unused = opened.begin("anna"), opened.begin("anna")
    clock.now += UNUSED_SECONDS - 1
    assert opened.goes_on(used)
    clock.now += 1
    assert opened.goes_on(used) and not opened.goes_on(unused)


def test_however_much_it_is_used_it_ends_after_the_longest_time(clock: Clock) -> None:
    opened = Sessions()
    token, end = opened.begin("anna"), clock.now + LONGEST_SECONDS
    while clock.now < end:
        assert opened.goes_on(token)
        clock.now += UNUSED_SECONDS / 2
    assert not opened.goes_on(token)


def test_what_has_ended_takes_no_memory(clock: Clock) -> None:
    opened = Sessions()
    ended = {opened.begin("anna") for _ in range(3)}
    clock.now += UNUSED_SECONDS
    opened.begin("ben")
    assert len(ended) == 3 and len(opened._open) == 1


def test_one_name_has_so_many_sessions_and_takes_nobody_elses(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "EACH", 2)
    opened = Sessions()
    other, first, second = opened.begin("ben"), opened.begin("anna"), opened.begin("anna")
    clock.now += 1
    assert opened.goes_on(first)
    third = opened.begin("anna")
    assert [opened.goes_on(token) for token in (other, first, second, third)] == [True, True, False, True]


def test_no_token_is_kept() -> None:
    opened = Sessions()
    token = opened.begin("anna")
    assert token not in repr(vars(opened)) and token.encode() not in opened._open
