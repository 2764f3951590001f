"""A chain that holds an effect twice, an effect that is not here, and settings that are no numbers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from part_page import Part, opened

from instructfx.bench.serving.running import Running
from instructfx.bench.serving.visitor import Visitor
from instructfx.chain import Chain
from instructfx.chain.format import value_text
from instructfx.effects import EFFECTS, Effect, Param
from instructfx.effects.absent import unchanged
from instructfx.effects.memoryless import Memoryless
from instructfx.studio.page.chain_data import chain_data, declarations
from instructfx.studio.page.part_types import ChainData

TWO = (
    Chain()
    .added("eq", {"low_shelf_gain_db": 2.4})
    .added("distortion", {})
    .added("eq", {"mid_gain_db": 3, "high_shelf_gain_db": -4})
)
WOBBLE = Effect(
    name="wobble",
    label="Wobble",
    summary="Moves up and down.",
    params=(
        Param.choice("shape", ("sine", "triangle", "square"), "sine", "of the movement"),
        Param.switch("synchronised", False, "to the beat"),
        Param.whole("voices", 1, 8, 2, help="that move"),
    ),
    render=Memoryless(unchanged),
    neutral={"voices": 1},
)
Open = Callable[..., Part]


def data(chain: Chain = TWO, **rest: Any) -> ChainData:
    return chain_data(chain, {"eq_2": chain.slot("eq_2").settings} if "eq_2" in chain.ids else {}, session="s", **rest)


@pytest.fixture
def cards(chromium: Any, url: str) -> Iterator[Open]:
    with opened(chromium, url, "chain", data) as come:
        yield come


@pytest.fixture
def wobble() -> Iterator[Effect]:
    """An effect with settings of every other kind, in the catalog for a while."""
    EFFECTS.add(WOBBLE)
    yield WOBBLE
    EFFECTS.remove("wobble")


def edited(part: Part, count: int = 1) -> Chain:
    return Chain.from_json(part.wait_for("edit", count)["chain"])


def named(part: Part) -> dict[str, str]:
    """Slot id -> the name on its card, in the order of the cards."""
    found: dict[str, str] = dict(
        part.page.eval_on_selector_all(
            ".chain-card", "all => all.map(each => [each.dataset.slot, each.querySelector('h3').textContent])"
        )
    )
    assert all(part.page.get_by_role("group", name=each, exact=True).count() == 1 for each in found.values())
    return found


@pytest.mark.browser
def test_two_of_an_effect_are_two_cards_with_numbers_and_each_is_set_alone(cards: Open) -> None:
    part = cards()
    assert named(part) == TWO.labels == {"eq": "Equaliser 1", "distortion": "Distortion", "eq_2": "Equaliser 2"}
    second = part.page.get_by_role("group", name="Equaliser 2", exact=True)
    second.get_by_role("slider", name="Mid gain, in dB", exact=True).press("ArrowUp")
    made = edited(part)
    assert made.ids == TWO.ids
    assert made.slot("eq_2").settings["mid_gain_db"] == 3.5
    assert made == TWO.adjusted("eq_2", {"mid_gain_db": 3.5})
    assert part.events("preview")[-1]["chain"] == made.to_json()
    second.get_by_role("slider", name="Mid, gain in dB and frequency in Hz", exact=True).press("ArrowUp")
    second.get_by_role("button", name="Lock all of equaliser 2").click()
    second.get_by_role("switch", name="Equaliser 2 is heard").click()
    made = edited(part, 2)
    assert (made.slot("eq_2").bypassed, made.slot("eq_2").wholly_locked) == (True, True)
    assert made.slot("eq_2").settings["mid_gain_db"] == 4
    assert made.slot("eq") == TWO.slot("eq")
    part.page.click("[aria-label='More for Equaliser 2']")
    part.page.get_by_role("menuitem", name="Reset to what the planner chose").click()
    assert edited(part, 3).slot("eq_2").settings == TWO.slot("eq_2").settings


@pytest.mark.browser
def test_cards_are_numbered_in_the_order_of_the_sound(cards: Open) -> None:
    part = cards()
    handle = part.page.get_by_role("button", name="Move Equaliser 2")
    handle.focus()
    for _ in range(2):
        part.page.keyboard.press("ArrowUp")
    made = edited(part)
    assert made.ids == ("eq_2", "eq", "distortion")
    assert named(part) == made.labels == {"eq_2": "Equaliser 1", "eq": "Equaliser 2", "distortion": "Distortion"}
    assert part.focused.startswith("Move Equaliser 1")
    part.page.click("[aria-label='More for Equaliser 1']")
    part.page.get_by_role("menuitem", name="Remove").click()
    assert edited(part, 2) == TWO.without("eq_2")
    assert named(part) == {"eq": "Equaliser", "distortion": "Distortion"}


@pytest.mark.browser
def test_one_more_of_an_effect_gets_an_id_that_was_never_used(cards: Open) -> None:
    part = cards(data(TWO.without("eq_2"), used=("eq", "eq_2", "eq_3", "distortion")))
    part.page.click("[aria-label='Add an effect before Equaliser']")
    part.page.get_by_role("menuitem", name="Equaliser 1").click()
    part.page.click("[aria-label='Add effect']")
    part.page.get_by_role("menuitem", name="Reverb", exact=False).click()
    made = edited(part)
    assert made.ids == ("eq_4", "eq", "distortion", "reverb")
    assert named(part) == made.labels
    assert part.focused.startswith("Move Reverb")


@pytest.mark.browser
def test_an_effect_that_is_not_here_keeps_its_settings_and_can_only_be_moved_or_removed(cards: Open) -> None:
    stored = [{"effect": "cassette", "settings": {"wow": "high", "hiss": True, "age": 3.5}}, *TWO.to_json()]
    part = cards(data(Chain.from_json(stored)))
    card = part.page.locator(".chain-card[data-slot=cassette]")
    assert "cassette is not here, so it is off; its settings are kept." in card.inner_text()
    assert card.locator("input, select, [role=slider], [role=switch], .chain-lock").count() == 0
    part.page.click("[aria-label='Add effect']")
    assert not any("cassette" in each for each in part.page.locator("[role=menuitem]:visible").all_inner_texts())
    part.page.keyboard.press("Escape")
    card.get_by_role("button", name="More for cassette").click()
    assert part.page.locator("[role=menuitem]:visible").all_inner_texts() == ["Move earlier", "Move later", "Remove"]
    part.page.get_by_role("menuitem", name="Move later").click()
    moved = part.wait_for("edit")["chain"]
    assert [slot["id"] for slot in moved] == ["eq", "cassette", "distortion", "eq_2"]
    assert moved[1]["settings"] == stored[0]["settings"]
    card.get_by_role("button", name="More for cassette").click()
    part.page.get_by_role("menuitem", name="Remove").click()
    assert edited(part, 2) == TWO


@pytest.mark.browser
def test_choices_switches_and_whole_steps_are_set_by_keyboard(cards: Open, wobble: Effect) -> None:
    part = cards(data(Chain().added("wobble", {})))
    page = part.page
    card = page.get_by_role("group", name="Wobble")
    shape = card.get_by_role("combobox", name="Shape")
    assert shape.locator("option").all_inner_texts() == ["sine", "triangle", "square"]
    shape.focus()
    page.keyboard.press("ArrowDown")
    card.get_by_role("checkbox", name="Synchronised").focus()
    page.keyboard.press("Space")
    voices = card.get_by_role("slider", name="Voices")
    voices.press("ArrowUp")
    assert voices.get_attribute("aria-valuetext") == "3"
    raw = part.wait_for("edit")["chain"][0]["settings"]
    assert raw == {"shape": "triangle", "synchronised": True, "voices": 3}
    assert Chain.from_json([{"effect": "wobble", "settings": raw}]).slot("wobble").settings["shape"] == 1
    field = card.get_by_role("textbox", name="Voices, typed")
    field.fill("4.7")
    field.press("Enter")
    assert field.input_value() == "5"
    assert "in whole steps" in card.locator(".chain-said:visible").inner_text()
    card.get_by_role("button", name="Lock synchronised").click()
    assert edited(part, 2).slot("wobble").locked == {"synchronised"}
    card.get_by_role("button", name="Shape: back to sine").click()
    made = edited(part, 3).slot("wobble")
    assert (made.settings["shape"], made.settings["voices"], made.locked) == (0, 5, {"synchronised"})
    part.show(data(Chain().added("wobble", {"shape": "square"}), editable=False))
    shape.press("ArrowUp")
    card.get_by_role("checkbox", name="Synchronised").press("Space")
    assert (shape.input_value(), card.get_by_role("checkbox").is_checked()) == ("square", False)


@pytest.mark.browser
def test_words_are_written_in_the_browser_as_on_the_server(cards: Open, wobble: Effect) -> None:
    write = (
        """([param, values]) => import('/static/chain-values.js').then(m => values.map(v => m.valueText(param, v)))"""
    )
    page = cards().page
    for param, declared in zip(wobble.params, declarations()["wobble"]["params"], strict=True):
        values = [float(value) for value in range(int(param.low), int(param.high) + 1)]
        stored = [param.to_json(value) for value in values]
        assert page.evaluate(write, [declared, stored]) == [value_text(param, value) for value in values]


def test_the_studio_keeps_two_equalisers_apart(common: Running, riff: Path) -> None:
    with Visitor(common.url) as visitor, riff.open("rb") as file:
        visitor.upload("take.wav", file)
        shown = visitor.part_event("chain", {"do": "edit", "chain": TWO.to_json()}).parts["chain"]
        assert [slot["id"] for slot in shown["slots"]] == ["eq", "distortion", "eq_2"]
        moved = TWO.adjusted("eq_2", {"mid_gain_db": -2}).without("eq")
        answer = visitor.part_event("chain", {"do": "edit", "chain": moved.to_json()})
        shown = answer.parts["chain"]
        assert shown["used"] == ["distortion", "eq", "eq_2"]
        assert [(slot["id"], slot["settings"]) for slot in shown["slots"]] == [
            (slot.id, slot.settings) for slot in moved.slots
        ]
        (by_hand,) = answer.parts["history"]["turns"]
        first, second = (change["turn"] for change in by_hand["changes"])
        compared = visitor.part_event("history", {"do": "compare", "a": first, "b": second}).parts["history"]["compare"]
        gains = [row for row in compared["rows"] if row["setting"] == "Mid gain" and row["differs"]]
        assert [(row["effect"], row["a"], row["b"]) for row in gains] == [
            ("Equaliser 1", "+0.0 dB", ""),
            ("Equaliser 2", "+3.0 dB", "−2.0 dB"),
        ]
        forged = visitor.part_event("chain", {"do": "edit", "chain": [{"effect": "cassette"}, *moved.to_json()]})
        assert "There is no effect 'cassette' here" in forged.line
        assert len(forged.parts["history"]["turns"][0]["changes"]) == 2
