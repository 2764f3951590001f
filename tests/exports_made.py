"""Sessions on short tracks, made without a planner or an ear, for the tests of exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from instructfx.audio import Samples
from instructfx.audio.track import Track, inspect
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.planners import Plan
from instructfx.refine import Refined
from instructfx.sessions import Provenance, Session, Turn
from instructfx.store import dry_of


def hits(seconds: float, sample_rate: int, channels: int) -> Samples:
    """Decaying bursts of noise over a low tone, with room above the peaks: (channels, frames)."""
    rng = np.random.default_rng(5)
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    noise = rng.standard_normal((channels, len(time))) * np.exp(-12 * (time % 0.25))
    return np.float32(0.03 * noise + 0.05 * np.sin(2 * np.pi * 110 * time))


def track_of(samples: Samples, sample_rate: int, path: Path) -> Track:
    """Those samples as a file of the format that its name says."""
    soundfile.write(path, samples.T, sample_rate, "PCM_24" if path.suffix in (".wav", ".flac") else None)
    return inspect(path)


def session_of(track: Track, chain: Chain, *said: str) -> Session:
    """A session in which each instruction has led to that chain."""
    session = Session("0" * 48, dry_of(track))
    for index, instruction in enumerate(said or ("make it warmer",), start=1):
        turn = Turn(
            id=f"{index:032x}",
            parent_id=session.head,
            index=index,
            kind="said",
            instruction=instruction,
            plan=Plan(reply="I did that."),
            goal=Goal(),
            route="initialize_all",
            refined=Refined(chain, 1.0, 0.5),
            readings_before={},
            readings_after={},
            provenance=Provenance("builtin", "perceptual", 0),
            seconds=0.1,
        )
        session = session.with_turn(turn)
    return session


def difference_db(found: Samples, expected: Samples) -> float:
    """RMS of the difference against that of what was expected, in dB."""
    error = np.square(found.astype(np.float64) - expected).mean()
    return float(10 * np.log10(max(error, 1e-30) / np.square(expected.astype(np.float64)).mean()))
