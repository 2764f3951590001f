"""The way from one chain to another, along each setting's own scale, and beyond its ends."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from instructfx.audio import Audio
from instructfx.chain import Chain
from instructfx.chain.interpolate import between
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.memoryless import as_tensors

EQ = Chain().added("eq", {"mid_gain_db": 4, "mid_cutoff_frequency_hz": 500})
ROOM = Chain().added("reverb", {"mix": 0.4, "decay_seconds": 2})


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
def test_at_rest_an_effect_does_nothing(effect: Effect, noise: Audio) -> None:
    sound = torch.from_numpy(noise.samples)[None]
    rendered = effect.render(sound, noise.sample_rate, as_tensors(effect.complete(effect.rest)))
    assert rendered.shape == sound.shape
    if effect.name == "filter":  # it turns phases, but takes nothing away between 60 Hz and 10 kHz
        hz = torch.fft.rfftfreq(sound.shape[-1], 1 / noise.sample_rate)
        heard = (hz > 60) & (hz < 10_000)
        power = [float(torch.fft.rfft(each)[..., heard].abs().square().sum()) for each in (sound, rendered)]
        assert power[1] / power[0] == pytest.approx(1, rel=0.03)
    else:
        assert float((rendered - sound).abs().max()) < 2e-3


@pytest.mark.parametrize(
    ("share", "gain_db", "cutoff_hz"), [(0.5, 3.0, 1000.0), (1.5, 5.0, 250.0), (-1.0, 0.0, 4000.0), (0.25, 2.5, 1414.2)]
)
def test_settings_move_along_their_own_scales(share: float, gain_db: float, cutoff_hz: float) -> None:
    before = EQ.adjusted("eq", {"mid_gain_db": 2, "mid_cutoff_frequency_hz": 2000})
    settings = between(before, EQ, share).slot("eq").settings
    assert settings["mid_gain_db"] == pytest.approx(gain_db)
    assert settings["mid_cutoff_frequency_hz"] == pytest.approx(cutoff_hz, rel=1e-4)  # an octave is an octave
    assert settings["mid_q"] == EQ.slot("eq").settings["mid_q"]


@pytest.mark.parametrize(
    ("before", "after", "share", "expected"),
    [
        (Chain(), ROOM, 0.5, ROOM.adjusted("reverb", {"mix": 0.2})),
        (Chain(), ROOM, 1.5, ROOM.adjusted("reverb", {"mix": 0.6})),
        (Chain(), ROOM, -0.5, Chain()),
        (ROOM, Chain(), 0.75, ROOM.adjusted("reverb", {"mix": 0.1})),
        (ROOM, Chain(), 1.5, Chain()),
        (ROOM, Chain(), -0.5, ROOM.adjusted("reverb", {"mix": 0.6})),
        (Chain(), EQ, 0.5, EQ.adjusted("eq", {"mid_gain_db": 2})),
        (Chain(), EQ, -1.0, EQ.adjusted("eq", {"mid_gain_db": -4})),
        (EQ, Chain(), 1.5, EQ.adjusted("eq", {"mid_gain_db": -2})),
        (ROOM, ROOM.bypassed("reverb", True), 0.5, ROOM.adjusted("reverb", {"mix": 0.2})),
        (ROOM, ROOM.bypassed("reverb", True), 1.2, ROOM.bypassed("reverb", True)),
        (ROOM.bypassed("reverb", True), ROOM, -1.0, ROOM.bypassed("reverb", True)),
        (ROOM.bypassed("reverb", True), EQ.bypassed("eq", True), 0.5, EQ.bypassed("eq", True)),
        (
            ROOM,
            EQ,
            0.25,
            ROOM.adjusted("reverb", {"mix": 0.3}).added("eq", {**EQ.slots[0].settings, "mid_gain_db": 1}, at=1),
        ),
    ],
)
def test_effects_come_in_from_rest_and_leave_towards_it(
    before: Chain, after: Chain, share: float, expected: Chain
) -> None:
    found = between(before, after, share)
    assert found.names == expected.names
    for one, other in zip(found.slots, expected.slots, strict=True):
        assert one.bypassed == other.bypassed
        assert one.settings == pytest.approx(other.settings)


def test_the_order_and_the_locks_are_those_of_the_side() -> None:
    before = Chain().added("eq", {}).added("delay", {}).added("gain", {"gain_db": 2})
    after = Chain().added("gain", {"gain_db": 4}).added("reverb", {}).added("eq", {}).locked("eq", ["mid_q"])
    assert between(before, after, 0.5).names == ("gain", "reverb", "eq", "delay")
    assert between(before, after, 0.5).slot("eq").locked == {"mid_q"}
    assert between(before, after, -0.5).names == ("eq", "delay", "gain")
    assert between(before, after, -0.5).slot("gain").settings["gain_db"] == pytest.approx(1)
    assert between(before, after, -0.5).slot("eq").locked == frozenset()


CHAINS = st.lists(st.sampled_from(sorted(EFFECTS)), unique=True, max_size=5).flatmap(
    lambda names: st.tuples(*(st.floats(0, 1) for _ in names)).map(
        lambda units: Chain().added("eq", {}).without("eq") if not names else _chain(names, units)
    )
)


def _chain(names: list[str], units: tuple[float, ...]) -> Chain:
    chain = Chain()
    for name, unit in zip(names, units, strict=True):
        chain = chain.added(name, {param.name: param.from_unit(unit) for param in EFFECTS[name].params})
    return chain


@given(CHAINS, CHAINS, st.floats(-1, 1.5))
def test_any_two_chains_have_a_way_between_them(before: Chain, after: Chain, share: float) -> None:
    assert (between(before, after, 0), between(before, after, 1)) == (before, after)
    found = between(before, after, share)
    assert set(found.names) <= {*before.names, *after.names}
    assert between(before, before, share) == before
    for slot in found.slots:
        for param in slot.effect.params:
            assert param.low <= slot.settings[param.name] <= param.high
