import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from instructfx.chain import Chain
from instructfx.studio.screenshot import WORDS, browser, choose_sample, chromium_path, say, served, wait_for_turns

pytest.importorskip("playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium here (Debian: apt-get install chromium)"),
]

SAMPLES = Path(__file__).parent.parent.parent / "static" / "samples"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("sessions")) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def visitor(chromium: Any, url: str) -> Iterator[Callable[[], Any]]:
    """Opens the page as somebody new; nothing may be wrong on the console or asked of another host."""
    contexts, wrong = [], []

    def come(**options: Any) -> Any:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if elsewhere(request.url) else None)
        page.goto(url)
        page.wait_for_selector(WORDS)
        return page

    def elsewhere(address: str) -> bool:
        return not address.startswith((url, "data:", "blob:"))

    yield come
    for context in contexts:
        context.close()
    assert wrong == []


def saved(page: Any, label: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.click(f".downloads a:text-is('{label}')")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_two_turns_on_a_sample_then_everything_is_taken_home(visitor: Any, tmp_path: Path) -> None:
    page = visitor()
    choose_sample(page, "groove")
    say(page, "make it warmer")
    assert "warmer" in page.locator(".turn .reply").inner_text().lower()
    say(page, "put it in a small church")
    assert page.locator(".turn").count() == 2
    assert page.locator("table.chain tbody th").all_inner_texts() == ["Equaliser", "Reverb"]
    assert page.locator("table.readings tbody tr").count() > 0
    assert page.locator("details.why dd").count() >= 4

    dry = soundfile.info(SAMPLES / "groove.flac")
    flac, wav, preset = (saved(page, label, tmp_path) for label in ("FLAC", "WAV", "Preset"))
    assert flac.name == "groove-warmer-small-church.flac"
    samples, rate = soundfile.read(flac)
    assert rate == dry.samplerate
    assert samples.shape[1] == dry.channels
    assert dry.frames < len(samples) < dry.frames + 15 * rate
    np.testing.assert_array_equal(soundfile.read(wav)[0], samples)
    kept = json.loads(preset.read_text())
    assert (kept["format"], kept["version"]) == ("instructfx-preset", 1)
    assert Chain.from_json(kept["chain"]).names == ("eq", "reverb")

    heard = page.evaluate(
        """async () => { const all = [...document.querySelectorAll('.player audio')];
        for (const each of all) { each.muted = true; await each.play(); await new Promise(r => setTimeout(r, 200)); }
        return all.map(each => [each.paused, each.error === null, each.duration]); }"""
    )
    assert [each[0] for each in heard] == [True, False]
    assert all(each[1] for each in heard)
    assert heard[1][2] == pytest.approx(len(samples) / rate, abs=0.01)

    page.click("#undo")
    wait_for_turns(page, 3)
    talk = "document.getElementById('conversation')"
    assert page.evaluate(f"getComputedStyle({talk}).overflowY") == "auto"
    page.wait_for_function(f"{talk}.scrollTop + {talk}.clientHeight >= {talk}.scrollHeight - 2")
    assert page.locator(".turn").last.bounding_box()["y"] < page.locator(WORDS).bounding_box()["y"]
    assert page.locator("table.chain tbody th").all_inner_texts() == ["Equaliser"]
    page.click("#new")
    page.wait_for_selector("#sample-groove")
    assert page.locator(".turn").count() == 0


def test_an_upload_of_ones_own(visitor: Any, tmp_path: Path) -> None:
    page = visitor()
    time = np.arange(3 * 22_050) / 22_050
    path = tmp_path / "My <b>Song<b> é.wav"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 220 * time) * np.exp(-time % 0.5), 22_050)
    page.set_input_files("#upload input[type=file]", path)
    page.wait_for_selector(".player.dry audio")
    assert "mono · 22.05 kHz" in page.locator("#track").inner_text()
    assert page.locator("#track b").count() == 0
    page.click("#examples button:text-is('a bit wider')")
    wait_for_turns(page, 1)
    page.click("#send")
    page.wait_for_selector("#notice .notice")
    assert "Say what should change" in page.locator("#notice").inner_text()


def test_a_stopped_turn_keeps_the_best_so_far(visitor: Any) -> None:
    page = visitor()
    choose_sample(page, "strings")
    page.fill(WORDS, "much warmer, some chorus and a big hall")
    page.press(WORDS, "Enter")
    page.wait_for_function("/step [3-9]/.test(document.querySelector('.progress')?.innerText ?? '')")
    assert page.locator("#send").is_disabled()
    page.click("#stop")
    wait_for_turns(page, 1)
    assert "best so far was kept" in page.locator(".turn").inner_text()
    assert page.locator(".player.current audio").count() == 1
    assert page.locator("#send").is_enabled()


def test_what_cannot_be_used_is_one_clear_line(visitor: Any, tmp_path: Path) -> None:
    page = visitor()
    page.fill(WORDS, "make it warmer")
    page.press(WORDS, "Enter")
    page.wait_for_selector("#notice .notice")
    assert "Choose a track first" in page.locator("#notice").inner_text()
    for name in ("letter.wav", "letter.txt"):
        path = tmp_path / name
        path.write_text("Dear Sir or Madam\n" * 50)
        page.set_input_files("#upload input[type=file]", path)
        line = page.locator("#choosing .notice", has_text=name)
        line.wait_for()
        assert "Traceback" not in line.inner_text()
        assert "/" not in line.inner_text()
        assert "\n" not in line.inner_text().strip()
    choose_sample(page, "guitar")


def test_visitors_do_not_see_each_other(visitor: Any, url: str) -> None:
    first, second = visitor(), visitor(color_scheme="dark")
    choose_sample(first, "guitar")
    say(first, "add a 250 ms delay")
    assert second.locator(".turn").count() == 0
    assert second.locator("#listen").count() == 0 or not second.locator("#listen").is_visible()
    choose_sample(second, "guitar")
    assert second.locator(".turn").count() == 0
    links = [page.locator(".player.dry audio").get_attribute("src") for page in (first, second)]
    assert links[0] != links[1]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{url}/audio/guess/dry")


def test_a_phone_shows_everything_without_scrolling_sideways(visitor: Any) -> None:
    page = visitor()
    page.set_viewport_size({"width": 390, "height": 844})
    choose_sample(page, "groove")
    say(page, "brighter")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#studio *')].map(e => e.getBoundingClientRect().right))"
    )
    assert right <= 390
