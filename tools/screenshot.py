"""The page in a real browser, as pictures.

python tools/screenshot.py states docs/pictures    its main states
python tools/screenshot.py session FOLDER          the whole page after eleven turns, wide and narrow, light and dark
"""

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
    wait_for_turns,
)
from instructfx.bench.serving.running import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHOWN = ("make it warmer", "put it in a small church")
ELEVEN = (
    *SHOWN, "less reverb", "add some grit", "tighter and punchier", "a bit brighter", "a slow, dreamy echo",
    "too harsh, soften it", "wider and airier", "undo that", "3 dB quieter",
)  # fmt: skip
DESK = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}
COMPARED = """() => {
  const tree = document.querySelector("ifx-history");
  const [a, b] = tree.data.turns.slice(-2).map((turn) => turn.id);
  tree.dispatchEvent(new CustomEvent("part-event", { bubbles: true, detail: { do: "compare", a, b } }));
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shown", choices=("states", "session"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    if CHROMIUM.path is None:
        parser.error(CHROMIUM.missing)
    asked.folder.mkdir(parents=True, exist_ok=True)
    take = states if asked.shown == "states" else session
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, browser() as chromium:
        take(chromium, url, asked.folder)
    return 0


def states(chromium: Browser, url: str, folder: Path) -> None:
    """The start, two turns, the whole page, a comparison, and a phone in the dark."""
    desk = _after(chromium, url, SHOWN, folder / "start.png")
    _picture(desk, folder / "two-turns.png")
    _picture(desk, folder / "whole-page.png", whole=True)
    desk.evaluate(COMPARED)
    desk.wait_for_selector("#pictures .comparison", timeout=TURN_MS)
    desk.locator("#history").evaluate("part => part.scrollIntoView()")
    _picture(desk, folder / "comparison.png")
    phone = chromium.new_page(viewport=PHONE, color_scheme="dark", device_scale_factor=2)
    phone.goto(desk.url)  # the address is all that it takes to go on elsewhere
    wait_for_track(phone)
    _picture(phone, folder / "phone.png")


def session(chromium: Browser, url: str, folder: Path) -> None:
    """The same eleven turns at each width and in each colour scheme."""
    address = _after(chromium, url, ELEVEN).url
    for size in (DESK, PHONE):
        for scheme in ("light", "dark"):
            page = chromium.new_page(viewport=size, color_scheme=scheme)
            page.goto(address)
            wait_for_turns(page, len(ELEVEN))
            page.wait_for_selector("#pictures svg", timeout=TURN_MS)
            _picture(page, folder / f"session-{size['width']}-{scheme}.png", whole=True)


def _after(chromium: Browser, url: str, words: Sequence[str], start: Path | None = None) -> Page:
    """A desk on which all of that was said of a sample; start: where a picture of it goes before."""
    desk = chromium.new_page(viewport=DESK, color_scheme="light")
    desk.goto(url)
    desk.wait_for_selector(WORDS)
    if start:
        _picture(desk, start)
    choose_sample(desk, "groove")
    for each in words:
        say(desk, each)
    desk.wait_for_selector("#pictures svg", timeout=TURN_MS)
    return desk


def _picture(page: Page, path: Path, whole: bool = False) -> None:
    """What is in the window, or the whole page, in a window as high as that: what stands at its edge is at the edge."""
    size = page.viewport_size
    assert size
    page.locator(WORDS).blur()
    if whole:
        page.set_viewport_size({**size, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.wait_for_timeout(600)
    page.screenshot(path=path)
    page.set_viewport_size(size)


if __name__ == "__main__":
    sys.exit(main())
