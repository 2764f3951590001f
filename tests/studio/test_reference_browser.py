"""A track of one's own beside the versions: chosen, heard as loud as they are, found again, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from desk_work import PLAYER, opened, session_of
from passwords import AUTH
from tapping import TAP, tapped
from visitor import Guest, visitor

from instructfx.audio.loudness import LoudnessMeter
from instructfx.bench.serving.browser import wait_for_track
from instructfx.bench.serving.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.alone]

HZ = 1000.0
NAME = f"Our last {'very ' * 30}<i>long<i> record é.wav"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quiet tone of a second, in mono and at another rate than the riff: it goes round three times beside it."""
    path = tmp_path_factory.mktemp("record") / NAME
    soundfile.write(path, 0.01 * np.sin(2 * np.pi * HZ * np.arange(48_000) / 48_000), 48_000)
    return path


@pytest.fixture
def guest(chromium: Any, common: Running) -> Iterator[Guest]:
    """Somebody new whose browser lets a test bring a script of its own, to listen."""
    with visitor(chromium, common.url, bypass_csp=True) as come:
        yield come


@pytest.fixture
def friend(chromium: Any, common: Running) -> Iterator[Guest]:
    """Somebody else on the common studio's page."""
    with visitor(chromium, common.url) as come:
        yield come


def chosen(page: Any, path: Path) -> None:
    """Choose a file to compare with, by key, without a window of the system's."""
    page.focus(".player-own")
    page.evaluate("document.querySelector('.player-file').click = () => (window.asked = true)")
    page.keyboard.press("Enter")
    assert page.evaluate("window.asked && !(window.asked = false)")
    page.set_input_files(".player-file", path)


def heard(page: Any) -> tuple[float, float]:
    """LUFS and the strongest frequency, in Hz, of a second of what comes out."""
    page.evaluate(TAP)
    page.wait_for_timeout(1200)
    rate = page.evaluate(f"{PLAYER}.tap.context.sampleRate")
    samples = tapped(page)[-rate:].T
    meter = LoudnessMeter(rate, 2)
    meter.push(samples)
    power = np.abs(np.fft.rfft(samples[0] * np.hanning(samples.shape[1])))
    return meter.integrated_lufs(), float(np.argmax(power) * rate / samples.shape[1])


def dropped(page: Any, path: Path) -> None:
    """Drop a file on the player."""
    page.evaluate(
        """([name, text]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], name));
          const event = { dataTransfer, bubbles: true, cancelable: true };
          document.querySelector(".player-wave").dispatchEvent(new DragEvent("drop", event));
        }""",
        [path.name, path.read_text()],
    )


def picked(page: Any, key: str, version: str) -> None:
    page.focus(".player-play")
    page.keyboard.press(key)
    page.wait_for_function(f"{PLAYER}.state.audible === '{version}'")


def test_a_track_of_ones_own_is_heard_beside_the_versions_and_found_again(
    guest: Guest, friend: Guest, common: Running, riff: Path, record: Path
) -> None:
    session_id = session_of(common.url, riff)
    page, theirs = opened(guest, session_id), opened(friend, session_id)
    chosen(page, record)
    for each in (page, theirs):
        each.locator(".player-reference").wait_for()
        assert each.locator(".player-reference span").inner_text().startswith("Our last very very")
        assert each.locator(".player-told").inner_text().endswith("is the reference now; key 2 plays it.")
    assert page.evaluate("document.activeElement.className") == "player-own"
    for each in (page, theirs):
        each.click("#new")
        each.locator("#chooser").wait_for()

    page = opened(guest, session_id)  # which is read from the store again
    page.locator(".player-reference").wait_for()
    page.click(".player-play")
    page.wait_for_function(f"{PLAYER}.state.playing")
    page.click(".player-loop")
    picked(page, "2", "reference")
    lufs, hz = heard(page)
    dry = page.evaluate(f"{PLAYER}.data.versions[0]")
    assert lufs == pytest.approx(dry["levels"]["loudness_lufs"] + dry["gain_db"], abs=0.3)
    assert hz == pytest.approx(HZ, abs=3)
    picked(page, "1", "dry")
    assert heard(page)[1] != pytest.approx(HZ, abs=50)
    picked(page, "2", "reference")
    page.get_by_role("button", name="Let go of the reference").click()
    page.wait_for_function(f"{PLAYER}.state.audible === 'dry'")
    assert page.locator(".player-told").inner_text().endswith("is no longer the reference.")
    guest.reload()
    page.locator(".player-own", has_text="Compare with a track of your own…").wait_for()
    assert page.locator(".player-reference").is_hidden()


def test_what_cannot_be_compared_with_is_refused_in_one_line(
    chromium: Any, guarded: Running, riff: Path, record: Path, tmp_path: Path
) -> None:
    text, empty, other = (tmp_path / name for name in ("notes.wav", "empty.flac", "page.html"))
    text.write_text("no sound at all, whatever its name says " * 50)
    empty.write_bytes(b"")
    other.write_text("<b>")
    long, large = tmp_path / "long.flac", tmp_path / "large.wav"
    soundfile.write(long, 0.1 * np.sin(np.arange(61 * 8000)), 8000)
    large.write_bytes(bytes(3 << 20))
    user, password = AUTH
    with visitor(chromium, guarded.url, http_credentials={"username": user, "password": password}) as guest:
        page = guest.page
        page.set_input_files("#upload input[type=file]", riff)
        wait_for_track(page)
        chosen(page, record)
        page.locator(".player-reference").wait_for()
        for give, path, line in (
            (chosen, text, "notes.wav is not audio that can be read"),
            (chosen, empty, "empty.flac is empty: it has no bytes"),
            (dropped, other, "page.html is not a kind of file that can be used"),
            (chosen, long, "long.flac is 61 seconds long"),
        ):
            give(page, path)
            page.locator("#rendering .notice", has_text=line).wait_for()
            assert page.locator("#rendering .notice").get_attribute("role") == "alert"
        chosen(page, large)
        page.locator(".player-fault", has_text="too large; up to 2 MB can be uploaded").wait_for()
        page.route("**/upload*", lambda route: None)  # which takes for ever
        chosen(page, text)
        page.locator(".player-own", has_text="Stop sending notes.wav").press("Enter")
        page.locator(".player-own", has_text="Compare with another track").wait_for()
        assert page.evaluate("document.activeElement.className") == "player-own"
        assert page.locator(".player-reference span").inner_text().startswith("Our last")  # as it was before
        guest.wrong[:] = [each for each in guest.wrong if "413" not in each]
