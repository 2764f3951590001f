"""A model that was recorded: it says again, word for word, what it said once. No network.

A recording is a JSON list with one entry for each answer, in their order: a message of OpenAI's chat completions, its
JSON as text, plain text, or a list of calls such as `[{"name": "add_reverb", "arguments": {"mix": 0.3}}]`. `null` is a
model that did not answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from instructfx.errors import InstructionError, PlannerError
from instructfx.planners import PlanRequest, Take
from instructfx.planners.answers import said
from instructfx.planners.model import ModelAnswer
from instructfx.planners.plan import Plan
from instructfx.planners.prompt import Choice, Message
from instructfx.planners.tools import Tool

LONGEST_FILE_BYTES = 50_000_000
SIZES = (1.0, 0.6, 1.6, 0.8, 1.3)
"""Of the steps of the takes of one plan, in their order: plain, gentler, stronger, and what lies between."""
LEGAL = "a recording is a JSON list with one answer for each time that a model was asked"


class RecordedModel:
    """Plays answers in their order; None stands for a model that did not answer."""

    def __init__(self, answers: Sequence[str | None], name: str = "recorded") -> None:
        self.name = name
        self._answers = tuple(answers)
        self._played = 0

    def answer(
        self, messages: Sequence[Message], tools: Sequence[Tool], choice: Choice, cancelled: Callable[[], bool]
    ) -> ModelAnswer:
        """The next answer, whatever is asked; PlannerError after the last one."""
        if self._played == len(self._answers):
            raise PlannerError(f"the recording has no more than {self._played} answers")
        answer = self._answers[self._played]
        self._played += 1
        if answer is None:
            raise PlannerError("the recorded model did not answer")
        return ModelAnswer(answer)


@dataclass
class Planned:
    """A planner that says again what was planned, under the name of whoever planned it."""

    name: str
    stored: Plan

    def plan(self, request: PlanRequest) -> Plan:
        """The plan, whatever is asked."""
        return self.stored

    def take(self, number: int, seed: int, first: Plan) -> Take:
        """The first plan, gone differently far."""
        return said_again(self.name, number, first)


def said_again(name: str, number: int, first: Plan) -> Take:
    """A take by whoever is asked once for all of them: the first plan under the same name, larger or smaller."""
    return Take(Planned(name, first), SIZES[number % len(SIZES)])


def recording(path: Path) -> RecordedModel:
    """The model in a file. Raises InstructionError where it cannot be read as a recording."""
    try:
        if path.stat().st_size > LONGEST_FILE_BYTES:
            raise InstructionError(f"{path.name} is larger than {LONGEST_FILE_BYTES / 1e6:.0f} MB; {LEGAL}")
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InstructionError(f"cannot read the recording {path.name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InstructionError(f"{path.name} is no JSON; {LEGAL}") from error
    if not isinstance(entries, list):
        raise InstructionError(f"{path.name} holds no list; {LEGAL}")
    return RecordedModel([_entry(entry) for entry in entries], f"recorded:{path.name}")


def recorded(plans: Iterable[Plan]) -> RecordedModel:
    """The model that made these plans, as their turns recorded it. Raises PlannerError where none was asked."""
    answers: list[str | None] = []
    name = ""
    for plan in plans:
        if plan.asked is None:  # a plain "go back", which needs no model
            continue
        name = plan.asked.model
        answers += plan.asked.refused
        if not plan.asked.fell_back:
            answers.append(plan.raw)
        elif len(plan.asked.refused) < 2 and not any(said(raw).refusal for raw in plan.asked.refused[-1:]):
            # It did not answer, at once or when asked again.
            answers.append(None)
    if not name:
        raise PlannerError("no language model was asked for this session; replay it with --planner builtin")
    return RecordedModel(answers, name)


def _entry(entry: object) -> str | None:
    return entry if entry is None or isinstance(entry, str) else json.dumps(entry, ensure_ascii=False)
