"""The page in a real browser: `python tools/screenshot.py docs/pictures` shows its main states."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.bench.serving.browser import (
    CHROMIUM,
    TURN_MS,
    WORDS,
    browser,
    choose_sample,
    say,
    wait_for_track,
)
from instructfx.bench.serving.running import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHOWN = ("make it warmer", "put it in a small church")
COMPARED = """() => {
  const tree = document.querySelector("ifx-history");
  const [a, b] = tree.data.turns.slice(-2).map((turn) => turn.id);
  tree.dispatchEvent(new CustomEvent("act", { bubbles: true, detail: { do: "compare", a, b } }));
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures of the main states."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    if CHROMIUM.path is None:
        parser.error(CHROMIUM.missing)
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
