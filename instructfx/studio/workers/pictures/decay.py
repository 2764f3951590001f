"""How a room falls silent: the energy decay of each reverb's impulse response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 160
BOTTOM_DB = -65.0
FIT_DB = (-5.0, -35.0)
COLOURS = (ACCENT, OTHER, INK, SOFT)
"""Of several rooms in one picture; of more the first are drawn."""


@dataclass(frozen=True)
class Decay:
    """levels_db over times_seconds, 0 dB at the start. rt60_seconds extrapolates the fit, level = slope * time + start.

    asked_seconds is the reverb's own setting, name what it is called in its chain.
    """

    times_seconds: tuple[float, ...]
    levels_db: tuple[float, ...]
    rt60_seconds: float
    start_db: float
    asked_seconds: float
    name: str = "Reverb"


def decays_of(chain: Chain, sample_rate: int) -> list[Decay]:
    """The decay of each reverb of the chain that is heard, by itself, all channels together."""
    decays = []
    for slot in chain.slots:
        room = slot.effect.impulse_response
        if room and slot.heard and slot.settings["mix"] > 0:
            with torch.no_grad():
                taps = room(as_tensors(slot.settings), sample_rate, 2, CPU)[0].double().numpy()
            found = decay_of_response(taps, sample_rate, slot.settings["decay_seconds"])
            decays.append(replace(found, name=chain.labels[slot.id]))
    return decays


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


def decay_picture(decays: Sequence[Decay], width: int = WIDE) -> str:
    """The decays of one or more rooms in dB over seconds; of a single one with the line that gives the time."""
    drawn = picture(width, 220 if width < 500 else 260, (48, 16, 42, 32))
    axes = drawn.axes
    shown = decays[: len(COLOURS)]
    for decay, colour in zip(shown, COLOURS, strict=False):
        axes.plot(decay.times_seconds, decay.levels_db, color=colour, linewidth=2, label="Energy left")
    ends = [_at(decay, -60.0) for decay in shown]
    if len(decays) == 1:
        start = _at(decays[0], 0.0)
        axes.plot([start, *ends], [0, -60], color=OTHER, linewidth=1.5, linestyle=(0, (4, 2)), label="T30 fit")
        legend(axes)
    axes.set_xlim(0, 1.05 * max(*ends, *(decay.times_seconds[-1] for decay in shown)))
    axes.set_ylim(BOTTOM_DB, 3)
    axes.set_yticks([-60, -40, -20, 0], [minus(level) for level in (-60, -40, -20, 0)])
    axes.axhline(-60, color=SOFT, linewidth=1)
    axes.locator_params(axis="x", nbins=5 if width < 500 else 8)
    axes.set_xlabel("Time (s)")
    axes.set_ylabel("Energy left (dB)")
    if len(decays) == 1:
        _write(axes, 0.93, f"RT60 {decays[0].rt60_seconds:.2f} s", INK, TEXT_PX + 3)
        _write(axes, 0.8, f"set to {decays[0].asked_seconds:.2f} s at 1 kHz", SOFT)
    else:
        for place, (decay, colour) in enumerate(zip(shown, COLOURS, strict=False)):
            _write(axes, 0.93 - 0.11 * place, f"{decay.name}: RT60 {decay.rt60_seconds:.2f} s", colour)
    rooms = (
        f"{'The room' if len(decays) == 1 else decay.name} falls by 60 dB in {decay.rt60_seconds:.2f} seconds; "
        f"its decay is set to {decay.asked_seconds:.2f} s at 1 kHz."
        for decay in decays
    )
    return svg(drawn, "Decay of the reverb" if len(decays) == 1 else "Decay of each reverb", " ".join(rooms))


def _at(decay: Decay, level_db: float) -> float:
    """When the fitted line is at a level, in seconds."""
    return (level_db - decay.start_db) * decay.rt60_seconds / -60


def _write(axes: Axes, height: float, text: str, colour: str, size_px: float = TEXT_PX) -> None:
    axes.text(0.98, height, text, transform=axes.transAxes, ha="right", va="top", fontsize=size_px, color=colour)
