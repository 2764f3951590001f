"""JSON from strangers: read in bounds, held against the schema, and only then believed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from instructfx.bundles.format import EARLIER, FORMAT, MOST_MEMORY_BYTES, VERSION, Bundle, bundle_adapter, memory_bytes
from instructfx.bundles.schema import ID, LONGEST_ANSWER, LONGEST_NAME, NAME, bundle_schema
from instructfx.effects import EFFECTS
from instructfx.errors import InstructFXError, StoreError
from instructfx.planners.failures import without_sign_in
from instructfx.sessions.older import turn_of_0004

DEEPEST = 24
LONGEST_NUMBER = 40  # characters
LONGEST_REASON = 200
SLOT_KEYS = {"id", "effect", "settings", "bypassed", "locked"}
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def parsed(data: bytes, name: str) -> Any:
    """The value of a JSON text; StoreError for what is none, or is made to be too much."""
    if memory_bytes(data) > MOST_MEMORY_BYTES:
        raise StoreError(
            f"{name} would take more than {MOST_MEMORY_BYTES / 1e6:.0f} MB of memory; a session is smaller, at the "
            "latest when it is exported with --no-steps"
        )
    try:
        value = json.loads(
            without_sign_in(data.decode("utf-8")), parse_float=_float, parse_int=_int, parse_constant=_constant
        )
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else _short(str(error))
        raise StoreError(f"{name} is not JSON that can be read: {reason}") from error
    _check_depth_and_text(value, name)
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or len(text) > LONGEST_NUMBER:
        raise ValueError(f"{text[:20]} is too large or too long a number")
    return value


def _int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _constant(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def _check_depth_and_text(value: Any, name: str) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for each in level:
            if isinstance(each, str):
                if len(each) > LONGEST_ANSWER:
                    told = f"{len(each)} characters; none is longer than {LONGEST_ANSWER}"
                    raise StoreError(f"{name} holds a text of {told}")
                if UNSPEAKABLE.search(each):
                    raise StoreError(f"{name} holds control characters in its texts; it was not made by InstructFX")
            elif isinstance(each, dict):
                below.extend(each)
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        level = below
        if not level:
            return
    raise StoreError(f"{name} is nested more than {DEEPEST} deep; no session is")


def speakable(value: Any) -> Any:
    """The same value with control characters in texts replaced, so that `parsed` takes it."""
    if isinstance(value, str):
        return UNSPEAKABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        return {key: speakable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [speakable(inner) for inner in value]
    return value


def believed(document: Any, name: str) -> Bundle:
    """The bundle that a document describes; StoreError for the first thing that is wrong with it."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise StoreError(f"{name} is not a session of InstructFX: its format must be {FORMAT!r}")
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise StoreError(f"{name} is of version {version}; this InstructFX reads {VERSION}. Install a newer one.")
    if "version" in document and (isinstance(version, bool) or version not in (*EARLIER, VERSION)):
        raise StoreError(f"{name} is of version {_short(ascii(version))}; there are {EARLIER[0]} to {VERSION}")
    document = _as_of_today(document)
    _check_schema(document, name)
    try:
        bundle: Bundle = bundle_adapter().validate_python(document)
    except (ValueError, InstructFXError) as error:
        raise StoreError(f"{name} cannot be used: {_short(str(error))}") from error
    _check_turns(bundle, name)
    return bundle


def _as_of_today(document: dict[str, Any]) -> dict[str, Any]:
    """A document of an earlier version as one of this version; what is not as it should be stays so."""
    session = document.get("session")
    if document.get("version") not in EARLIER or not isinstance(session, dict):
        return document
    turns = session.get("turns")
    if isinstance(turns, list) and document["version"] < 3:
        session = {**session, "turns": [turn_of_0004(turn) if isinstance(turn, dict) else turn for turn in turns]}
    return {**document, "version": VERSION, "session": session}


# The schema


