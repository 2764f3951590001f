"""What a person does with a part of the page, read from what the browser says of it: anything may come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, TypeVar, get_args, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError

from instructfx.audio.naming import one_line
from instructfx.engine.edits import named
from instructfx.errors import InstructionError
from instructfx.sessions.feedback import blind_answers
from instructfx.studio.page.event_types import PartEvent, PreviewAsk
from instructfx.studio.workers.messages import Compared
from instructfx.studio.workers.orders import Edit, GoTo, ListenFrom, Order, Scale

if TYPE_CHECKING:
    from instructfx.store import Store
    from instructfx.studio.visits.visits import Visit

Read = TypeVar("Read")

EVENTS: TypeAdapter[PartEvent] = TypeAdapter(Annotated[PartEvent, Field(discriminator="do")])
PREVIEWS: TypeAdapter[PreviewAsk] = TypeAdapter(PreviewAsk)
DOES = tuple(get_args(get_type_hints(each)["do"])[0] for each in get_args(PartEvent))
"""All that a person can do with a part."""
LONGEST_LINE = 300  # characters; names in it may be anybody's
BOTH_OR_NEITHER = "a preview takes a chain, or a share of the last turn"


def read(said: object) -> PartEvent:
    """An event from a browser's message; InstructionError, one line, for anything else."""
    if not isinstance(said, dict) or said.get("do") not in DOES:
        raise InstructionError(f"the page asked for something other than {', '.join(DOES)}; load it again")
    return _valid(EVENTS, said)


def read_preview(said: object) -> PreviewAsk:
    """What is to be previewed, either a chain or a share; InstructionError, one line, for anything else."""
    asked = _valid(PREVIEWS, said)
    if len(asked) != 1:
        raise InstructionError(BOTH_OR_NEITHER)
    return asked


def _valid(adapter: TypeAdapter[Read], said: object) -> Read:
    try:
        return adapter.validate_python(said, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place, wrong = ", ".join(str(each) for each in first["loc"]), first["msg"].removeprefix("Input ")
        line = one_line(f"the page sent what cannot be read ({place or 'all of it'}: {wrong}")
        raise InstructionError(f"{line[:LONGEST_LINE]}); load it again") from None


def order_of(event: PartEvent) -> Order | None:
    """What a worker is to do, of which a turn or another excerpt comes; None where it needs no worker."""
    if event["do"] == "edit":
        return Edit(event["chain"])
    if event["do"] == "amount":
        return Scale(event["share"])
    if event["do"] == "go":
        return GoTo(event["turn"])
    if event["do"] == "excerpt":
        return ListenFrom(event["start"])
    return None


async def noted(event: PartEvent, visit: Visit, store: Store) -> None:
    """Carry out what needs no worker. StoreError for a turn that the visit's session does not have."""
    session = visit.session
    if event["do"] == "refresh":
        return
    if event["do"] == "pick":
        visit.picked = session.turn(event["turn"]).id if event["turn"] else None
    elif event["do"] == "pin":
        pinned = session.turn(event["turn"]).id if event["turn"] else None
        if session.reference:
            await asyncio.to_thread(store.hold_against, session.id, None)
            visit.let_go()
        visit.pinned = pinned
    elif event["do"] == "compare":
        pair = Compared(event["a"], event["b"])
        _check_turns(visit, pair.a, pair.b)
        visit.compared = pair
    elif event["do"] == "close-compare":
        visit.compared = None
    elif event["do"] == "name":
        _check_turns(visit, event["turn"])
        await asyncio.to_thread(store.name_turn, event["turn"], named(event["name"]))
        visit.names = await asyncio.to_thread(store.names, session.id)
    elif event["do"] == "answer":
        _check_turns(visit, *event["heard"])
        for answer in blind_answers(event["heard"], event["best"]):
            await asyncio.to_thread(store.add_answer, answer)
    visit.changed()


def _check_turns(visit: Visit, *turn_ids: str | None) -> None:
    for turn_id in turn_ids:
        if turn_id:
            visit.session.turn(turn_id)
