"""Descent in few passes, for ears whose every look at a sound is dear: a Gauss-Newton search on the embedding.

A pass gives the embedding e of a sound and, backwards, the loss's gradient by *features*: the equalisers' curve in
the ear's bands and the other knobs. The loss as a function of e is known exactly; how e follows the features, J, is
learned: one row of it from each backward pass, and a rank-one correction from each pair of passes (Broyden 1965).
Within a trust region (Conn, Gould and Toint 2000) the settings that are best by that model are found without
listening, and listened to next, on the waveform; where they are worse than promised no way back is taken, which makes
that half a pass. Because features are curves and not knobs, a filter that is still flat knows where it could help. A
curve's gradient is that of a tilt of the power that is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from instructfx.chain import Chain, Knob
from instructfx.effects.device import brought
from instructfx.refine.adam import Adam
from instructfx.refine.responses import EDGE, responses, searched
from instructfx.refine.search import Search
from instructfx.rendering.level import k_power


@runtime_checkable
class EmbeddingObjective(Protocol):
    """A loss that is judged on an embedding of the sound's power."""

    sample_rate: int

    @property
    def frequencies_hz(self) -> Tensor:
        """Of the bins of `power`."""

    @property
    def bands_hz(self) -> Tensor:
        """Centres of the bands that the ear tells apart."""

    @property
    def judge(self) -> Callable[[Tensor, Tensor], Tensor]:
        """(embeddings (batch, n), moved (batch,)) -> losses (batch,)."""

    def power(self, samples: Tensor) -> Tensor:
        """(batch, channels, frames) -> (batch, frames, bins), where the ear hears."""

    def embed(self, power: Tensor) -> Tensor:
        """(batch, frames, bins) -> (batch, n) on the processor: one pass."""

    def harm_of(self, power: Tensor) -> Tensor:
        """What is judged beside the embedding, at next to no cost: (batch,) on the processor."""


@dataclass(frozen=True)
class SecantOptions:
    """radius_db is how far the curve may first move at once (root mean square over the bands); moving any other knob
    across its whole range counts as range_db. The search ends after `passes`, forwards and backwards, or when six looks
    in a row gain less than `tolerance` of what all of them gained."""

    passes: int = 12
    radius_db: float = 3.0
    range_db: float = 10.0
    tolerance: float = 0.01


IDLE = 6  # looks in a row that gain nothing to speak of
FEWEST_DB = 0.04  # a trust region smaller than this ends the search
MOST_DB = 12.0
LINEARISATIONS, MODEL_STEPS = 8, 4
MODEL_RATE = 0.03  # of the knobs' ranges
RATED_DB = 2.0  # in a smaller trust region the rate is less in proportion
LAST_RATE = 0.1  # of the first
RESTRAINT = 0.0002  # keeps knobs that the model thinks idle where they are
DIFFERENCE = 1e-3  # of a knob's range, for slopes of features


def descend_in_few_passes(search: Search, ids: Sequence[str], options: SecantOptions) -> float:
    """Improve the best chain of the search by the knobs of these differentiable slots; the passes that it took."""
    place = _Place(search, search.best.knobs(ids), options.range_db)
    unit = torch.tensor([place.start.to_unit(place.knobs)], dtype=torch.float64).clamp(EDGE, 1 - EDGE)
    here = place.look(unit)
    trust = _Trust(options.radius_db, torch.zeros(len(here.embedding), len(here.features)))
    trust.learn_row(*place.backwards(here))
    first, idle, passes = here.loss, 0, 1.0
    while passes + 1 <= options.passes and trust.radius_db > FEWEST_DB and idle < IDLE and not search.over():
        candidate = place.propose(here, trust)
        there = place.look(candidate)
        chain = place.chain(candidate)
        search.report(chain, there.loss)
        search.keep(chain, there.loss)
        gained, promised = here.loss - there.loss, here.loss - place.modelled(here, trust, there.features, candidate)
        trust.learn_step(there.features - here.features, there.embedding - here.embedding)
        trust.judged(gained, promised)
        idle = 0 if gained > options.tolerance * (first - min(here.loss, there.loss)) else idle + 1
        passes += 0.5
        if gained > 0:
            here = there
            trust.learn_row(*place.backwards(here))
            passes += 0.5
        del there  # what was kept to go back would otherwise lie beside the next look's
    return passes


