"""How a room falls silent: the energy decay of the reverb's impulse response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from instructfx.chain import Chain
from instructfx.effects.device import CPU
from instructfx.effects.memoryless import as_tensors
from instructfx.studio.workers.pictures.svg import (
    ACCENT,
    INK,
    OTHER,
    SOFT,
    TEXT_PX,
    WIDE,
    legend,
    minus,
    picture,
    svg,
)

POINTS = 160
BOTTOM_DB = -65.0
FIT_DB = (-5.0, -35.0)


@dataclass(frozen=True)
class Decay:
    """levels_db over times_seconds, 0 dB at the start. rt60_seconds extrapolates the fit, level = slope * time + start.

    asked_seconds is the reverb's own setting.
    """

    times_seconds: tuple[float, ...]
    levels_db: tuple[float, ...]
    rt60_seconds: float
    start_db: float
    asked_seconds: float


def decay_of(chain: Chain, sample_rate: int) -> Decay | None:
    """The decay of the chain's reverb alone, all channels together; None where none is heard."""
    for slot in chain.slots:
        room = slot.effect.impulse_response
        if room and slot.heard and slot.settings["mix"] > 0:
            with torch.no_grad():
                taps = room(as_tensors(slot.settings), sample_rate, 2, CPU)[0]
            return decay_of_response(taps.double().numpy(), sample_rate, slot.settings["decay_seconds"])
    return None


def decay_of_response(taps: NDArray[np.float64], sample_rate: int, asked_seconds: float) -> Decay:
    """The decay of an impulse response (channels, frames).

    Backward integration after Schroeder (1965); the reverberation time from a straight line through -5 to -35 dB,
    extrapolated to 60 dB: T30 of ISO 3382-1.
    """
    energy = np.square(taps).sum(axis=0)
    left = np.cumsum(energy[::-1])[::-1]
    levels_db = 10 * np.log10(np.maximum(left / max(left[0], 1e-30), 1e-12))
    times_seconds = np.arange(len(levels_db)) / sample_rate
    fitted = (levels_db <= FIT_DB[0]) & (levels_db >= FIT_DB[1])
    slope, start_db = np.polyfit(times_seconds[fitted], levels_db[fitted], 1)
    last = int(np.searchsorted(-levels_db, -BOTTOM_DB))
    kept = np.unique(np.linspace(0, min(last, len(levels_db) - 1), POINTS).astype(int))
    return Decay(
        tuple(times_seconds[kept].tolist()),
        tuple(levels_db[kept].tolist()),
        float(-60 / slope),
        float(start_db),
        asked_seconds,
    )


def decay_picture(decay: Decay, width: int = WIDE) -> str:
    """The decay in dB over seconds, with the line that gives the reverberation time."""
    drawn = picture(width, 220 if width < 500 else 260, (48, 16, 42, 32))
    axes = drawn.axes
    axes.plot(decay.times_seconds, decay.levels_db, color=ACCENT, linewidth=2, label="Energy left")
    slope = -60 / decay.rt60_seconds
    ends = [(level - decay.start_db) / slope for level in (0.0, -60.0)]
    axes.plot(ends, [0, -60], color=OTHER, linewidth=1.5, linestyle=(0, (4, 2)), label="T30 fit")
    axes.set_xlim(0, 1.05 * max(decay.times_seconds[-1], ends[1]))
    axes.set_ylim(BOTTOM_DB, 3)
    axes.set_yticks([-60, -40, -20, 0], [minus(level) for level in (-60, -40, -20, 0)])
    axes.axhline(-60, color=SOFT, linewidth=1)
    axes.locator_params(axis="x", nbins=5 if width < 500 else 8)
    axes.set_xlabel("Time (s)")
    axes.set_ylabel("Energy left (dB)")
    found = f"RT60 {decay.rt60_seconds:.2f} s"
    axes.text(0.98, 0.93, found, transform=axes.transAxes, ha="right", va="top", fontsize=TEXT_PX + 3, color=INK)
    asked = f"set to {decay.asked_seconds:.2f} s at 1 kHz"
    axes.text(0.98, 0.8, asked, transform=axes.transAxes, ha="right", va="top", fontsize=TEXT_PX, color=SOFT)
    legend(axes)
    about = f"The room falls by 60 dB in {decay.rt60_seconds:.2f} seconds; its decay is {asked}."
    return svg(drawn, "Decay of the reverb", about)
