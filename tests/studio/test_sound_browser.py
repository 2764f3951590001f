"""A turn on a long track is heard at once, in its excerpt, and the whole track takes over where it is."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from desk_work import HISTORY, PLAYER
from tapping import TAP, tapped
from visitor import Guest, visitor

from instructfx.audio.segments import SEGMENT_FRAMES
from instructfx.bench.serving.browser import WORDS, wait_for_track, wait_for_turns
from instructfx.bench.serving.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.alone]

RATE, SECONDS = 44_100, 240
LEFT, SAW = 0.05, 1 << 15  # a level, and the frames after which the right channel begins anew

IN_PART = f"{PLAYER}.state.audible === {HISTORY}.head && {PLAYER}.state.part !== null"
MARKS = """[...document.querySelectorAll('.history-item')].filter((item) => !item.querySelector('.history-now').hidden)
    .map((item) => [item.dataset.turn, item.querySelector('.history-now').textContent])"""


@pytest.fixture
def guest(chromium: Any, common: Running) -> Iterator[Guest]:
    """Somebody new whose browser lets a test bring a script of its own, to listen."""
    with visitor(chromium, common.url, bypass_csp=True) as come:
        yield come


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four minutes whose right channel says where it is, whatever the level: by what it is beside the left one."""
    path = tmp_path_factory.mktemp("long") / "long.flac"
    saw = LEFT * (np.arange(RATE * SECONDS) % SAW) / SAW
    soundfile.write(path, np.stack([np.full(len(saw), LEFT), saw]).T, RATE, subtype="PCM_24")
    return path


@contextmanager
def held(studio: Running) -> Iterator[None]:
    """The workers stand still: what they are rendering does not come while the block lasts."""
    workers = studio.workers()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def opened(guest: Guest, path: Path) -> Any:
    page = guest.page
    page.set_input_files("#upload input[type=file]", path)
    wait_for_track(page)
    return page


def said(page: Any, words: str) -> None:
    page.fill(WORDS, words)
    page.press(WORDS, "Enter")


def places(page: Any) -> np.ndarray[Any, Any]:
    """The frame of the track in every sample of what was heard last, but for whole turns of the saw."""
    flat = tapped(page).astype(float)
    return SAW * flat[:, 1] / flat[:, 0]


def test_a_turn_is_heard_before_its_track_is_rendered_and_goes_on_when_it_is(
    guest: Guest, common: Running, long: Path
) -> None:
    page, asked = opened(guest, long), []
    page.on("request", lambda request: asked.append(request.url) if "/audio/" in request.url else None)
    page.click(".player-play")
    page.wait_for_function(f"{PLAYER}.state.playing")
    page.evaluate(f"{PLAYER}.seek(200)")
    page.wait_for_function(f"{PLAYER}.state.position > 200.1")
    page.click(".player-loop")  # eight seconds, which have nothing in common with the excerpt
    region = page.evaluate(f"{PLAYER}.state.region")
    said(page, "3 dB louder")
    page.wait_for_function(IN_PART)
    with held(common):
        assert page.evaluate(f"{PLAYER}.state.playing") is True
        assert page.locator(".player-status").inner_text().startswith("Its excerpt is looped while the whole track is")
        part, head = page.evaluate(f"[{PLAYER}.state.part, {HISTORY}.head]")
        assert part["end"] - part["start"] == pytest.approx(10)
        assert page.evaluate(MARKS) == [[head, "current"]]
        page.locator("#rendering .progress").wait_for()
        page.click(".player-dry")  # the old is beside it, at the same place
        page.wait_for_function(f"{PLAYER}.state.audible === 'dry'")
        assert page.evaluate(f"{PLAYER}.state.loop") == pytest.approx(part)
        page.click(".player-current")
        page.wait_for_function(IN_PART)
        page.evaluate(TAP)
        page.wait_for_timeout(500)
    page.wait_for_function(f"{PLAYER}.state.part === null && {PLAYER}.state.audible === {HISTORY}.head")
    page.wait_for_timeout(300)
    heard = places(page)
    steps = np.diff(heard)
    jumps = np.flatnonzero(np.abs(steps - 1) > 0.5)  # the saw begins anew, and the loop did before the whole was there
    behind = heard[-RATE:]
    assert np.count_nonzero(np.abs(np.diff(behind) - 1) > 0.5) <= 2  # a second at 1.3 turns of the saw
    assert all(steps[jump] < -0.9 * SAW or abs(heard[jump]) < SAW for jump in jumps)
    wait_for_turns(page, 1)
    assert page.evaluate(f"[{PLAYER}.state.region, {PLAYER}.state.loop.start]") == [region, pytest.approx(200, abs=2)]
    assert {url.rpartition("/")[0].rpartition("/")[2] for url in asked if url.endswith(".wav")} == set()
    dry = {url for url in asked if "/dry/" in url}
    assert 4 <= len(dry) <= 20 < SECONDS * RATE / SEGMENT_FRAMES


def test_a_page_that_is_loaded_again_meanwhile_hears_the_excerpt(guest: Guest, common: Running, long: Path) -> None:
    page = opened(guest, long)
    said(page, "3 dB louder")
    page.wait_for_function(f"{PLAYER}.data.current === {HISTORY}.head && {PLAYER}.data.current !== 'dry'")
    with held(common):
        guest.reload()
        page.wait_for_function(f"{PLAYER}?.data && {PLAYER}.data.current === {HISTORY}?.head")
        assert page.evaluate(f"[{PLAYER}.state.playing, {PLAYER}.state.position]") == [False, 0]
        page.click(".player-play")
        page.wait_for_function(f"{IN_PART} && {PLAYER}.state.playing")
    page.wait_for_function(f"{PLAYER}.state.part === null && {PLAYER}.state.playing")
    wait_for_turns(page, 1)
    page.click("#undo")
    page.wait_for_function(f"{PLAYER}.state.audible === 'dry' && {PLAYER}.state.playing")
    assert page.evaluate(MARKS) == [["dry", "current"]]
