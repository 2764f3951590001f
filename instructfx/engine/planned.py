"""Words: planned, routed and searched, and then through the door, as a turn or as an exchange that changed nothing."""

from __future__ import annotations

from dataclasses import replace

import torch

from instructfx.audio.naming import one_line
from instructfx.chain import Chain
from instructfx.ears import Ear, Objective
from instructfx.effects.device import threads
from instructfx.engine.budget import Budget
from instructfx.engine.context import TurnContext
from instructfx.engine.searching import equalisers, searched
from instructfx.engine.turn import LONGEST_INSTRUCTION, Begun, Outcome, answered, begin, finish, unrefined
from instructfx.errors import Cancelled, InstructionError
from instructfx.language import understand
from instructfx.planners import Plan, Reply
from instructfx.planners.drawing import taken_back
from instructfx.planners.phrases import Voice
from instructfx.planners.regions import bands_within
from instructfx.planners.router import route
from instructfx.planners.side_effects import unmoved
from instructfx.planners.sound_questions import number_text
from instructfx.planners.standing import named, standing
from instructfx.planners.taking_back import BAND, NARROWING, most_db
from instructfx.refine import Refined, Step, Tuning
from instructfx.sessions import Session
from instructfx.sessions.options import TurnOptions, unheard

IDLE = "nothing to refine"
NOTHING_BETTER = "no_setting"
NOTHING_CAME = {"cancelled": "was_stopped", "budget": "ran_out_of_time", IDLE: "nothing_may_move"}
"""Why a search came to nothing, by how it ended: a sentence of `planners/phrases.toml`."""


def take_turn(context: TurnContext, instruction: str) -> Session:
    """Plan, route, refine and commit one turn; the session with that turn comes back.

    Words that change nothing are no turn: the session comes back with one more exchange, and what plays stays. When
    the watcher cancels during refinement, the best chain so far is kept. Raises InstructionError for what cannot be
    taken as an instruction and for options that this ear or recipe has no room for, Cancelled when stopped before
    anything was found; then nothing is stored.
    """
    text = _checked(instruction)
    with threads(context.agents.fixed_threads):
        return _taken(replace(context, agents=context.agents.chosen(context.options)), text)


def _taken(context: TurnContext, text: str) -> Session:
    begun = begin(context)
    context.callbacks.on_stage("planning")
    plan = context.agents.planner.plan(context.request(text, begun.readings))
    if context.callbacks.cancelled():
        raise Cancelled("stopped before anything changed")
    if isinstance(plan, Reply):
        if not context.again:
            return answered(begun, text, plan)
        plan = Plan(reply=plan.text, notes=plan.notes, raw=plan.raw, asked=plan.asked)
    goes_back = plan.goes_to or (plan.undo and context.session.path)
    if goes_back and plan.changes:  # "no, I meant the highs": the plan is for what played before
        begun = _from_before(begun, plan.undo)
        context = begun.context
    outcome = _gone(context, text, plan) if goes_back and not plan.changes else _searched(begun, text, plan)
    if goes_back or context.again or outcome.refined.chain != context.session.chain:
        return finish(begun, _timed(outcome, context.callbacks.budget))
    plan, why = outcome.plan, _unchanged(outcome)
    return answered(begun, text, Reply("unchanged", why, plan.notes, plan.raw, plan.asked))


def _from_before(begun: Begun, count: int) -> Begun:
    """The same turn begun from what played before the last turns, which stay in the history as another branch."""
    session = begun.context.session
    parent = session.before(count)
    context = replace(begun.context, session=replace(session, head=parent.id if parent else None))
    return replace(begun, context=context, readings=context.readings(context.session.chain), said=begun)


def _unchanged(outcome: Outcome) -> str:
    """Why everything is as it was: the planner has said it, or the search has come to nothing."""
    ended = outcome.refined.stopped
    if ended == IDLE and not outcome.plan.goal.axes:
        return outcome.plan.reply
    voice = Voice(understand(outcome.instruction).language)
    return voice.say("nothing_changed_because", why=voice.say(NOTHING_CAME.get(ended, NOTHING_BETTER)))


def _gone(context: TurnContext, text: str, plan: Plan) -> Outcome:
    """Back by some turns, or to a turn elsewhere in the tree."""
    session = context.session
    parent = session.turns[plan.goes_to - 1] if plan.goes_to else session.before(plan.undo)
    return Outcome("undone", text, parent, plan, unrefined(parent.chain if parent else Chain()))


