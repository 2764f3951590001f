"""Losses on embeddings, by hand on vectors of three numbers, and where directions vanish."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from instructfx.ears.objective import LEAST, Anchored, Directional, Guided, Judge, Similarity, cosine, zero_movement

X, Y, Z = torch.eye(3, dtype=torch.float64)
HALF = math.sqrt(0.5)  # the cosine of half a right angle


def drawn(*shape: int, seed: int = 3) -> Tensor:
    """Random vectors of unit length."""
    return normalize(torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64), dim=-1)


def unit(*values: float) -> Tensor:
    """(1, 3)."""
    return normalize(torch.tensor([values], dtype=torch.float64), dim=-1)


def loss(judge: Judge, embeddings: Tensor, moved: float = 0.0) -> float:
    return float(judge(embeddings, torch.full((len(embeddings),), moved, dtype=torch.float64))[0])


def gradient(judge: Judge, embeddings: Tensor, moved: float = 0.0) -> Tensor:
    leaf = embeddings.clone().requires_grad_(True)
    judge(leaf, torch.full((len(embeddings),), moved, dtype=torch.float64)).sum().backward()
    assert leaf.grad is not None
    return leaf.grad


# Values


@pytest.mark.parametrize(("degrees", "expected"), [(0, 0.0), (60, 0.5), (90, 1.0), (180, 2.0)])
def test_similarity_is_one_less_the_cosine_of_sound_and_text(degrees: float, expected: float) -> None:
    angle = math.radians(degrees)
    assert loss(Similarity(X), unit(math.cos(angle), math.sin(angle), 0)) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(
    ("sound", "expected"),
    [((1, 0, 0), 0.0), ((0, 1, 0), 2.0), ((0, 0, 1), 1.0), ((1, 1, 0), 1.0), ((-1, 0, 0), 2.0), ((0, -1, 0), 0.0)],
)
def test_guided_draws_to_one_text_and_pushes_from_the_other(sound: tuple[float, ...], expected: float) -> None:
    assert loss(Guided(target=X, negative=Y), unit(*sound)) == pytest.approx(expected, abs=2e-6)


def test_a_negative_text_is_part_of_the_guided_loss() -> None:
    sound = unit(0.8, 0.6, 0)
    assert loss(Similarity(X), sound) == pytest.approx(0.2, abs=2e-6)
    assert loss(Guided(X, Y), sound) == pytest.approx(0.8, abs=2e-6)


@pytest.mark.parametrize(
    ("change", "expected"), [((1, -1, 0), 0.0), ((-1, 1, 0), 2.0), ((0, 0, 1), 1.0), ((1, 0, 0), 1 - HALF)]
)
def test_directional_compares_the_change_of_the_sound_with_that_of_the_text(
    change: tuple[float, float, float], expected: float
) -> None:
    judge = Directional(before=Z, target=X, anchor=Y)
    for length in (0.1, 1.0):
        assert loss(judge, Z + length * unit(*change)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "expected"), [((1, -1, 0), 0.0), ((0, 0, 1), 1.1), ((-1, 1, 0), 2.0), ((1, 0, 0), 1.1 * (1 - HALF))]
)
def test_anchored_charges_moves_as_far_as_they_lead_nowhere(
    change: tuple[float, float, float], expected: float
) -> None:
    judge = Anchored(Directional(before=Z, target=X, anchor=Y), alpha=0.5)
    assert loss(judge, Z + unit(*change), moved=0.2) == pytest.approx(expected, abs=1e-5)
    assert loss(judge, Z + unit(*change), moved=0.4) >= loss(judge, Z + unit(*change), moved=0.2) - 1e-9


def test_a_move_along_the_asked_direction_costs_nothing_more_and_one_across_it_costs_alpha_times_its_length() -> None:
    direction = Directional(before=Z, target=X, anchor=Y)
    along, across = Z + unit(1, -1, 0), Z + unit(1, 1, 0)
    for alpha in (0.5, 2.0):
        judge = Anchored(direction, alpha)
        assert loss(judge, along, moved=0.7) - loss(judge, along) == pytest.approx(0, abs=1e-5)
        assert loss(judge, across, moved=0.7) - loss(judge, across) == pytest.approx(alpha * 0.7, abs=1e-5)


def test_without_alpha_anchored_is_directional() -> None:
    direction = Directional(unit(1, 2, 3)[0], unit(3, 1, 0)[0], unit(0, 1, 1)[0])
    sounds, moved = drawn(5, 3), torch.linspace(0, 1, 5)
    assert torch.equal(Anchored(direction, alpha=0)(sounds, moved), direction(sounds, moved))


# Gradients and shapes

E0, T_A, T_B = drawn(3, 512)
JUDGES = {
    "similarity": Similarity(T_B),
    "guided": Guided(T_B, T_A),
    "directional": Directional(E0, T_B, T_A),
    "anchored": Anchored(Directional(E0, T_B, T_A)),
}


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)
@pytest.mark.parametrize("distance", [1.0, 1e-2, 1e-4])
def test_gradients_agree_with_finite_differences_near_and_far_from_the_sound_before(
    judge: Judge, distance: float
) -> None:
    away = drawn(2, 512, seed=4)
    embeddings = (E0 + distance * away).requires_grad_(True)
    moved = torch.tensor([0.1, 0.4], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(judge, (embeddings, moved), eps=1e-8, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)
@pytest.mark.parametrize("batch", [1, 4])
def test_every_sound_of_a_batch_has_its_own_loss(judge: Judge, batch: int) -> None:
    sounds = drawn(batch, 512, seed=6)
    moved = torch.linspace(0.1, 0.8, batch, dtype=torch.float64)
    losses = judge(sounds, moved)
    assert losses.shape == (batch,)
    for index in range(batch):
        alone = judge(sounds[index : index + 1], moved[index : index + 1])
        assert float(alone[0]) == pytest.approx(float(losses[index]), abs=1e-12)


def test_cosine_takes_one_vector_or_as_many_as_there_are_sounds() -> None:
    x, y = drawn(2, 4, 512, seed=7)
    expected = torch.nn.functional.cosine_similarity(x, y)
    assert torch.allclose(cosine(x, y), expected, atol=1e-6)
    assert torch.allclose(cosine(x, y[0]), torch.nn.functional.cosine_similarity(x, y[:1]), atol=1e-6)


def test_nothing_has_moved_by_nothing() -> None:
    assert torch.equal(zero_movement(torch.ones(3, 512)), torch.zeros(3))


# Where directions vanish


@pytest.mark.parametrize("judge", [Directional(E0, T_A, T_A), Guided(T_A, T_A), Anchored(Directional(E0, T_A, T_A))])
def test_a_text_and_itself_ask_for_nothing(judge: Judge) -> None:
    sounds = normalize(E0 + 6 * drawn(3, 512, seed=5), dim=-1)
    losses = judge(sounds, zero_movement(sounds))
    assert torch.allclose(losses, torch.ones(3, dtype=losses.dtype), atol=1e-9)
    assert gradient(judge, sounds).abs().max() < 1e-9


def test_where_nothing_is_asked_moving_costs_so_the_settings_stay() -> None:
    judge = Anchored(Directional(E0, T_A, T_A), alpha=0.5)
    assert loss(judge, unit(*E0.tolist()), moved=0.2) == pytest.approx(1.1)
    assert loss(judge, unit(*E0.tolist()), moved=0.0) == pytest.approx(1.0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["directional", "anchored"])
def test_a_sound_that_has_not_moved_has_a_finite_gradient_towards_what_is_asked(name: str, dtype: torch.dtype) -> None:
    direction = Directional(E0.to(dtype), T_B.to(dtype), T_A.to(dtype))
    judge = direction if name == "directional" else Anchored(direction)
    assert loss(judge, E0[None].to(dtype)) == pytest.approx(1, abs=1e-9)
    slope = gradient(judge, E0[None].to(dtype))[0]
    asked = normalize((T_B - T_A).to(dtype), dim=0)
    assert torch.isfinite(slope).all()
    assert float(normalize(slope, dim=0) @ asked) == pytest.approx(-1, abs=1e-5)
    assert float(slope.norm()) == pytest.approx(1 / LEAST, rel=1e-3)


def test_a_step_of_rounding_is_no_direction() -> None:
    rounded = E0 + 1e-7 * drawn(1, 512, seed=8)
    assert loss(JUDGES["directional"], rounded) == pytest.approx(1, abs=1e-4)
