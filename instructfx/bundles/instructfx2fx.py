"""Sessions of InstructFX2FX, read as ours: its `session.json`, with names and units mapped and the rest listed.

It knows seven effects: an equaliser and a reverb on dasp-pytorch, five on pedalboard. Each entry of its history holds
the prompt, the order of the effects and the settings of each; times are in seconds. Settings are taken at their word.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from instructfx.audio.track import inspect
from instructfx.bundles.document import parsed
from instructfx.bundles.format import MOST_JSON_BYTES, fingerprint
from instructfx.bundles.reading import Imported
from instructfx.chain import Chain, Slot
from instructfx.effects import effect_named
from instructfx.engine.turn import LONGEST_INSTRUCTION, Measured, Outcome, unrefined, with_outcome
from instructfx.errors import StoreError
from instructfx.planners.plan import Move, Plan
from instructfx.planners.router import route
from instructfx.sessions import Provenance, Session, new_session_id
from instructfx.store import Store, dry_of

ELSEWHERE = Measured(Provenance(planner="instructfx2fx", ear="", seed=0))
MOST_TURNS = 1000
LONGEST_NAME = 60


@dataclass(frozen=True)
class Counterpart:
    """One of our effects, and which of its settings stands for which of theirs: name -> (our name, factor).

    fixed holds settings that their engine always has and never stores.
    """

    effect: str
    settings: Mapping[str, tuple[str, float]]
    fixed: Mapping[str, float] = field(default_factory=dict)


@lru_cache(maxsize=1)
def counterparts() -> Mapping[str, Counterpart]:
    """Their effect -> ours, from `instructfx2fx.toml`."""
    text = resources.files("instructfx.bundles").joinpath("instructfx2fx.toml").read_text(encoding="utf-8")
    return {
        theirs: Counterpart(
            given["effect"],
            {name: (ours, given.get("factors", {}).get(name, 1.0)) for name, ours in given["settings"].items()},
            given.get("fixed", {}),
        )
        for theirs, given in tomllib.loads(text).items()
    }


def import_instructfx2fx(path: Path, track_path: Path, store: Store) -> Imported:
    """Put a session of InstructFX2FX on a track into a store, one turn for each entry of its history.

    The notes say what was clamped and what has no counterpart. Raises StoreError or AudioError for the first thing
    that is wrong; then nothing is stored.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_JSON_BYTES + 1)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}. Give the path of a session.json.") from error
    if len(data) > MOST_JSON_BYTES:
        raise StoreError(f"{path.name} is larger than {MOST_JSON_BYTES / 1e6:.0f} MB; no session of InstructFX2FX is")
    entries = entries_of(parsed(data, path.name), path.name)
    track = inspect(track_path)
    origin = f"InstructFX2FX session {fingerprint(data)} on {track.name}"
    session = Session(new_session_id(), dry_of(track), origin=origin)
    for place, entry in enumerate(entries, start=1):
        session = with_outcome(session, _outcome(entry, session, f"{path.name}: turn {place}"), ELSEWHERE)
    stored, _ = store.put(session, track)
    notes = [f"turn {turn.index}: {note}" for turn in session.turns for note in turn.notes]
    return Imported(stored, tuple(notes))


def entries_of(document: Any, name: str) -> Sequence[Any]:
    """What a `session.json` tells of its turns; StoreError where it tells nothing."""
    if not isinstance(document, dict) or not isinstance(document.get("history"), list):
        raise StoreError(f"{name} is not a session of InstructFX2FX: it has no list under the key history")
    entries = list(document["history"])
    if not entries and document.get("current_params"):
        entries.append({"prompt": "", "params": document["current_params"]})
    if len(entries) > MOST_TURNS:
        raise StoreError(f"{name} holds {len(entries)} turns; up to {MOST_TURNS} are read")
    return entries


