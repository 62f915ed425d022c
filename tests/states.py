"""States of the page: how the browser is set, and the steps that lead there.

The fixture ``reach`` of ``conftest.py`` opens the page in one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from browser import ANSWERS_WITHIN, in_menu

DESKTOP, PHONE, SMALLEST = (1280, 800), (390, 844), (320, 640)
QUESTION, UNANSWERED = "暫定CEOに任命されたのは誰ですか", "富士山の高さは何メートルですか"

Step = Callable[[Any], None]


def answer(page: Any) -> None:
    ask(page, QUESTION, "#chat .answer")


def citation(page: Any) -> None:
    page.locator("#chat .cite").first.click()
    page.wait_for_selector("#source .sentence.current")


def why(page: Any) -> None:
    page.locator("#chat details").evaluate_all("all => all.forEach((one) => (one.open = true))")


def abstention(page: Any) -> None:
    ask(page, UNANSWERED, "#chat .abstained")


def error(page: Any) -> None:
    ask(page, "x" * 2001, "#notice .trouble:not([hidden])")


def texts(page: Any, open_: bool = True) -> None:
    """Bring the panel of texts into sight and unfold its form, or put both away."""
    if page.is_visible("#sources-open") and open_:
        page.click("#sources-open")
    page.click("#adding .new")
    page.wait_for_selector("#adding .form", state="visible" if open_ else "hidden")
    if page.is_visible("#adding .close") and not open_:
        page.click("#adding .close")


def texts_closed(page: Any) -> None:
    texts(page, open_=False)


def escape(page: Any) -> None:
    page.keyboard.press("Escape")


def settle(page: Any) -> None:
    """Wait until labels have appeared, in the next frame, and fades have ended."""
    page.wait_for_timeout(400)


def keys(page: Any) -> None:
    in_menu(page, "#header .keys")


def menu(page: Any) -> None:
    page.click("#menu-open")
    page.wait_for_selector("#menu[aria-hidden=false]")


def rated(page: Any) -> None:
    page.locator("#chat .wrong").last.click()
    page.wait_for_selector("#chat .truth:not([hidden])")


def excerpt(page: Any) -> None:
    page.locator("#chat .cite").first.hover()
    page.wait_for_selector("#excerpt-tip")


def history(page: Any) -> None:
    in_menu(page, "#history-open")
    page.wait_for_selector(".drawer[open]")


def revising(page: Any) -> None:
    page.locator("#chat .edit").first.click()
    page.wait_for_selector("#revising .line:not([hidden])")


def unheard(page: Any) -> None:
    """End the session: polls are rejected, and the page asks to sign in again."""
    page.route("**/component_server/", lambda route: route.fulfill(status=401, json={}))
    page.route(page.url, lambda route: route.fulfill(status=401))
    page.wait_for_selector("#header .unheard a:not([hidden])")


def theme(name: str) -> Step:
    return lambda page: page.select_option("#theme", name)


@dataclass(frozen=True)
class State:
    """A state of the page: its name, the steps to it, and how the browser is set."""

    name: str
    steps: Sequence[Step] = ()
    locale: str = "ja-JP"
    size: tuple[int, int] = DESKTOP
    browser: dict[str, Any] = field(default_factory=dict)


def ask(page: Any, question: str, until: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(until, timeout=ANSWERS_WITHIN)
