"""The chain: order, bypass, locks, the unit cube, JSON, tails, batches."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from instructfx.chain import Chain, Slot, next_slot_id
from instructfx.effects import EFFECTS
from instructfx.errors import SettingsError

RATE = 44_100


def chain_of(*names: str, **settings: dict[str, float]) -> Chain:
    return Chain(tuple(Slot(EFFECTS[name], settings.get(name, {})) for name in names))


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Up to five slots in any order, with any settings, bypassed or not, with any locks and ids."""
    names = draw(st.lists(st.sampled_from(sorted(EFFECTS)), max_size=5))
    slots: list[Slot] = []
    used: set[str] = set()
    for name in names:
        effect = EFFECTS[name]
        settings = {param.name: draw(st.floats(param.low, param.high)) for param in effect.params}
        locked = draw(st.frozensets(st.sampled_from([param.name for param in effect.params])))
        used |= {f"{name}_{number}" for number in draw(st.frozensets(st.integers(2, 5)))}
        slots.append(Slot(effect, settings, draw(st.booleans()), locked, next_slot_id(name, used)))
        used.add(slots[-1].id)
    return Chain(tuple(slots))


@pytest.fixture
def sound() -> Tensor:
    """A quarter of a second of stereo noise, (1, 2, frames)."""
    return 0.2 * torch.randn(1, 2, RATE // 4, generator=torch.Generator().manual_seed(14))


# Order


def test_the_order_of_the_chain_is_the_order_of_the_sound(sound: Tensor) -> None:
    """A boost before distortion drives it, a boost after it does not."""
    settings = {"gain": {"gain_db": 20.0}, "distortion": {"drive_db": 6.0}}
    driven = chain_of("gain", "distortion", **settings).apply(sound, RATE)
    louder = chain_of("distortion", "gain", **settings).apply(sound, RATE)
    assert driven.abs().max() <= 1
    assert louder.abs().max() > 2
    by_hand = EFFECTS["gain"].render(sound, RATE, {"gain_db": torch.tensor([20.0])})
    torch.testing.assert_close(driven, torch.tanh(10 ** (6 / 20) * by_hand), atol=2e-3, rtol=0)


@given(st.permutations(list(EFFECTS)))
def test_any_order_is_kept(names: list[str]) -> None:
    chain = chain_of(*names)
    assert chain.names == tuple(names)
    assert Chain.from_json(chain.to_json()).names == tuple(names)
    assert chain.adjusted(names[3], {}).names == tuple(names)


# Slots


def test_an_effect_can_be_in_a_chain_more_than_once(sound: Tensor) -> None:
    """Each slot is changed by its id alone, and both are heard."""
    chain = Chain().added("gain", {"gain_db": 2}).added("distortion", {}).added("gain", {"gain_db": 3})
    assert chain.ids == ("gain", "distortion", "gain_2")
    assert chain.names == ("gain", "distortion", "gain")
    assert chain.labels == {"gain": "Gain 1", "distortion": "Distortion", "gain_2": "Gain 2"}
    louder = chain.adjusted("gain_2", {"gain_db": 6}).bypassed("distortion", True)
    assert louder.slot("gain").settings == {"gain_db": 2}
    torch.testing.assert_close(louder.apply(sound, RATE), 10 ** (8 / 20) * sound)
    assert chain.without("gain").ids == ("distortion", "gain_2")
    assert chain.without("gain").labels["gain_2"] == "Gain"
    assert chain.locked("gain", ["gain_db"]).adjusted("gain", {"gain_db": 9}) == chain.locked("gain", ["gain_db"])
    with pytest.raises(SettingsError, match="gain_3 is not in the chain, which has gain, distortion, gain_2"):
        chain.slot("gain_3")


def test_an_id_is_given_once() -> None:
    assert next_slot_id("eq", ()) == "eq"
    assert next_slot_id("eq", ("gain", "eq_2")) == "eq"
    assert next_slot_id("eq", ("eq", "eq_3")) == "eq_2"
    assert next_slot_id("eq", {"eq", "eq_2", "eq_3"}) == "eq_4"
    with pytest.raises(SettingsError, match="each slot of a chain has an id of its own; this one has eq twice"):
        chain_of("eq", "gain", "eq")


@pytest.mark.parametrize("wrong", ["eq ", "reverb", "eq_1", "eq_0", "eq_02", "eq_two", "eq_2_2", "EQ", "x" * 1000])
def test_an_id_says_whose_it_is(wrong: str) -> None:
    with pytest.raises(SettingsError, match="a slot of eq is called eq, eq_2, eq_3 and so on, not"):
        Slot(EFFECTS["eq"], id=wrong)


def test_knobs_of_two_slots_of_an_effect_move_apart() -> None:
    chain = chain_of("distortion", "delay").added("distortion", {})
    assert {knob.slot for knob in chain.knobs(["distortion_2"])} == {"distortion_2"}
    knobs = chain.knobs(["distortion", "distortion_2"])
    unit = [0.25, 0.5, 0.75, 1.0]
    moved = chain.with_unit(knobs, unit)
    assert moved.slot("distortion").settings == {"drive_db": 10, "mix": 0.5}
    assert moved.slot("distortion_2").settings == {"drive_db": 30, "mix": 1}
    assert moved.to_unit(knobs) == unit
    batch = chain.tensors(knobs, torch.tensor([unit, [0.0, 0.0, 0.5, 0.5]]))
    assert batch[0]["drive_db"].tolist() == [10, 0]
    assert batch[2]["drive_db"].tolist() == [30, 20]


# Changing it


def test_effects_are_added_at_a_place_or_at_the_end() -> None:
    chain = chain_of("eq", "gain")
    assert chain.added("reverb", {}).names == ("eq", "gain", "reverb")
    assert chain.added("reverb", {}, at=1).names == ("eq", "reverb", "gain")
    assert chain.added("reverb", {}, at=0).names == ("reverb", "eq", "gain")
    assert chain.names == ("eq", "gain")


def test_adjusting_changes_what_is_named_and_keeps_the_rest() -> None:
    chain = chain_of("delay", delay={"feedback": 0.6, "mix": 0.4})
    adjusted = chain.adjusted("delay", {"mix": 0.1})
    assert adjusted.slot("delay").settings == {**chain.slot("delay").settings, "mix": 0.1}
    assert chain.slot("delay").settings["mix"] == 0.4


def test_adjusting_leaves_locked_settings_alone() -> None:
    chain = chain_of("delay").locked("delay", ["mix"])
    adjusted = chain.adjusted("delay", {"mix": 0.9, "feedback": 0.7}).slot("delay").settings
    assert adjusted["mix"] == EFFECTS["delay"].param("mix").default
    assert adjusted["feedback"] == 0.7


def test_effects_are_taken_out() -> None:
    assert chain_of("eq", "delay", "gain").without("delay").names == ("eq", "gain")


@pytest.mark.parametrize("change", ["slot", "without", "adjusted", "bypassed", "locked"])
def test_what_is_not_there_is_refused_with_what_is(change: str) -> None:
    arguments: dict[str, tuple[Any, ...]] = {"adjusted": ({},), "bypassed": (True,), "locked": ([],)}
    with pytest.raises(SettingsError, match="reverb is not in the chain, which has eq, gain"):
        getattr(chain_of("eq", "gain"), change)("reverb", *arguments.get(change, ()))
    with pytest.raises(SettingsError, match="which has no effects"):
        getattr(Chain(), change)("reverb", *arguments.get(change, ()))


def test_locks_name_settings_that_exist() -> None:
    with pytest.raises(SettingsError, match="gain has no setting 'mix'; it has gain_db"):
        chain_of("gain").locked("gain", ["mix"])


def test_settings_of_a_slot_are_complete_and_in_range() -> None:
    slot = Slot(EFFECTS["delay"], {"feedback": 7, "mix": 0})
    assert slot.settings == {"delay_seconds": 0.35, "feedback": 0.95, "mix": 0.0}


# Bypass


def test_a_bypassed_effect_is_not_heard(sound: Tensor) -> None:
    settings = {"gain": {"gain_db": 12.0}, "reverb": {"mix": 1.0}}
    chain = chain_of("gain", "reverb", **settings).bypassed("reverb", True)
    assert chain.tail_seconds == 0
    torch.testing.assert_close(chain.render(sound, RATE), chain_of("gain", **settings).render(sound, RATE))
    back = chain.bypassed("reverb", False)
    assert back.tail_seconds > 1
    assert back.slot("reverb").settings["mix"] == 1


def test_an_empty_chain_changes_nothing(sound: Tensor) -> None:
    assert torch.equal(Chain().render(sound, RATE), sound)
    assert Chain().tail_seconds == 0


# Knobs and the unit cube


def test_knobs_are_what_a_search_may_move() -> None:
    chain = chain_of("eq", "delay", "gain", "compressor").locked("eq", ["mid_gain_db"]).bypassed("compressor", True)
    knobs = chain.knobs(chain.ids)
    names = [(knob.slot, knob.param.name) for knob in knobs]
    assert ("eq", "treble_gain_db") in names
    assert ("eq", "mid_gain_db") not in names  # locked
    assert ("delay", "mix") in names
    assert ("delay", "delay_seconds") not in names  # not for an ear to judge
    assert not any(name in ("gain", "compressor") for name, _ in names)  # untunable, bypassed
    assert len(names) == 18 - 1 + 2


def test_knobs_are_those_of_the_effects_asked_for() -> None:
    chain = chain_of("eq", "distortion")
    assert [knob.param.name for knob in chain.knobs({"distortion"})] == ["drive_db", "mix"]
    assert chain.knobs(()) == ()


@given(chains(), st.randoms())
def test_the_unit_cube_and_back(chain: Chain, random: Any) -> None:
    knobs = chain.knobs(chain.ids)
    unit = chain.to_unit(knobs)
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in unit)
    back = chain.with_unit(knobs, unit)
    for slot, same in zip(chain.slots, back.slots, strict=True):
        assert same.settings == pytest.approx(slot.settings, rel=1e-9, abs=1e-9)
    wanted = [random.random() for _ in knobs]
    moved = chain.with_unit(knobs, wanted)
    assert moved.to_unit(knobs) == pytest.approx(wanted, abs=1e-9)
    assert moved.names == chain.names
    movable = {(knob.slot, knob.param.name) for knob in knobs}
    for slot, after in zip(chain.slots, moved.slots, strict=True):
        assert (after.bypassed, after.locked) == (slot.bypassed, slot.locked)
        for name, value in slot.settings.items():
            assert (slot.id, name) in movable or after.settings[name] == value


