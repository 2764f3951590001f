"""How soon the page can be used, how soon a track, a turn and a hand on a knob are heard, and what its tab holds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from instructfx.bench.runner.report import conditions, table
from instructfx.bench.serving.browser import TURN_MS, WORDS, browser, choose_sample, say, wait_for_turns
from instructfx.bench.serving.running import served
from instructfx.bench.serving.sounding import make_track, open_track, press_to_sound, tab_megabytes, turn_to_sound

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEED = 0
VISITS = 10
EDITS = 20
EDIT_PAUSE_MS = 1500.0  # so that an edit has become a turn before the next begins
SAID = "warmer, in a small room, with a gentle compressor"
LENGTHS = {"13 s": 13.0, "4 min": 240.0, "10 min": 600.0}
PRESSES = 5
TURNS = ("make it warmer", "a bit brighter", "3 dB louder", "a bit wider", "too harsh, soften it")
TAKEN = "add some grit"
TAKES = 3
EXPLANATION = """\
Chromium without a screen on the machine that serves. *Interactive*: from asking for the address to a page on which a
sample track can be pressed, in a fresh profile, once the server is up. *Playable*: from pressing it to the decoded
track. *Dry is heard*: from pressing Play on a page to which a track has just come, to sound. *A turn is heard*: from
its end, as the page tells it, to the sound of it, on a page that plays. *An edit is heard*: from a slider's move to the
edited sound in the player, over an equaliser, a compressor and a reverb; the render of the edit before may still run.
*Three takes*: from pressing the button to three versions that can be played, of "add some grit" on 13 seconds. In
milliseconds.
"""
MEMORY = "\nWhat the tab holds of the memory after these turns, in MB.\n"

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
        rows = [["interactive", *_row(visits[:, 0])], ["playable", *_row(visits[:, 1])]]
        held = []
        for length, seconds in LENGTHS.items():
            tell(f"page: what is heard of {length}")
            track = make_track(Path(folder) / "track.wav", seconds)
            presses = [_press(chromium, url, track) for _ in range(PRESSES)]
            turns, megabytes = _turns(chromium, url, track)
            rows += [[f"dry is heard, {length}", *_row(presses)], [f"a turn is heard, {length}", *_row(turns)]]
            held.append([length, f"{megabytes:.0f}"])
        tell("page: edits by hand")
        rows.append(["an edit by hand is heard", *_row(_edits(chromium, url))])
        tell("page: three takes")
        rows.append(["three takes are there", *_row([_three_takes(chromium, url) for _ in range(TAKES)])])
    head = ["from the press to", "times", "median", "95th percentile", "longest"]
    parts = ["## The page\n", conditions(SEED), EXPLANATION, table(head, rows), MEMORY, table(["track", "MB"], held)]
    return "\n".join(parts)


@contextmanager
def _page(chromium: Browser) -> Iterator[Page]:
    """A page in a fresh profile, which is alone in the browser."""
    page = chromium.new_page()
    yield page
    page.context.close()


def _visit(chromium: Browser, url: str) -> tuple[float, float]:
    """Milliseconds until the page can be used, and until a sample track can be played."""
    with _page(chromium) as page:
        began = time.perf_counter()
        page.goto(url)
        page.wait_for_selector("#sample-groove:enabled", timeout=TURN_MS)
        interactive = time.perf_counter()
        choose_sample(page, "groove")
        playable = time.perf_counter()
    return 1000 * (interactive - began), 1000 * (playable - interactive)


def _press(chromium: Browser, url: str, track: Path) -> float:
    with _page(chromium) as page:
        open_track(page, url, track)
        return press_to_sound(page)


def _turns(chromium: Browser, url: str, track: Path) -> tuple[list[float], float]:
    """Milliseconds from the end of each turn to its sound, and the tab's memory in MB afterwards."""
    with _page(chromium) as page:
        open_track(page, url, track)
        press_to_sound(page)
        return [turn_to_sound(page, words) for words in TURNS], tab_megabytes(chromium)


def _edits(chromium: Browser, url: str) -> list[float]:
    """Milliseconds until an edit is heard, of many that follow each other."""
    with _page(chromium) as page:
        page.goto(url)
        page.wait_for_selector(WORDS)
        choose_sample(page, "groove")
        say(page, SAID)
        page.wait_for_selector("ifx-chain .chain-card input[type=range]", timeout=TURN_MS)
        times = [_edit(page, place % 2) for place in range(EDITS + 1)]
    return times[1:]  # the first starts the sound card's clock


def _three_takes(chromium: Browser, url: str) -> float:
    with _page(chromium) as page:
        page.goto(url)
        page.wait_for_selector(WORDS)
        choose_sample(page, "groove")
        page.fill(WORDS, TAKEN)
        began = time.perf_counter()
        page.click("#takes")
        wait_for_turns(page, 3)
        return 1000 * (time.perf_counter() - began)


def _edit(page: Page, place: int) -> float:
    heard: float = page.evaluate(HEARD, place)
    page.wait_for_timeout(EDIT_PAUSE_MS)
    return heard


def _row(milliseconds: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    values = np.asarray(milliseconds)
    return [str(len(values)), *(f"{value:.0f}" for value in (*np.percentile(values, (50, 95)), values.max()))]
