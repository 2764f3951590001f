"""Sides that cancel: heard when a track is opened, said, and turned over before they are folded into nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio import Samples
from instructfx.audio.fold_down import FoldDown, FoldMeter, fold_down_of, warning
from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.planners import PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.plan import Plan
from instructfx.rendering.track import render_audio, render_facts, rendering
from instructfx.store import Store

RATE = 22_050


def sides(right_of_left: float, apart: float) -> Samples:
    """A left channel, and a right one of a share of it and of noise of its own."""
    rng = np.random.default_rng(4)
    left, own = 0.1 * rng.standard_normal((2, 2 * RATE))
    return np.float32(np.stack([left, right_of_left * left + apart * own]))


def live_on(samples: Samples, folder: Path) -> LiveSession:
    soundfile.write(folder / "in.wav", samples.T, RATE, "PCM_16")
    return open_session(folder / "in.wav", "builtin", "perceptual", store=Store(folder / "store"))


@pytest.mark.parametrize(
    ("right_of_left", "apart", "lost_db", "warned"),
    [(1, 0, 0.0, False), (0, 1, 3.0, False), (-1, 0, 60.0, True), (-0.9, 0.2, 20.0, True), (0, 0, 3.0, False)],
)
def test_what_is_lost_in_mono(right_of_left: float, apart: float, lost_db: float, warned: bool, tmp_path: Path) -> None:
    samples = sides(right_of_left, apart)
    meter = FoldMeter(RATE, 2)
    for start in range(0, samples.shape[1], 5_000):
        meter.push(samples[:, start : start + 5_000])
    assert meter.fold_down().loss_db == pytest.approx(lost_db, abs=2.5 if apart else 0.1)
    assert bool(warning(meter.fold_down())) == warned
    soundfile.write(tmp_path / "x.wav", samples.T, RATE, "FLOAT")
    assert fold_down_of(inspect(tmp_path / "x.wav")).loss_db == pytest.approx(meter.fold_down().loss_db, abs=0.01)


def test_mono_loses_nothing() -> None:
    meter = FoldMeter(RATE, 1)
    meter.push(sides(1, 0)[:1])
    assert meter.fold_down() == FoldDown()


def test_the_part_that_loses_most_is_named_beside_the_mean(tmp_path: Path) -> None:
    """Twelve seconds, of which the last six are inverted; in the first three of these is hardly anything to miss."""
    upright, inverted = (np.tile(sides(right, 0), 2)[:, : 3 * RATE] for right in (1, -1))
    samples = np.concatenate([upright, upright, inverted * np.float32(1e-3), inverted], axis=1)
    meter = FoldMeter(RATE, 2)
    meter.push(samples)
    fold = meter.fold_down()
    assert (fold.cancels, fold.cancels_in_part) == (False, True)
    assert fold.loss_db == pytest.approx(10 * np.log10(9 / 6), abs=0.1)
    assert (fold.worst_db, fold.worst_seconds) == (pytest.approx(60, abs=0.1), 7.0)
    assert "cancel from 7 s on: nothing is left there" in warning(fold)
    live = live_on(samples, tmp_path)
    assert "at worst 60.0 dB, from 7 s on" in live.say("make it mono").reply
    assert live.chain.slots[0].settings == {"width": 0.0, "flip_right": 0.0}


def test_dc_does_not_hide_what_cancels() -> None:
    meter = FoldMeter(RATE, 2)
    meter.push(sides(-1, 0) + np.float32(0.3))
    assert meter.fold_down().cancels


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"width": 0}, ["nothing is to be heard", "everything is lost. Say"]),
        ({"width": 0.2}, ["everything is lost. Say"]),
        ({"width": 0, "flip_right": 1}, []),
        ({"width": 0.5}, []),
    ],
)
def test_a_fold_that_was_set_by_hand_says_what_it_loses(
    settings: dict[str, float], said: list[str], tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "x.wav", sides(-1, 0).T, RATE, "FLOAT")
    with rendering(Chain().added("stereo_width", settings), inspect(tmp_path / "x.wav")) as rendered:
        notes = [note for note in rendered.level.notes if "limited" not in note]
    assert len(notes) == len(said)
    assert all(part in note for part, note in zip(said, notes, strict=True))


@pytest.mark.parametrize("apart", [0.0, 0.2])
@pytest.mark.parametrize("words", ["make it mono", "hazlo mono"])
def test_an_inverted_pair_is_turned_over_before_it_is_folded_and_that_is_said(
    words: str, apart: float, tmp_path: Path
) -> None:
    live = live_on(sides(-1, apart), tmp_path)
    turn = live.say(words)
    assert "dB" in turn.reply
    assert live.chain.slots[0].settings == {"width": 0.0, "flip_right": 1.0}
    rendered = render_audio(live.chain, live.track).samples
    assert np.abs(rendered).max() > 0.1
    np.testing.assert_allclose(rendered[0], rendered[1], atol=1e-6)


def test_sides_that_agree_are_folded_as_they_are(tmp_path: Path) -> None:
    live = live_on(sides(0.8, 0.3), tmp_path)
    turn = live.say("make it mono")
    assert live.chain.slots[0].settings == {"width": 0.0, "flip_right": 0.0}
    assert "cancel" not in turn.reply


@pytest.mark.parametrize(
    "words",
    [
        "flip the right channel",
        "invert the phase of the right side",
        "reverse the polarity",
        "invierte el canal derecho",
    ],
)
def test_one_side_is_flipped_by_words(words: str, tmp_path: Path) -> None:
    live = live_on(sides(-1, 0.1), tmp_path)
    live.say(words)
    assert live.chain.slots[0].settings == {"width": 1.0, "flip_right": 1.0}
    assert render_facts(live.chain, live.track).fold.loss_db < 1
    assert "In mono it loses 0.0 dB" in live.say("how wide is it?").reply


@pytest.mark.parametrize(
    "words",
    [
        "flip the left channel",
        "invert the phase of the left side",
        "reverse the polarity of the left channel",
        "invierte la fase del lado izquierdo",
    ],
)
def test_the_left_side_is_flipped_as_the_right_one_and_that_is_said(words: str) -> None:
    plan = BuiltinPlanner().plan(PlanRequest(words))
    assert isinstance(plan, Plan)
    assert [(call.effect, call.settings) for call in plan.add] == [("stereo_width", {"flip_right": 1.0})]
    assert "against each other" in plan.reply or "entre sí" in plan.reply


@pytest.mark.parametrize(
    ("words", "width"),
    [
        ("fold it down to mono", 0.0), ("no stereo at all", 0.0), ("sum to mono", 0.0), ("sum left and right", 0.0),
        ("downmix to mono", 0.0), ("sin estéreo", 0.0), ("conviértelo a mono", 0.0), ("suma izquierda y derecha", 0.0),
        ("there's no stereo", 1.3), ("wider but mono compatible", 1.3), ("más ancho pero compatible con mono", 1.3),
    ],
)  # fmt: skip
def test_what_is_mono_and_what_is_not(words: str, width: float) -> None:
    plan = BuiltinPlanner().plan(PlanRequest(words))
    assert isinstance(plan, Plan)
    assert [call.effect for call in plan.add] == ["stereo_width"]
    assert plan.add[0].settings["width"] == 0.0 if width == 0 else plan.add[0].settings["width"] > width
    assert "understand" not in plan.reply
    assert "entendí" not in plan.reply


def test_chains_from_before_have_no_side_flipped() -> None:
    chain = Chain.from_json([{"id": "stereo_width", "effect": "stereo_width", "settings": {"width": 1.4}}])
    assert chain.slots[0].settings == {"width": 1.4, "flip_right": 0.0}
