"""A room made of noise: dasp-pytorch's noise-shaped model, seeded, by FFT, with human knobs.

The impulse response is a sum of twelve octave bands of noise, each with a gain and an exponential decay
(Moorer 1979; Steinmetz, Ithapu and Calamia 2021). Unlike the library's own renderer the noise is always
the same, mono stays mono, and a larger decay setting gives a longer tail.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import torch
from torch import Tensor

from instructfx.effects.convolution import Convolution
from instructfx.effects.device import CPU, brought
from instructfx.effects.memoryless import per_sound
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings

BAND_CENTRES_HZ = tuple(15.625 * 2.0**index for index in range(12))  # 16 Hz to 32 kHz
NEPERS_60_DB = 3 * math.log(10)
MAX_TAIL_SECONDS = 12.0
NOISE_SEED = 20171
DAMPED_OCTAVE = 0.5  # full damping halves the decay with every octave above 1 kHz


def band_decay_seconds(settings: Settings) -> Tensor:
    """RT60 of each band, (batch, 12): `decay_seconds` at mid, shaped by `damping` and `low_decay_ratio`."""
    octaves_up = torch.tensor([max(math.log2(hz / 1000), 0.0) for hz in BAND_CENTRES_HZ])
    lowness = torch.tensor([min(max(math.log2(500 / hz) / 2, 0.0), 1.0) for hz in BAND_CENTRES_HZ])
    high = (1 - DAMPED_OCTAVE * settings["damping"])[:, None] ** octaves_up.double()
    low = settings["low_decay_ratio"][:, None] ** lowness.double()
    return settings["decay_seconds"][:, None] * high * low


def band_gains(settings: Settings) -> Tensor:
    """Amplitude of each band, (batch, 12): second-order slopes at `low_cut_hz` and `high_cut_hz`."""
    centres_hz = torch.tensor(BAND_CENTRES_HZ, dtype=torch.float64)
    low_cut = 1 / (1 + (settings["low_cut_hz"][:, None] / centres_hz) ** 4).sqrt()
    high_cut = 1 / (1 + (centres_hz / settings["high_cut_hz"][:, None]) ** 4).sqrt()
    return low_cut * high_cut


def tail_seconds(settings: Mapping[str, float]) -> float:
    """The longest band's RT60 plus the pre-delay, at most twelve seconds; none when nothing is mixed in."""
    if settings["mix"] == 0:
        return 0.0
    longest = settings["decay_seconds"] * max(settings["low_decay_ratio"], 1.0)
    return min(longest + settings["pre_delay_ms"] / 1000, MAX_TAIL_SECONDS)


@lru_cache(maxsize=4)
def _band_noise(sample_rate: int, taps: int, channels: int, device: torch.device) -> Tensor:
    """Octave bands of white noise, (1 + channels, 12, taps): one shared, then one for each channel.

    The same on every device: drawn on the processor, kept where it is heard.
    """
    generator = torch.Generator().manual_seed(NOISE_SEED)
    noise = torch.randn(1 + channels, 1, taps, generator=generator)
    frequencies_hz = torch.fft.rfftfreq(taps, 1 / sample_rate)
    octaves = torch.log2(frequencies_hz.clamp(min=1e-3) / BAND_CENTRES_HZ[0])
    distance = (octaves[None, :] - torch.arange(len(BAND_CENTRES_HZ))[:, None]).abs().clamp(max=1)
    masks = torch.cos(distance * torch.pi / 2)  # neighbours cross at -3 dB: the power adds up to one
    return torch.fft.irfft(torch.fft.rfft(noise) * masks, taps).to(device)


def impulse_response(settings: Settings, sample_rate: int, channels: int, device: torch.device = CPU) -> Tensor:
    """The wet signal's impulse response, (batch, channels, taps), each channel of unit energy."""
    batch = max(len(values) for values in settings.values())
    expanded = {name: values.expand(batch).split(1) for name, values in settings.items()}
    each = [{name: rows[row] for name, rows in expanded.items()} for row in range(batch)]
    rooms = [_room(own, sample_rate, channels, device) for own in each]
    taps = max(room.shape[-1] for room in rooms)
    return torch.cat([torch.nn.functional.pad(room, (0, taps - room.shape[-1])) for room in rooms])


def _room(settings: Settings, sample_rate: int, channels: int, device: torch.device) -> Tensor:
    """One room, (1, channels, taps): its length, and so its noise, follows from its own settings alone."""
    decays = band_decay_seconds(settings)
    pre_delay_seconds = settings["pre_delay_ms"] / 1000
    seconds = min(float((decays.amax() + pre_delay_seconds).detach()), MAX_TAIL_SECONDS)
    taps = 1 << math.ceil(math.log2(max(seconds, 0.1) * sample_rate))
    noise = _band_noise(sample_rate, taps, channels, device)
    time_seconds = torch.arange(taps, device=device) / sample_rate
    envelopes = torch.exp(-NEPERS_60_DB * time_seconds / brought(decays, noise)[..., None])
    shaped = envelopes * brought(band_gains(settings), noise)[..., None]
    shared, own = torch.einsum("bnt,cnt->bct", shaped, noise).split([1, channels], dim=1)
    angle = per_sound(settings["width"], noise) * torch.pi / 2
    room = torch.cos(angle) * shared + torch.sin(angle) * own
    room = room / room.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-9)
    return _delayed(room, pre_delay_seconds * sample_rate)


def _delayed(room: Tensor, frames: Tensor) -> Tensor:
    """Delay by a fraction of a frame as well, so that the delay has a gradient; (batch,) frames."""
    whole = int(frames.max().detach()) + 1
    size = room.shape[-1] + whole
    turns = torch.arange(size // 2 + 1, device=room.device) / size
    phase = torch.exp(-2j * torch.pi * per_sound(frames, room) * turns)
    return torch.fft.irfft(torch.fft.rfft(room, size) * phase, size)


REVERB = Effect(
    name="reverb",
    label="Reverb",
    summary="Puts the sound in a room: distance, depth, space, from a booth to a cathedral.",
    params=(
        Param("decay_seconds", 0.1, 10, 1.5, "s", "log", help="time for the room to fall by 60 dB"),
        Param("damping", 0, 1, 0.4, help="how much sooner the highs die: soft furnishings"),
        Param("low_decay_ratio", 0.3, 2.5, 1, scale="log", help="decay of the lows against the mids"),
        Param("pre_delay_ms", 0, 200, 10, "ms", step=1, help="time before the room answers: its size", tunable=False),
        Param("low_cut_hz", 20, 1000, 80, "Hz", "log", 1, "keeps the room out of the lows: less mud"),
        Param("high_cut_hz", 1000, 20000, 12000, "Hz", "log", 10, "keeps the room dark"),
        Param("width", 0, 1, 1, help="0 a room in the middle, 1 all around"),
        Param("mix", 0, 1, 0.25, help="share of the room in the sound"),
    ),
    render=Convolution(impulse_response),
    differentiable=True,
    tail_seconds=tail_seconds,
    aliases=("rev", "verb"),
)
