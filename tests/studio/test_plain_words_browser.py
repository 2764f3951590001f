"""In the best places of the page stand words and curves; numbers are for who asks. Nothing is cut on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from desk_work import opened, session_of
from visitor import PHONE, visitor

from instructfx.bench.serving.running import Running

pytestmark = pytest.mark.browser

CUT = """[...document.querySelectorAll('.chain-label, .chain-name, .chain-amount-words, .chain-more')]
    .filter(each => each.offsetParent && each.scrollWidth > each.clientWidth).map(each => each.textContent)"""
POINTS = """[...document.querySelectorAll('.chain-point circle:not(.chain-reach)')]
    .map(each => each.getBoundingClientRect()).map(({ x, y, width }) => [x, y, width])"""


def test_a_session_on_a_phone_in_plain_words(chromium: Any, common: Running, riff: Path) -> None:
    session_id = session_of(common.url, riff, "make it warmer", "a bit brighter")
    with visitor(chromium, common.url, viewport=PHONE, has_touch=True) as guest:
        page = opened(guest, session_id)
        assert not re.search(
            r"\bloss\b|\bstep \d", page.inner_text("#listen") + page.inner_text("#talk"), re.IGNORECASE
        )
        reply = page.locator(".turn").last
        assert reply.locator("ifx-curve .curve-after").count() == 1
        before, after = (reply.locator(f"ifx-curve .curve-{each}").get_attribute("d") for each in ("before", "after"))
        assert before != after
        folded = reply.locator("details:not(.why)")
        assert re.fullmatch(r"\d+ settings changed", folded.locator("summary").inner_text())
        assert not folded.locator("li").first.is_visible()
        folded.locator("summary").click()
        assert "→" in folded.locator("li").first.inner_text()

        assert page.locator(".chain-band .chain-label").first.inner_text().endswith("Low shelf")
        assert page.evaluate(CUT) == []
        assert not guest.scrolls_sideways
        points = page.evaluate(POINTS)
        assert len(points) == 6
        for at, (x, y, width) in enumerate(points):
            for other_x, other_y, _ in points[:at]:
                assert (x - other_x) ** 2 + (y - other_y) ** 2 >= (0.95 * width) ** 2
        page.click(".player-steps summary")
        assert re.search(r"loss \d", page.inner_text(".player-said"))