def test_with_unit_takes_one_value_for_each_knob() -> None:
    chain = chain_of("distortion")
    knobs = chain.knobs(chain.ids)
    assert chain.with_unit(knobs, [0.5, 1.0]).slot("distortion").settings == {"drive_db": 20, "mix": 1}
    with pytest.raises(ValueError, match="shorter"):
        chain.with_unit(knobs, [0.5])


@given(chains())
def test_tensors_say_what_with_unit_says(chain: Chain) -> None:
    knobs = chain.knobs(chain.ids)
    unit = [0.3] * len(knobs)
    tensors = chain.tensors(knobs, torch.tensor([unit], dtype=torch.float64))
    for slot, values in zip(chain.with_unit(knobs, unit).slots, tensors, strict=True):
        assert {name: value.item() for name, value in values.items()} == pytest.approx(slot.settings)


def test_gradients_reach_the_unit_cube_through_the_whole_chain(sound: Tensor) -> None:
    """Also to the EQ that comes before a compressor, which passes gradients straight through."""
    chain = chain_of("eq", "compressor", "reverb")
    knobs = chain.knobs({"eq", "reverb"})
    unit = torch.full((1, len(knobs)), 0.4, dtype=torch.float64, requires_grad=True)
    rendered = chain.apply(sound, RATE, chain.tensors(knobs, unit))
    (gradient,) = torch.autograd.grad(rendered.square().sum(), unit)
    assert torch.isfinite(gradient).all()
    assert (gradient != 0).all()


