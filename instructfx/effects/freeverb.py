"""Freeverb, the room of combs and allpasses that most programs have, as an impulse response in closed form.

Eight combs with a lowpass in each loop, then four allpasses, on each side (Schroeder 1962; Moorer 1979; the delays are
those of Jezar's public-domain Freeverb of 2000, which JUCE and pedalboard took over). In place of running the loops
their transfer functions are put down on a circle outside the unit circle, where what would fold back into a
transform of finite length has died away, so that the settings have gradients.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE
from instructfx.effects.noise_room import NEPERS_60_DB
from instructfx.effects.spec import Settings

COMB_FRAMES = (1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617)
ALLPASS_FRAMES = (556, 441, 341, 225)
SPREAD_FRAMES = 23  # by which the delays of the right side are longer
ALLPASS_FEEDBACK = 0.5
DAMPING = 0.4  # the pole of the lowpass in a loop, at full damping
LOW_HZ = 250.0  # below it the lows have a decay of their own
FOLDED = 1e-5  # of what rings on beyond the transform

MEAN_FRAMES = sum(COMB_FRAMES) / len(COMB_FRAMES)
MEAN_SECONDS = MEAN_FRAMES / REFERENCE_RATE
LONGEST = (max(COMB_FRAMES) + SPREAD_FRAMES) / MEAN_FRAMES
"""The decay of the slowest comb against that of the mean one: all have the same gain."""


class Circle:
    """Where transfer functions are put down: the half of `taps` points that a real sound needs."""

    def __init__(self, taps: int) -> None:
        self._taps = taps
        self._radius = FOLDED ** (-1 / taps)
        self._angle = torch.arange(taps // 2 + 1, dtype=torch.float64) * (2 * torch.pi / taps)

    def delay(self, frames: int) -> Tensor:
        """The response of a delay."""
        return torch.polar(torch.full_like(self._angle, self._radius**-frames), -frames * self._angle)

    def impulse_response(self, response: Tensor) -> Tensor:
        """(..., half of the points) -> (..., taps)."""
        return torch.fft.irfft(response, self._taps) * self._radius ** torch.arange(self._taps, dtype=torch.float64)


def freeverb(settings: Settings, taps: int, channels: int, device: torch.device) -> Tensor:
    """What one click in all channels brings forth, (1, channels, taps), at REFERENCE_RATE and of any level.

    One set of settings, of which it reads `decay_seconds`, `damping`, `low_decay_ratio`, `low_cut_hz`, `high_cut_hz`
    and `width`. One channel is Freeverb's left side. Below 0.6 s, which is the shortest of Freeverb, the
    allpasses ring longer than the combs.
    """
    decay, damping, low, low_cut, high_cut, width = (
        settings[name].double()
        for name in ("decay_seconds", "damping", "low_decay_ratio", "low_cut_hz", "high_cut_hz", "width")
    )
    circle = Circle(taps)
    back = circle.delay(1)
    mid, lows = (torch.exp(-NEPERS_60_DB * MEAN_SECONDS / seconds) for seconds in (decay, decay * low))
    pole, slow = DAMPING * damping, math.exp(-2 * math.pi * LOW_HZ / REFERENCE_RATE)
    loop = (mid + (lows - mid) * (1 - slow) / (1 - slow * back)) * (1 - pole) / (1 - pole * back)
    slopes = _slope(low_cut, back, highpass=True) * _slope(high_cut, back, highpass=False)
    sides = torch.stack([_side(loop, circle, SPREAD_FRAMES * side) for side in range(channels)])
    room = circle.impulse_response(sides * slopes)
    across = (1 - width[:, None, None]) / 2
    heard = (1 - across) * room + across * room.flip(0) if channels > 1 else room[None]
    return heard.float().to(device)  # doubles never leave the processor


def _side(loop: Tensor, circle: Circle, spread: int) -> Tensor:
    """The response of one side, whose delays are longer by some frames. loop: that of what a comb feeds back."""
    response = torch.zeros_like(loop)
    for frames in COMB_FRAMES:
        late = circle.delay(frames + spread)
        response = response + late / (1 - loop * late)
    for frames in ALLPASS_FRAMES:
        late = circle.delay(frames + spread)
        response = response * (late / (1 - ALLPASS_FEEDBACK * late) - 1)
    return response


def _slope(corner_hz: Tensor, back: Tensor, highpass: bool) -> Tensor:
    """A Butterworth filter of second order, by the bilinear transform with the corner where it is asked."""
    s = (1 - back) / (1 + back) / torch.tan(torch.pi * corner_hz / REFERENCE_RATE)
    return (s**2 if highpass else 1) / (s**2 + math.sqrt(2) * s + 1)
