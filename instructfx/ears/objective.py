"""Losses on embeddings: what a text asks of a sound. All of them fall as the sound comes closer to it.

e is the embedding of the sound now, e0 of the sound before, t of a text; all have unit length. cos(x, y) is
smooth where x or y vanishes, so that a sound that has not moved yet has a finite gradient, and two texts that
mean the same ask for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LEAST = 1e-3  # length of a difference of embeddings below which it has no direction
ALPHA = 0.5  # what it costs to move every knob across its range in a direction that changes nothing asked

Judge = Callable[[Tensor, Tensor], Tensor]
"""(embeddings (batch, 512), moved (batch,)) -> losses (batch,). moved is the squared distance of the settings in the
unit cube from those that came in."""


def cosine(x: Tensor, y: Tensor) -> Tensor:
    """x . y / sqrt((|x|^2 + c^2)(|y|^2 + c^2)) with c = 0.001: (batch, n) and (n,) or (batch, n) -> (batch,)."""
    lengths = (x.square().sum(dim=-1) + LEAST**2) * (y.square().sum(dim=-1) + LEAST**2)
    product: Tensor = (x * y).sum(dim=-1) / lengths.sqrt()
    return product


@dataclass(frozen=True)
class Similarity:
    """1 - cos(e, t): the sound should be what the text says (Radford et al. 2021; Wu et al. 2023)."""

    target: Tensor

    def __call__(self, embeddings: Tensor, moved: Tensor) -> Tensor:
        return 1 - cosine(embeddings, self.target)


@dataclass(frozen=True)
class Guided:
    """1 - cos(e, t) + cos(e, n): towards one text and away from another, as in classifier guidance.

    FxSearcher (2025) searches with a fixed text of unwanted artefacts as n; here the person may set it.
    """

    target: Tensor
    negative: Tensor

    def __call__(self, embeddings: Tensor, moved: Tensor) -> Tensor:
        return 1 - cosine(embeddings, self.target) + cosine(embeddings, self.negative)


@dataclass(frozen=True)
class Directional:
    """1 - cos(e - e0, tB - tA): the sound should change as the text changes from A to B.

    StyleGAN-NADA's loss (Gal et al. 2022), on sound in Text2FX (Chu et al. 2025).
    """

    before: Tensor
    target: Tensor
    anchor: Tensor

    def __call__(self, embeddings: Tensor, moved: Tensor) -> Tensor:
        return 1 - cosine(embeddings - self.before, self.target - self.anchor)


@dataclass(frozen=True)
class Anchored:
    """1 - c + alpha * moved * (1 - |c|) with c = cos(e - e0, tB - tA): directional, and moves that lead nowhere cost.

    e0 is the sound of the turn before and tA what was asked then, so that each turn continues the last. With
    alpha 0 it is Directional. This project's own.
    """

    direction: Directional
    alpha: float = ALPHA

    def __call__(self, embeddings: Tensor, moved: Tensor) -> Tensor:
        lost = self.direction(embeddings, moved)
        return lost + self.alpha * moved.to(lost) * (1 - (1 - lost).abs())


@dataclass(frozen=True)
class Avoiding:
    """judge + cos(e, n): whatever another loss asks, and away from a text, as in Guided."""

    judge: Judge
    negative: Tensor

    def __call__(self, embeddings: Tensor, moved: Tensor) -> Tensor:
        return self.judge(embeddings, moved) + cosine(embeddings, self.negative)


def zero_movement(embeddings: Tensor) -> Tensor:
    """`moved` of a sound whose settings are those that came in."""
    return torch.zeros(embeddings.shape[0], device=embeddings.device)
