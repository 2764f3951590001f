"""How two published systems search, from their papers, in this engine: for comparison, not for use.

Text2FX (Chu, O'Reilly, Barnett and Pardo 2025): Adam on the effects' parameters, the sound shifted by a random
amount, circularly, before every look. FxSearcher (2025): Bayesian optimisation of every parameter over its whole
range, with a lower confidence bound.
"""

from __future__ import annotations

import torch

from instructfx.refine.adam import Adam
from instructfx.refine.bayes import BayesOptions, explore
from instructfx.refine.responses import EDGE
from instructfx.refine.search import Search

TEXT2FX_STEPS, TEXT2FX_RATE = 600, 0.01
FXSEARCHER = BayesOptions(
    evaluations=100, first_points=20, acquisition="lcb", kappa=5.0, patience=100, reach=1.0, turn_back=1.0
)


def text2fx(search: Search, ids: tuple[str, ...], seed: int, steps: int = TEXT2FX_STEPS) -> None:
    """Adam at 0.01 on the logits of the differentiable effects' knobs; the best position that it saw is measured."""
    start = search.best
    knobs = start.knobs([slot_id for slot_id in ids if start.slot(slot_id).effect.differentiable])
    if not knobs:
        return
    generator = torch.Generator().manual_seed(seed)
    home = torch.tensor([start.to_unit(knobs)], dtype=torch.float64).clamp(EDGE, 1 - EDGE)
    logits = torch.logit(home).requires_grad_(True)
    adam = Adam(logits, TEXT2FX_RATE)
    best, best_loss = home[0], float("inf")
    for _ in range(steps):
        if search.over():
            break
        unit = torch.sigmoid(logits)
        heard = search.excerpt.heard(start, start.tensors(knobs, unit))
        shift = int(torch.randint(heard.shape[-1], (1,), generator=generator))
        loss = search.objective(heard.roll(shift, dims=-1))[0]
        search.report(start.with_unit(knobs, unit.detach()[0].tolist()), loss.item())
        if loss.item() < best_loss:
            best, best_loss = unit.detach()[0], loss.item()
        adam.step(loss)
    search.consider(start.with_unit(knobs, best.tolist()))


def fxsearcher(search: Search, ids: tuple[str, ...], seed: int, options: BayesOptions = FXSEARCHER) -> None:
    """A Gaussian process over every knob's whole range, 20 first points, 100 looks."""
    knobs = search.best.knobs(ids)
    if knobs:
        explore(search, knobs, options, seed, search.best)
