"""The page in a real browser: the system's Chromium, and what somebody does in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WORDS = "#words :is(textarea, input)"
TURN_MS = 240_000
SETTLED = """count => {
    const [player, history] = ["ifx-player", "ifx-history"].map((each) => document.querySelector(each));
    const standing = history?.data?.head ?? "dry";
    return document.querySelectorAll(".turn").length >= count && !document.querySelector(".working, .progress")
        && document.querySelector("ifx-chain")?.data?.editable
        && player?.data?.current === standing && player.state.loaded.includes(standing)
        && player.data.versions.find(({ id }) => id === standing).whole;
}"""


def chromium_path() -> str | None:
    """The system's Chromium; None where there is none."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium with a fresh profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS))
        try:
            yield chromium
        finally:
            chromium.close()


def choose_sample(page: Page, name: str) -> None:
    """Click a sample track and wait until it can be played."""
    page.click(f"#sample-{name}")
    wait_for_track(page)


def wait_for_track(page: Page) -> None:
    """Until the dry track can be played."""
    page.wait_for_function("document.querySelector('ifx-player')?.state?.loaded.includes('dry')", timeout=TURN_MS)


def say(page: Page, words: str) -> None:
    """Type, press Enter, and wait until the new version can be played."""
    turns = page.locator(".turn").count()
    page.fill(WORDS, words)
    page.press(WORDS, "Enter")
    wait_for_turns(page, turns + 1)


def wait_for_turns(page: Page, count: int) -> None:
    """Until so many turns are in the conversation, nothing runs, and what the history says that plays can be played."""
    page.wait_for_function(SETTLED, arg=count, timeout=TURN_MS)
