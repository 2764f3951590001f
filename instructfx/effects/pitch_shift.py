"""Pitch shift on pedalboard (Rubber Band), in overlapping segments so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pedalboard
import torch
from torch import Tensor

from instructfx.effects.spec import Effect, Param, Settings, Stream

SEGMENT_SECONDS = 20.0
FADE_SECONDS = 0.05


@dataclass(frozen=True)
class SegmentedPitchShift:
    """Shifts segments of twenty seconds and cross-fades them over 50 ms.

    pedalboard's streaming calls hold back half a second or more and do not give what one call over the
    whole gives, so whole sounds and streams alike are cut at the same places here. Its straight-through
    gradient misleads (0 to 8 % of a loss recovered), so there is none.
    """

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings) -> Tensor:
        semitones = settings["semitones"].detach()
        batch = max(len(semitones), samples.shape[0])
        rows = []
        for index, sound in enumerate(samples.detach().cpu().expand(batch, -1, -1)):
            stream = _PitchStream(sample_rate, float(semitones[index % len(semitones)]))
            rows.append(torch.cat([stream.push(sound), stream.finish()], dim=-1))
        return torch.stack(rows).to(samples)

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        return _PitchStream(sample_rate, settings["semitones"])


class _PitchStream:
    def __init__(self, sample_rate: int, semitones: float) -> None:
        self._sample_rate = sample_rate
        self._shift = pedalboard.PitchShift(semitones=semitones)
        self._segment = int(SEGMENT_SECONDS * sample_rate)
        self._fade = int(FADE_SECONDS * sample_rate)
        self._waiting: Tensor | None = None  # input that is not yet shifted
        self._faded: Tensor | None = None  # the last segment's end, fading out

    def push(self, block: Tensor) -> Tensor:
        waiting = block if self._waiting is None else torch.cat([self._waiting, block], dim=-1)
        ready = [block[:, :0]]
        while waiting.shape[-1] > self._segment + self._fade:
            shifted = self._joined(self._shifted(waiting[:, : self._segment + self._fade]))
            self._faded = shifted[:, self._segment :]
            ready.append(shifted[:, : self._segment])
            waiting = waiting[:, self._segment :]
        self._waiting = waiting
        return torch.cat(ready, dim=-1)

    def finish(self) -> Tensor:
        if self._waiting is None or self._waiting.shape[-1] == 0:
            return torch.zeros(0)
        return self._joined(self._shifted(self._waiting))

    def _shifted(self, block: Tensor) -> Tensor:
        dry = np.ascontiguousarray(block.numpy(), dtype=np.float32)
        return torch.from_numpy(self._shift.process(dry, self._sample_rate, reset=True))

    def _joined(self, shifted: Tensor) -> Tensor:
        if self._faded is not None:
            frames = min(self._fade, shifted.shape[-1])
            fade_in = torch.linspace(0, 1, self._fade)[:frames]
            shifted = shifted.clone()
            faded = (1 - fade_in) * self._faded[:, :frames]
            shifted[:, :frames] = faded + fade_in * shifted[:, :frames]
        return shifted


PITCH_SHIFT = Effect(
    name="pitch_shift",
    label="Pitch shift",
    summary="Higher or lower without a change of tempo.",
    params=(Param("semitones", -12, 12, 0, "semitones", step=1, help="12 is an octave up", tunable=False),),
    render=SegmentedPitchShift(),
    aliases=("pitchshift", "pitch"),
)
