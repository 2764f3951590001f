"""Renderers of effects that pedalboard computes: exact forward, straight-through backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pedalboard
import torch
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE
from instructfx.effects.resampling import Resampler
from instructfx.effects.spec import Settings, Stream

BUFFER_FRAMES = 8192
FEWEST_FRAMES = 3  # pedalboard takes two channels of one frame for one channel of two

Build = Callable[[Mapping[str, float], int], list[pedalboard.Plugin]]
"""(settings, sample_rate) -> the plugins that make the wet signal alone."""


@dataclass(frozen=True)
class FromPedalboard:
    """Renders the plugins that `build` makes and mixes dry and wet where the effect has a `mix`.

    Backward is the identity, f(x).detach() + (x - x.detach()), so that effects before this one still learn
    (Bengio, Leonard and Courville 2013). A sound on another device is carried to the processor and back once.

    swings_at names the setting, in Hz, at which the plugins swing with time, so that a part of a track sounds as it
    does in the whole. at_reference: the plugins work at REFERENCE_RATE whatever the sound's rate is, because it colours
    what they do.
    """

    build: Build
    swings_at: str = ""
    at_reference: bool = False

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
        dry = samples.detach().cpu()
        batch = max([dry.shape[0], *(len(values) for values in settings.values())])
        dry = dry.expand(batch, -1, -1)
        rows = []
        for index, sound in enumerate(dry):
            values = {name: float(v.detach()[index % len(v)]) for name, v in settings.items()}
            stream = self.stream(sample_rate, sound.shape[0], values)
            before = self._frames_into_the_swing(first_frame, sample_rate, values)
            parts = [stream.push(torch.zeros(sound.shape[0], before))] if before >= FEWEST_FRAMES else []
            parts += [stream.push(sound), stream.finish()]
            whole = torch.cat([part for part in parts if part.shape[-1]], dim=-1)
            rows.append(whole[:, -sound.shape[-1] :])
        return torch.stack(rows).to(samples) + (samples - samples.detach())

    def _frames_into_the_swing(self, first_frame: int, sample_rate: int, settings: Mapping[str, float]) -> int:
        """How long a silence moves the swing to where it stands at a frame of the track."""
        if not self.swings_at:
            return 0
        return round(first_frame % (sample_rate / settings[self.swings_at]))

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        if self.at_reference and sample_rate != REFERENCE_RATE:
            wet = self.stream(REFERENCE_RATE, channels, {**settings, "mix": 1.0})
            return _ReferenceStream(wet, sample_rate, channels, settings.get("mix", 1.0))
        board = pedalboard.Pedalboard(self.build(settings, sample_rate))
        # A plugin forgets its past when a block is larger than all before: let it see its largest one first.
        board.process(np.zeros((channels, BUFFER_FRAMES), dtype=np.float32), sample_rate, BUFFER_FRAMES)
        board.reset()
        return _PedalboardStream(board, sample_rate, channels, settings.get("mix", 1.0))


class _PedalboardStream:
    def __init__(self, board: pedalboard.Pedalboard, sample_rate: int, channels: int, mix: float) -> None:
        self._board = board
        self._sample_rate = sample_rate
        self._mix = np.float32(mix)
        self._held = torch.zeros(channels, 0)

    def push(self, block: Tensor) -> Tensor:
        block = torch.cat([self._held, block], dim=-1)
        few = block.shape[-1] < FEWEST_FRAMES
        self._held = block if few else block[:, :0]
        return block[:, :0] if few else self._mixed(block)

    def finish(self) -> Tensor:
        frames = self._held.shape[-1]
        if frames == 0:
            return torch.zeros(0)
        return self._mixed(torch.nn.functional.pad(self._held, (0, FEWEST_FRAMES - frames)))[:, :frames]

    def _mixed(self, block: Tensor) -> Tensor:
        dry = np.ascontiguousarray(block.numpy(), dtype=np.float32)
        wet = self._board.process(dry, self._sample_rate, BUFFER_FRAMES, reset=False)
        return torch.from_numpy((1 - self._mix) * dry + self._mix * wet)


class _ReferenceStream:
    """The wet sound at REFERENCE_RATE, and the dry one as it came, which waits for it."""

    def __init__(self, wet: Stream, sample_rate: int, channels: int, mix: float) -> None:
        self._wet = wet
        self._there = Resampler(sample_rate, REFERENCE_RATE, channels)
        self._back = Resampler(REFERENCE_RATE, sample_rate, channels)
        self._mix = np.float32(mix)
        self._dry = torch.zeros(channels, 0)

    def push(self, block: Tensor) -> Tensor:
        self._dry = torch.cat([self._dry, block], dim=-1)
        return self._mixed(self._back.push(self._wet.push(self._there.push(block))))

    def finish(self) -> Tensor:
        wet = [self._back.push(self._wet.push(self._there.finish()))]
        rest = self._wet.finish()
        wet += [self._back.push(rest)] if rest.shape[-1] else []
        wet.append(self._back.finish())
        frames = self._dry.shape[-1]
        return self._mixed(torch.cat(wet, dim=-1)[:, :frames])

    def _mixed(self, wet: Tensor) -> Tensor:
        dry, self._dry = self._dry.split([wet.shape[-1], self._dry.shape[-1] - wet.shape[-1]], dim=-1)
        return torch.from_numpy((1 - self._mix) * dry.numpy() + self._mix * wet.numpy())


def below_nyquist(frequency_hz: float, sample_rate: int) -> float:
    """pedalboard's filters blow up at the Nyquist frequency and beyond: stay at 49 % of the rate."""
    return min(frequency_hz, 0.49 * sample_rate)
