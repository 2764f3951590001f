"""How soon a track and a turn are heard in the page, and what the tab takes for that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from instructfx.audio import put, writing
from instructfx.bench.runner.memory import resident_mb
from instructfx.bench.serving.browser import TURN_MS, WORDS, wait_for_turns

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RATE = 44_100
LISTEN = """() => {
  const player = document.querySelector("ifx-player");
  window.sounding = (wanted) => {
    const { tap, state } = player;
    if (!tap || (wanted && state.audible !== wanted)) return false;
    if (window.meter?.context !== tap.context) {
      window.meter = new AnalyserNode(tap.context, { fftSize: 1024 });
      tap.output.connect(window.meter);
    }
    const samples = new Float32Array(1024);
    window.meter.getFloatTimeDomainData(samples);
    return samples.some((sample) => Math.abs(sample) > 1e-4);
  };
}"""
FROM_PRESS = """async () => {
  const play = document.querySelector(".player-play"), frame = () => new Promise(requestAnimationFrame);
  const pressed = new Promise((done) => play.addEventListener("click", () => done(performance.now()), { once: true }));
  const began = await pressed;
  while (!window.sounding()) await frame();
  return performance.now() - began;
}"""
FROM_END = """async () => {
  const player = document.querySelector("ifx-player"), history = document.querySelector("ifx-history");
  const before = history.data.head, frame = () => new Promise(requestAnimationFrame);
  while (history.data.head === before || document.querySelector(".working")) {
    if (!player.state.playing) player.play(); // a short track is over before the turn is
    await frame();
  }
  const ended = performance.now();
  while (!window.sounding(history.data.head)) await frame();
  return performance.now() - ended;
}"""


def make_track(path: Path, seconds: float) -> Path:
    """A beat with a tone and noise, in stereo at 44.1 kHz, written block by block."""
    rng = np.random.default_rng(0)
    with writing(path, RATE, 2) as file:
        for start in range(0, round(seconds * RATE), RATE):
            now = (start + np.arange(min(RATE, round(seconds * RATE) - start))) / RATE
            beat = 0.3 * np.sin(2 * np.pi * 220 * now) * np.exp(-6 * (now % 0.5))
            put(file, (beat + 0.05 * rng.standard_normal((2, len(now)))).astype(np.float32))
    return path


def open_track(page: Page, url: str, path: Path) -> None:
    """Send a file and wait until the player has it, whatever of its sound is there."""
    page.goto(url)
    page.wait_for_selector(WORDS)
    page.set_input_files("#upload input[type=file]", path)
    page.wait_for_function("document.querySelector('ifx-player')?.data", timeout=TURN_MS)
    page.evaluate(LISTEN)


def press_to_sound(page: Page) -> float:
    """Milliseconds from a press on Play to sound, on a page whose track has just come."""
    page.evaluate(f"void (window.measured = ({FROM_PRESS})())")
    page.click(".player-play")
    return float(page.evaluate("window.measured"))


def turn_to_sound(page: Page, words: str) -> float:
    """Milliseconds from the end of a turn, as the page tells it, until what it made of the track is heard; on a page
    that plays. Afterwards the whole track is rendered."""
    turns = page.locator(".turn").count()
    page.evaluate(f"void (window.measured = ({FROM_END})())")
    page.fill(WORDS, words)
    page.press(WORDS, "Enter")
    heard = float(page.evaluate("window.measured"))
    wait_for_turns(page, turns + 1)
    return heard


def tab_megabytes(browser: Browser) -> float:
    """The memory that the largest of the browser's tabs holds, in MB."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [each["id"] for each in processes if each["type"] == "renderer"]
    return max(resident_mb(pid) for pid in pages)