def _searched(begun: Begun, text: str, plan: Plan) -> Outcome:
    """The route, and what the refiners make of the chain that it leads to."""
    context, before = begun.context, begun.context.session.chain
    session, agents, callbacks, options = context.session, context.agents, context.callbacks, context.options
    plan = _noted(plan, text, options, agents.ear)
    way, start = route(before, plan)
    movable = plan.movable(start.ids)
    asks = bool(plan.goal.axes or (plan.goal.target and agents.ear.reads))  # "drop the reverb" leaves the rest as it is
    if start == before and not asks:
        return Outcome("said", text, session.current, plan, unrefined(before), route=way)
    effects = start.effects_of(movable)
    goal = options.meant(plan.goal, effects) if asks else plan.goal
    # Axes have distances, which a step size scales; a text has none, so there the outcome is brought to its size.
    by_text = agents.ear.reads and bool(plan.goal.target)
    if not by_text:
        start = options.paced(before, start, plan.chosen, plan.pinned)
    pursued = replace(options, step_size=1.0).meant(plan.goal, effects) if by_text else goal
    callbacks.on_stage("listening")
    request = context.request(text, begun.readings)
    base = taken_back(before, request.earlier, pursued)
    with torch.no_grad():
        sound_before = context.excerpt.heard(base)
    readings = begun.readings if base == before else context.readings(base)
    stands = standing(request.earlier, pursued, readings)
    stands = replace(stands, most_db=most_db(base, start), unmoved=unmoved((*base.slots, *start.slots)))
    objective = agents.ear.objective(pursued, sound_before, stands)
    idle = session.standing is None and agents.first_turn == "initialize"
    callbacks.on_stage("refining")
    ids = movable if asks and not idle else ()
    pinned = plan.pinned | {pair for pair in named(request.earlier) if _untouched(pair, before, start)}
    pinned |= bands_within(pursued.held_hz, start)
    narrows = pursued.axes.get("fidelity", 0.0) <= NARROWING  # a telephone is not to be made warm again
    told = [slot for slot in start.slots if slot.id in plan.chosen and not ids]
    filtered = any(slot.effect.role == BAND for slot in told)  # what it is told to take is not given back
    spare = equalisers(start, (*movable, *plan.keep)) if (ids or plan.add) and not (narrows or filtered) else ()
    refined = searched(
        context, Tuning(start, ids, [pair for pair in pinned if pair[0] in start.ids], base), objective, stands, spare
    )
    if by_text:
        paced = options.paced(before, refined.chain, movable, plan.pinned)
        refined = _brought_to(paced, refined, context, objective)
    return Outcome("said", text, session.current, plan, refined, goal, way)


def _timed(outcome: Outcome, budget: Budget) -> Outcome:
    """The outcome, with a note where more time might have brought more."""
    if outcome.refined.stopped != "budget":
        return outcome
    voice = Voice(understand(outcome.instruction).language)
    note = voice.say("best_in_time", seconds=number_text(budget.seconds, 0))
    return replace(outcome, plan=replace(outcome.plan, notes=(*outcome.plan.notes, note)))


def _untouched(pair: tuple[str, str], before: Chain, start: Chain) -> bool:
    """Whether the plan left a setting of a slot as it was."""
    slot_id, setting = pair
    was, now = before.find(slot_id), start.find(slot_id)
    return was is not None and now is not None and was.settings[setting] == now.settings[setting]


def _brought_to(chain: Chain, refined: Refined, context: TurnContext, objective: Objective) -> Refined:
    """What was found, with another chain in the end, whose loss is measured."""
    if chain == refined.chain:
        return refined
    with torch.no_grad():
        loss = float(objective(context.excerpt.on(context.agents.ear.device).heard(chain))[0])
    steps = (*refined.steps, Step(len(refined.steps), chain, loss))
    return replace(refined, chain=chain, loss_after=loss, steps=steps)


def _noted(plan: Plan, text: str, options: TurnOptions, ear: Ear) -> Plan:
    """The plan, with a note on words to avoid that this ear does not know."""
    lost = () if ear.reads else unheard(options.avoid)
    if not lost:
        return plan
    voice = Voice(understand(text).language)
    note = voice.say("cannot_avoid", words=voice.quoted(lost, "or"))
    return replace(plan, notes=tuple(dict.fromkeys((*plan.notes, note))))


def _checked(instruction: str) -> str:
    text = one_line(instruction)
    if not text or (not text.isprintable() and not any(c.isprintable() and not c.isspace() for c in text)):
        raise InstructionError('say what you want to hear, for example "make it warmer"')
    if len(text) > LONGEST_INSTRUCTION:
        raise InstructionError(
            f"that is {len(text)} characters long; up to {LONGEST_INSTRUCTION} are read. Say it in a sentence or two."
        )
    return text
