"""The page for everybody: on a phone, in the dark, with large fingers, read aloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_work import opened, session_of, version
from visitor import DESK, PHONE, Guest, visitor

from instructfx.bench.serving.running import Running

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def session_id(common: Running, riff: Path) -> str:
    """A session with an equaliser, a filter and a room."""
    return session_of(common.url, riff, "boost 3 dB at 1 kHz", "low-pass it at 4 kHz", "add a reverb")


def findings(page: Any) -> list[str]:
    """What axe-core has against the page, each with the first element."""
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    return [
        f"{each['id']}: {each['help']}, {len(each['nodes'])} times, first {each['nodes'][0]['html'][:200]}"
        for each in found
    ]


HELD = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def comparing(page: Any) -> None:
    """Two versions side by side."""
    version(page, "boost 3 dB").click()
    version(page, "boost 3 dB").get_by_role("button", name="Compare with …").click()
    version(page, "add a reverb").click()
    version(page, "add a reverb").get_by_role("button", name="Compare with 1").click()
    page.locator(".history-compare").get_by_text("1. boost 3 dB at 1 kHz against").wait_for()
    page.locator("#pictures .comparison svg").first.wait_for()


@pytest.mark.parametrize(
    "options",
    [
        {},
        HELD | {"color_scheme": "dark"},
        pytest.param(HELD, marks=pytest.mark.slow),
        pytest.param({"color_scheme": "dark"}, marks=pytest.mark.slow),
    ],
    ids=["at a desk", "on a phone in the dark", "on a phone", "in the dark"],
)
def test_nothing_stands_in_anybodys_way(
    chromium: Any, common: Running, session_id: str, options: dict[str, Any]
) -> None:
    with visitor(chromium, common.url, **options) as guest:
        states = {"opening": findings(guest.page)}
        guest.unfold()
        states["advanced"] = findings(guest.page)
        page = opened(guest, session_id)
        page.locator("#pictures svg").first.wait_for()
        states["after turns"] = findings(page)
        comparing(page)
        states["comparison"] = findings(page)
        page.locator(".history-compare").get_by_role("button", name="Close").click()
        page.locator(".history-compare").wait_for(state="hidden")
        page.click(".player-begin")
        page.locator("[data-choice=X]").wait_for()
        states["blind test"] = findings(page)
        page.keyboard.press("Escape")
    assert {name: found for name, found in states.items() if found} == {}


def test_a_phone_shows_everything_without_scrolling_sideways(chromium: Any, common: Running, session_id: str) -> None:
    with visitor(chromium, common.url, **HELD) as guest:
        reaches = {"opening": beyond(guest)}
        guest.unfold()
        reaches["advanced"] = beyond(guest)
        page = opened(guest, session_id)
        page.locator("#pictures svg").first.wait_for()
        for fold in page.locator("summary, .chain-all").all():
            fold.click()
        reaches["unfolded"] = beyond(guest)
        comparing(page)
        reaches["comparison"] = beyond(guest)
    assert {name: found for name, found in reaches.items() if found} == {}


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["at a desk", "on a phone"])
def test_a_long_name_of_a_track_stands_in_nobodys_way(
    chromium: Any, common: Running, riff: Path, tmp_path: Path, screen: dict[str, int]
) -> None:
    path = tmp_path / f"{'rough mix of the last evening ' * 7}.wav"
    path.write_bytes(riff.read_bytes())
    with visitor(chromium, common.url, viewport=screen) as guest:
        page = opened(guest, session_of(common.url, path))
        assert beyond(guest) == []
        page.click("#new")
        page.locator("#sample-groove").wait_for()


def beyond(guest: Guest) -> list[str]:
    """What of the page is beyond the right edge, or that it scrolls."""
    found: list[str] = guest.page.evaluate(
        """() => [...document.querySelectorAll('#studio *, header *')]
            .filter(each => each.checkVisibility({visibilityProperty: true}))
            .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
            .filter(each => !each.closest('[data-scrolls], table, .history-tree, svg'))
            .map(each => `${each.tagName} ${each.className} ${each.getBoundingClientRect().right}`).slice(0, 5)"""
    )
    return [*found, *(["it scrolls"] if guest.scrolls_sideways else [])]
