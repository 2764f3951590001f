"""Turns about regions of the spectrum: what is held stays, and a filter that was asked for takes what it takes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from instructfx.audio import Audio, save
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.planners.eq_fit import Canvas, centres_hz
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import Turn

QUICK = RefineOptions(GradientOptions(spectral_steps=40, waveform_steps=2), BayesOptions(evaluations=3, first_points=2))


@pytest.fixture
def live(music: Audio, tmp_path: Path) -> LiveSession:
    save(Audio(music.samples[:, : 2 * music.sample_rate], music.sample_rate), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = dataclasses.replace(live.agents, options=QUICK)
    return live


@pytest.mark.parametrize(
    ("words", "low_hz", "high_hz", "axis"),
    [
        ("warmer but don't touch the bass", 20.0, 135.0, "bass"),
        ("brighter without losing the lows", 20.0, 135.0, "bass"),
        ("más oscuro sin tocar los graves", 20.0, 135.0, "bass"),
        ("warmer, but leave everything above 6k alone", 6700.0, 20_000.0, ""),
    ],
)
def test_what_is_found_leaves_the_region_as_it_was(
    words: str, low_hz: float, high_hz: float, axis: str, live: LiveSession
) -> None:
    turn = live.say(words)
    assert isinstance(turn, Turn)
    slot = live.chain.slot("eq")
    curve = Canvas(slot.effect, slot.settings).stands_db
    inside = (centres_hz() >= low_hz) & (centres_hz() <= high_hz)
    assert np.abs(curve[inside]).mean() < 0.6
    assert np.abs(curve).max() > 1.0
    if axis:
        assert abs(turn.readings_after[axis] - turn.readings_before[axis]) < 0.2
        assert "bass" not in turn.reply
        assert "graves" not in turn.reply.replace("medios-graves", "")


def test_what_was_held_is_stored_with_the_turn(live: LiveSession, tmp_path: Path) -> None:
    live.say("warmer but don't touch the bass")
    again = resume_session(live.session.id, store=tmp_path / "sessions")
    assert again.turns[0].goal.held_hz == ((20.0, 150.0),)


@pytest.mark.parametrize("words", ["remove everything below 80 Hz", "quita todo por debajo de 80 Hz"])
def test_a_filter_is_put_in_and_the_equaliser_stays_as_it_is(words: str, live: LiveSession) -> None:
    live.say("warmer")
    before = live.chain.slot("eq")
    live.say(words)
    assert live.chain.slot("filter").settings["highpass_hz"] == 80
    assert live.chain.slot("eq") == before
