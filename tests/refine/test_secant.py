"""Few passes are enough: the search on an embedding gets as far as a hundred small steps, and keeps its manners."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio
from instructfx.chain import Chain
from instructfx.ears.objective import Directional, Judge, Similarity, zero_movement
from instructfx.refine import Refined, RefineOptions, SecantOptions, Step, Tuning, Watching, refine
from instructfx.refine.adam import Adam
from instructfx.refine.search import Search
from instructfx.refine.secant import EmbeddingObjective, descend_in_few_passes
from instructfx.rendering.excerpt import Excerpt

WINDOW = 1024
BANDS = 24
RATE = 44_100


@dataclass
class Projection:
    """An ear in small: log power in bands, through two random layers, to an embedding of unit length."""

    judge: Judge
    seed: int = 0
    harm: float = 0.0  # of the share of power above 4 kHz
    sample_rate: int = RATE
    forwards: int = 0
    backwards: int = 0
    layers: list[Tensor] = field(init=False)

    def __post_init__(self) -> None:
        generator = torch.Generator().manual_seed(self.seed)
        self.layers = [torch.randn(BANDS, 96, generator=generator), torch.randn(96, 64, generator=generator)]

    @property
    def frequencies_hz(self) -> Tensor:
        return torch.fft.rfftfreq(WINDOW, 1 / RATE)

    @property
    def bands_hz(self) -> Tensor:
        return torch.logspace(1.8, 4.15, BANDS)

    def __call__(self, samples: Tensor, moved: Tensor | None = None) -> Tensor:
        power = self.power(samples)
        embedding = self.embed(power)
        judged = self.judge(embedding, zero_movement(embedding) if moved is None else moved)
        return judged + self.harm_of(power.mean(dim=1, keepdim=True))

    def power(self, samples: Tensor) -> Tensor:
        window = torch.hann_window(WINDOW)
        transform = torch.stft(samples.mean(dim=1), WINDOW, WINDOW, window=window, return_complex=True)
        return torch.view_as_real(transform).square().sum(dim=-1).transpose(1, 2)

    def embed(self, power: Tensor) -> Tensor:
        self.forwards += 1
        distance = (torch.log2(self.frequencies_hz.clamp(min=20))[None] - torch.log2(self.bands_hz)[:, None]).abs()
        weights = (1 - 3 * distance).clamp(min=0)
        levels = torch.log10(power.mean(dim=1) @ weights.T + 1e-6)
        hidden = torch.tanh(0.3 * (levels - levels.mean(dim=1, keepdim=True)) @ self.layers[0])
        embedding = torch.nn.functional.normalize(hidden @ self.layers[1], dim=-1)
        if embedding.requires_grad:
            embedding.register_hook(self._went_backwards)
        return embedding

    def _went_backwards(self, gradient: Tensor) -> None:
        self.backwards += 1

    def harm_of(self, power: Tensor) -> Tensor:
        spectrum = power.mean(dim=1)
        return self.harm * spectrum[:, self.frequencies_hz > 4000].sum(dim=1) / spectrum.sum(dim=1)


@pytest.fixture(scope="module")
def excerpt(music: Audio) -> Excerpt:
    """Half a second."""
    return Excerpt(torch.from_numpy(music.samples[:, : music.sample_rate // 2])[None], music.sample_rate)


@pytest.fixture(scope="module")
def longer(music: Audio) -> Excerpt:
    """Two seconds, in which a room can be heard."""
    return Excerpt(torch.from_numpy(music.samples[:, : 2 * music.sample_rate])[None], music.sample_rate)


def target(seed: int) -> Tensor:
    return torch.nn.functional.normalize(torch.randn(64, generator=torch.Generator().manual_seed(100 + seed)), dim=0)


def ear(seed: int) -> Projection:
    return Projection(Similarity(target(seed)), seed)


def adam(objectives: list[Projection], excerpt: Excerpt, steps: int) -> list[float]:
    """The least loss that Adam at 0.01 on the logits meets in so many steps, of each objective; all at once."""
    chain = Chain().added("eq", {})
    knobs = chain.knobs(["eq"])
    home = torch.tensor([chain.to_unit(knobs)] * len(objectives), dtype=torch.float64)
    logits = torch.logit(home).requires_grad_(True)
    optimizer = Adam(logits, 0.01)
    least = torch.full((len(objectives),), float("inf"))
    for _ in range(steps):
        heard = excerpt.heard(chain, chain.tensors(knobs, torch.sigmoid(logits)))
        losses = torch.cat([objective(sound[None]) for objective, sound in zip(objectives, heard, strict=True)])
        least = torch.minimum(least, losses.detach())
        optimizer.step(losses.sum())
    return least.tolist()


def test_the_ear_of_these_tests_is_one_that_judges_an_embedding() -> None:
    assert isinstance(ear(0), EmbeddingObjective)


@pytest.mark.parametrize("ears", [3, pytest.param(6, marks=pytest.mark.slow)])
def test_twelve_passes_get_as_far_as_a_hundred_steps_of_adam(excerpt: Excerpt, ears: int) -> None:
    """On all ears but one at least, and never far above."""
    objectives = [ear(seed) for seed in range(ears)]
    reached = 0
    for objective, usual in zip(objectives, adam(objectives, excerpt, 100), strict=True):
        search = Search(Chain().added("eq", {}), excerpt, objective)
        assert descend_in_few_passes(search, ("eq",), SecantOptions()) <= 12
        assert search.best_loss <= 1.03 * usual
        reached += search.best_loss <= usual
    assert reached >= ears - 1


@pytest.mark.parametrize(
    "names", [("eq",), pytest.param(("reverb",), marks=pytest.mark.slow), ("eq", "reverb"), ("eq", "stereo_width")]
)
def test_passes_are_counted_and_the_best_is_measured(names: tuple[str, ...], longer: Excerpt) -> None:
    chain = Chain()
    for name in names:
        chain = chain.added(name, {"mix": 0.2} if name == "reverb" else {})
    objective = ear(1)
    search = Search(chain, longer, objective)
    objective.forwards = objective.backwards = 0
    passes = descend_in_few_passes(search, names, SecantOptions(passes=9))
    assert passes == (objective.forwards + objective.backwards) / 2 <= 9
    assert search.best_loss < search.loss_before
    assert search.measure(search.best) == pytest.approx(search.best_loss, abs=1e-6)


def run(chain: Chain, objective: Projection, excerpt: Excerpt, **more: object) -> Refined:
    return refine(Tuning(chain, chain.names), excerpt, objective, options=RefineOptions(), **more)  # type: ignore[arg-type]


def test_locked_settings_and_their_effects_stay(excerpt: Excerpt) -> None:
    chain = Chain().added("eq", {"mid_gain_db": 3.0}).locked("eq", ["mid_gain_db", "mid_cutoff_frequency_hz"])
    refined = run(chain, ear(2), excerpt)
    assert refined.loss_after < refined.loss_before
    for name in ("mid_gain_db", "mid_cutoff_frequency_hz"):
        assert refined.chain.slot("eq").settings[name] == chain.slot("eq").settings[name]


def test_one_start_gives_the_same_settings_to_the_last_digit(excerpt: Excerpt) -> None:
    first, second = (run(Chain().added("eq", {}), ear(3), excerpt) for _ in range(2))
    assert first.chain.to_json() == second.chain.to_json()


def test_a_cancelled_search_keeps_its_best(excerpt: Excerpt) -> None:
    seen: list[Step] = []
    refined = run(Chain().added("eq", {}), ear(4), excerpt, watching=Watching(seen.append, lambda: len(seen) >= 4))
    assert refined.stopped == "cancelled"
    assert len(seen) < 8
    assert refined.loss_after < refined.loss_before


def test_a_target_that_is_already_met_leaves_the_settings_near(excerpt: Excerpt) -> None:
    objective = ear(5)
    with torch.no_grad():
        here = objective.embed(objective.power(excerpt.heard(Chain())))[0]
    objective.judge = Similarity(here)
    refined = run(Chain().added("eq", {}), objective, excerpt)
    assert refined.loss_after <= refined.loss_before < 1e-4


def test_the_same_text_twice_leaves_the_settings_alone(excerpt: Excerpt) -> None:
    objective = ear(5)
    with torch.no_grad():
        here = objective.embed(objective.power(excerpt.heard(Chain())))[0]
    objective.judge = Directional(here, target(5), target(5))
    chain = Chain().added("eq", {"mid_gain_db": 2.0})
    assert run(chain, objective, excerpt).chain == chain


def test_a_direction_is_found_from_no_movement_at_all(excerpt: Excerpt) -> None:
    objective = ear(6)
    with torch.no_grad():
        here = objective.embed(objective.power(excerpt.heard(Chain())))[0]
    objective.judge = Directional(here, target(6), target(7))
    refined = run(Chain().added("eq", {}), objective, excerpt)
    assert refined.loss_before == pytest.approx(1, abs=0.05)
    assert refined.loss_after < 0.9


def test_unasked_harm_counts_against_a_sound(excerpt: Excerpt) -> None:
    chain = Chain().added("eq", {})
    shares = {}
    for weight in (0.0, 100.0):
        objective = Projection(Similarity(target(7)), 7, harm=weight)
        search = Search(chain, excerpt, objective)
        descend_in_few_passes(search, ("eq",), SecantOptions())
        assert search.measure(search.best) == pytest.approx(search.best_loss, rel=1e-3)
        power = objective.power(excerpt.heard(search.best)).mean(dim=1, keepdim=True)
        shares[weight] = float(Projection(objective.judge, 7, harm=1.0).harm_of(power))
    assert shares[100.0] < 0.7 * shares[0.0]
