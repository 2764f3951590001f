"""More of it, less of it, the opposite of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.chain.interpolate import between
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.memoryless import as_tensors
from instructfx.engine.live import LiveSession, open_session
from instructfx.errors import InstructionError
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions

QUICK = RefineOptions(GradientOptions(spectral_steps=9, waveform_steps=3), BayesOptions(evaluations=3, first_points=2))
EQ = Chain().added("eq", {"mid_gain_db": 4, "mid_cutoff_frequency_hz": 500})
ROOM = Chain().added("reverb", {"mix": 0.4, "decay_seconds": 2})


@pytest.fixture
def live(mono: Audio, tmp_path: Path) -> LiveSession:
    save(mono, tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


# The way between two chains


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


# Turns


def test_half_of_a_turn_is_a_turn(live: LiveSession) -> None:
    first = live.say("boost 4 dB at 1 kHz")
    second = live.say("much more bass")
    assert live.amount_of() == (second, 1.0)
    half = live.amount(0.5)
    assert (half.kind, half.parent_id, half.share, half.planned_by) == ("edited", second.id, 0.5, "hand")
    assert half.instruction == '50% of "much more bass"'
    assert half.reply.startswith("By hand: equaliser, low shelf gain")
    assert half.chain == between(first.chain, second.chain, 0.5)
    assert half.readings_before == second.readings_after
    assert first.readings_after["bass"] < half.readings_after["bass"] < second.readings_after["bass"]


def test_amounts_are_of_the_turn_and_not_of_each_other(live: LiveSession) -> None:
    first, second = live.say("boost 4 dB at 1 kHz"), live.say("much more bass")
    live.amount(0.5)
    more = live.amount(1.25)
    assert (more.parent_id, more.chain) == (second.id, between(first.chain, second.chain, 1.25))
    assert live.amount_of() == (second, 1.25)
    assert [turn.id for turn in live.session.path] == [first.id, second.id, more.id]
    assert live.amount(1).chain == second.chain
    assert live.amount(0).chain == first.chain
    opposite = live.amount(-1)
    assert opposite.readings_after["bass"] < first.readings_after["bass"]
    assert live.session.undo_target == second.id
    live.go_to(second.id)
    assert live.amount_of() == (second, 1.0)
    live.go_to(more.id)
    assert live.amount_of() == (second, 1.25)


def test_a_hand_edit_can_be_had_in_part_too(live: LiveSession) -> None:
    edited = live.edit(ROOM)
    assert live.amount(0.5).chain.slot("reverb").settings["mix"] == pytest.approx(0.2)
    assert live.amount_of() == (edited, 0.5)


@pytest.mark.parametrize("share", [-1.01, 1.6, float("nan"), float("inf"), True, "0.5", None])
def test_amounts_out_of_range_are_refused(share: float, live: LiveSession) -> None:
    live.say("boost 4 dB at 1 kHz")
    with pytest.raises(InstructionError, match="from -100% to 150%"):
        live.amount(share)
    assert len(live.turns) == 1


def test_where_there_is_nothing_to_have_more_of(live: LiveSession) -> None:
    assert live.amount_of() is None
    with pytest.raises(InstructionError, match="no change to have more or less of"):
        live.amount(0.5)
    live.say("xyzzy")
    assert live.amount_of() is None
    live.say("boost 4 dB at 1 kHz")
    with pytest.raises(InstructionError, match="100% of that turn is what plays already"):
        live.amount(1)
    live.go_to(None)
    assert live.amount_of() is None
