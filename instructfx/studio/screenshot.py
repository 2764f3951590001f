"""The page in a real browser: `python -m instructfx.studio.screenshot docs/pictures` shows its main states."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

APP = Path(__file__).parent.parent.parent / "app.py"
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
SHOWN = ("make it warmer", "put it in a small church")
TURN_MS = 240_000
COMPARED = """() => {
  const tree = document.querySelector("ifx-history");
  const [a, b] = tree.data.turns.slice(-2).map((turn) => turn.id);
  tree.dispatchEvent(new CustomEvent("act", { bubbles: true, detail: { do: "compare", a, b } }));
}"""
SETTLED = """count => {
    const [player, history] = ["ifx-player", "ifx-history"].map((each) => document.querySelector(each));
    const standing = history?.data?.head ?? "dry";
    return document.querySelectorAll(".turn").length >= count && !document.querySelector(".working, .progress")
        && document.querySelector("ifx-chain")?.data?.editable
        && player?.data?.current === standing && player.state.loaded.includes(standing);
}"""


def chromium_path() -> str | None:
    """The system's Chromium; None where there is none."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Running:
    """The studio in a process of its own: the address to open, and where its log goes."""

    url: str
    pid: int
    log: Path

    def workers(self) -> list[int]:
        """The ids of its worker processes, where the system tells (Linux does)."""
        children = [path.read_text().split() for path in Path(f"/proc/{self.pid}/task").glob("*/children")]
        return sorted(int(pid) for each in children for pid in each)


@contextmanager
def running(sessions: Path, program: Path = APP) -> Iterator[Running]:
    """The studio in a process of its own on a free port. program takes app.py's options."""
    environment = dict(os.environ, INSTRUCTFX_SESSIONS=str(sessions))
    command = [sys.executable, str(program), "--host", "127.0.0.1", "--port", "0"]
    log_path = sessions / "studio.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield Running(_address(process, log_path), process.pid, log_path)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def served(sessions: Path, program: Path = APP) -> Iterator[str]:
    """The address of the studio in a process of its own, as `running`."""
    with running(sessions, program) as studio:
        yield studio.url


def _address(process: subprocess.Popen[bytes], log_path: Path) -> str:
    for _ in range(2400):
        found = re.search(r"open (http://\S+)", log_path.read_text())
        if found:
            return found.group(1)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the studio did not start: {log_path.read_text()}")


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures of the main states."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    if chromium_path() is None:
        parser.error("no Chromium was found; on Debian: apt-get install chromium")
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, browser() as chromium:
        desk = chromium.new_page(viewport={"width": 1440, "height": 1000}, color_scheme="light")
        desk.goto(url)
        desk.wait_for_selector(WORDS)
        _picture(desk, asked.folder / "start.png")
        choose_sample(desk, "groove")
        for words in SHOWN:
            say(desk, words)
        desk.wait_for_selector("#pictures svg", timeout=TURN_MS)
        _picture(desk, asked.folder / "two-turns.png")
        _picture(desk, asked.folder / "whole-page.png", whole=True)
        desk.evaluate(COMPARED)
        desk.wait_for_selector("#pictures .comparison", timeout=TURN_MS)
        desk.locator("#history").evaluate("part => part.scrollIntoView()")
        _picture(desk, asked.folder / "comparison.png")
        phone = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", device_scale_factor=2)
        phone.goto(desk.url)  # the address is all that it takes to go on elsewhere
        wait_for_track(phone)
        _picture(phone, asked.folder / "phone.png")
    return 0


def _picture(page: Page, path: Path, whole: bool = False) -> None:
    page.locator(WORDS).blur()
    page.wait_for_timeout(600)
    page.screenshot(path=path, full_page=whole)


if __name__ == "__main__":
    sys.exit(main())