# JSON


@given(chains())
def test_json_and_back(chain: Chain) -> None:
    assert Chain.from_json(json.loads(json.dumps(chain.to_json(), allow_nan=False))) == chain


def test_the_form_of_the_json() -> None:
    chain = chain_of("delay", "gain").bypassed("gain", True).locked("delay", ["mix", "feedback"])
    assert chain.to_json() == [
        {
            "id": "delay",
            "effect": "delay",
            "settings": {"delay_seconds": 0.35, "feedback": 0.3, "mix": 0.25},
            "locked": ["feedback", "mix"],
        },
        {"id": "gain", "effect": "gain", "settings": {"gain_db": 0.0}, "bypassed": True},
    ]
    assert list(chain.to_json()[0]) == ["id", "effect", "settings", "locked"]
    assert Chain().to_json() == []


def test_json_without_ids_is_read_by_the_effects_names() -> None:
    old = [{"effect": "eq"}, {"effect": "gain"}, {"effect": "eq", "settings": {"mid_gain_db": 1}}]
    assert Chain.from_json(old).ids == ("eq", "gain", "eq_2")


def test_json_of_other_systems_names_is_read_and_completed() -> None:
    chain = Chain.from_json([{"effect": "comp", "settings": {"ratio": 4}}, {"effect": "rev"}])
    assert chain.names == ("compressor", "reverb")
    assert chain.slot("compressor").settings["threshold_db"] == -18


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (None, "a chain must be a list"),
        ({}, "a chain must be a list"),
        ("eq", "a chain must be a list"),
        (3, "a chain must be a list"),
        (["eq"], "a list of objects with the keys effect and settings"),
        ([["eq", {}]], "a list of objects"),
        ([{}], "there is no effect"),
        ([{"effect": " flanger"}], "there is no effect ' flanger'; a name has"),
        ([{"effect": ["eq"]}], "there is no effect"),
        ([{"effect": "eq", "setings": {}}], "a slot has id, effect, settings, bypassed .* and locked"),
        ([{"effect": "eq", "settings": None}], "a slot has id, effect, settings"),
        ([{"effect": "eq", "settings": [1]}], "a slot has id, effect, settings"),
        ([{"effect": "gain", "settings": {"gain": 1}}], "gain has no setting 'gain'; it has gain_db"),
        ([{"effect": "gain", "settings": {"gain_db": "loud"}}], "gain_db must be a number from -24 to 24 dB"),
        ([{"effect": "gain", "settings": {"gain_db": None}}], "gain_db must be a number from -24 to 24 dB"),
        ([{"effect": "gain", "settings": {"gain_db": math.nan}}], "gain_db must be .* from -24 to 24 dB, not nan"),
        ([{"effect": "gain", "settings": {"gain_db": math.inf}}], "gain_db must be .* from -24 to 24 dB, not inf"),
        ([{"effect": "gain", "bypassed": "no"}], "bypassed"),
        ([{"effect": "gain", "bypassed": None}], "bypassed"),
        ([{"effect": "gain", "locked": None}], "locked must be a list of names"),
        ([{"effect": "gain", "locked": 3}], "locked must be a list of names"),
        ([{"effect": "gain", "locked": "gain_db"}], "locked must be a list of names"),
        ([{"effect": "gain", "locked": [["gain_db"]]}], "locked must be a list of names"),
        ([{"effect": "gain", "locked": ["mix"]}], "gain has no setting 'mix'"),
        ([{"effect": "gain", "id": 2}], "a slot's id is text, not 2"),
        ([{"effect": "gain", "id": "eq"}], "a slot of gain is called gain, gain_2, gain_3 and so on, not 'eq'"),
        ([{"effect": "gain"}, {"effect": "volume", "id": "gain"}], "this one has gain twice"),
    ],
    ids=lambda value: json.dumps(value)[:40] if not isinstance(value, str) or value == "eq" else "",
)
def test_bad_json_is_refused(bad: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Chain.from_json(bad)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*EFFECTS, "settings", "mix"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["effect", "settings", "bypassed", "locked", "mix", "gain_db"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=3) | JSON)
def test_any_json_is_a_chain_or_a_settings_error(anything: Any) -> None:
    try:
        chain = Chain.from_json(anything)
    except SettingsError:
        return
    assert Chain.from_json(chain.to_json()) == chain


