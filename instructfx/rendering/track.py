"""The whole track through the chain: block by block, as loud as it came, peaks safe, tail kept.

Where nothing of the chain is heard the render is the track itself, sample for sample.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch

from instructfx.audio import Audio, Samples, blocks, put, writing
from instructfx.audio.containers import opened
from instructfx.audio.facts import TrackFacts, facts_of
from instructfx.audio.fingerprint import Signature, SignatureMeter
from instructfx.audio.loudness import Levels, LoudnessMeter
from instructfx.audio.track import Track
from instructfx.audio.true_peak import TruePeakMeter
from instructfx.chain import Chain
from instructfx.effects.device import THREADS, threads
from instructfx.errors import AudioError, Cancelled
from instructfx.rendering.folding import ChainFoldMeter
from instructfx.rendering.level import Level, asked_gain_db, under_the_ceiling
from instructfx.rendering.matching import block_meter, level_of
from instructfx.rendering.raw import BLOCK_FRAMES, Raw

OnProgress = Callable[[float], None]
"""Told the finished share of the work, 0 to 1."""

Meter = LoudnessMeter | ChainFoldMeter


@dataclass(frozen=True)
class RenderOptions:
    """match_loudness: as loud as the dry track, plus what the gain effect asks for; else the chain's own level.

    threads: with how many the sound is computed, which decides its last bits.
    """

    match_loudness: bool = True
    threads: int = THREADS


@dataclass(frozen=True)
class RenderReport:
    """What was done to the level, and what came out."""

    frames: int
    level: Level
    signature: Signature

    @property
    def gain_db(self) -> float:
        return self.level.gain_db

    @property
    def limited_db(self) -> float:
        return self.level.limited_db


def no_progress(share: float) -> None:
    """For renders that nobody watches."""


def render_file(
    chain: Chain,
    track: Track,
    path: str | os.PathLike[str],
    options: RenderOptions | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> RenderReport:
    """Render a track to a file in the format of its extension.

    Raises AudioError, and leaves no file, where that fails; Cancelled once `cancelled` says so.
    """
    # The file is opened first, so that what cannot be written is refused before any work is done.
    with (
        writing(path, track.sample_rate, track.channels) as file,
        rendering(chain, track, options, on_progress, cancelled) as rendered,
    ):
        meter = SignatureMeter(track.sample_rate)
        fitting = rendered.fitting(file.subtype)
        for block in rendered.blocks():
            meter.push(block)
            put(file, fitting * block)
        return RenderReport(rendered.frames, rendered.level, meter.signature())


def render_audio(chain: Chain, track: Track, options: RenderOptions | None = None) -> Audio:
    """Render a track into memory."""
    with rendering(chain, track, options) as rendered:
        return Audio(np.concatenate(list(rendered.blocks()), axis=1), track.sample_rate)


def render_signature(
    chain: Chain, track: Track, cancelled: Callable[[], bool] = lambda: False, threads: int = THREADS
) -> Signature:
    """What the rendered track is known by, without keeping it."""
    with rendering(chain, track, RenderOptions(threads=threads), cancelled=cancelled) as rendered:
        meter = SignatureMeter(track.sample_rate)
        for block in rendered.blocks():
            meter.push(block)
    return meter.signature()


def render_facts(chain: Chain, track: Track) -> TrackFacts:
    """What can be told of the rendered track, without keeping it."""
    with rendering(chain, track) as rendered:
        return facts_of(rendered.blocks(), track.sample_rate, track.channels)


@dataclass(frozen=True)
class Rendering:
    """A rendered track, to be read from end to end: its length with the tail, and what is done to its level.

    dry: nothing of the chain is heard, so it is the track as it came, whatever its peaks.
    """

    frames: int
    level: Level
    sample_rate: int
    dry: bool
    blocks: Callable[[], Iterator[Samples]]
    """(channels, frames) after (channels, frames), float32, at the final level."""

    def fitting(self, subtype: str) -> np.float32:
        """What to multiply by so that a file of whole numbers, which holds nothing beyond full scale, holds it all.

        subtype is libsndfile's. It is 1 but for a dry track of floats that goes beyond.
        """
        if not self.dry or not subtype.startswith("PCM"):
            return np.float32(1)
        peak = max(float(np.abs(block).max(initial=0.0)) for block in self.blocks())
        return np.float32(min(1.0, 1.0 / max(peak, 1e-9)))


@contextmanager
def rendering(
    chain: Chain,
    track: Track,
    options: RenderOptions | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Rendering]:
    """A track through a chain, for as long as the block runs; raises as `render_file` does."""

    def check() -> None:
        if cancelled():
            raise Cancelled("the render was stopped; nothing was written")

    if not any(slot.heard for slot in chain.slots):
        yield Rendering(track.frames, Level(0.0, 0.0), track.sample_rate, True, lambda: _as_it_came(track, check))
        on_progress(1.0)
        return
    options = options or RenderOptions()
    fold = ChainFoldMeter(chain, track.sample_rate, track.channels)
    with threads(options.threads), _rendered(chain, track, fold, on_progress, check) as (raw, heard, dry):
        level = under_the_ceiling(0.0, raw.true_peak_dbtp)
        if options.match_loudness:
            level = level_of(raw, heard, dry, float(asked_gain_db(chain, chain.tensors())), track.frames)
        level = replace(level, cancelled_db=fold.loss_db())
        yield Rendering(raw.frames, level, track.sample_rate, False, lambda: raw.levelled(level))


@contextmanager
def _rendered(
    chain: Chain, track: Track, fold: ChainFoldMeter, on_progress: OnProgress, check: Callable[[], None]
) -> Iterator[tuple[Raw, Levels, Levels]]:
    """What the chain put out, and the energies of the blocks of it and of the dry track."""
    heard, dry = (block_meter(track.sample_rate, track.channels, track.frames) for _ in range(2))
    peaks = TruePeakMeter(track.channels)
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as peaks_file:
        written = 0
        try:
            for block in _chain_blocks(chain, track, (dry, fold), check):
                if block.shape[1] == 0:  # an effect may hold frames back
                    continue
                if not np.isfinite(block).all():
                    raise AudioError(
                        f"the chain {', '.join(chain.names)} puts out samples that are no numbers; lower its gains"
                    )
                heard.push(block)
                peaks.push(block)
                file.write(np.ascontiguousarray(block.T).tobytes())
                written += block.shape[1]
                on_progress(min(written / track.frames, 1.0))
        except OSError as error:
            raise AudioError(f"cannot render {track.name}: {error.strerror}. Free some disk space.") from error
        shape = track.channels, written, track.sample_rate
        yield Raw(file, peaks_file, *shape, peaks.true_peak_dbtp(), check), heard.momentary(), dry.momentary()


def _chain_blocks(chain: Chain, track: Track, dry: Sequence[Meter], check: Callable[[], None]) -> Iterator[Samples]:
    """The chain's output, the tail included, as (channels, frames) blocks; the meters hear what goes in."""
    stream = chain.stream(track.sample_rate, track.channels)
    tail = np.zeros((track.channels, round(chain.tail_seconds * track.sample_rate)), dtype=np.float32)
    with torch.no_grad():
        for source in (_metered(_as_it_came(track, check), dry), iter([tail])):
            for block in source:
                for start in range(0, block.shape[1], BLOCK_FRAMES):
                    check()
                    part = np.ascontiguousarray(block[:, start : start + BLOCK_FRAMES])
                    yield stream.push(torch.from_numpy(part)).numpy()
        held = stream.finish()
        if held.shape[-1]:
            yield held.numpy()


def _as_it_came(track: Track, check: Callable[[], None]) -> Iterator[Samples]:
    with opened(track.path) as file:
        for block in blocks(file, track.name):
            check()
            yield block


def _metered(sound: Iterator[Samples], meters: Sequence[Meter]) -> Iterator[Samples]:
    for block in sound:
        for meter in meters:
            meter.push(block)
        yield block
