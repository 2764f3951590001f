from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
from part_page import Part, opened

from instructfx.chain import Chain
from instructfx.chain.format import value_text
from instructfx.effects import EFFECTS
from instructfx.effects.eq import magnitude
from instructfx.effects.memoryless import as_tensors
from instructfx.studio.page.chain_data import chain_data, declarations
from instructfx.studio.page.part_types import ChainData

pytestmark = pytest.mark.browser

CHAIN = (
    Chain()
    .added("eq", {"low_shelf_gain_db": 2.4, "high_shelf_gain_db": -4})
    .added("compressor", {})
    .added("reverb", {"mix": 0.3})
)
CHOSEN = {name: dict(CHAIN.slot(name).settings) for name in ("eq", "compressor", "reverb")}
CHOSEN["reverb"]["mix"] = 0.2
RESTED_MS = 700  # after which an edit is told
GIVEN_UP_MS = 3100  # after which an edit that has changed nothing is taken back
Open = Callable[..., Part]


def data(chain: Chain = CHAIN, **rest: Any) -> ChainData:
    return chain_data(chain, CHOSEN, **({"session": "s"} | rest))


@pytest.fixture
def cards(chromium: Any, url: str) -> Iterator[Open]:
    with opened(chromium, url, "chain", data, Part.stop_clock) as come:
        yield come


def edited(part: Part, count: int = 1) -> Chain:
    """The chain of the last edit, once the hand has rested; there were so many edits."""
    part.pass_ms(RESTED_MS)
    return Chain.from_json(part.wait_for("edit", count)["chain"])


def amount_told(part: Part, count: int = 1) -> float:
    """The share of the last amount, once the hand has rested; there were so many."""
    part.pass_ms(RESTED_MS)
    share: float = part.wait_for("amount", count)["share"]
    return share


def slider(part: Part, label: str) -> Any:
    return part.page.get_by_role("slider", name=label, exact=True)


def typed(part: Part, label: str, text: str) -> str:
    """What a field shows after a text was typed and Enter pressed."""
    field = part.page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Enter")
    return str(field.input_value())


def order(part: Part) -> list[str]:
    names: list[str] = part.page.eval_on_selector_all(".chain-card", "all => all.map(each => each.dataset.effect)")
    return names