def _check_schema(document: dict[str, Any], name: str) -> None:
    """All by jsonschema but the trajectories, which take it a thousandth of a second for each effect of each step."""
    trajectories: list[tuple[str, Any]] = []
    for error in _validator().iter_errors(_without_steps(document, trajectories)):
        raise StoreError(f"{name} is not as the format says: {_error_text(error)}")
    for place, steps in trajectories:
        problem = next(problems_of_steps(steps), None)
        if problem:
            raise StoreError(f"{name} is not as the format says: {place}{problem}")


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(bundle_schema())


def _without_steps(document: dict[str, Any], found: list[tuple[str, Any]]) -> dict[str, Any]:
    session = document.get("session")
    if not isinstance(session, dict) or not isinstance(session.get("turns"), list):
        return document
    turns = []
    for index, turn in enumerate(session["turns"]):
        refined = turn.get("refined") if isinstance(turn, dict) else None
        if isinstance(refined, dict) and "steps" in refined:
            found.append((f"session.turns[{index}].refined.steps", refined["steps"]))
            turns.append({**turn, "refined": {**refined, "steps": []}})
        else:
            turns.append(turn)
    return {**document, "session": {**session, "turns": turns}}


def problems_of_steps(steps: Any) -> Iterator[str]:
    """What the schema would say of a trajectory, each with its place; nothing where all is well."""
    most = bundle_schema()["$defs"]["Refined"]["properties"]["steps"]["maxItems"]
    if not isinstance(steps, list) or len(steps) > most:
        yield f": must be a list of at most {most} steps"
        return
    for index, step in enumerate(steps):
        place = f"[{index}]"
        if not isinstance(step, dict) or set(step) != {"iteration", "chain", "loss"}:
            yield f"{place}: must have the keys iteration, chain and loss"
        elif not _number(step["iteration"], 0, 2**31 - 1) or step["iteration"] != int(step["iteration"]):
            yield f"{place}.iteration: must be a whole number from 0"
        elif not _number(step["loss"], -1e9, 1e9):
            yield f"{place}.loss: must be a number from -1e9 to 1e9"
        elif not isinstance(step["chain"], list):
            yield f"{place}.chain: must be a list"
        else:
            for slot, entry in enumerate(step["chain"]):
                yield from (f"{place}.chain[{slot}]{problem}" for problem in _problems_of_slot(entry))


def _problems_of_slot(slot: Any) -> Iterator[str]:
    if not isinstance(slot, dict) or not {"effect", "settings"} <= set(slot):
        yield ": must have an effect and its settings"
        return
    locked, settings = slot.get("locked", []), slot["settings"]
    if not _is_name(slot["effect"]) or not slot["effect"] or EFFECTS.resolve(slot["effect"]).name != slot["effect"]:
        yield f".effect: must be {NAME['description']}, and no alias"
        return
    effect = EFFECTS.resolve(slot["effect"])
    if set(slot) - SLOT_KEYS or not isinstance(slot.get("bypassed", False), bool):
        yield ": must have effect, settings, and may have id, bypassed (true or false) and locked"
    elif "id" in slot and not (isinstance(slot["id"], str) and re.search(ID["pattern"], slot["id"])):
        yield f".id: must be {ID['description']}"
    elif not isinstance(locked, list) or not all(isinstance(each, str) for each in locked):
        yield ".locked: must be a list of names"
    elif not isinstance(settings, dict):
        yield ".settings: must be an object of names and values"
    elif effect.absent:
        yield from (f".settings: {problem}" for problem in _problems_of_unknown(settings))
    elif not set(settings) <= {param.name for param in effect.params}:
        yield f".settings: {effect.name} has {', '.join(param.name for param in effect.params)}"
    else:
        for param in effect.params:
            if param.name in settings and not param.stores(settings[param.name]):
                yield f".settings.{param.name}: must be {param.legal_text()}"


