"""Pitch shift on pedalboard (Rubber Band), in overlapping segments so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pedalboard
import torch
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE
from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings, Stream
from instructfx.effects.standalone import Samples, resampled
from instructfx.effects.words import EffectWords, Nickname, SettingName

SEGMENT_SECONDS = 20.0
FADE_SECONDS = 0.05
CONTEXT_SECONDS = 0.25  # shifted with a segment and thrown away: its ends come out too soft
SHORTEST_SECONDS = 0.1  # Rubber Band returns nothing for a few frames


@dataclass(frozen=True)
class SegmentedPitchShift:
    """Shifts segments of twenty seconds and cross-fades them over 50 ms.

    pedalboard's `PitchShift` streams, but up to a semitone out of tune and 17 ms early or late; its offline
    `time_stretch` is true to 0.02 % and a few milliseconds and takes a whole sound at once. So whole sounds and streams
    alike are cut at the same places here, and shifted at REFERENCE_RATE, because its windows depend on the rate. A
    straight-through gradient misleads (0 to 8 % of a loss recovered), so there is none.
    """

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
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
        self._semitones = semitones
        self._segment = int(SEGMENT_SECONDS * sample_rate)
        self._fade = int(FADE_SECONDS * sample_rate)
        self._context = int(CONTEXT_SECONDS * sample_rate)
        self._heard = 0  # frames of _waiting that lie before the next segment
        self._waiting: Tensor | None = None  # input that is not yet shifted, and the context before it
        self._faded: Tensor | None = None  # the last segment's end, fading out

    def push(self, block: Tensor) -> Tensor:
        waiting = block if self._waiting is None else torch.cat([self._waiting, block], dim=-1)
        ready = [block[:, :0]]
        while waiting.shape[-1] > self._heard + self._segment + self._fade + self._context:
            needed = self._heard + self._segment + self._fade + self._context
            shifted = self._joined(self._shifted(waiting[:, :needed])[:, self._heard :])
            self._faded = shifted[:, self._segment : self._segment + self._fade]
            ready.append(shifted[:, : self._segment])
            waiting = waiting[:, self._heard + self._segment - self._context :]
            self._heard = self._context
        self._waiting = waiting
        return torch.cat(ready, dim=-1)

    def finish(self) -> Tensor:
        if self._waiting is None or self._waiting.shape[-1] == 0:
            return torch.zeros(0)
        return self._joined(self._shifted(self._waiting)[:, self._heard :])

    def _shifted(self, block: Tensor) -> Tensor:
        if self._semitones == 0:
            return block
        frames = block.shape[-1]
        missing = max(int(SHORTEST_SECONDS * self._sample_rate) - frames, 0)
        dry = np.pad(block.numpy().astype(np.float32, copy=False), ((0, 0), (0, missing)))
        shifted = pedalboard.time_stretch(
            resampled(dry, self._sample_rate, REFERENCE_RATE),
            REFERENCE_RATE,
            pitch_shift_in_semitones=self._semitones,
            preserve_formants=False,
        )
        return torch.from_numpy(resampled(shifted, REFERENCE_RATE, self._sample_rate))[:, :frames]

    def _joined(self, shifted: Tensor) -> Tensor:
        if self._faded is not None:
            frames = min(self._fade, shifted.shape[-1])
            fade_in = torch.linspace(0, 1, self._fade)[:frames]
            shifted = shifted.clone()
            faded = (1 - fade_in) * self._faded[:, :frames]
            shifted[:, :frames] = faded + fade_in * shifted[:, :frames]
        return shifted


def apply_pitch_shift(samples: Samples, sample_rate: int, *, semitones: float) -> Samples:
    """Rubber Band, twenty seconds at a time, cross-faded over 50 ms: memory stays bounded, and the pitch true."""
    if semitones == 0:
        return samples
    segment, fade, context = int(20 * sample_rate), int(0.05 * sample_rate), int(0.25 * sample_rate)
    fade_in = np.linspace(0, 1, fade, dtype=np.float32)
    shortest = int(0.1 * sample_rate)
    parts: list[Samples] = []
    start, fading = 0, samples[:, :0]
    while True:
        first, stop = max(start - context, 0), start + segment + fade + context
        dry = samples[:, first:stop]
        frames = dry.shape[1]
        dry = np.pad(dry, ((0, 0), (0, max(shortest - frames, 0))))
        shifted = pedalboard.time_stretch(
            resampled(dry, sample_rate, 44_100), 44_100, pitch_shift_in_semitones=semitones, preserve_formants=False
        )
        shifted = resampled(shifted, 44_100, sample_rate)[:, start - first : frames]
        faded = min(fading.shape[1], shifted.shape[1])
        ramp = fade_in[:faded]
        shifted[:, :faded] = (1 - ramp) * fading[:, :faded] + ramp * shifted[:, :faded]
        if stop >= samples.shape[1]:
            return np.concatenate([*parts, shifted], axis=1)
        parts.append(shifted[:, :segment])
        fading = shifted[:, segment : segment + fade]
        start += segment


WORDS = EffectWords(
    noun="a pitch shift",
    nicknames=(
        Nickname(
            (
                "pitch shift",
                "pitch shifter",
                "pitch-shifter",
                "transpose",
                "transposition",
                "harmonizer",
                "harmoniser",
                "pitch shifting",
            ),
            ("transponer", "transporte", "afinación", "transportar"),
        ),
        Nickname(
            ("octaver", "octave down", "octave pedal", "sub octave", "suboctave"),
            ("octavador", "octava abajo"),
            {"semitones": -12.0},
        ),
        Nickname(("octave up",), ("octava arriba",), {"semitones": 12.0}),
    ),
    settings=(SettingName("semitones", ("pitch", "key", "tuning", "transpose"), ("tono", "afinación", "tonalidad")),),
    numbers={"semitones": ("semitones",), "": ("semitones",)},
)


PITCH_SHIFT = Effect(
    name="pitch_shift",
    label="Pitch shift",
    summary="Higher or lower without a change of tempo.",
    params=(
        Param("semitones", -12, 12, 0, "semitones", step=1, help="12 is an octave up", tunable=False, title="Shift"),
    ),
    render=SegmentedPitchShift(),
    aliases=("pitchshift", "pitch"),
    neutral={"semitones": 0},
    role="pitch",
    heuristics=EffectHeuristics(
        reach={"pitch": 1},
        begin=lambda axes, readings: {"semitones": 2 * axes.get("pitch", 0.0)},
        more=lambda amount, values: {"semitones": values["semitones"] + 2 * amount},
        first_for=("+pitch", "-pitch"),
    ),
    words=WORDS,
    telling={"semitones": 4},
    standalone=apply_pitch_shift,
)