@dataclass
class _Trust:
    """How far the model is good, and the slopes (n, features) of the embedding that have been learned."""

    radius_db: float
    slopes: Tensor

    def judged(self, gained: float, promised: float) -> None:
        """Widen or narrow the region by what a step gained of what the model promised."""
        if gained <= 0:
            self.radius_db *= 0.5
        elif gained < 0.2 * promised:
            self.radius_db *= 0.7
        elif gained > 0.6 * promised:
            self.radius_db = min(1.6 * self.radius_db, MOST_DB)

    def learn_step(self, step: Tensor, change: Tensor) -> None:
        """Correct the slopes by how the embedding changed over a step of the features."""
        self.slopes = self.slopes + torch.outer(change - self.slopes @ step, step) / _square(step)

    def learn_row(self, by_features: Tensor, by_embedding: Tensor) -> None:
        """Correct the slopes by one row of them: the loss's gradient by the features, and by the embedding."""
        missing = by_features - self.slopes.T @ by_embedding
        self.slopes = self.slopes + torch.outer(by_embedding, missing) / _square(by_embedding)


@dataclass(frozen=True)
class _Look:
    """What one position of the knobs sounds like to the ear, and what is needed to go backwards from there."""

    unit: Tensor
    features: Tensor
    follows: Tensor  # how the features follow the knobs, (knobs, features)
    loss: float
    embedding: Tensor
    spectrum: Tensor  # long-term power (1, 1, bins)
    heard: Tensor  # the embedding with its history
    leaves: tuple[Tensor, ...]  # the tilt, and the knobs where some are no filter's


