"""Hands on the chain do not flood the conversation and the history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk_work import CHAIN, HISTORY, PLAYER, effects, opened, session_of, setting, standing, step, tree
from visitor import Guest

from instructfx.bench.serving.browser import say
from instructfx.bench.serving.running import Running

pytestmark = pytest.mark.browser

LOUDER = "3 dB louder"


def card(page: Any, effect: str) -> Any:
    return page.locator(f".chain-card[data-effect={effect}]")


def by_menu(page: Any, effect: str, entry: str) -> None:
    card(page, effect).get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name=entry).click()


def adds_a_delay(page: Any) -> None:
    page.get_by_role("button", name="Add effect", exact=True).click()
    page.get_by_role("menuitem", name="Delay").click()


def types(page: Any, text: str) -> None:
    field = page.get_by_role("textbox", name="Gain in dB, typed", exact=True)
    field.fill(text)
    field.press("Enter")


def test_add_move_bypass_type_and_lock_are_one_turn_of_four_changes(guest: Guest, common: Running, riff: Path) -> None:
    page = opened(guest, session_of(common.url, riff, LOUDER))
    acts: list[tuple[Callable[[], object], int]] = [
        (lambda: adds_a_delay(page), 1),
        (lambda: by_menu(page, "delay", "Move earlier"), 0),
        (lambda: by_menu(page, "delay", "Bypass"), 0),
        (lambda: types(page, "-2"), 0),
        (lambda: by_menu(page, "delay", "Lock all of it"), 0),
    ]
    for act, turns in acts:
        step(page, act, turns=turns)
    assert page.locator(".turn").count() == 2
    made = page.locator(".turn").last
    assert made.inner_text().strip() == "By hand: 4 changes"
    made.locator("summary").first.click()
    each = made.locator(".by-hand ol li").all_inner_texts()
    assert [text.split(" ")[0] for text in each] == ["delay", "order", "delay", "gain,"]
    assert tree(page) == [(LOUDER, None, ""), ("By hand: 4 changes", LOUDER, "")]
    assert page.evaluate(f"{PLAYER}.data.versions.map(each => each.label)") == ["Dry", "Turn 1", "Turn 5"]
    assert page.evaluate(f"{PLAYER}.data.previous === {HISTORY}.turns[0].id")
    assert page.locator(".chain-amount-words").inner_text() == f"How much of “{LOUDER}”"

    step(page, lambda: page.click("#undo"))
    assert (standing(page), effects(page), setting(page, "gain", "gain_db")) == (LOUDER, ["gain"], 3)
    step(page, lambda: page.click("#redo"))
    assert (effects(page), setting(page, "gain", "gain_db")) == (["delay", "gain"], -2)
    assert page.evaluate(f"{CHAIN}.slots[0].locked.length") == 3
    guest.reload()
    opened(guest, page.url.partition("#")[2])
    assert [words for words, _, _ in tree(page)] == [LOUDER, "By hand: 4 changes"]


def test_undo_right_after_a_hand_takes_back_what_it_did(guest: Guest, common: Running, riff: Path) -> None:
    page = opened(guest, session_of(common.url, riff, LOUDER))
    card(page, "gain").get_by_role("slider").first.focus()
    page.keyboard.press("PageDown")
    page.evaluate("document.querySelector('ifx-chain').flush(); document.querySelector('#undo').click()")
    page.wait_for_selector("#redo:not([disabled])")
    assert (standing(page), setting(page, "gain", "gain_db")) == (LOUDER, 3)
    (first, *_), (by_hand, after, _) = tree(page)
    assert (first, after) == (LOUDER, LOUDER)
    assert by_hand == "gain, gain 3.0 to -2.0 dB"
    step(page, lambda: page.click("#redo"))
    assert setting(page, "gain", "gain_db") < 3


def test_a_lock_and_a_name_are_no_turns(guest: Guest, common: Running, riff: Path) -> None:
    page = opened(guest, session_of(common.url, riff, LOUDER))
    step(page, lambda: by_menu(page, "gain", "Lock all of it"), turns=0)
    assert page.evaluate(f"{CHAIN}.slots[0].locked") == ["gain_db"]
    page.locator(".history-item", has_text=LOUDER).click()
    page.get_by_role("button", name="Name", exact=True).click()
    page.locator(".history-field").fill("loud")
    page.locator(".history-field").press("Enter")
    page.locator(".history-name", has_text="loud").wait_for()
    guest.rest()
    assert page.locator(".turn").count() == 1
    assert tree(page) == [(LOUDER, None, "loud")]
    assert page.locator(".chain-amount-words").inner_text() == f"How much of “{LOUDER}”"
    assert page.evaluate(f"{PLAYER}.data.steps?.turn ?? null") is not None
    say(page, "a 250 ms delay")
    step(page, lambda: page.click("#undo"))
    assert page.evaluate(f"{CHAIN}.slots[0].locked") == ["gain_db"]


def test_the_amount_of_what_was_said_leaves_what_hands_did(guest: Guest, common: Running, riff: Path) -> None:
    page = opened(guest, session_of(common.url, riff, LOUDER))
    step(page, lambda: adds_a_delay(page))
    amount = page.get_by_role("textbox", name="Amount of the last turn, typed")
    amount.fill("50 %")
    step(page, lambda: amount.press("Enter"), turns=0)
    assert effects(page) == ["gain", "delay"]
    assert setting(page, "gain", "gain_db") == pytest.approx(1.5, abs=0.02)
    assert page.locator(".turn").last.inner_text().strip() == "By hand: 2 changes"
