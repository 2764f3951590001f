"""Fetching a second ear and choosing it, as a visitor does."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from scripted_server import Answer, Server
from visitor import PHONE, Guest, visitor

from instructfx.bench.serving.browser import choose_sample
from instructfx.bench.serving.running import served

pytestmark = pytest.mark.browser

SMALL_CLAP = Path(__file__).parent / "small_clap.py"
CLAP = "#ear label:has-text('CLAP')"
FETCH = "#fetch"
REMEMBERED = "localStorage.getItem('instructfx-ear')"


def says(guest: Guest, text: str) -> None:
    guest.page.locator("#ear-about", has_text=text).wait_for()
    assert not guest.scrolls_sideways


def test_clap_is_fetched_with_one_button_and_then_chosen(
    chromium: Any, mirror: Server, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_TURNS", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    mirror.script = [Answer(), Answer(), Answer(cut_after=2_000_000, holding=True)]
    with (
        served(tmp_path, (sys.executable, str(SMALL_CLAP))) as url,
        visitor(chromium, url, viewport=PHONE) as one,
        visitor(chromium, url, viewport=PHONE) as another,
    ):
        fetched(one, another, mirror, models)


def fetched(one: Guest, another: Guest, mirror: Server, models: Path) -> None:
    page, other = one.page, another.page
    one.unfold()
    another.unfold()
    assert page.locator(CLAP).count() == 0
    assert page.locator("#ear").get_attribute("aria-label") == "Ear: who listens"
    assert page.inner_text(FETCH) == "Fetch CLAP (3.0 MB)"
    says(one, f"3.0 MB, kept in {models}")

    page.click(FETCH)
    says(one, "2 of 3 MB · 66 %")
    assert page.locator("#ear-about [role=progressbar]").get_attribute("aria-valuenow") == "66"
    other.click(FETCH)
    says(another, "2 of 3 MB · 66 %")
    assert len(mirror.asked) == 3

    page.click("#halt")
    page.wait_for_selector("#halt:disabled:text-is('Stopping …')")
    mirror.release.set()
    says(one, "Stopped at 2 of 3 MB; what has arrived is kept")

    mirror.script = [Answer(status=403)]
    page.click(f"{FETCH}:text-is('Continue fetching CLAP')")
    says(one, "answers 403")
    page.click(f"{FETCH}:has-text('MB')")
    page.locator(CLAP).wait_for()
    says(one, "takes longer than the built-in ear")
    assert page.locator(FETCH).is_hidden()

    assert page.locator("#ear label.selected").inner_text() == "Built-in"
    kept = page.evaluate(REMEMBERED)
    page.click(CLAP)
    page.locator(f"{CLAP}.selected").wait_for()
    page.wait_for_function(f"kept => {REMEMBERED} !== kept", arg=kept)
    one.reload()
    one.unfold()
    page.locator(f"{CLAP}.selected").wait_for()
    choose_sample(other, "guitar")
    other.click("#new")
    other.locator(CLAP).wait_for()
    assert other.locator("#ear label.selected").inner_text() == "Built-in"
