"""How much a compressor or a limiter takes off, measured on what goes into it and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from instructfx.chain import Chain
from instructfx.rendering.excerpt import Excerpt

FRAME_SECONDS = 0.01
AUDIBLE = 1e-3  # of the highest peak, -60 dB: quieter frames are pauses


@dataclass(frozen=True)
class GainReduction:
    """By how many dB peaks are lowered at most, and on average while something sounds; 0 or more."""

    most_db: float
    mean_db: float


def gain_reduction(excerpt: Excerpt, chain: Chain, slot_id: str) -> GainReduction:
    """What a slot of a chain takes off the excerpt: the highest peaks of frames of 10 ms before it and behind it.

    Its make-up gain is left out. A bypassed slot takes nothing. Raises KeyError where the chain has no such slot.
    """
    place = chain.ids.index(chain.slot(slot_id).id)
    slot = chain.slots[place]
    slot = replace(slot, settings={**slot.settings, **({"makeup_gain_db": 0.0} if MAKEUP in slot.settings else {})})
    within = _through(excerpt, replace(chain, slots=chain.slots[:place]))
    behind = _through(excerpt, replace(chain, slots=(*chain.slots[:place], slot)))
    frames = max(round(FRAME_SECONDS * excerpt.sample_rate), 1)
    before, after = _peaks(within, frames), _peaks(behind, frames)
    sounding = before > AUDIBLE * before.max()
    if not bool(sounding.any()):
        return GainReduction(0.0, 0.0)
    taken_db = (20 * (before[sounding] / after[sounding].clamp(min=1e-9)).log10()).clamp(min=0.0)
    return GainReduction(float(taken_db.max()), float(taken_db.mean()))


MAKEUP = "makeup_gain_db"


def _through(excerpt: Excerpt, chain: Chain) -> Tensor:
    with torch.no_grad():
        return chain.apply(excerpt.samples, excerpt.sample_rate, chain.tensors(), excerpt.first_frame)


def _peaks(samples: Tensor, frames: int) -> Tensor:
    """The highest absolute sample of every frame, in any channel: (1, channels, length) -> (frames,)."""
    length = samples.shape[-1] // frames * frames
    return samples[0, :, :length].abs().amax(dim=0).reshape(-1, frames).amax(dim=1)
