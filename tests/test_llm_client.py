"""A language model's endpoint with every fault: what arrived is kept, nothing waits for ever, the reason is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest
from endpoint import Answering, chunk, endpoint, saying

from qa.catalogue import languages
from qa.errors import LanguageModelError
from qa.llm import client
from qa.llm.client import LONGEST_REPLY, LanguageModel

pytest.importorskip("openai", reason="the extra llm is not installed")

MESSAGES = [{"role": "user", "content": "?"}]


def replied(act: Callable[[Answering], None], seconds: float = 60.0) -> tuple[str, str, int]:
    """Return what arrived, the code of the error that ended it, or "", and how often the endpoint was asked."""
    with endpoint(act) as server:
        arrived, code = "", ""
        try:
            for piece in LanguageModel(server.url, "m", "secret", seconds).stream(MESSAGES):
                arrived += piece
        except LanguageModelError as error:
            code = error.code
            for words in languages().values():
                told = error.sentence(words)
                assert "secret" not in told
                assert "{" not in told
        return arrived, code, len(server.asked)


def test_a_reply_arrives_piece_by_piece_and_the_key_is_sent_in_the_header_alone() -> None:
    with endpoint(saying("九時に", "開きます", " [1]。")) as server:
        model = LanguageModel(server.url, "small", "secret")
        assert list(model.stream(MESSAGES)) == ["九時に", "開きます", " [1]。"]
        assert server.keys == ["Bearer secret"]
        [asked] = server.asked
    assert (asked["model"], asked["messages"], asked["stream"]) == ("small", MESSAGES, True)
    assert "secret" not in json.dumps(asked) + repr(model)
    assert "tools" not in asked


def test_a_proxy_is_not_asked_for_what_runs_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert replied(saying("It opens.")) == ("It opens.", "", 1)


def test_an_endpoint_cannot_send_the_texts_on_to_another() -> None:
    with endpoint(saying("It opens.")) as other:

        def redirect(answering: Answering) -> None:
            answering.status(307, {"location": f"{other.url}/chat/completions"})

        assert replied(redirect) == ("", "llm.refused", 1)
        assert other.asked == []


def test_what_is_no_text_in_a_stream_is_passed_over() -> None:
    def act(answering: Answering) -> None:
        answering.begin()
        for odd in ({**chunk(""), "choices": []}, chunk(None), chunk(7), chunk("It opens.")):  # type: ignore[arg-type]
            answering.send(b"data: " + json.dumps(odd).encode() + b"\n\n: comment\n\n")
        answering.end()

    assert replied(act) == ("It opens.", "", 1)


def test_what_arrived_before_a_fault_is_kept_and_the_request_is_not_repeated() -> None:
    def cut_in_a_character(answering: Answering) -> None:
        answering.begin()
        answering.say("一文目 [1]。")
        answering.send(json.dumps(chunk("二文目"), ensure_ascii=False).encode()[:-40])

    def wrong_json(answering: Answering) -> None:
        answering.begin()
        answering.say("One [1].")
        answering.send(b'data: {"choices": [\n\n')

    arrived, _, asked = replied(cut_in_a_character)
    assert (arrived, asked) == ("一文目 [1]。", 1)
    assert replied(wrong_json) == ("One [1].", "llm.unreadable", 1)


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [(401, "llm.key", 1), (403, "llm.key", 1), (404, "llm.refused", 1), (429, "llm.busy", 3), (500, "llm.server", 3)],
)
def test_a_refusal_is_told_and_only_one_that_may_pass_is_tried_again(
    status: int, code: str, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    assert replied(lambda answering: answering.status(status)) == ("", code, tries)


def test_a_busy_endpoint_is_asked_again_when_it_says_so() -> None:
    asked: list[float] = []

    def act(answering: Answering) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            return answering.status(429, {"retry-after": "1"})
        return saying("Done [1].")(answering)

    assert replied(act) == ("Done [1].", "", 2)
    assert asked[1] - asked[0] >= 1


def test_no_endpoint_is_told_after_a_few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    with endpoint(saying("")) as server:
        url = server.url
    server.server_close()
    with pytest.raises(LanguageModelError) as raised:
        list(LanguageModel(url, "m", seconds=60).stream(MESSAGES))
    assert raised.value.code == "llm.unreachable"


def test_a_slow_endpoint_ends_with_its_time_even_if_it_drips() -> None:
    def silent(answering: Answering) -> None:
        answering.begin()
        answering.say("One [1].")
        answering.server.ended.wait(20)

    def dripping(answering: Answering) -> None:
        answering.begin()
        while not answering.server.ended.wait(0.05):
            answering.send(b":")

    for act, arrived in ((silent, "One [1]."), (dripping, "")):
        started = time.monotonic()
        assert replied(act, seconds=4.0) == (arrived, "llm.slow", 1)
        assert time.monotonic() - started < 15


def test_an_endless_reply_is_cut_off() -> None:
    def endless(answering: Answering) -> None:
        answering.begin()
        while not answering.server.ended.is_set():
            answering.say("more " * 100)

    arrived, code, _ = replied(endless, seconds=60)
    assert code == "llm.long"
    assert LONGEST_REPLY < len(arrived) < 2 * LONGEST_REPLY


def test_a_reply_can_be_stopped_while_the_endpoint_says_nothing() -> None:
    def silent(answering: Answering) -> None:
        answering.begin()
        answering.server.ended.wait(20)

    stop = threading.Event()
    with endpoint(silent) as server:
        threading.Timer(0.3, stop.set).start()
        started = time.monotonic()
        assert list(LanguageModel(server.url, "m").stream(MESSAGES, stop)) == []
        assert time.monotonic() - started < 10


def test_a_page_of_another_kind_is_no_reply() -> None:
    def page(answering: Answering) -> None:
        answering.send_response(200)
        answering.send_header("content-type", "text/html")
        answering.end_headers()
        answering.send(b"<html>hello</html>")

    arrived, code, _ = replied(page)
    assert arrived == ""
    assert code in ("", "llm.unreadable")


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://h/v1", "http://", "file:///etc/passwd", "http://h:0/", ""])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(LanguageModelError) as raised:
        LanguageModel(url, "m")
    assert raised.value.code == "llm.url"


def test_where_texts_go_is_told_without_the_name_and_password_in_an_address() -> None:
    model = LanguageModel("https://user:pass@models.example:8443/v1", "m")
    assert (model.host, model.is_local) == ("models.example:8443", False)
    assert LanguageModel("http://127.0.0.1:8080/v1", "m").is_local
    assert LanguageModel("http://[::1]:8080/v1", "m").is_local
    assert not LanguageModel("http://127.example.org/v1", "m").is_local
