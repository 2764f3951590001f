"""What is told of a whole track: its beat, its loudness, its peaks and whether it is clipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from instructfx.audio import Audio, save
from instructfx.audio.facts import TrackFacts, facts_of
from instructfx.audio.signal import Samples
from instructfx.audio.tempo import tempo_of
from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.rendering.track import render_facts

RATE = 44_100


def clicks(bpm: float, seconds: float = 20.0) -> Samples:
    """A click track, (frames,)."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    times = np.arange(1500)
    click = np.sin(2 * np.pi * 1000 * times / RATE) * np.exp(-times / 300)
    for beat in np.arange(0.1, seconds - 0.1, 60 / bpm):
        samples[round(beat * RATE) :][: len(click)] += click.astype(np.float32)
    return samples


@pytest.mark.parametrize("bpm", [72, 90, 120, 128.5, 140])
def test_a_click_track_has_the_tempo_of_its_clicks(bpm: float) -> None:
    tempo = tempo_of(clicks(bpm), RATE)
    assert tempo.bpm == pytest.approx(bpm, abs=0.3)
    assert tempo.sure


def test_noise_a_held_note_and_two_seconds_have_no_sure_tempo() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 20 * RATE).astype(np.float32)
    note = (0.1 * np.sin(np.arange(20 * RATE) * 2 * np.pi * 220 / RATE)).astype(np.float32)
    for samples in (noise, note, clicks(120, 2.0), np.zeros(10 * RATE, np.float32)):
        assert not tempo_of(samples, RATE).sure


def test_clipping_is_runs_at_full_scale_wherever_the_blocks_end() -> None:
    samples = np.zeros((2, 4000), np.float32)
    samples[0, 995:1005] = 1.0  # over the end of a block
    samples[1, 2000:2002] = -1.0  # touches full scale and no more
    samples[1, 3000:3003] = -1.0
    for size in (1000, 1, 4000):
        blocks = [samples[:, start : start + size] for start in range(0, 4000, size)]
        assert facts_of(blocks, RATE, 2).clipped == 2


def test_a_chain_is_measured_as_it_plays(tmp_path: Path) -> None:
    tone = 0.1 * np.sin(np.arange(8 * RATE) * 2 * np.pi * 997 / RATE)
    save(Audio(np.stack([tone, tone]).astype(np.float32), RATE), tmp_path / "tone.wav")
    track = inspect(tmp_path / "tone.wav")
    dry, louder = (render_facts(chain, track) for chain in (Chain(), Chain().added("gain", {"gain_db": 6.0})))
    assert isinstance(dry, TrackFacts)
    assert (dry.seconds, dry.loudness_lufs, dry.true_peak_dbtp) == pytest.approx((8, -20, -20), abs=0.1)
    assert louder.loudness_lufs - dry.loudness_lufs == pytest.approx(6, abs=0.1)
