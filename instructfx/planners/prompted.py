"""The planner that asks a language model, checks what it says, and never fails a turn because of it."""

from __future__ import annotations

import time
from dataclasses import replace

from instructfx.errors import PlannerError
from instructfx.language import understand
from instructfx.planners import PlanRequest, Take
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.model import Model, ModelAnswer
from instructfx.planners.plan import Asked, Plan, Reply
from instructfx.planners.prompt import again, choice, messages, tools, version
from instructfx.planners.reading import read
from instructfx.planners.recorded import said_again

TRIES = 2  # an answer that cannot be used is asked for once more, with what is wrong with it


class PromptedPlanner:
    """Asks a model; where it does not answer, or not usably, the built-in planner plans and the turn says so."""

    def __init__(self, model: Model) -> None:
        self.name = model.name
        self._model = model

    def take(self, number: int, seed: int, first: Plan) -> Take:
        """The plan for which the model was asked, gone differently far."""
        return said_again(self.name, number, first)

    def plan(self, request: PlanRequest) -> Plan | Reply:
        """The plan of one turn, or an answer that changes nothing. Raises Cancelled within a second of being stopped,
        and nothing else.

        A plain "go back" needs no model.
        """
        started = time.perf_counter()
        if _only_goes_back(request.instruction):
            return BuiltinPlanner().plan(request)
        asked = Asked(self.name, version())
        conversation, offered = messages(request), tools(request)
        reason = ""
        for _ in range(TRIES):
            try:
                answer = self._model.answer(conversation, offered, choice(request), request.cancelled)
            except PlannerError as error:
                reason = str(error)
                break
            asked = _counted(asked, answer)
            reading = read(answer.raw, request)
            if reading.meant:
                return replace(reading.meant, raw=answer.raw, asked=_timed(asked, started))
            asked = replace(asked, refused=(*asked.refused, answer.raw))
            if reading.refusal:  # it would refuse again
                reason = f"{self.name} {reading.refusal}"
                break
            reason = f"what {self.name} answered could not be used ({reading.problems[0]})"
            conversation = again(conversation, answer.raw, reading.problems)
        instead = BuiltinPlanner().plan(request)
        did = "answered" if isinstance(instead, Reply) else "planned this turn"
        notice = f"The built-in planner {did}: {reason}."
        asked = replace(_timed(asked, started), fell_back=reason)
        return replace(instead, notes=(notice, *instead.notes), asked=asked)


def _only_goes_back(instruction: str) -> bool:
    intent = understand(instruction)
    steps = intent.undo or [each.kind for each in intent.references] == ["redo"]
    return bool(steps) and not (intent.wishes or intent.commands or intent.unknown)


def _counted(asked: Asked, answer: ModelAnswer) -> Asked:
    prices = [price for price in (asked.price_usd, answer.price_usd) if price is not None]
    return replace(
        asked,
        answers=asked.answers + 1,
        input_tokens=asked.input_tokens + answer.input_tokens,
        cached_tokens=asked.cached_tokens + answer.cached_tokens,
        output_tokens=asked.output_tokens + answer.output_tokens,
        price_usd=sum(prices) if prices else None,
    )


def _timed(asked: Asked, started: float) -> Asked:
    return replace(asked, seconds=round(time.perf_counter() - started, 3))
