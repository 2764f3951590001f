"""A language model as a judge of turns: how well they followed their instruction, and how well they were reasoned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from instructfx.chain import Chain
from instructfx.errors import PlannerError
from instructfx.planners.answers import said
from instructfx.planners.model import Model
from instructfx.planners.prompt import Message, again, chain_text, readings_text, text, version
from instructfx.planners.tools import RATE, rate_tool
from instructfx.planners.values import Unusable, number
from instructfx.planners.values import text as line
from instructfx.sessions import Judgement, Session, Turn

TRIES = 2
LEAST, MOST = 1, 4
LEAST_MOVE = 0.05  # steps: readings that moved less are not told


def judged(session: Session, model: Model, cancelled: Callable[[], bool]) -> Iterator[tuple[Turn, Judgement | str]]:
    """Each turn that was said, with its marks, or with one line that says why there are none.

    Only words, settings and readings are sent. Raises Cancelled.
    """
    earlier: dict[str | None, Chain] = {None: Chain()} | {turn.id: turn.chain for turn in session.turns}
    for turn in session.turns:
        if turn.kind == "said":
            yield turn, _judged(turn, earlier[turn.parent_id], model, cancelled)


def _judged(turn: Turn, before: Chain, model: Model, cancelled: Callable[[], bool]) -> Judgement | str:
    asked = _messages(turn, before)
    reason = ""
    for _ in range(TRIES):
        try:
            answer = model.answer(asked, (rate_tool(),), "required", cancelled)
        except PlannerError as error:
            return str(error)
        try:
            return _read(answer.raw, turn, model.name)
        except Unusable as problem:
            reason = f"its answer could not be used ({problem})"
            asked = again(asked, answer.raw, (str(problem),))
    return reason


def _messages(turn: Turn, before: Chain) -> list[Message]:
    thoughts = turn.plan.thoughts
    moved = {
        name: (value, turn.readings_after[name])
        for name, value in turn.readings_before.items()
        if name in turn.readings_after and abs(turn.readings_after[name] - value) >= LEAST_MOVE
    }
    told = (
        ("Instruction", turn.instruction),
        ("Chain before", chain_text(before) or "empty"),
        ("Chain after", chain_text(turn.chain) or "empty"),
        ("Readings before", readings_text({name: before for name, (before, _) in moved.items()}) or "as after"),
        ("Readings after", readings_text({name: after for name, (_, after) in moved.items()}) or "as before"),
        ("Thought, what was asked", thoughts.asked),
        ("Thought, which effects", thoughts.effects),
        ("Thought, which order", thoughts.order),
        ("Thought, which settings", thoughts.settings),
        ("Reply", turn.reply),
    )
    content = "\n\n".join(f"{name}:\n{value or '(none)'}" for name, value in told)
    return [{"role": "system", "content": text("judge.md")}, {"role": "user", "content": content}]


def _read(raw: str, turn: Turn, model: str) -> Judgement:
    given: dict[str, Any] = {}
    for call in said(raw).calls:
        if call.tool == RATE:
            if call.trouble:
                raise Unusable(call.trouble)
            given |= call.arguments
    return Judgement(
        turn_id=turn.id,
        model=model,
        prompt_version=version(),
        instruction_following=_mark(given, "instruction_following"),
        chain_of_thought=_mark(given, "chain_of_thought"),
        why_following=line(given.get("why_following")),
        why_thought=line(given.get("why_thought")),
    )


def _mark(given: dict[str, Any], name: str) -> int:
    mark = number(given.get(name), name)
    if mark is None or mark not in range(LEAST, MOST + 1):
        raise Unusable(f"{name} must be 1, 2, 3 or 4: call {RATE} with both marks")
    return int(mark)


def mean_marks(judgements: Sequence[Judgement]) -> tuple[float, float]:
    """(instruction following, chain of thought), each the mean over at least one judgement."""
    count = len(judgements)
    return (
        sum(each.instruction_following for each in judgements) / count,
        sum(each.chain_of_thought for each in judgements) / count,
    )
