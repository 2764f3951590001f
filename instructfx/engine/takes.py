"""Several takes of one instruction: from different seeds, and as different as the planner has them."""

from __future__ import annotations

from dataclasses import replace

from instructfx.engine.context import TurnContext
from instructfx.engine.planned import take_turn
from instructfx.engine.turn import answered, begin
from instructfx.errors import InstructionError
from instructfx.language import understand
from instructfx.planners import Reply, Take
from instructfx.planners.phrases import Voice
from instructfx.planners.sound_questions import number_text
from instructfx.sessions import Session
from instructfx.sessions.options import LEAST_STEP, MOST_SEED, MOST_STEP

MOST_TAKES = 5


def take_several(context: TurnContext, instruction: str, count: int) -> Session:
    """Take up to `count` turns, 2 to 5, that continue the same turn; the first of them plays afterwards.

    Who plans each of them is the planner's to say: `Planner.take`. Each is committed when it is found. Those that a
    cancelled search leaves out are not taken, nor those that would all be the same, because the plan asks nothing of
    the ear or goes back. Words that change nothing are answered once, and a take that changes nothing is the last.
    One budget is for all of them: where it is used up, what was taken stands, and an answer says how many these are.
    Raises as `take_turn` does.
    """
    check_count(count)
    session, agents, options = context.session, context.agents, context.options
    seed = agents.seed if options.seed is None else options.seed
    before, parent = len(session.turns), session.head
    take = Take(agents.planner)
    for number in range(count):
        if number and context.callbacks.budget.used_up():
            return _out_of_time(replace(context, session=session), instruction, number, count)
        if number:
            take = agents.planner.take(number, seed, session.turns[before].plan)
        step = min(max(options.step_size * take.size, LEAST_STEP), MOST_STEP)
        chosen = replace(
            context,
            session=replace(session, head=parent),
            agents=replace(agents, planner=take.planner),
            options=replace(options, step_size=step, seed=(seed + number) % (MOST_SEED + 1)),
            take=number + 1,
        )
        then = take_turn(chosen, instruction)
        if len(then.turns) == len(session.turns):
            return replace(then, head=session.head)
        session = then
        plan = session.turns[before].plan
        if plan.undo or not (plan.goal.axes or plan.goal.target) or context.callbacks.cancelled():
            break
    return session


def _out_of_time(context: TurnContext, instruction: str, made: int, wanted: int) -> Session:
    """The session with an answer that says how many takes there was time for."""
    voice, seconds = Voice(understand(instruction).language), context.callbacks.budget.seconds
    text = voice.say("takes_in_time", made=str(made), wanted=str(wanted), seconds=number_text(seconds, 0))
    return answered(begin(context), instruction, Reply("unchanged", text))


def check_count(count: int) -> None:
    """InstructionError for what is no number of takes."""
    if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= MOST_TAKES:
        raise InstructionError(f"the number of takes is a whole number from 2 to {MOST_TAKES}, not {count!r}")
