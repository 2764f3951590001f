"""A room with human knobs: one of noise, or Freeverb's; by FFT."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import torch
from pedalboard.io import StreamResampler
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE, Convolution, carried
from instructfx.effects.device import CPU
from instructfx.effects.freeverb import LONGEST, freeverb
from instructfx.effects.heuristics import Axes, EffectHeuristics, Values, wetter
from instructfx.effects.memoryless import per_sound
from instructfx.effects.noise_room import band_decay_seconds, noise_room
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples, convolved
from instructfx.effects.words import Colour, EffectWords, Nickname, SettingName

MAX_TAIL_SECONDS = 12.0


@dataclass(frozen=True)
class Kind:
    """A kind of room. response(settings, taps, channels, device) is what one click brings forth there, at any level;
    its slowest part rings `ringing` times as long as it is asked to. of_mean: all channels hear the mean of all."""

    response: Callable[[Settings, int, int, torch.device], Tensor]
    ringing: float = 1.0
    of_mean: bool = False


KINDS: Mapping[str, Kind] = {"diffuse": Kind(noise_room), "freeverb": Kind(freeverb, LONGEST, of_mean=True)}


def kind_at(place: float) -> Kind:
    """The kind in that place of the choice."""
    return tuple(KINDS.values())[round(place)]


def tail_seconds(settings: Mapping[str, float]) -> float:
    """The longest band's RT60 plus the pre-delay, at most twelve seconds; none when nothing is mixed in."""
    if settings["mix"] == 0:
        return 0.0
    longest = settings["decay_seconds"] * max(settings["low_decay_ratio"], 1.0) * kind_at(settings["kind"]).ringing
    return min(longest + settings["pre_delay_ms"] / 1000, MAX_TAIL_SECONDS)


def impulse_response(settings: Settings, sample_rate: int, channels: int, device: torch.device = CPU) -> Tensor:
    """The wet signal's impulse response, (batch, channels, taps), each channel of unit energy at REFERENCE_RATE.

    At every other rate it is the same room, and the same level of each frequency.
    """
    batch = max(len(values) for values in settings.values())
    expanded = {name: values.expand(batch).split(1) for name, values in settings.items()}
    each = [{name: rows[row] for name, rows in expanded.items()} for row in range(batch)]
    rooms = [carried(_room(own, channels, device), sample_rate) for own in each]
    taps = max(room.shape[-1] for room in rooms)
    return torch.cat([torch.nn.functional.pad(room, (0, taps - room.shape[-1])) for room in rooms])


def _room(settings: Settings, channels: int, device: torch.device) -> Tensor:
    """One room at REFERENCE_RATE, (1, channels, taps): its length, and so its noise, follows from its settings."""
    pre_delay_seconds = settings["pre_delay_ms"] / 1000
    kind = kind_at(float(settings["kind"].detach()))
    longest = float(band_decay_seconds(settings).amax().detach()) * kind.ringing
    seconds = min(longest + float(pre_delay_seconds.detach()), MAX_TAIL_SECONDS)
    taps = 1 << math.ceil(math.log2(max(seconds, 0.1) * REFERENCE_RATE))
    room = kind.response(settings, taps, channels, device)
    room = room / room.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-9)
    return _delayed(room, pre_delay_seconds * REFERENCE_RATE)


def of_mean(settings: Settings) -> Tensor:
    """Whether all channels hear the mean of all, (batch,)."""
    return torch.tensor([kind.of_mean for kind in KINDS.values()])[settings["kind"].round().long()]


