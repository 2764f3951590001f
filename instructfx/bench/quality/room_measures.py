"""Rooms: what the rack builds for a word beside what people chose for it.

Of the impulse response of the reverb alone, without the dry sound. The study (Seetharaman and Pardo 2014; Zheng,
Seetharaman and Pardo 2016) gives reverberation time and spectral centroid as formulas of its reverberator's settings
(Rafii and Pardo 2009: comb filters whose decay is the same at all frequencies, behind them one low-pass), so they are
of the reverb alone as well. Which weights its centroid has is not said with the data; at its values, a second-order
low-pass as its players have it has the centre of its magnitude spectrum at 0.65 to 0.7 of them. So a ratio of 1
here is a room that is, if anything, too bright.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import spearmanr

from instructfx.bench.quality.socialfx import Array, Rooms
from instructfx.bench.runner.cases import Json
from instructfx.bench.runner.intervals import interval
from instructfx.bench.runner.report import table
from instructfx.chain import Chain
from instructfx.effects.device import CPU

SAMPLE_RATE = 44_100
DECAY_DB = (-5.0, -35.0)  # T30 of ISO 3382


def measured_room(chain: Chain) -> Json:
    """Reverberation time and spectral centroid of the chain's room; none where it has no reverb."""
    for slot, settings in zip(chain.slots, chain.tensors(), strict=True):
        if slot.effect.impulse_response:
            samples = slot.effect.impulse_response(settings, SAMPLE_RATE, 1, CPU)[0, 0].double().numpy()
            return {"rt60_seconds": round(rt60_seconds(samples), 4), "centroid_hz": round(centroid_hz(samples), 1)}
    return {"rt60_seconds": 0.0, "centroid_hz": 0.0}


def rt60_seconds(samples: Array) -> float:
    """Schroeder's backward integration, a line through its fall from -5 to -35 dB (ISO 3382)."""
    energy = np.cumsum(samples[::-1] ** 2)[::-1]
    level_db = 10 * np.log10(energy / energy[0] + 1e-12)
    inside = np.flatnonzero((level_db <= DECAY_DB[0]) & (level_db >= DECAY_DB[1]))
    if len(inside) < 2:
        return 0.0
    slope = np.polyfit(inside / SAMPLE_RATE, level_db[inside], 1)[0]
    return float(-60 / slope)


def centroid_hz(samples: Array) -> float:
    """Centre of the magnitude spectrum."""
    magnitude = np.abs(np.fft.rfft(samples))
    hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return float((magnitude * hz).sum() / magnitude.sum())


def room_rows(found: Sequence[tuple[str, Json]], people: Rooms, seed: int) -> tuple[str, Json]:
    """A table by word, and Spearman's correlation over words; several phrasings of a word are averaged."""
    words = list(dict.fromkeys(word for word, _ in found))
    rows, pairs = [], []
    for word in words:
        own = [result for each, result in found if each == word]
        built = [float(np.mean([result[name] for result in own])) for name in ("rt60_seconds", "centroid_hz")]
        meant = (people.rt60_seconds[word], people.centroid_hz[word])
        pairs.append((built[0], meant[0], built[1], meant[1]))
        without = sum(result["rt60_seconds"] == 0 for result in own)
        rows.append(
            [word, f"{built[0]:.2f}", f"{meant[0]:.2f}", f"{built[1]:.0f}", f"{meant[1]:.0f}", str(without or "")]
        )
    array = np.array(pairs)
    times = interval(array[:, :2], seed, _spearman)
    centres = interval(array[:, 2:], seed, _spearman)
    time_ratio, centre_ratio = (interval(array[:, at] / array[:, at + 1], seed, _median) for at in (0, 2))
    head = ["reverb", "built, s", "people, s", "centroid built, Hz", "people, Hz", "phrasings without a room"]
    told = (
        f"Spearman over words: reverberation time **{times}**, spectral centroid **{centres}**. Built against "
        f"people's, median over words: reverberation time **{time_ratio}**, spectral centroid **{centre_ratio}**.\n"
    )
    numbers = {
        "rt60_spearman": times.to_json(),
        "centroid_spearman": centres.to_json(),
        "rt60_ratio": time_ratio.to_json(),
        "centroid_ratio": centre_ratio.to_json(),
    }
    return f"{table(head, rows)}\n{told}", numbers


def _median(ratios: Array) -> float:
    return float(np.median(ratios))


def _spearman(pairs: Array) -> float:
    if len(np.unique(pairs[:, 0])) < 2 or len(np.unique(pairs[:, 1])) < 2:
        return float("nan") if len(pairs) < 2 else 0.0
    return float(spearmanr(pairs[:, 0], pairs[:, 1]).statistic)