def _problems_of_unknown(settings: dict[str, Any]) -> Iterator[str]:
    """What is wrong with settings of an effect that is not here."""
    if len(settings) > LONGEST_NAME or not all(map(_is_name, settings)):
        yield f"must have up to {LONGEST_NAME} names, each {NAME['description']}"
    for value in settings.values():
        short = isinstance(value, str) and len(value) <= LONGEST_NAME
        if not (short or isinstance(value, bool) or _number(value, -1e9, 1e9)):
            yield "must be numbers, short texts, true or false"


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME and not re.search(NAME["not"]["pattern"], value)


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _error_text(error: Any) -> str:
    """One line for what jsonschema found: where, and what would be right."""
    while error.context:
        error = next((each for each in error.context if each.validator != "type"), error.context[0])
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    wanted = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    if error.validator in ("not", "pattern", "maxLength") and wanted:
        return f"{_short(place.lstrip('.'))} must be {wanted}"
    return f"{_short(place.lstrip('.')) or 'the whole'}: {_short(error.message)}"


def _short(text: str) -> str:
    line = " ".join(text[: 2 * LONGEST_REASON].split())  # of a text that may be as long as the whole
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
    return shown if len(shown) <= LONGEST_REASON else f"{shown[:LONGEST_REASON]} ..."


# What a schema cannot say


def _check_turns(bundle: Bundle, name: str) -> None:
    session = bundle.session
    known: set[str] = set()
    for place, turn in enumerate(session.turns, start=1):
        if turn.index != place:
            raise StoreError(f"{name} is not in order: turn {place} says that it is turn {turn.index}")
        if turn.id in known:
            raise StoreError(f"{name} has two turns of the id {turn.id}")
        if turn.parent_id is not None and turn.parent_id not in known:
            raise StoreError(f"{name} cannot be used: turn {place} continues a turn that does not come before it")
        if turn.take > place or (turn.share is not None and (turn.kind != "edited" or turn.parent_id is None)):
            raise StoreError(f"{name} cannot be used: turn {place} is a take or an amount of no turn")
        known.add(turn.id)
    _check_exchanges(bundle, name)
    if session.head is None and session.turns:
        raise StoreError(f"{name} does not say which of its turns plays now")
    _check_known(known, [session.head], f"{name} cannot be used: its head is none of its turns")
    spoken = [answer.turn_id for answer in bundle.answers] + [answer.against_id for answer in bundle.answers]
    spoken += [judgement.turn_id for judgement in bundle.judgements]
    spoken += [*bundle.signatures, *bundle.names]
    _check_known(known, spoken, f"{name} cannot be used: it judges a turn that it does not have")
    dry = session.dry
    starts = [session.excerpt_start, *(turn.provenance.excerpt_start for turn in session.turns)]
    for start in (dry.excerpt_start, *(start for start in starts if start is not None)):
        if not 0 <= start < dry.frames:
            raise StoreError(f"{name} cannot be used: its excerpt begins at frame {start} of {dry.frames}")
    held = session.reference
    if held and not held.excerpt_start < held.frames:
        raise StoreError(f"{name} cannot be used: the excerpt of its reference begins behind its end")


def _check_exchanges(bundle: Bundle, name: str) -> None:
    """Each comes after turns that are there, and in its order."""
    session = bundle.session
    order = {turn.id: turn.index for turn in session.turns}
    last = 0
    for each in session.exchanges:
        if not last <= each.turns <= len(session.turns):
            raise StoreError(f"{name} is not in order: something was answered after {each.turns} turns")
        if each.after_id is not None and order.get(each.after_id, each.turns + 1) > each.turns:
            raise StoreError(f"{name} cannot be used: something was answered after a turn that does not come before it")
        last = each.turns
    if len({each.id for each in session.exchanges}) < len(session.exchanges):
        raise StoreError(f"{name} has two exchanges of one id")


def _check_known(known: set[str], named: Sequence[str | None], problem: str) -> None:
    if any(each is not None and each not in known for each in named):
        raise StoreError(problem)
