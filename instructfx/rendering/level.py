"""The level law: what a chain puts out is as loud as the dry sound, plus what its `gain` effect asks for.

So "warmer" is never only louder, and "3 dB louder" is 3 dB louder. What an ear hears, a preview and a whole file are
brought to their level here and nowhere else. The reasons are in docs/decisions/0002-the-level-law.md.

Loudness is K-weighted (ITU-R BS.1770-4): with its gate over a whole track, which has pauses (`audio.loudness`); without
it over an excerpt, ten seconds of steady energy, where it is quick and differentiable (`k_energy`). Peaks of what is
played to a person are limited and, where they stick out further, the whole is lowered (`under_the_ceiling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor

from instructfx.audio.fold_down import cancelling
from instructfx.audio.loudness import k_weighting
from instructfx.chain import Chain
from instructfx.effects.device import CPU, brought
from instructfx.effects.spec import Settings

SILENCE = 1e-12  # mean square: -120 dB
CEILING_DBTP = -1.4  # under -1 dBTP also after rounding, and by finer meters than ours
MOST_LIMITING_DB = 6.0  # peaks that stick out further lower the whole track instead
MOST_LIFT_DB = 60.0
TOLD_DB, TOLD_LU = 0.05, 0.2  # deeper limiting and greater lacks than this are worth a word

Decibels = TypeVar("Decibels", float, Tensor)


def lawful_gain_db(dry_db: Decibels, rendered_db: Decibels, asked_db: Decibels) -> Decibels:
    """The law itself: the gain in dB for a sound that came out at rendered_db of one that went in at dry_db.

    What came out more than MOST_LIFT_DB below has fallen silent: it is left as it is.
    """
    lift_db = dry_db + asked_db - rendered_db
    return lift_db * (lift_db <= MOST_LIFT_DB)


def fallen_silent(dry_db: float, rendered_db: float, asked_db: float) -> bool:
    """Whether nothing is left of a sound, so that the law leaves it as it is."""
    return dry_db + asked_db - rendered_db > MOST_LIFT_DB


def asked_gain_db(chain: Chain, settings: Sequence[Settings]) -> Tensor:
    """What the chain's gain effect asks for, in dB, (batch,)."""
    asked = torch.zeros(1, dtype=torch.float64)
    for slot, values in zip(chain.slots, settings, strict=True):
        if slot.effect.role == "level" and slot.heard:
            asked = asked + values["gain_db"]
    return asked


def levelled(rendered: Tensor, dry_energy: Tensor, asked_db: Tensor, sample_rate: int) -> Tensor:
    """A rendered excerpt (batch, channels, frames) at its lawful level, differentiable.

    dry_energy is `k_energy` of what went in; asked_db as from `asked_gain_db`; both (batch,) or (1,).
    """
    energies = dry_energy, k_energy(rendered, sample_rate).clamp(min=SILENCE)
    dry_db, rendered_db = (10 * energy.cpu().double().log10() for energy in energies)
    factor = 10 ** (lawful_gain_db(dry_db, rendered_db, asked_db) / 20)
    return rendered * brought(factor, rendered)[:, None, None]


@dataclass(frozen=True)
class Level:
    """One gain for the whole sound, and how deep a limiter goes for the peaks that it then has; both in dB.

    made_up_db is the part of the gain that makes up for the loudness which limiting takes; short_lu is how much quieter
    than the law wants the sound is all the same, because its peaks leave no room. silent: the chain leaves nothing of
    the sound, which stays so; cancelled_db is lost where it folds left and right into one.
    """

    gain_db: float
    limited_db: float
    made_up_db: float = 0.0
    short_lu: float = 0.0
    silent: bool = False
    cancelled_db: float = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about it."""
        limited = f"peaks are limited, by {self.limited_db:.1f} dB at most" if self.limited_db > TOLD_DB else ""
        short = f"it is {self.short_lu:.1f} LU quieter than it should be: its peaks leave no room"
        found = limited, short if self.short_lu > TOLD_LU else "", *self.warnings
        return tuple(note for note in found if note)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person cannot have meant."""
        silent = "nothing is to be heard: the chain leaves nothing of the sound" if self.silent else ""
        return tuple(warning for warning in (silent, cancelling(self.cancelled_db)) if warning)


def under_the_ceiling(gain_db: float, peak_db: float) -> Level:
    """The level of a sound that is to be turned up by gain_db and has its highest peak at peak_db now."""
    over_db = peak_db + gain_db - CEILING_DBTP
    return Level(gain_db - max(over_db - MOST_LIMITING_DB, 0.0), min(max(over_db, 0.0), MOST_LIMITING_DB))


def k_power(frequencies_hz: Tensor, sample_rate: int) -> Tensor:
    """Squared magnitude of BS.1770's K-weighting at these frequencies, (bins,)."""
    z1 = torch.exp(-2j * torch.pi * frequencies_hz.double() / sample_rate)
    powers = torch.stack([torch.ones_like(z1), z1, z1 * z1])
    sections = torch.from_numpy(k_weighting(sample_rate)).to(powers)
    response = (sections[:, :3] @ powers).abs() / (sections[:, 3:] @ powers).abs()
    return response.prod(dim=0).square().float()


def k_energy(samples: Tensor, sample_rate: int) -> Tensor:
    """K-weighted mean square, summed over channels: (batch, channels, frames) -> (batch,)."""
    frames = samples.shape[-1]
    power = torch.view_as_real(torch.fft.rfft(samples)).square().sum(dim=-1)
    return 2 * (power @ k_power_of_bins(frames, sample_rate, samples.device).to(power)).sum(dim=1) / frames**2


@lru_cache(maxsize=16)
def k_power_of_bins(frames: int, sample_rate: int, device: torch.device = CPU) -> Tensor:
    """`k_power` at the bins of a Fourier transform over so many frames, kept on the device."""
    return k_power(torch.fft.rfftfreq(frames, 1 / sample_rate), sample_rate).to(device)
