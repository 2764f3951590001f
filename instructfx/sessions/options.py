"""What a person may choose for one turn, beside the words: how far, how long, from which seed, and what to avoid."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from instructfx.audio.naming import one_line
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.effects import EFFECTS
from instructfx.errors import InstructionError
from instructfx.language import understand
from instructfx.planners.drawing import so_much
from instructfx.refine import RefineOptions

Setting = tuple[str, str]
"""The id of a slot, and the name of one of its settings."""

FirstTurn = Literal["initialize", "refine"]

LEAST_STEP, MOST_STEP = 0.25, 3.0
MOST_ITERATIONS = 200
MOST_SEED = 2**32 - 1
LONGEST_AVOID = 200  # characters
AVOIDED_STEPS = 0.5  # how far away from what is to be avoided
ASKED = 0.5  # of the strongest wish: weaker ones come along with it and may give way to what is to be avoided
MOST_AXIS_STEPS = 6.0
APART = re.compile(r"[,;/\n]|\band\b", re.I)


@dataclass(frozen=True)
class TurnOptions:
    """step_size scales how far the turn goes, 0.25 to 3; iterations is the most steps of each search, 1 to 200; seed,
    0 to 2^32 - 1, and first_turn stand in for those of the session; loss is a kind of CLAP's; avoid holds words for
    what the sound should not become, such as "harsh, muddy".

    Raises InstructionError for values out of range. Which loss there is, is checked where an ear is known.
    """

    step_size: float = 1.0
    iterations: int | None = None
    seed: int | None = None
    first_turn: FirstTurn | None = None
    loss: str = ""
    avoid: str = ""

    def __post_init__(self) -> None:
        step = self.step_size
        if isinstance(step, bool) or not isinstance(step, int | float) or not LEAST_STEP <= step <= MOST_STEP:
            raise InstructionError(f"the step size is a number from {LEAST_STEP:g} to {MOST_STEP:g}, not {step!r}")
        _check_whole("the number of iterations", self.iterations, 1, MOST_ITERATIONS)
        _check_whole("the seed", self.seed, 0, MOST_SEED)
        if self.first_turn not in (None, "initialize", "refine"):
            raise InstructionError(f"the first turn is to initialize or to refine, not {self.first_turn!r}")
        if not isinstance(self.loss, str) or not isinstance(self.avoid, str):
            raise InstructionError("the loss and what to avoid are words")
        object.__setattr__(self, "step_size", float(step))
        object.__setattr__(self, "avoid", one_line(self.avoid))
        if len(self.avoid) > LONGEST_AVOID:
            raise InstructionError(
                f"what to avoid is {len(self.avoid)} characters long; up to {LONGEST_AVOID} are read. Name a few words."
            )

    def to_text(self) -> str:
        """What was chosen, for people; empty where nothing was."""
        plain = TurnOptions()
        chosen = {name: value for name, value in vars(self).items() if value != getattr(plain, name)}
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chosen.items())

    def options(self, options: RefineOptions) -> RefineOptions:
        """How long the refiners may search."""
        most = self.iterations
        if most is None:
            return options
        bayes = replace(options.bayes, evaluations=most, first_points=min(options.bayes.first_points, most))
        gradient = replace(options.gradient, spectral_steps=most, waveform_steps=most)
        return replace(options, gradient=gradient, bayes=bayes, secant=replace(options.secant, passes=most))

    def meant(self, goal: Goal, effects: Collection[str]) -> Goal:
        """A planner's goal with distances of this size, and away from what is to be avoided.

        effects are those that may move: what none of them reaches is not wished. A goal that asks nothing of the ear
        stays as it is, and what the instruction asks outweighs what is to be avoided.
        """
        if not (goal.axes or goal.target):
            return goal
        axes = {name: _capped(self.step_size * value) for name, value in goal.axes.items()}
        strongest = max(map(abs, axes.values()), default=0.0)
        reach = {axis for effect in effects for axis in EFFECTS.resolve(effect).heuristics.reach}
        for axis, away in away_from(self.avoid).items():
            wished = axes.get(axis, 0.0)
            asked = abs(wished) >= ASKED * strongest and wished != 0
            if axis in reach and not asked and wished * (1 if away > 0 else -1) < abs(away):
                axes[axis] = away
        negative = ", ".join(text for text in (goal.negative, self.avoid) if text)
        return replace(goal, axes=axes, negative=negative)

    def paced(self, before: Chain, chain: Chain, ids: Collection[str], pinned: Collection[Setting]) -> Chain:
        """A chain that was reached from `before`, with these slots at this size of step.

        pinned holds the (slot id, setting) pairs that the person named a value for; they stay, as locked ones do.
        """
        if self.step_size == 1:
            return chain
        for slot_id in ids:
            if slot_id in chain.ids:
                moved = so_much(_alone(before, slot_id), _alone(chain, slot_id), self.step_size).slot(slot_id).settings
                free = {setting: value for setting, value in moved.items() if (slot_id, setting) not in pinned}
                chain = chain.adjusted(slot_id, free)
        return chain


def away_from(words: str) -> Mapping[str, float]:
    """Axis -> signed steps away from words such as "harsh, muddy"; nothing for words that the lexicon does not know."""
    away: dict[str, float] = {}
    for term in _terms(words):
        for axis, value in _too(term).items():
            if abs(value) > abs(away.get(axis, 0.0)):
                away[axis] = value
    return away


def unheard(words: str) -> tuple[str, ...]:
    """The words to avoid that say nothing to an ear which measures."""
    return tuple(term for term in _terms(words) if not _too(term))


def _terms(words: str) -> list[str]:
    return [term for each in APART.split(words) if (term := each.strip(" .!?"))]


def _too(term: str) -> dict[str, float]:
    """What "too harsh" asks for: its main axes, or those of the effect that it names, AVOIDED_STEPS at most."""
    intent = understand(f"too {term}")
    axes = dict(intent.axes)
    if not axes:
        axes = {
            axis: -float(direction)
            for command in intent.commands
            if command.effect
            for axis, direction in EFFECTS[command.effect].heuristics.reach.items()
        }
    strongest = max(map(abs, axes.values()), default=0.0)
    return {axis: AVOIDED_STEPS * value / strongest for axis, value in axes.items() if abs(value) >= ASKED * strongest}


def _check_whole(what: str, value: object, least: int, most: int) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most):
        raise InstructionError(f"{what} is a whole number from {least} to {most}, not {value!r}")


def _capped(steps: float) -> float:
    return max(-MOST_AXIS_STEPS, min(MOST_AXIS_STEPS, steps))


def _alone(chain: Chain, slot_id: str) -> Chain:
    slot = chain.find(slot_id)
    return Chain((slot,) if slot else ())
