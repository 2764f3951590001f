"""What the search in few passes learns from a look: slopes that fit what was seen, and how far to trust them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from instructfx.refine import secant


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.fixture
def trust() -> secant._Trust:
    return secant._Trust(3.0, random(7, 5))


def test_a_step_teaches_how_the_embedding_follows_it_and_nothing_across_it(trust: secant._Trust) -> None:
    step, change, before = random(5), random(7), trust.slopes
    other = random(6)[:5]
    across = other - step * (other @ step) / (step @ step)
    trust.learn_step(step, change)
    torch.testing.assert_close(trust.slopes @ step, change)
    torch.testing.assert_close(trust.slopes @ across, before @ across, atol=1e-5, rtol=1e-5)


def test_a_way_back_teaches_the_gradient_that_it_found(trust: secant._Trust) -> None:
    by_features, by_embedding = random(5), random(7)
    trust.learn_row(by_features, by_embedding)
    torch.testing.assert_close(trust.slopes.T @ by_embedding, by_features, atol=1e-5, rtol=1e-5)


def test_no_step_teaches_nothing_wild(trust: secant._Trust) -> None:
    before = trust.slopes
    trust.learn_step(torch.zeros(5), random(7))
    assert torch.equal(trust.slopes, before)


@pytest.mark.parametrize(
    ("gained", "promised", "radius_db"),
    [(-0.1, 1.0, 1.5), (0.0, 1.0, 1.5), (0.1, 1.0, 2.1), (0.4, 1.0, 3.0), (0.9, 1.0, 4.8), (2.0, 1.0, 4.8)],
)
def test_trust_grows_with_promises_kept(gained: float, promised: float, radius_db: float, trust: secant._Trust) -> None:
    trust.judged(gained, promised)
    assert trust.radius_db == pytest.approx(radius_db)


def test_trust_has_a_bound(trust: secant._Trust) -> None:
    for _ in range(9):
        trust.judged(1.0, 1.0)
    assert trust.radius_db == secant.MOST_DB


def test_a_curve_in_bands_is_a_line_between_them_and_level_beyond() -> None:
    bands_hz, curve_db = torch.tensor([100.0, 300.0, 1000.0]), torch.tensor([2.0, -4.0, 6.0])
    bins_hz = torch.tensor([0.0, 50.0, 100.0, 200.0, 300.0, 650.0, 900.0, 1000.0, 5000.0])
    found = curve_db @ secant._spread(bands_hz, bins_hz)
    np.testing.assert_allclose(found, np.interp(bins_hz, bands_hz, curve_db), atol=1e-5)
