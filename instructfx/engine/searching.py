"""The search of a turn, and giving back to earlier wishes what it took from them on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from instructfx.chain import Chain
from instructfx.ears import Objective, Standing
from instructfx.ears.perceptual import TONE_AXES
from instructfx.engine.context import TurnContext
from instructfx.refine import Refined, Step, Tuning, Watching, refine

LOST = 0.05  # steps below a limit: less than that is no reason to move what a turn is not about


def searched(
    context: TurnContext, tuning: Tuning, objective: Objective, standing: Standing, giving_back: tuple[str, ...]
) -> Refined:
    """What the refiners make of a tuning.

    Where that moves a reading of tone further than stands, the slots of the ids in giving_back are tuned as well: "add
    some grit" after "make it warmer" leaves it warm.
    """
    agents, callbacks = context.agents, context.callbacks
    excerpt = context.excerpt.on(agents.ear.device)
    watching = Watching(callbacks.on_step, callbacks.cancelled, callbacks.budget.used_up)
    refined = refine(tuning, excerpt, objective, agents.options, agents.seed, watching)
    if agents.options.rival or agents.ear.reads or refined.cut_short or not giving_back:
        return refined
    before = tuning.came_from or tuning.chain
    if not is_lost(standing, context.readings(before), context.readings(refined.chain)):
        return refined
    again = replace(tuning, chain=refined.chain, ids=giving_back, came_from=refined.chain)
    count = len(refined.steps)
    onwards = replace(watching, on_step=lambda step: callbacks.on_step(_after(count, step)))
    more = refine(again, excerpt, objective, agents.options, agents.seed, onwards)
    steps = (*refined.steps, *(_after(count, step) for step in more.steps))
    return replace(more, loss_before=refined.loss_before, steps=steps)


def _after(count: int, step: Step) -> Step:
    return replace(step, iteration=step.iteration + count)


def is_lost(standing: Standing, before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    """Whether a reading of tone fell short of what stands by LOST or more."""
    return any(
        limit.sign * (after[limit.axis] - before[limit.axis]) < limit.least - LOST for limit in standing.of(TONE_AXES)
    )


def equalisers(chain: Chain, besides: tuple[str, ...]) -> tuple[str, ...]:
    """The slot that may give back: the last equaliser that can be heard and moved and is none of these."""
    found = [slot.id for slot in chain.slots if slot.effect.role == "tone" and slot.id not in besides]
    return tuple(each for each in found if chain.knobs((each,)))[-1:]