class _Place:
    """The start, its knobs, and how to look at other positions of them."""

    def __init__(self, search: Search, knobs: Sequence[Knob], range_db: float) -> None:
        if not isinstance(search.objective, EmbeddingObjective):
            raise TypeError(f"{search.objective!r} has no embedding")
        self.search = search
        self.objective = search.objective
        self.start: Chain = search.best
        self.knobs = knobs
        curved = [self.start.slot(knob.slot).effect.response is not None for knob in knobs]
        self._curved = [knob for knob, is_curved in zip(knobs, curved, strict=True) if is_curved]
        self._other = torch.tensor([not is_curved for is_curved in curved])
        self.ends = tuple(end.float().clamp(EDGE, 1 - EDGE) for end in searched(knobs, self.start.to_unit(knobs)))
        self._moved = search.movement(self.start, knobs)
        self._range_db = range_db
        self._bands_hz = self.objective.bands_hz
        with torch.no_grad():
            spectrum = self.objective.power(search.excerpt.heard(self.start)).mean(dim=1)[0].cpu()
        frequencies_hz = self.objective.frequencies_hz
        self._spread = _spread(self._bands_hz, frequencies_hz)
        self._k_bands = self._spread @ (spectrum * k_power(frequencies_hz, self.objective.sample_rate))
        self._start_response = self._response(self.start.tensors())

    def chain(self, unit: Tensor) -> Chain:
        return self.start.with_unit(self.knobs, unit[0].tolist())

    def features(self, unit: Tensor) -> Tensor:
        """(batch, knobs) -> (batch, bands + knobs): the curve at equal loudness, in dB, and the knobs themselves."""
        response = self._response(self.start.tensors(self.knobs, unit)) / self._start_response
        change = response.square()
        level = (change @ self._k_bands.to(change)) / self._k_bands.sum()
        curve = 10 * torch.log10(change / level[:, None])
        return torch.cat([curve.expand(len(unit), -1), self._range_db * unit], dim=1).float()

    def look(self, unit: Tensor) -> _Look:
        """Half a pass: forwards."""
        tilt = torch.zeros(len(self._bands_hz), requires_grad=True)
        leaf = unit.clone().requires_grad_(bool(self._other.any()))  # what filters do is told by the tilt
        power = self._power_at(leaf)
        power = power * 10 ** (brought(tilt @ self._spread, power) / 10)
        heard = self.objective.embed(power)
        spectrum = power.detach().mean(dim=1, keepdim=True).cpu()
        with torch.no_grad():
            judged = self.objective.judge(heard, self._moved(unit).to(heard))
            harm = self.objective.harm_of(spectrum)
        features, follows = self._linear(unit)
        return _Look(
            unit=unit,
            features=features,
            follows=follows,
            loss=float(judged[0]) + float(harm[0]),
            embedding=heard.detach()[0],
            spectrum=spectrum,
            heard=heard,
            leaves=(tilt, leaf) if leaf.requires_grad else (tilt,),
        )

    def backwards(self, look: _Look) -> tuple[Tensor, Tensor]:
        """The other half: the judged loss's gradient by the features, and by the embedding alone."""
        held = look.heard.detach().requires_grad_(True)
        judged = self.objective.judge(held, self._moved(look.unit).to(held))
        (by_embedding,) = torch.autograd.grad(judged.sum(), held)
        by_tilt, *by_unit = torch.autograd.grad(look.heard, look.leaves, by_embedding)
        by_knobs = by_unit[0] if by_unit else torch.zeros_like(look.unit)
        return self._joined(look.follows, by_tilt, by_knobs), by_embedding[0]

    def modelled(self, here: _Look, trust: _Trust, features: Tensor, unit: Tensor) -> float:
        """The loss that the model expects."""
        with torch.no_grad():
            return float(self._model(here, trust.slopes, features - here.features, self._moved(unit)))

    def propose(self, here: _Look, trust: _Trust) -> Tensor:
        """The position within the trust region that the model likes best, (1, knobs).

        The features bend, so they are linearised again and again on the way; what is best of those places is taken.
        """
        rate = MODEL_RATE * min(1.0, trust.radius_db / RATED_DB)
        start = here.unit[0].float()
        knobs = start.clone().requires_grad_(True)
        adam = Adam(knobs, rate, betas=(0.9, 0.99))
        best, least = here.unit, float("inf")
        for number in range(LINEARISATIONS + 1):
            with torch.no_grad():
                knobs.clamp_(*self.ends)
            unit = knobs.detach().double()[None] if number else here.unit
            features, follows = self._linear(unit) if number else (here.features, here.follows)
            for step in range(MODEL_STEPS):
                change = torch.addmv(features - here.features, follows.T, knobs - unit[0].float())
                beyond = torch.relu(change.square().mean() / trust.radius_db**2 - 1)
                loss = self._model(here, trust.slopes, change, self._moved(knobs[None])) + beyond
                if step == 0 and number > 0 and loss.item() < least:
                    best, least = unit, loss.item()
                if number == LINEARISATIONS:  # only looked at
                    break
                fallen = (number * MODEL_STEPS + step) / (LINEARISATIONS * MODEL_STEPS)
                adam.rate = rate * (1 + (LAST_RATE - 1) * fallen)
                adam.step(loss + RESTRAINT * (knobs - start).square().sum())
        return best

    def _model(self, here: _Look, slopes: Tensor, change: Tensor, moved: Tensor) -> Tensor:
        embedding = torch.addmv(here.embedding, slopes, change)
        judge = self.objective.judge(embedding[None].to(here.spectrum), moved.to(here.spectrum))
        curve_db = change[: len(self._bands_hz)] @ self._spread
        harm = self.objective.harm_of(here.spectrum * 10 ** (curve_db / 10).to(here.spectrum))
        return judge[0] + harm[0]

    def _power_at(self, unit: Tensor) -> Tensor:
        heard = self.search.excerpt.heard(self.start, self.start.tensors(self.knobs, unit))
        return self.objective.power(heard)

    def _response(self, settings: Sequence[dict[str, Tensor]]) -> Tensor:
        with torch.no_grad():
            return responses(self.start, self._curved, settings, self.objective.sample_rate, self._bands_hz)

    def _joined(self, follows: Tensor, by_tilt: Tensor, by_unit: Tensor) -> Tensor:
        tilt = by_tilt.float() if self._curved else torch.zeros(len(self._bands_hz))
        unexplained = by_unit[0].float() - follows[:, : len(tilt)] @ tilt
        return torch.cat([tilt, torch.where(self._other, unexplained, 0.0) / self._range_db])

    def _linear(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """The features, and how they follow the knobs, (knobs, features)."""
        inwards = torch.where(unit[0] < 0.5, DIFFERENCE, -DIFFERENCE)
        every = self.features(torch.cat([unit, unit + torch.diag(inwards)]))
        return every[0], (every[1:] - every[0]) / inwards[:, None].float()


def _square(vector: Tensor) -> Tensor:
    return vector.square().sum().clamp(min=1e-12)


def _spread(bands_hz: Tensor, frequencies_hz: Tensor) -> Tensor:
    """(bands, bins): linear interpolation from values at the bands to values at the bins, level beyond the ends."""
    places = torch.searchsorted(bands_hz.contiguous(), frequencies_hz.contiguous()).clamp(1, len(bands_hz) - 1)
    low, high = bands_hz[places - 1], bands_hz[places]
    share = ((frequencies_hz - low) / (high - low)).clamp(0, 1)
    spread = torch.zeros(len(bands_hz), len(frequencies_hz))
    bins = torch.arange(len(frequencies_hz))
    spread[places - 1, bins] += 1 - share
    spread[places, bins] += share
    return spread
