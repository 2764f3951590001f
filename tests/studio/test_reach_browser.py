"""Wherever the page is scrolled to, words can be typed and the track be played, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_work import PLAYER, opened, session_of, step
from visitor import DESK, PHONE, visitor

from instructfx.bench.serving.browser import WORDS
from instructfx.bench.serving.running import Running

pytestmark = pytest.mark.browser

REACHED = """selector => {
    const each = document.querySelector(selector), box = each.getBoundingClientRect();
    if (!box.width || box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) return false;
    return each.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
}"""
"""Whether all of something is in the window, and nothing lies on it."""

TRANSPORT = (".player-play", ".player-dry", ".player-current", ".player-position", ".player-match")
DOCKED = f"away => {PLAYER}.hasAttribute('data-docked') === away"


def scrolled(page: Any, down: float) -> None:
    """To so much of the page, 1 its end; the transport is where it belongs then."""
    page.evaluate("down => scrollTo(0, down * document.documentElement.scrollHeight)", down)
    away = page.evaluate("document.querySelector('.player-edge').getBoundingClientRect().top < 0")
    page.wait_for_function(DOCKED, arg=away)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_words_and_transport_are_in_reach_wherever_the_page_is_scrolled_to(
    chromium: Any, common: Running, riff: Path, screen: dict[str, int]
) -> None:
    session_id = session_of(common.url, riff, "boost 3 dB at 1 kHz", "a 250 ms delay", "low-pass it at 8 kHz")
    with visitor(chromium, common.url, viewport=screen, has_touch=screen is PHONE) as guest:
        page = opened(guest, session_id)
        assert page.evaluate("document.documentElement.scrollHeight > 2 * innerHeight")
        for down in (0, 0.2, 0.5, 1, 0.3):
            scrolled(page, down)
            lost = [each for each in (*TRANSPORT, WORDS, "#send") if not page.evaluate(REACHED, each)]
            assert lost == [], f"at {down:.0%} of the page"
            assert not guest.scrolls_sideways
        there = page.evaluate("scrollY")
        page.click(".player-play")
        page.wait_for_function(f"{PLAYER}.state.playing")
        page.click(".player-dry")
        page.wait_for_function(f"{PLAYER}.state.audible === 'dry'")
        box = page.locator(".player-position").bounding_box()
        page.click(".player-play")
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.evaluate(f"{PLAYER}.state.position / {PLAYER}.state.duration") == pytest.approx(0.5, abs=0.02)
        page.fill(WORDS, "3 dB louder")
        step(page, lambda: page.press(WORDS, "Enter"))
        assert page.evaluate("scrollY") == pytest.approx(there, abs=2)  # all of that without being taken elsewhere


ON_TOP = """selector => {
    const bar = document.querySelector(selector).getBoundingClientRect();
    const labels = [...document.querySelectorAll("#advanced [data-testid=block-info]")];
    return labels.filter((label) => {
        scrollBy(0, label.getBoundingClientRect().top - bar.top - 10);
        const { left, top } = label.getBoundingClientRect();
        label.style.pointerEvents = "auto";
        return label.contains(document.elementFromPoint(left + 2, top + 2));
    }).map((label) => label.textContent.trim());
}"""
"""The labels of the fold that are painted over something that stays in reach, once they are scrolled behind it."""


def test_nothing_of_an_open_fold_is_painted_over_the_words_of_a_phone(
    chromium: Any, common: Running, riff: Path
) -> None:
    with visitor(chromium, common.url, viewport=PHONE, has_touch=True) as guest:
        page = opened(guest, session_of(common.url, riff))
        guest.unfold()
        scrolled(page, 0.5)
        assert page.evaluate(ON_TOP, "#reach") == []


def test_an_open_fold_leaves_the_words_in_sight(chromium: Any, common: Running, riff: Path) -> None:
    session_id = session_of(common.url, riff, "a 250 ms delay")
    with visitor(chromium, common.url) as guest:
        page = opened(guest, session_id)
        guest.unfold()
        for down in (0, 0.5, 1):
            scrolled(page, down)
            assert page.evaluate(REACHED, WORDS), f"at {down:.0%} of the page"
        page.locator("#avoid :is(input, textarea)").fill("harsh")
        assert page.evaluate(REACHED, "#avoid :is(input, textarea)")


def test_what_has_the_focus_keeps_it_and_nothing_below_moves(chromium: Any, common: Running, riff: Path) -> None:
    with visitor(chromium, common.url) as guest:
        page = opened(guest, session_of(common.url, riff, "a 250 ms delay"))
        page.focus(".player-match")
        high = page.evaluate("document.documentElement.scrollHeight")
        scrolled(page, 0.5)
        assert page.evaluate("document.activeElement.className") == "player-match"
        assert page.evaluate("document.documentElement.scrollHeight") == high
        scrolled(page, 0)
        assert page.evaluate("document.activeElement.className") == "player-match"
