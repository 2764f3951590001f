"""The excerpt through a chain at once: what a person hears while turning a knob.

At the track's own rate and in all its channels, at the level law. What comes before the first effect that was changed
is remembered, so that a hand on one knob waits for that effect and those behind it.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from instructfx.audio import Audio, Samples
from instructfx.audio.true_peak import gain_under
from instructfx.chain import Chain
from instructfx.rendering.excerpt import Excerpt
from instructfx.rendering.level import CEILING_DBTP, SILENCE, Level, k_energy, under_the_ceiling
from instructfx.rendering.matching import limited_to_match


class Preview:
    """The excerpt of one track, dry, and what is heard of it."""

    def __init__(self, excerpt: Audio, first_frame: int = 0) -> None:
        self._dry = Excerpt(torch.from_numpy(excerpt.samples)[None], excerpt.sample_rate, first_frame)

    @torch.no_grad()
    def of(self, chain: Chain) -> Audio:
        """The excerpt through the chain, as long as it is, tails cut, as loud as it is plus what the gain asks for."""
        heard = self._dry.heard(chain)[0].numpy()
        return Audio(_limited(heard, self._dry.sample_rate), self._dry.sample_rate)


def _limited(samples: Samples, sample_rate: int) -> Samples:
    """As a render limits and matches it, by the samples alone: finding the peaks between them takes longer than all the
    rest."""
    peaks = np.abs(samples).max(axis=0)
    peak_db = 20 * np.log10(max(float(peaks.max()), 1e-9))

    def limited(level: Level) -> Samples:
        gain = np.float32(10 ** (level.gain_db / 20))
        return samples * (gain * gain_under(gain * peaks, 10 ** (CEILING_DBTP / 20), sample_rate))

    def energy_db(sound: Samples) -> float:
        return 10 * math.log10(max(float(k_energy(torch.from_numpy(sound)[None], sample_rate)), SILENCE))

    level = under_the_ceiling(0.0, peak_db)
    if not level.limited_db:
        return samples
    wanted_db = energy_db(samples)
    return limited(limited_to_match(level, peak_db, lambda at: wanted_db - energy_db(limited(at))))