def pull(part: Part, target: Any, across: float, down: float = 0.0) -> None:
    """Press on the middle of something, or of a slider's thumb, and drag it in ten moves."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    share = float(target.input_value()) if target.get_attribute("type") == "range" else 0.5
    x, y = box["x"] + 8 + (box["width"] - 16) * share, box["y"] + box["height"] / 2
    part.page.mouse.move(x, y)
    part.page.mouse.down()
    for step in range(1, 11):
        part.page.mouse.move(x + across * step / 10, y + down * step / 10)
        part.pass_ms(20)


def test_values_are_written_in_the_browser_as_on_the_server(cards: Open) -> None:
    page = cards().page
    write = (
        """([param, values]) => import('/static/chain-values.js').then(m => values.map(v => m.valueText(param, v)))"""
    )
    for effect in EFFECTS.values():
        for param, declared in zip(effect.params, declarations()[effect.name]["params"], strict=True):
            values = [param.from_unit(step / 80) for step in range(81)] + [param.default]
            values += [value for value in (0.0, 0.125, 0.25, -0.04, 999.6, 1250.0) if param.low <= value <= param.high]
            stored = [param.to_json(value) for value in values]
            assert page.evaluate(write, [declared, stored]) == [value_text(param, value) for value in values]


@pytest.mark.parametrize(
    ("effect", "setting", "text", "value"),
    [
        ("compressor", "threshold_db", "-3.5 dB", -3.5),
        ("compressor", "threshold_db", "−3,5", -3.5),
        ("compressor", "ratio", "4:1", 4),
        ("compressor", "attack_ms", "0.05 s", 50),
        ("filter", "highpass_hz", "2k", 2000),
        ("filter", "highpass_hz", "2.5 kHz", 2500),
        ("filter", "highpass_hz", "1,200 Hz", 1200),
        ("delay", "delay_seconds", "200 ms", 0.2),
        ("reverb", "mix", "30", 0.3),
        ("reverb", "mix", "30 %", 0.3),
        ("reverb", "mix", "0.3", 0.3),
        ("reverb", "mix", "130", 1.3),
        ("reverb", "low_decay_ratio", "× 1.2", 1.2),
        ("panner", "pan", "30 % left", -0.3),
        ("panner", "pan", "L30", -0.3),
        ("panner", "pan", "right", 1),
        ("panner", "pan", "-0.25", -0.25),
        ("panner", "pan", "middle", 0),
        ("pitch_shift", "semitones", "-3 semitones", -3),
        ("tremolo", "phase_degrees", "90 degrees", 90),
        ("tremolo", "phase_degrees", "90°", 90),
        ("compressor", "threshold_db", "3 Hz", None),
        ("compressor", "threshold_db", "loud", None),
        ("compressor", "threshold_db", "", None),
        ("compressor", "threshold_db", "1.2.3", None),
        ("reverb", "mix", "3 dB", None),
    ],
)
def test_typed_texts_are_read_as_people_mean_them(
    shared: Part, effect: str, setting: str, text: str, value: float | None
) -> None:
    param = next(each for each in declarations()[effect]["params"] if each["name"] == setting)
    read = "([param, text]) => import('/static/chain-values.js').then(m => m.parse(param, text))"
    found = shared.page.evaluate(read, [param, text])
    assert found == (value if value is None else pytest.approx(value))


@pytest.fixture(scope="module")
def shared(chromium: Any, url: str) -> Iterator[Part]:
    part = Part(chromium, url, "chain")
    yield part
    part.context.close()


@pytest.mark.parametrize("rate", [44_100, 8_000, 96_000])
def test_the_curve_is_that_of_the_equaliser(shared: Part, rate: int) -> None:
    generator = torch.Generator().manual_seed(rate)
    frequencies_hz = torch.logspace(1.31, 4.3, 60).double().clamp(max=0.49 * rate)
    bands = declarations()["eq"]["bands"]
    kinds = {param.name: param for param in EFFECTS["eq"].params}
    draw = """([bands, hz]) => import('/static/biquads.js').then(m => m.responseDb(bands, hz))"""
    for _ in range(5):
        unit = torch.rand(len(kinds), generator=generator).tolist()
        settings = {name: kinds[name].from_unit(share) for name, share in zip(kinds, unit, strict=True)}
        parts = ("gain", "frequency", "q")
        drawn = [{"kind": band["kind"], **{part: settings[band[part]] for part in parts}} for band in bands]
        found = torch.tensor(shared.page.evaluate(draw, [drawn, frequencies_hz.tolist()]))
        exact = 20 * torch.log10(magnitude(as_tensors(settings), rate, frequencies_hz)[0])
        assert (found - exact).abs().max() < 0.05


def test_cards_stand_in_the_order_of_the_sound_with_names_units_and_values(cards: Open) -> None:
    part = cards()
    assert order(part) == ["eq", "compressor", "reverb"]
    threshold = slider(part, "Threshold, in dB")
    assert threshold.get_attribute("aria-valuetext") == "−18.0 dB"
    assert not slider(part, "Damping").is_visible()
    part.page.click(".chain-card[data-effect=reverb] .chain-more")
    assert slider(part, "Damping").is_visible()
    assert part.page.locator(".chain-card[data-effect=eq] .chain-band").count() == 6
    part.page.click(".chain-card[data-effect=eq] .chain-more")
    assert part.page.locator(".chain-card[data-effect=eq] .chain-setting:visible").count() == 18
    unnamed = (
        "all => all.filter(each => !each.getAttribute('aria-label') || !each.getAttribute('aria-valuetext')).length"
    )
    assert part.page.eval_on_selector_all(".chain-list :is([type=range], [role=slider])", unnamed) == 0
    part.show(data(Chain()))
    assert "No effects yet" in part.page.inner_text("ifx-chain")


def test_a_drag_is_previewed_at_a_bounded_rate_and_becomes_one_edit(cards: Open) -> None:
    part = cards()
    target = slider(part, "Threshold, in dB")
    pull(part, target, -40)
    part.pass_ms(RESTED_MS)
    assert part.events("edit") == []  # the hand has not let go
    previews = part.events("preview")
    assert len(previews) >= 3
    gaps = [later["at"] - former["at"] for former, later in pairwise(previews)]
    assert min(gaps) >= 55
    under_the_hand = target.get_attribute("aria-valuetext")
    assert under_the_hand not in ("−18.0 dB", "−1.0 dB")
    part.page.mouse.up()
    made = edited(part)
    threshold_db = made.slot("compressor").settings["threshold_db"]
    assert value_text(EFFECTS["compressor"].param("threshold_db"), threshold_db) == under_the_hand
    assert part.events("preview")[-1]["chain"] == made.to_json()
    assert made.slot("eq") == CHAIN.slot("eq")


def test_a_chain_that_has_become_another_under_the_hand_is_a_choice(cards: Open) -> None:
    part = cards()
    line, target = part.page.locator(".chain-meanwhile"), slider(part, "Threshold, in dB")
    louder = CHAIN.adjusted("compressor", {"threshold_db": -1})

    def changed_meanwhile() -> str:
        pull(part, target, -40)
        part.show(data(editable=False))
        part.show(data(louder))
        part.page.mouse.up()
        part.pass_ms(RESTED_MS)
        assert "has become another one" in line.inner_text()
        return str(target.get_attribute("aria-valuetext"))

    under_the_hand = changed_meanwhile()
    assert (part.events("edit"), under_the_hand in ("−18.0 dB", "−1.0 dB")) == ([], False)
    line.get_by_role("button", name="Show the new one").click()
    assert (line.is_visible(), target.get_attribute("aria-valuetext")) == (False, "−1.0 dB")
    assert part.events("edit") == []
    part.show(data())
    under_the_hand = changed_meanwhile()
    line.get_by_role("button", name="Keep mine").click()
    threshold_db = edited(part).slot("compressor").settings["threshold_db"]
    assert value_text(EFFECTS["compressor"].param("threshold_db"), threshold_db) == under_the_hand
    assert not line.is_visible()


def test_a_change_under_the_hand_waits_for_the_turn_that_runs(cards: Open) -> None:
    part = cards()
    pull(part, slider(part, "Threshold, in dB"), -40)
    part.show(data(editable=False))  # somebody asks something
    part.page.mouse.up()
    part.pass_ms(RESTED_MS)
    assert "waits for it" in part.page.inner_text(".chain-meanwhile")
    assert part.events("edit") == []
    part.show(data())
    assert edited(part).slot("compressor").settings["threshold_db"] < -18
    assert not part.page.locator(".chain-meanwhile").is_visible()


def test_several_moves_become_one_edit_which_another_act_or_leaving_hastens(cards: Open) -> None:
    part = cards()
    slider(part, "Threshold, in dB").press("ArrowUp")
    part.page.locator(".chain-card[data-effect=reverb] [data-setting=mix] .chain-slider").press("ArrowUp")
    assert part.events("edit") == []
    made = edited(part)
    assert made.slot("compressor").settings["threshold_db"] == -17
    assert made.slot("reverb").settings["mix"] == pytest.approx(0.31)
    slider(part, "Threshold, in dB").press("ArrowUp")
    part.page.evaluate("outside.dispatchEvent(new CustomEvent('part-event', {bubbles: true, detail: {do: 'say'}}))")
    assert [event["do"] for event in part.events()][-2:] == ["edit", "say"]
    slider(part, "Threshold, in dB").press("ArrowUp")
    part.page.focus("#outside")
    assert len(part.events("edit")) == 3
    assert edited(part, 3).slot("compressor").settings["threshold_db"] == -15


def test_data_from_before_an_edit_does_not_take_it_back(cards: Open) -> None:
    part = cards()
    target = slider(part, "Threshold, in dB")
    target.press("ArrowUp")
    made = edited(part)
    part.show(data(editable=False))
    assert target.get_attribute("aria-valuetext") == "−17.0 dB"
    target.press("ArrowUp")  # a turn runs
    assert target.get_attribute("aria-valuetext") == "−17.0 dB"
    assert part.focused == "Threshold, in dB"
    part.show(data(made))
    target.press("ArrowUp")
    assert target.get_attribute("aria-valuetext") == "−16.0 dB"
    edited(part, 2)
    part.show(data())  # it was refused
    part.pass_ms(GIVEN_UP_MS)
    part.page.wait_for_function("document.querySelector('[aria-label^=Threshold]').ariaValueText === '−18.0 dB'")


def test_typing_clamps_and_says_so(cards: Open) -> None:
    part = cards()
    assert typed(part, "Threshold in dB, typed", "-24.25") == "−24.2 dB"
    assert typed(part, "Threshold in dB, typed", "12") == "0.0 dB"
    said = part.page.locator("[data-setting=threshold_db] .chain-said")
    assert "0.0 dB is the most" in said.inner_text()
    part.pass_ms(20)
    assert "is the most" in part.page.inner_text("[role=status]")
    assert typed(part, "Threshold in dB, typed", "warm") == "0.0 dB"
    assert "no value" in said.inner_text()
    field = part.page.get_by_role("textbox", name="Threshold in dB, typed")
    field.fill("-40")
    field.press("Escape")
    assert field.input_value() == "0.0 dB"
    assert edited(part).slot("compressor").settings["threshold_db"] == 0


def test_a_logarithmic_slider_has_its_middle_at_the_geometric_mean(cards: Open) -> None:
    part = cards(data(Chain().added("filter", {"highpass_hz": 20})))
    target = slider(part, "High-pass, in Hz")
    target.fill("0.5")
    assert edited(part).slot("filter").settings["highpass_hz"] == 400
    target.press("Home")
    heard = []
    for _ in range(3):
        target.press("PageUp")
        heard.append(edited_setting(part, "filter", "highpass_hz"))
    assert heard[2] / heard[1] == pytest.approx(heard[1] / heard[0], rel=0.03)


def edited_setting(part: Part, effect: str, setting: str) -> float:
    value: float = part.page.evaluate(
        "([effect, name]) => events.findLast(event => event.do === 'preview') && document.querySelector('ifx-chain')"
        ".querySelector(`[data-effect=${effect}] [data-setting=${name}] .chain-slider`).valueAsNumber",
        [effect, setting],
    )
    return EFFECTS[effect].param(setting).from_unit(value)


def test_a_setting_goes_back_to_what_the_planner_chose(cards: Open) -> None:
    part = cards()
    reset = part.page.get_by_role("button", name="Mix: back to 20 %")
    reset.click()
    assert edited(part).slot("reverb").settings["mix"] == 0.2
    assert not reset.is_visible()
    slider(part, "Threshold, in dB").dblclick()
    assert slider(part, "Threshold, in dB").get_attribute("aria-valuetext") == "−18.0 dB"


def test_locks_bypass_and_reset_from_the_card(cards: Open) -> None:
    part = cards()
    page = part.page
    page.get_by_role("button", name="Lock threshold").click()
    page.get_by_role("button", name="Lock all of reverb").click()
    page.get_by_role("button", name="Lock low shelf", exact=True).click()
    page.get_by_role("switch", name="Compressor is heard").click()
    made = edited(part)
    assert made.slot("compressor").locked == {"threshold_db"}
    assert made.slot("compressor").bypassed
    assert made.slot("reverb").locked == set(CHAIN.slot("reverb").settings)
    assert made.slot("eq").locked == {"low_shelf_gain_db", "low_shelf_cutoff_frequency_hz", "low_shelf_q"}
    part.show(data(made))
    state = page.get_by_role("button", name="Lock all of compressor").get_attribute("aria-pressed")
    assert state == "mixed"
    page.click("[aria-label='More for Reverb']")
    page.get_by_role("menuitem", name="Reset to what the planner chose").click()
    assert edited(part, 2).slot("reverb").settings["mix"] == 0.2


def test_removing_adding_and_moving_by_keyboard_alone(cards: Open) -> None:
    part = cards()
    press = part.page.keyboard.press
    part.page.focus("[aria-label='More for Compressor']")
    for key in ("Enter", "ArrowUp", "Enter"):
        press(key)
    assert order(part) == ["eq", "reverb"]
    assert part.focused == "More for Reverb"
    part.page.focus("[aria-label='Add an effect before Reverb']")
    press("ArrowDown")
    press("d")
    assert "Distortion" in str(part.page.evaluate("document.activeElement.textContent"))
    press("Enter")
    assert order(part) == ["eq", "distortion", "reverb"]
    assert part.focused.startswith("Move Distortion")
    press("ArrowDown")
    assert order(part) == ["eq", "reverb", "distortion"]
    assert part.focused.startswith("Move Distortion")
    press("ArrowDown")
    made = edited(part)
    assert made.names == ("eq", "reverb", "distortion")
    assert made.slot("distortion").settings == EFFECTS["distortion"].defaults()
    part.page.click("[aria-label='Add effect']")
    offered = part.page.locator("[role=menuitem]:visible").all_inner_texts()
    assert [text.splitlines()[0] for text in offered] == [
        f"{each.label} 2" if name in ("eq", "reverb", "distortion") else each.label for name, each in EFFECTS.items()
    ]
    press("Escape")
    assert part.focused == "Add effect"


def test_a_card_is_dragged_by_its_handle(cards: Open) -> None:
    part = cards()
    handle = part.page.get_by_role("button", name="Move Compressor")
    pull(part, handle, 0, -600)
    part.page.keyboard.press("Escape")
    part.page.mouse.up()
    assert order(part) == ["eq", "compressor", "reverb"]
    pull(part, handle, 0, 300)
    part.page.mouse.up()
    assert edited(part).names == ("eq", "reverb", "compressor")
    assert order(part) == ["eq", "reverb", "compressor"]


def test_a_band_is_dragged_on_the_curve(cards: Open) -> None:
    part = cards()
    point = part.page.get_by_role("slider", name="Low mid, gain in dB and frequency in Hz")
    pull(part, point, 60, -30)
    part.page.mouse.up()
    first = edited(part).slot("eq").settings
    assert first["low_mid_gain_db"] > 1
    assert first["low_mid_cutoff_frequency_hz"] > 400
    point.press("ArrowDown")
    point.press("ArrowLeft")
    second = edited(part, 2).slot("eq").settings
    assert second["low_mid_gain_db"] == pytest.approx(first["low_mid_gain_db"] - 0.5)
    assert second["low_mid_cutoff_frequency_hz"] < first["low_mid_cutoff_frequency_hz"]
    assert typed(part, "Low mid frequency in Hz, typed", "99k") == "1.0 kHz"


def test_fingers_move_sliders_points_and_cards_on_a_phone(cards: Open) -> None:
    part = cards(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = part.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    fingers = part.context.new_cdp_session(page)

    def swipe(target: Any, across: float, down: float, share: float = 0.5) -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        x, y = box["x"] + 8 + (box["width"] - 16) * share, box["y"] + box["height"] / 2
        for step in range(11):
            kind = "touchMove" if step else "touchStart"
            point = {"x": x + across * step / 10, "y": y + down * step / 10}
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    threshold = slider(part, "Threshold, in dB")
    swipe(threshold, -80, 0, float(threshold.input_value()))
    assert edited(part).slot("compressor").settings["threshold_db"] < -25
    swipe(page.get_by_role("slider", name="Mid, gain in dB and frequency in Hz", exact=True), 0, 40)
    assert edited(part, 2).slot("eq").settings["mid_gain_db"] < -1
    swipe(page.get_by_role("button", name="Move Reverb"), 0, -250)
    assert edited(part, 3).names[-1] == "compressor"


def test_the_amount_of_the_last_turn(cards: Open) -> None:
    part = cards(data(amount={"turn": "t", "words": 'make it "warmer" <b>', "share": 1.0}))
    amount = slider(part, "Amount of the last turn")
    assert "<b>" in part.page.inner_text(".chain-amount-words")
    slider(part, "Threshold, in dB").press("ArrowUp")
    pull(part, amount, -190)
    assert len(part.events("edit")) == 1  # before the amount is tried
    assert part.events("amount") == []
    part.page.mouse.up()
    told = amount_told(part)
    assert told == pytest.approx(1 - 2.5 * 190 / (amount.bounding_box()["width"] - 16), abs=0.05)
    assert part.events("amount-preview")[-1]["share"] == told
    assert typed(part, "Amount of the last turn, typed", "-50") == "−50 %"
    assert amount_told(part, 2) == -0.5
    amount.press("End")
    assert amount_told(part, 3) == 1.5
    part.show(data())
    assert not amount.is_visible()