# Tails


def test_rendering_is_longer_by_the_tail_and_applying_is_not(sound: Tensor) -> None:
    chain = chain_of("delay", "reverb", delay={"delay_seconds": 0.1, "feedback": 0}, reverb={"decay_seconds": 0.5})
    assert chain.tail_seconds == pytest.approx(0.1 + 0.51)
    assert chain.render(sound, RATE).shape == (1, 2, sound.shape[-1] + round(0.61 * RATE))
    assert chain.apply(sound, RATE).shape == sound.shape


def test_the_tail_is_the_ringing_and_the_start_is_the_same(sound: Tensor) -> None:
    chain = chain_of("reverb", reverb={"mix": 0.5})
    rendered = chain.render(sound, RATE)
    frames = sound.shape[-1]
    torch.testing.assert_close(rendered[..., :frames], chain.apply(sound, RATE), atol=1e-6, rtol=1e-5)
    tail = rendered[..., frames:]
    assert tail[..., : RATE // 4].square().mean() > 1e-6
    assert tail[..., -RATE // 10 :].square().mean() < 1e-4 * tail[..., : RATE // 10].square().mean()


# Batches and streams


def test_a_batch_of_settings_equals_one_by_one(sound: Tensor) -> None:
    chain = chain_of("eq", "compressor", "chorus", "reverb")
    knobs = chain.knobs(chain.ids)
    units = torch.rand(3, len(knobs), generator=torch.Generator().manual_seed(15), dtype=torch.float64)
    batch = chain.apply(sound, RATE, chain.tensors(knobs, units))
    assert batch.shape == (3, 2, sound.shape[-1])
    for rendered, unit in zip(batch, units, strict=True):
        alone = chain.with_unit(knobs, unit.tolist()).apply(sound, RATE)[0]
        torch.testing.assert_close(rendered, alone, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize(
    "names",
    [("eq", "compressor", "delay", "reverb"), ("pitch_shift", "delay"), ("delay", "pitch_shift", "reverb", "gain"), ()],
    ids=lambda names: " ".join(names) or "empty",
)
@pytest.mark.parametrize("sizes", [(3_000,), (1, 500, 7_000)], ids=["even", "growing"])
def test_streaming_a_chain_equals_rendering_it(names: tuple[str, ...], sizes: tuple[int, ...], sound: Tensor) -> None:
    chain = chain_of(*names, pitch_shift={"semitones": 3})
    whole = chain.apply(sound, RATE)[0]
    stream = chain.stream(RATE, 2)
    parts, position, turn = [], 0, 0
    while position < sound.shape[-1]:
        size = sizes[turn % len(sizes)]
        parts.append(stream.push(sound[0, :, position : position + size]))
        position, turn = position + size, turn + 1
    rest = stream.finish()
    streamed = torch.cat([*parts, rest] if rest.shape[-1] else parts, dim=-1)
    torch.testing.assert_close(streamed, whole, atol=1e-5, rtol=1e-4)


def test_an_effect_that_is_there_once_goes_by_its_plain_name_whatever_its_id() -> None:
    chain = Chain().added("eq", {}).added("reverb", {}, slot_id="reverb_2")
    assert chain.labels["reverb_2"] == "Reverb"
    assert chain.short_names == {"eq": "eq", "reverb_2": "reverb"}
    assert chain.added("reverb", {}).short_names == {"eq": "eq", "reverb_2": "reverb_2", "reverb": "reverb"}
