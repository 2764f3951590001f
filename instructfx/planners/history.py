"""Steps through the history that words ask for: "back to before the reverb", "turn 3 was better", "redo"."""

from __future__ import annotations

from typing import Final

from instructfx.chain import Chain
from instructfx.language import Intent, lexicon, understand, understand_alone
from instructfx.language.intent_types import Reference
from instructfx.language.normal_form import normal_form
from instructfx.planners import PastTurn, PlanRequest
from instructfx.planners.corrections import asked_by

BRINGING: Final = frozenset(("bring", "put", "get", "give"))
THAT: Final = frozenset(("that", "this", "it", "eso", "esto"))


def turns_of(steps: int, request: PlanRequest) -> int:
    """How many turns so many steps back take: changes by hand in a row are one, as a lock and what it was put on."""
    starts = [place for place, turn in enumerate(request.earlier) if not turn.joins]
    return len(request.earlier) - (starts[-steps] if steps < len(starts) else 0) if steps > 0 else 0


def turns_back(reference: Reference, request: PlanRequest) -> int | None:
    """How many turns to take back for "before the reverb", "after the warm one", "two changes ago" and "the first
    version"; None where what is spoken of cannot be found. Before an effect is before the turn since which it has been
    there; where amount is negative, and where it is not there, before the last turn that was about it. Before a quality
    is before the first wish for it, after it after the last."""
    count = len(request.earlier)
    if reference.kind == "ago":
        return turns_of(int(reference.amount), request)
    if reference.kind == "version":
        return count - int(reference.amount) if 0 <= reference.amount <= count else None
    spoken = understand_alone(f"more {reference.words}")
    effects = {command.effect for command in spoken.commands if command.effect}
    families = {family for wish in spoken.wishes for family in wish.families}
    put_in = _put_in(effects, request) if reference.kind == "before" and reference.amount > 0 else 0
    if put_in:
        return put_in
    places = [place for place in range(count) if _about(place, effects, families, request)]
    places = places or _in_these_words(reference.words, request)
    if not places:
        return None
    if reference.kind == "after":
        return count - 1 - places[-1]
    return count - (places[0] if families and reference.amount > 0 else places[-1])


def turn_numbered(number: int, request: PlanRequest) -> PastTurn | None:
    """The turn of that number in the history, on the path or not; None where there is none."""
    return next((turn for turn in (*request.earlier, *request.others) if turn.index == number), None)


def undoes_the_step(intent: Intent, request: PlanRequest) -> bool:
    """Whether what was taken back is wanted again: "bring it back" after a step through the history, and "undo that"
    after one that said where it leads, as "back to before the reverb" does."""
    words = {token.key for token in normal_form(request.instruction)}
    if intent.undo != 1 or not request.left or not words & THAT:
        return False
    return bool(words & BRINGING) or bool(understand(request.stepped).references)


def _put_in(effects: set[str], request: PlanRequest) -> int:
    """How many turns back what plays now had no slot of these effects that has been there since; 0 where none is."""
    there = [slot.id for slot in request.chain.slots if slot.effect.name in effects]
    count = 0
    for turn in reversed(request.earlier):
        if not any(slot_id in turn.chain.ids for slot_id in there):
            break
        count += 1
    return count if there else 0


def _in_these_words(words: str, request: PlanRequest) -> list[int]:
    """The turns of the path of which every word that carries meaning was said, in whatever form: "scooped the mids"."""
    meant = stems_of(words)
    return [place for place, turn in enumerate(request.earlier) if meant and meant <= stems_of(turn.instruction)]


def stems_of(words: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(_stem(token.key) for token in normal_form(words) if token.key not in lexicon().ignored)


def _stem(key: str) -> str:
    """What the forms of an English word share: "scoop" of "scooped"."""
    ending = next((each for each in ("ing", "ed", "s") if key.endswith(each) and len(key) > len(each) + 2), "")
    return key.removesuffix(ending)


def _about(place: int, effects: set[str], families: set[str], request: PlanRequest) -> bool:
    """Whether a turn of the path put one of these effects in, named it, or wished for one of these qualities."""
    turn = request.earlier[place]
    before = request.earlier[place - 1].chain if place else Chain()
    asked = asked_by(turn)
    came = set(turn.chain.names) - set(before.names)
    named = {command.effect for command in asked.commands if command.effect}
    wished = {family for wish in asked.wishes for family in wish.families}
    return bool(effects & (came | named) or families & wished)