def _outcome(entry: Any, session: Session, place: str) -> Outcome:
    if not isinstance(entry, dict) or not isinstance(entry.get("prompt", ""), str):
        raise StoreError(f"{place} must be an object with the keys prompt, fx_chain and params")
    prompt = " ".join(entry.get("prompt", "").split())
    if len(prompt) > LONGEST_INSTRUCTION:
        raise StoreError(f"{place} has a prompt of {len(prompt)} characters; up to {LONGEST_INSTRUCTION} are read")
    chain, notes = chain_of(entry, place)
    plan = _plan(session.chain, chain, notes)
    return Outcome(
        kind="said" if prompt else "edited",
        instruction=prompt,
        parent=session.current,
        plan=plan,
        refined=unrefined(chain),
        route=route(session.chain, plan)[0],
    )


def chain_of(entry: Mapping[str, Any], place: str) -> tuple[Chain, tuple[str, ...]]:
    """The chain after an entry of the history, and what there is to say about it. StoreError for what is malformed."""
    params = entry.get("params", {})
    order = entry.get("fx_chain", list(params) if isinstance(params, dict) else [])
    if not isinstance(params, dict) or not isinstance(order, list) or not all(isinstance(fx, str) for fx in order):
        raise StoreError(f"{place}: params must be an object, and fx_chain a list of names of effects")
    slots: list[Slot] = []
    notes: list[str] = []
    for fx in dict.fromkeys(order):
        if fx not in counterparts():
            notes.append(f"{_shown(fx)} has no counterpart here and was left out")
        elif fx not in params:
            notes.append(f"{fx} is in the chain but has no settings, so it was never heard; it was left out")
        else:
            slots.append(_slot(fx, params[fx], place, notes))
    unused = [fx for fx in params if fx not in order]
    notes += [f"{_shown(fx)} has settings but is not in the chain; it was left out" for fx in unused]
    return Chain(tuple(slots)), tuple(notes)


def _slot(fx: str, given: Any, place: str, notes: list[str]) -> Slot:
    if not isinstance(given, dict):
        raise StoreError(f"{place}: the settings of {fx} must be an object of names and numbers")
    counterpart = counterparts()[fx]
    effect = effect_named(counterpart.effect)
    settings = dict(counterpart.fixed)
    strange: list[str] = []
    for name, value in given.items():
        if name not in counterpart.settings:
            strange.append(name)
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise StoreError(f"{place}: {name} of {fx} must be a number, not {ascii(value)[:40]}")
        ours, factor = counterpart.settings[name]
        param = effect.param(ours)
        if not math.isfinite(value * factor):
            raise StoreError(f"{place}: {name} of {fx} must be a finite number, not {value:g}")
        settings[ours] = param.clamp(value * factor)
        if settings[ours] != value * factor:
            wanted = f"{value * factor:g} {param.unit}".strip()
            notes.append(f"{effect.name} {ours} {wanted} is beyond {param.range_text()}; {settings[ours]:g} was taken")
    if strange:
        notes.append(f"{fx}: {_listed(strange)} {'have' if len(strange) > 1 else 'has'} no counterpart here")
    return Slot(effect, settings)


def _plan(before: Chain, after: Chain, notes: tuple[str, ...]) -> Plan:
    moves = [Move(slot.effect.name, dict(slot.settings), slot=slot.id) for slot in after.slots]
    return Plan(
        add=tuple(move for move in moves if move.slot not in before.ids),
        adjust=tuple(move for move in moves if move.slot in before.ids),
        remove=tuple(slot_id for slot_id in before.ids if slot_id not in after.ids),
        notes=notes,
    )


def _listed(names: Iterable[str]) -> str:
    shown = [_shown(name) for name in names]
    rest = f" and {len(shown) - 40} more" if len(shown) > 40 else ""
    return ", ".join(shown[:40]) + rest


def _shown(name: str) -> str:
    """A name that a stranger chose, fit for a screen."""
    return "".join(each if each.isprintable() and each not in "<>" else "?" for each in name[:LONGEST_NAME])
