"""A real Chromium against a live server. Where no Chromium is installed these tests are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
TIMEOUT_MS = 15_000
Violations: TypeAlias = list[str]


class NewContext(Protocol):
    """Opens a window of its own, without cookies; options are those of Playwright's ``new_context``."""

    def __call__(self, **options: Any) -> BrowserContext: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium while the tests of one module need it.

    Playwright runs an event loop in this thread as long as it lives, and Django keeps connections of their own for code
    under a loop. A fork meanwhile would leave the loop behind and take up those of before, which its parent has open.
    """
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
        connections.close_all()


@pytest.fixture
def new_context(browser: Browser, live_server: LiveServer) -> Iterator[NewContext]:
    """Windows whose addresses are relative to the live server; all are closed with the test."""
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=live_server.url, **({"viewport": DESKTOP} | options))
        context.set_default_timeout(TIMEOUT_MS)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: NewContext) -> Iterator[Page]:
    """A page that fails the test when the browser reports an error, such as a script refused by the security policy."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "404" not in message.text:
            errors.append(message.text)

    opened = new_context().new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", note)
    yield opened
    assert not errors


def violations(page: Page) -> Violations:
    """What axe finds wrong with the page as it stands, one line a rule with its first element."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]
