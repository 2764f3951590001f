"""The page in a real browser: the system's Chromium or Firefox, and what somebody does in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright


@dataclass(frozen=True)
class BrowserProgram:
    """A browser of the system's: the names of its command, and of its package in Debian."""

    name: str
    commands: tuple[str, ...]
    package: str

    @property
    def path(self) -> str | None:
        """Where it lies; None where there is none."""
        return next((path for command in self.commands if (path := shutil.which(command))), None)

    @property
    def missing(self) -> str:
        """One line for where there is none."""
        return f"no {self.name} here (Debian: apt-get install {self.package})"


CHROMIUM = BrowserProgram("Chromium", ("chromium", "chromium-browser", "google-chrome"), "chromium")
FIREFOX = BrowserProgram("Firefox", ("firefox-esr", "firefox"), "firefox-esr")
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


@contextmanager
def launched(playwright: Playwright, program: BrowserProgram = CHROMIUM, untouched: bool = False) -> Iterator[Browser]:
    """The system's browser without a window and with a fresh profile; untouched: it plays before anybody touched it.

    Firefox is spoken to by WebDriver BiDi, which needs no build of its own.
    """
    if program is FIREFOX:
        settings: dict[str, str | float | bool] = {
            "media.cubeb.force_mock_context": True,  # a clock for sound without a device, as Chromium has by itself
            "media.autoplay.default": 0 if untouched else 1,
        }
        started = playwright.firefox.launch(
            channel="moz-firefox", executable_path=program.path, firefox_user_prefs=settings
        )
    else:
        policy = "no-user-gesture-required" if untouched else "document-user-activation-required"
        options = [*CHROMIUM_OPTIONS, f"--autoplay-policy={policy}"]
        started = playwright.chromium.launch(executable_path=program.path, args=options)
    try:
        yield started
    finally:
        started.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium with a fresh profile, and nothing else of playwright's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright) as chromium:
        yield chromium


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
