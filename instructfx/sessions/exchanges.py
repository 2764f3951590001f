"""Words of a conversation that changed nothing, and what was answered: no turns, so that nothing goes back to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from instructfx.errors import InstructFXError, StoreError
from instructfx.planners.failures import without_sign_in
from instructfx.planners.plan import Asked, SpeechAct


@dataclass(frozen=True)
class Exchange:
    """A question, thanks, a refusal, or what was not understood; act says which, reply what the person was told.

    after_id is the turn that played, None for the dry track; turns is how many the session had, which gives its place
    in the conversation. planner is who answered; raw its answer word for word, asked what asking a language model
    took, None where none was. said_at is in UTC.
    """

    id: str
    after_id: str | None
    turns: int
    instruction: str
    act: SpeechAct
    reply: str
    notes: tuple[str, ...] = ()
    planner: str = ""
    asked: Asked | None = None
    raw: str = ""
    seconds: float = 0.0
    said_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def answered_by(self) -> str:
        """Who answered, for people: "builtin", or a model with its tokens, price and seconds."""
        if self.asked is None:
            return self.planner
        return f"builtin instead of {self.asked.to_text()}" if self.asked.fell_back else self.asked.to_text()

    def to_json(self) -> str:
        """All of it as a JSON object; `exchange_from_json` reads it back."""
        text: str = _exchange_adapter().dump_json(self).decode()
        return text


def exchange_from_json(text: str) -> Exchange:
    """What `Exchange.to_json` wrote, without passwords of addresses; StoreError for anything else."""
    try:
        exchange: Exchange = _exchange_adapter().validate_json(without_sign_in(text))
    except (ValueError, InstructFXError) as error:
        raise StoreError(f"a stored exchange cannot be read: {error}") from error
    return exchange


@lru_cache(maxsize=1)
def _exchange_adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Exchange)


def readable_exchange(exchange: Exchange) -> Mapping[str, Any]:
    """An exchange as the command line and programs are told of it: one flat JSON object."""
    return {
        "act": exchange.act,
        "instruction": exchange.instruction,
        "reply": exchange.reply,
        "notes": list(exchange.notes),
        "planner": exchange.planner,
        "asked": asdict(exchange.asked) if exchange.asked else None,
        "seconds": exchange.seconds,
    }
