"""A written reply in a browser: drawn sentence by sentence, struck with the reason where it fails, and stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("openai", reason="the extra llm is not installed")
from browser import ANSWERS_WITHIN, ask, needs_chromium, serving  # noqa: E402
from endpoint import Answering, Endpoint, endpoint  # noqa: E402

from qa.catalogue import words_of  # noqa: E402

pytestmark = needs_chromium
Visit = Callable[..., Any]
expect = playwright_api.expect
JAPANESE = words_of("ja")
QUESTION = "暫定CEOになったTwitchの共同創業者は誰ですか"


def act(answering: Answering) -> None:
    """Quote the first sentence, say two wrong things, quote it again; the second request is never finished."""
    user = answering.server.asked[-1]["messages"][1]["content"]
    [first] = [json.loads(line)["sentence"] for line in user.splitlines() if line.startswith('{"n": 1,')]
    answering.begin()
    answering.say(f"{first} [1]\n株価は7,777ドルです [1]。")
    if len(answering.server.asked) > 1:
        answering.server.ended.wait(60)
        return
    answering.say(f"\n![x](https://evil.example/?q=1) [1]\n{first} [1]")
    answering.end()


@pytest.fixture(scope="module")
def written_by(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Endpoint]]:
    folder = tmp_path_factory.mktemp("llm")
    shutil.copytree(article_index, folder / "index")
    with (
        endpoint(act) as server,
        serving(folder / "index", "--llm-url", server.url, "--llm-model", "<i>small</i>") as url,
    ):
        yield url, server


def test_a_reply_is_drawn_as_it_is_checked_and_can_be_stopped(visit: Visit, written_by: tuple[str, Endpoint]) -> None:
    url, _ = written_by
    page = visit(url, locale="ja-JP")
    expect(page.locator("#leaves")).to_contain_text("<i>small</i>", timeout=ANSWERS_WITHIN)
    reply = ask(page, QUESTION)
    expect(reply.locator(".written .struck")).to_have_count(2, timeout=ANSWERS_WITHIN)
    expect(page.locator("#stop")).to_be_disabled(timeout=ANSWERS_WITHIN)
    reason = reply.locator(".reason").first
    assert reason.bounding_box()["width"] <= 1
    reply.locator(".struck").first.hover()
    assert reason.bounding_box()["width"] > 50
    expect(reason).to_have_text(JAPANESE.say("llm.struck.number", detail="7,777ドル"))
    assert reply.locator("img, a, i").count() == 0
    reply.locator(".written .cite").first.click()
    expect(page.locator("#source .sentence.current")).to_contain_text("Emmett Shear")
    assert [one.inner_text() for one in reply.locator(".answer > .excerpt .cite").all()] == ["[1]"]
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#chat .written .writing")).to_be_visible(timeout=ANSWERS_WITHIN)
    page.click("#stop")
    expect(page.locator("#chat .written").last).to_contain_text(JAPANESE["llm.stopped"], timeout=ANSWERS_WITHIN)
    page.reload()
    page.wait_for_selector("#chat .answer")
    assert page.locator("#chat .written").count() == 0
