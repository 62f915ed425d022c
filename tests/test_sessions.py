"""A session belongs to its token, and ends: unused, after the longest time, on sign-out, or for newer ones."""

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


def test_only_its_token_opens_a_session() -> None:
    opened = Sessions()
    one, other = opened.begin("anna"), opened.begin("anna")
    assert one != other and len(one) >= 43
    assert opened.goes_on(one) and opened.goes_on(other)
    assert not opened.goes_on("") and not opened.goes_on(one[:-1]) and not opened.goes_on("鍵")


def test_a_session_can_be_ended(clock: Clock) -> None:
    opened = Sessions()
    one, other = opened.begin("anna"), opened.begin("anna")
    opened.end(one)
    opened.end("nobody's")
    assert not opened.goes_on(one) and opened.goes_on(other)


def test_an_unused_session_ends_and_use_prolongs_it(clock: Clock) -> None:
    opened = Sessions()
    used, unused = opened.begin("anna"), opened.begin("anna")
    clock.now += UNUSED_SECONDS - 1
    assert opened.goes_on(used)
    clock.now += 1
    assert opened.goes_on(used) and not opened.goes_on(unused)


def test_a_session_in_use_ends_after_the_longest_time(clock: Clock) -> None:
    opened = Sessions()
    token, end = opened.begin("anna"), clock.now + LONGEST_SECONDS
    while clock.now < end:
        assert opened.goes_on(token)
        clock.now += UNUSED_SECONDS / 2
    assert not opened.goes_on(token)


def test_ended_sessions_are_removed_from_memory(clock: Clock) -> None:
    opened = Sessions()
    ended = {opened.begin("anna") for _ in range(3)}
    clock.now += UNUSED_SECONDS
    opened.begin("ben")
    assert len(ended) == 3 and len(opened._open) == 1


def test_the_sessions_of_a_name_are_limited_without_ending_those_of_others(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "EACH", 2)
    opened = Sessions()
    other, first, second = opened.begin("ben"), opened.begin("anna"), opened.begin("anna")
    clock.now += 1
    assert opened.goes_on(first)
    third = opened.begin("anna")
    assert [opened.goes_on(token) for token in (other, first, second, third)] == [True, True, False, True]


def test_the_token_itself_is_not_stored() -> None:
    opened = Sessions()
    token = opened.begin("anna")
    assert token not in repr(vars(opened)) and token.encode() not in opened._open
