"""The whole track through the chain: block by block, as loud as it came, peaks safe, tail kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import torch

from instructfx.audio import Audio, Samples, blocks, writing
from instructfx.audio.containers import opened
from instructfx.audio.facts import TrackFacts, facts_of
from instructfx.audio.fingerprint import Signature, SignatureMeter
from instructfx.audio.loudness import ABSOLUTE_GATE_LUFS, LoudnessMeter
from instructfx.audio.track import Track
from instructfx.audio.true_peak import CONTEXT, LOOK_AHEAD_SECONDS, TruePeakMeter, limiting_gain
from instructfx.chain import Chain
from instructfx.errors import AudioError, Cancelled
from instructfx.rendering.level import CEILING_DBTP, Level, asked_gain_db, lawful_gain_db, under_the_ceiling

BLOCK_FRAMES = 1 << 17

OnProgress = Callable[[float], None]
"""Told the finished share of the work, 0 to 1."""


@dataclass(frozen=True)
class RenderOptions:
    """match_loudness: as loud as the dry track, plus what the gain effect asks for; else the chain's own level."""

    match_loudness: bool = True


@dataclass(frozen=True)
class RenderReport:
    """What was done to the level: one gain for the whole track, and the deepest the limiter went; and what came out."""

    frames: int
    gain_db: float
    limited_db: float
    signature: Signature


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
        for block in rendered.blocks():
            meter.push(block)
            file.write(block.T)
        return RenderReport(rendered.frames, rendered.gain_db, rendered.limited_db, meter.signature())


def render_audio(chain: Chain, track: Track, options: RenderOptions | None = None) -> Audio:
    """Render a track into memory."""
    with rendering(chain, track, options) as rendered:
        return Audio(np.concatenate(list(rendered.blocks()), axis=1), track.sample_rate)


def render_signature(chain: Chain, track: Track, cancelled: Callable[[], bool] = lambda: False) -> Signature:
    """What the rendered track is known by, without keeping it."""
    with rendering(chain, track, cancelled=cancelled) as rendered:
        meter = SignatureMeter(track.sample_rate)
        for block in rendered.blocks():
            meter.push(block)
    return meter.signature()


def render_facts(chain: Chain, track: Track) -> TrackFacts:
    """What can be told of the rendered track, without keeping it; of the track as it came where the chain is empty."""
    if not chain.slots:
        with opened(track.path) as file:
            return facts_of(blocks(file, track.name), track.sample_rate, track.channels)
    with rendering(chain, track) as rendered:
        return facts_of(rendered.blocks(), track.sample_rate, track.channels)


@dataclass(frozen=True)
class Rendering:
    """A rendered track, to be read from end to end: its length with the tail, and what is done to its level."""

    frames: int
    gain_db: float
    limited_db: float
    sample_rate: int
    _raw: _Raw

    def blocks(self) -> Iterator[Samples]:
        """(channels, frames) after (channels, frames), float32, at the final level."""
        return _levelled(self._raw, Level(self.gain_db, self.limited_db), self.sample_rate)


@contextmanager
def rendering(
    chain: Chain,
    track: Track,
    options: RenderOptions | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Rendering]:
    """A track through a chain, for as long as the block runs; raises as `render_file` does."""
    with _rendered(chain, track, on_progress, cancelled) as raw:
        level = _level(raw, track, options or RenderOptions())
        yield Rendering(raw.frames, level.gain_db, level.limited_db, track.sample_rate, raw)


@dataclass(frozen=True)
class _Raw:
    """What the chain put out, on disk as float32 (frames, channels), and what was measured on the way.

    The file has no name, so that nothing stays of it, not even where the process is killed.
    """

    file: BinaryIO
    channels: int
    frames: int
    loudness_lufs: float
    true_peak_dbtp: float
    asked_gain_db: float

    def read(self, first: int, last: int) -> Samples:
        """Some frames, (channels, frames). A memory map would count as memory, all of it, once it is read."""
        self.file.seek(first * self.channels * np.dtype(np.float32).itemsize)
        samples = np.fromfile(self.file, np.float32, (last - first) * self.channels)
        return samples.reshape(-1, self.channels).T


@contextmanager
def _rendered(chain: Chain, track: Track, on_progress: OnProgress, cancelled: Callable[[], bool]) -> Iterator[_Raw]:
    loudness = LoudnessMeter(track.sample_rate, track.channels)
    peaks = TruePeakMeter(track.channels)
    with tempfile.TemporaryFile() as file:
        written = 0
        try:
            for block in _chain_blocks(chain, track):
                if cancelled():
                    raise Cancelled("the render was stopped; nothing was written")
                if block.shape[1] == 0:  # an effect may hold frames back
                    continue
                if not np.isfinite(block).all():
                    raise AudioError(
                        f"the chain {', '.join(chain.names)} puts out samples that are no numbers; lower its gains"
                    )
                loudness.push(block)
                peaks.push(block)
                file.write(np.ascontiguousarray(block.T).tobytes())
                written += block.shape[1]
                on_progress(min(written / track.frames, 1.0))
        except OSError as error:
            raise AudioError(f"cannot render {track.name}: {error.strerror}. Free some disk space.") from error
        asked = float(asked_gain_db(chain, chain.tensors()))
        levels = loudness.integrated_lufs(), peaks.true_peak_dbtp(), asked
        yield _Raw(file, track.channels, written, *levels)


def _chain_blocks(chain: Chain, track: Track) -> Iterator[Samples]:
    """The chain's output, the tail included, as (channels, frames) blocks."""
    stream = chain.stream(track.sample_rate, track.channels)
    tail = np.zeros((track.channels, round(chain.tail_seconds * track.sample_rate)), dtype=np.float32)
    with torch.no_grad(), opened(track.path) as file:
        for source in (blocks(file, track.name), iter([tail])):
            for block in source:
                for start in range(0, block.shape[1], BLOCK_FRAMES):
                    part = np.ascontiguousarray(block[:, start : start + BLOCK_FRAMES])
                    yield stream.push(torch.from_numpy(part)).numpy()
        held = stream.finish()
        if held.shape[-1]:
            yield held.numpy()


def _level(raw: _Raw, track: Track, options: RenderOptions) -> Level:
    gain_db = 0.0
    if options.match_loudness and raw.loudness_lufs > ABSOLUTE_GATE_LUFS:
        gain_db = lawful_gain_db(track.loudness_lufs, raw.loudness_lufs, raw.asked_gain_db)
    return under_the_ceiling(gain_db, raw.true_peak_dbtp)


def _levelled(raw: _Raw, level: Level, sample_rate: int) -> Iterator[Samples]:
    """The output blocks at their final level; each is limited with the context that its edges need."""
    gain = np.float32(10 ** (level.gain_db / 20))
    ceiling = 10 ** (CEILING_DBTP / 20)
    context = 2 * round(LOOK_AHEAD_SECONDS * sample_rate) + 2 * CONTEXT + 2
    frames = raw.frames
    for start in range(0, frames, BLOCK_FRAMES):
        stop = min(start + BLOCK_FRAMES, frames)
        first, last = max(start - context, 0), min(stop + context, frames)
        loud = gain * np.ascontiguousarray(raw.read(first, last))
        if level.limited_db > 0:
            loud = loud * limiting_gain(loud, ceiling, sample_rate)
        yield loud[:, start - first : stop - first]
