"""Sides that cancel: heard when a track is opened, said, and turned over before they are folded into nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio import Samples
from instructfx.audio.fold_down import FoldMeter, loss_of, warning
from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.rendering.track import render_audio, render_facts
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
    meter = FoldMeter()
    for start in range(0, samples.shape[1], 5_000):
        meter.push(samples[:, start : start + 5_000])
    assert meter.loss_db() == pytest.approx(lost_db, abs=2.5 if apart else 0.1)
    assert bool(warning(meter.loss_db())) == warned
    soundfile.write(tmp_path / "x.wav", samples.T, RATE, "FLOAT")
    assert loss_of(inspect(tmp_path / "x.wav")) == pytest.approx(meter.loss_db(), abs=0.01)


def test_mono_loses_nothing() -> None:
    meter = FoldMeter()
    meter.push(sides(1, 0)[:1])
    assert meter.loss_db() == 0


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
    assert render_facts(live.chain, live.track).mono_loss_db < 1
    assert "In mono it loses 0.0 dB" in live.say("how wide is it?").reply


def test_chains_from_before_have_no_side_flipped() -> None:
    chain = Chain.from_json([{"id": "stereo_width", "effect": "stereo_width", "settings": {"width": 1.4}}])
    assert chain.slots[0].settings == {"width": 1.4, "flip_right": 0.0}
