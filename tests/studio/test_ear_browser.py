"""Choosing who listens, as a visitor does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clap_checkpoint import write_checkpoint
from scripted_server import Answer, Server
from visitor import visitor

from instructfx.studio.screenshot import WORDS, browser, choose_sample, chromium_path, served

pytest.importorskip("playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium here (Debian: apt-get install chromium)"),
]

SMALL_CLAP = Path(__file__).parent / "small_clap.py"
CLAP = "#ear label:has-text('CLAP')"
FETCH = "#fetch"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


def says(page: Any, text: str) -> None:
    page.locator("#ear-about", has_text=text).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_clap_is_fetched_with_one_button_and_then_chosen(
    chromium: Any, mirror: Server, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    mirror.script = [Answer(), Answer(), Answer(cut_after=2_000_000, holding=True)]
    with served(tmp_path, SMALL_CLAP) as url, visitor(chromium, url) as page, visitor(chromium, url) as other:
        fetched(page, other, mirror, models)


def fetched(page: Any, other: Any, mirror: Server, models: Path) -> None:
    assert page.locator(CLAP).count() == 0
    assert page.locator("#ear").get_attribute("aria-label") == "Ear: who listens"
    assert page.inner_text(FETCH) == "Fetch CLAP (3.0 MB)"
    says(page, f"3.0 MB, kept in {models}")

    page.click(FETCH)
    says(page, "2 of 3 MB · 66 %")
    assert page.locator("#ear-about [role=progressbar]").get_attribute("aria-valuenow") == "66"
    other.click(FETCH)
    says(other, "2 of 3 MB · 66 %")
    assert len(mirror.asked) == 3

    choose_sample(other, "guitar")
    page.click("#halt")
    page.wait_for_selector("#halt:disabled:text-is('Stopping …')")
    mirror.release.set()
    says(page, "Stopped at 2 of 3 MB; what has arrived is kept")

    mirror.script = [Answer(status=403)]
    page.click(f"{FETCH}:text-is('Continue fetching CLAP')")
    says(page, "answers 403")
    page.click(f"{FETCH}:has-text('MB')")
    page.locator(CLAP).wait_for()
    says(page, "takes longer than the built-in ear")
    assert page.locator(FETCH).count() == 0

    assert page.locator("#ear label.selected").inner_text() == "Built-in"
    page.click(CLAP)
    page.locator(f"{CLAP}.selected").wait_for()
    page.wait_for_timeout(500)
    page.reload()
    page.locator(f"{CLAP}.selected").wait_for()
    other.click("#new")
    other.locator(CLAP).wait_for()
    assert other.locator("#ear label.selected").inner_text() == "Built-in"


def test_a_host_that_fetches_nothing_offers_the_built_in_ear_only(
    chromium: Any, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_STUDIO_FETCH", "0")
    with served(tmp_path) as url, visitor(chromium, url) as page:
        page.wait_for_timeout(1000)
        assert page.locator("#ear label").all_inner_texts() == ["Built-in"]
        assert page.locator(FETCH).count() == 0
        assert page.locator("#ear-about :is(.hint, .notice, .progress)").count() == 0


def test_a_turn_is_heard_by_the_chosen_ear(
    chromium: Any, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = write_checkpoint(tmp_path, "HTSAT-tiny")
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(checkpoint.path))
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", "HTSAT-tiny")
    with served(tmp_path) as url, visitor(chromium, url) as page:
        page.click(CLAP)
        choose_sample(page, "guitar")
        page.fill(WORDS, "make it warmer")
        page.press(WORDS, "Enter")
        page.locator(".turn .facts", has_text="heard by CLAP").wait_for()
        page.click("#new")
        page.locator(f"{CLAP}.selected").wait_for()