def _delayed(room: Tensor, frames: Tensor) -> Tensor:
    """Delay by a fraction of a frame as well, so that the delay has a gradient; (batch,) frames."""
    whole = int(frames.max().detach()) + 1
    size = room.shape[-1] + whole
    turns = torch.arange(size // 2 + 1, device=room.device) / size
    phase = torch.exp(-2j * torch.pi * per_sound(frames, room) * turns)
    return torch.fft.irfft(torch.fft.rfft(room, size) * phase, size)


LONGER = {
    "space": 0.7, "bass": 0.3, "body": 0.1, "mud": 0.2, "warmth": -0.4,
    "brightness": -0.25, "presence": -0.35, "harshness": -0.2, "punch": -0.3,
}  # fmt: skip
"""Axis -> octaves of decay for a step. What is deep, dull or far lies in a long tail; what is clear, close or cosy
and what hits hard lies in a short one (Zheng, Seetharaman and Pardo 2016; Griesinger 2009 on clarity)."""

BRIGHTER = {
    "brightness": 0.9, "air": 0.5, "presence": 0.4, "harshness": 0.2, "space": -0.1,
    "bass": -0.4, "mud": -0.4, "body": -0.2, "warmth": 0.2,
}  # fmt: skip
"""Axis -> how much brighter a step makes the room; what is warm is cosy rather than dark."""

DARKER, LIGHTER = 1.2, 0.4
"""Octaves of `high_cut_hz` for a unit of `BRIGHTER`, down and up: cloth and distance take all highs out of a room, but
no wall gives more back than it got, and the air takes its share (ISO 9613-1)."""

DEEPER = {"bass": 1.0, "body": 0.5, "mud": 0.3}
"""Axis -> how much of the lows is let in, and how long they stay."""


def character(axes: Axes) -> Values:
    """What kind of room a quality with these axes asks for, every setting within its range."""
    home = REVERB.defaults()
    lower, brighter, octaves_longer = (
        sum(weight * axes.get(axis, 0.0) for axis, weight in weights.items()) for weights in (DEEPER, BRIGHTER, LONGER)
    )
    octaves_open = (LIGHTER if brighter > 0 else DARKER) * brighter
    wanted = {
        "decay_seconds": home["decay_seconds"] * 2**octaves_longer,
        "high_cut_hz": home["high_cut_hz"] * 2**octaves_open,
        "damping": home["damping"] - 0.2 * octaves_open,
        "low_cut_hz": home["low_cut_hz"] * 2 ** (-1.5 * lower),
        "low_decay_ratio": home["low_decay_ratio"] * 2 ** (0.5 * lower),
    }
    return {name: round(REVERB.param(name).clamp(value), 4) for name, value in wanted.items()}


def begin(axes: Axes, readings: Axes) -> Values:
    """A room of the wished kind and depth; a short one where it is only there to tell left from right."""
    if axes.get("width", 0.0) > 0 and axes.get("space", 0.0) < 0.3:
        return {"decay_seconds": 0.2, "pre_delay_ms": 0.0, "low_cut_hz": 200.0, "mix": 0.25}
    space = max(axes.get("space", 1.0), 0.2)
    return {**character(axes), "decay_seconds": 0.9 * 1.5**space, "mix": min(0.12 + 0.1 * space, 0.6)}


def apply_reverb(
    samples: Samples, sample_rate: int, *, room: str, room_peak: float, kind: float, mix: float
) -> Samples:
    """Convolution with the room's impulse response. (pedalboard.Convolution changes its level and cuts its end.)

    Freeverb, kind 1, hears the mean of all channels.
    """
    taps = room_peak * room_at(sample_rate, room)[: samples.shape[0]]
    heard = np.broadcast_to(samples.mean(axis=0), samples.shape) if kind else samples
    return np.float32(1 - mix) * samples + np.float32(mix) * convolved(heard, taps)


def room_at(sample_rate: int, room: str) -> npt.NDArray[np.float64]:
    """An impulse response, (channels, taps): room is a FLAC file in base 85, or the name of a file beside this one."""
    kept = Path(__file__).with_name(room) if room.endswith(".wav") else io.BytesIO(base64.b85decode(room))
    data, room_rate = soundfile.read(kept, always_2d=True)
    taps: npt.NDArray[np.float64] = np.ascontiguousarray(data.T)
    if room_rate == sample_rate:
        return taps
    resampler = StreamResampler(room_rate, sample_rate, len(taps))
    parts = [resampler.process(taps.astype(np.float32)), resampler.process()]
    return np.concatenate(parts, axis=1).astype(np.float64) * room_rate / sample_rate


PLATE = {
    "decay_seconds": 1.8, "damping": 0.15, "low_decay_ratio": 0.8, "pre_delay_ms": 0.0, "high_cut_hz": 4500.0,
    "mix": 0.3,
}  # fmt: skip
SPRING = {
    "decay_seconds": 1.6, "damping": 0.3, "low_cut_hz": 250.0, "high_cut_hz": 4000.0, "width": 0.2, "mix": 0.3,
}  # fmt: skip
"""What answers in the place of a room."""

WORDS = EffectWords(
    nicknames=(
        Nickname(
            ("reverb", "reverbs", "reverberation", "reverberate", "tail", "reverb tail"),
            ("reverberación", "reverb", "reverbo", "cola"),
        ),
        Nickname(("plate", "plate reverb", "emt", "emt 140", "emt plate"), ("placa", "reverb de placa"), PLATE),
        Nickname(
            ("spring", "spring reverb", "spring tank", "amp reverb", "surf reverb"),
            ("muelle", "reverb de muelle", "resorte"),
            SPRING,
        ),
        Nickname(
            ("long reverb", "long verb", "long tail"),
            ("reverb larga", "reverb largo", "reverberación larga"),
            {"decay_seconds": 4.0},
        ),
        Nickname(
            ("echo reverb", "echo chamber"),
            ("reverb de eco", "cámara de eco"),
            {"decay_seconds": 3.1, "damping": 0.5, "high_cut_hz": 2200.0},
        ),
        Nickname(
            ("short reverb", "short verb", "short tail", "early reflections"),
            ("reverb corta", "reverb corto", "reverberación corta"),
            {"decay_seconds": 0.6, "pre_delay_ms": 5.0},
        ),
        Nickname(
            ("freeverb", "algorithmic reverb", "digital reverb"),
            ("freeverb", "reverb algorítmica", "reverb algorítmico", "reverb digital"),
            {"kind": "freeverb", "high_cut_hz": 12_000.0},
        ),
        Nickname(("diffuse reverb", "diffuse"), ("reverb difusa", "reverb difuso"), {"kind": "diffuse"}),
        Nickname(("subtle reverb", "light reverb"), ("reverb sutil", "reverb ligera", "reverb ligero"), {"mix": 0.12}),
    ),
    settings=(
        SettingName(
            "decay_seconds",
            ("decay", "decay time", "reverb time", "reverb decay", "rt60", "reverb length", "tail", "length"),
            ("decaimiento", "caída", "tiempo de reverb", "duración", "cola", "tiempo de reverberación"),
        ),
        SettingName("pre_delay_ms", ("pre-delay", "pre delay"), ("pre-delay", "pre-retardo")),
        SettingName("damping", ("damping", "damp"), ("amortiguación", "absorción")),
    ),
    colours=(
        Colour(
            ("dark", "warm", "mellow", "stuffy", "soft", "smooth", "round"), {"damping": 0.2, "high_cut_hz": -1000.0}
        ),
        Colour(
            ("bright", "crisp", "sparkling", "airy", "sharp", "cold", "harsh"), {"damping": -0.2, "high_cut_hz": 1500.0}
        ),
        Colour(("big", "huge", "deep"), {"decay_seconds": 0.8}),
        Colour(("small", "tight", "dry"), {"decay_seconds": -0.5}),
        Colour(("muddy", "boomy", "heavy", "full"), {"low_cut_hz": -60.0, "low_decay_ratio": 0.3}),
        Colour(("clear", "clean", "thin", "light"), {"low_cut_hz": 100.0, "low_decay_ratio": -0.2}),
        Colour(("wide",), {"width": 0.3}),
    ),
    numbers={"s": ("decay_seconds",)},
)


REVERB = Effect(
    name="reverb",
    label="Reverb",
    summary="Puts the sound in a room: distance, depth, space, from a booth to a cathedral.",
    params=(
        Param("decay_seconds", 0.1, 10, 1.5, "s", "log", help="time for the room to fall by 60 dB"),
        Param("damping", 0, 1, 0.5, help="how much sooner the highs die: soft furnishings"),
        Param("low_decay_ratio", 0.3, 2.5, 1, "", "log", help="decay of the lows against the mids", title="Low decay"),
        Param(
            "pre_delay_ms",
            0,
            200,
            10,
            "ms",
            step=1,
            help="time before the room answers: its size",
            tunable=False,
            title="Pre-delay",
        ),
        Param("low_cut_hz", 20, 1000, 80, "Hz", "log", 1, "keeps the room out of the lows: less mud"),
        Param("high_cut_hz", 500, 20000, 2500, "Hz", "log", 10, "keeps the room dark; 2.5 kHz is usual"),
        Param("width", 0, 1, 1, help="0 a room in the middle, 1 all around"),
        Param("mix", 0, 1, 0.25, help="share of the room in the sound"),
        Param.choice("kind", tuple(KINDS), "diffuse", "diffuse is dense at once; freeverb is what most programs have"),
    ),
    render=Convolution(impulse_response, of_mean=of_mean),
    differentiable=True,
    tail_seconds=tail_seconds,
    aliases=("rev", "verb"),
    role="room",
    heuristics=EffectHeuristics(  # what kind of room it is the words say; the search finds how much of it
        reach={"space": 1, "width": 1},
        begin=begin,
        more=lambda amount, values: wetter(amount, values, "decay_seconds"),
        held=frozenset({"damping", "high_cut_hz", "low_cut_hz", "low_decay_ratio"}),
        first_for=("+space",),
        character=character,
    ),
    words=WORDS,
    telling={
        "decay_seconds": 0.8,
        "damping": 0.5,
        "low_decay_ratio": 1.2,
        "pre_delay_ms": 20.3,
        "low_cut_hz": 100,
        "high_cut_hz": 8_000,
        "width": 0.6,
        "mix": 0.5,
    },
    standalone=apply_reverb,
    card=("decay_seconds", "pre_delay_ms", "mix"),
    impulse_response=impulse_response,
)
