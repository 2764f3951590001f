"""What a language model is to a planner: something that answers messages, and may call tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from instructfx.planners.prompt import Choice, Message
from instructfx.planners.tools import Tool


@dataclass(frozen=True)
class ModelAnswer:
    """raw is the model's message as JSON, word for word; price_usd is None where no price is known."""

    raw: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    price_usd: float | None = None


class Model(Protocol):
    """Answers."""

    @property
    def name(self) -> str:
        """What records call it."""

    def answer(
        self, messages: Sequence[Message], tools: Sequence[Tool], choice: Choice, cancelled: Callable[[], bool]
    ) -> ModelAnswer:
        """One answer. Raises PlannerError where there is none, Cancelled within a second of being stopped."""
