"""The page for everybody: on a phone, by keyboard alone, read aloud, in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_work import CHAIN, HISTORY, effects, opened, session_of, standing, version
from visitor import PHONE, Guest, visitor

from instructfx.bench.serving.browser import wait_for_track, wait_for_turns
from instructfx.bench.serving.running import Running

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def session_id(common: Running, riff: Path) -> str:
    """A session with an equaliser, a filter and a room."""
    return session_of(common.url, riff, "boost 3 dB at 1 kHz", "low-pass it at 4 kHz", "add a reverb")


def findings(page: Any) -> list[str]:
    """What axe-core calls serious or critical, each with the first element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}, {len(each['nodes'])} times, first {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


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
    [{}, {"color_scheme": "dark"}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}],
    ids=["at a desk", "in the dark", "on a phone"],
)
def test_nothing_serious_stands_in_anybodys_way(
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
    with visitor(chromium, common.url, viewport=PHONE, has_touch=True, is_mobile=True) as guest:
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


class Keys:
    """A person without a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, selector: str, key: str = "Tab", most: int = 80) -> None:
        """Press Tab until something has the focus, which then must be seen."""
        for _ in range(most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                break
            self.page.keyboard.press(key)
        else:
            raise AssertionError(f"{selector} is not reached in {most} presses of {key}")
        assert self.page.evaluate(SEEN), f"{selector} does not show that it has the focus"

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


SEEN = """() => {
    const shows = (style) => style.outlineStyle !== "none" || style.boxShadow !== "none";
    const focused = document.activeElement;
    const near = [focused, focused.parentElement, focused.closest("label, .form, [role=treeitem], .block")];
    return focused.checkVisibility() && near.some((each) => each && shows(getComputedStyle(each)));
}"""


def test_from_a_sample_to_a_tree_by_keyboard_alone(chromium: Any, common: Running) -> None:
    with visitor(chromium, common.url) as guest:
        page, keys = guest.page, Keys(guest.page)
        keys.to("#sample-guitar")
        keys.press("Enter")
        wait_for_track(page)
        keys.to("#words :is(textarea, input)")
        page.keyboard.type("low-pass it at 4 kHz")
        keys.press("Enter")
        wait_for_turns(page, 1)
        page.keyboard.type("3 dB louder")
        keys.press("Enter")
        wait_for_turns(page, 2)
        assert effects(page) == ["filter", "gain"]
        keys.to("#undo")
        keys.press("Enter")
        wait_for_turns(page, 3)
        assert effects(page) == ["filter"]
        keys.to(".player-play", key="Shift+Tab") if is_before(page, ".player-play") else keys.to(".player-play")
        keys.press("Space")
        page.wait_for_function("document.querySelector('ifx-player').state.playing")
        keys.press("1")
        page.wait_for_function("document.querySelector('ifx-player').state.selected === 'dry'")
        keys.press("Space")
        page.wait_for_function("!document.querySelector('ifx-player').state.playing")
        keys.to(".chain-card[data-effect=filter] input[type=range]")
        before = page.evaluate(f"{CHAIN}.slots[0].settings")
        keys.press("PageUp")
        wait_for_turns(page, 4)
        assert page.evaluate(f"{CHAIN}.slots[0].settings") != before
        keys.to("[role=treeitem]")
        keys.press("Home", "Enter")
        wait_for_turns(page, 5)
        assert standing(page) is None
        assert effects(page) == []
        keys.press("End", "Enter")
        wait_for_turns(page, 6)
        assert page.evaluate(f"{HISTORY}.head") == page.evaluate(f"{HISTORY}.turns.at(-1).id")
        keys.to(".take-save")
        with page.expect_download():
            keys.press("Enter")


def is_before(page: Any, selector: str) -> bool:
    """Whether something stands on the page before what has the focus."""
    found: bool = page.evaluate(
        "selector => Boolean(document.activeElement.compareDocumentPosition(document.querySelector(selector)) & 2)",
        selector,
    )
    return found
