"""How soon the page can be used and how soon a hand on a knob is heard, in a browser."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from instructfx.bench.runner.report import conditions, table
from instructfx.bench.serving.browser import TURN_MS, WORDS, browser, choose_sample, say
from instructfx.bench.serving.running import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEED = 0
VISITS = 10
EDITS = 20
EDIT_PAUSE_MS = 1500.0  # so that an edit has become a turn before the next begins
SAID = "warmer, in a small room, with a gentle compressor"
EXPLANATION = """\
Chromium without a screen on the machine that serves. *Interactive*: from asking for the address to a page on which a
sample track can be pressed, in a fresh profile, once the server is up. *Playable*: from pressing it to the decoded
track. *Heard*: from a slider's move to the edited sound in the player, over an equaliser, a compressor and a reverb;
the render of the edit before may still run. In milliseconds.
"""

HEARD = """async (place) => {
  const player = document.querySelector("ifx-player");
  const slider = document.querySelectorAll("ifx-chain .chain-card input[type=range]")[place];
  const before = player.state.audible, began = performance.now();
  const [low, high] = [Number(slider.min), Number(slider.max)];
  slider.value = Number(slider.value) > (low + high) / 2 ? low + 0.3 * (high - low) : low + 0.7 * (high - low);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  while (player.state.audible === before) await new Promise(requestAnimationFrame);
  const heard = performance.now() - began;
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  return heard;
}"""


def measure(data: Path | None, tell: Callable[[str], None]) -> str:
    """Measure; a page of Markdown. data is not needed."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, browser() as chromium:
        tell("page: visits")
        _visit(chromium, url)  # the first one meets a server that has just started
        visits = np.array([_visit(chromium, url) for _ in range(VISITS)])
        tell("page: edits by hand")
        edits = _edits(chromium, url)
    rows = [
        ["interactive", *_row(visits[:, 0])],
        ["playable", *_row(visits[:, 1])],
        ["an edit by hand is heard", *_row(edits)],
    ]
    head = ["from the press to", "times", "median", "95th percentile", "longest"]
    return "\n".join(["## The page\n", conditions(SEED), EXPLANATION, table(head, rows)])


def _visit(chromium: Browser, url: str) -> tuple[float, float]:
    """Milliseconds until the page can be used, and until a sample track can be played."""
    page = chromium.new_page()
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("#sample-groove:enabled", timeout=TURN_MS)
    interactive = time.perf_counter()
    choose_sample(page, "groove")
    playable = time.perf_counter()
    page.context.close()
    return 1000 * (interactive - began), 1000 * (playable - interactive)


def _edits(chromium: Browser, url: str) -> list[float]:
    """Milliseconds until an edit is heard, of many that follow each other."""
    page = chromium.new_page()
    page.goto(url)
    page.wait_for_selector(WORDS)
    choose_sample(page, "groove")
    say(page, SAID)
    page.wait_for_selector("ifx-chain .chain-card input[type=range]", timeout=TURN_MS)
    times = [_edit(page, place % 2) for place in range(EDITS + 1)]
    page.context.close()
    return times[1:]  # the first starts the sound card's clock


def _edit(page: Page, place: int) -> float:
    heard: float = page.evaluate(HEARD, place)
    page.wait_for_timeout(EDIT_PAUSE_MS)
    return heard


def _row(milliseconds: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    values = np.asarray(milliseconds)
    return [str(len(values)), *(f"{value:.0f}" for value in (*np.percentile(values, (50, 95)), values.max()))]
