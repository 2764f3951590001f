"""Tool calls, one by one, into a plan in the making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from instructfx.effects import Effect, effect_named
from instructfx.errors import SettingsError
from instructfx.planners import PlanRequest
from instructfx.planners.answers import Call
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Move, SpeechAct
from instructfx.planners.replies import locked
from instructfx.planners.tool_names import VERBS, meant
from instructfx.planners.tools import ANOTHER, ANSWER, ASK_BACK, BACK, GOAL, GOAL_NAMES
from instructfx.planners.values import Unusable, boolean, given_value, number, text

PLACES = ("before", "after")
BESIDE = ("bypassed", *PLACES)
"""What a call for an effect may say beside its settings."""
TALK: Mapping[str, SpeechAct] = {ANSWER: "question", ASK_BACK: "unclear"}
"""Tools that change nothing, and what the words were that called for them."""
TALKED = ("text", "question", "answer", "reply")
"""Names under which models put what they say."""


@dataclass
class PlanDraft:
    """A plan in the making: moves by slot id, in the order of the calls; act and told are of an answer."""

    request: PlanRequest
    moves: dict[str, Move] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    bypass: list[str] = field(default_factory=list)
    enable: list[str] = field(default_factory=list)
    goal: dict[str, Any] = field(default_factory=dict)
    described: bool = False
    undo: int = 0
    act: SpeechAct | None = None
    told: str = ""
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def deeds(self) -> bool:
        """Whether the chain is to change."""
        return bool(self.moves or self.remove or self.bypass or self.enable)

    def has(self, slot_id: str) -> bool:
        return slot_id in self.request.chain.ids

    def slot_of(self, effect: str) -> str:
        """The slot of an effect that was spoken of last, else one that this answer adds, else the next id."""
        there = [slot.id for slot in self.request.chain.of_effect(effect)]
        added = [slot_id for slot_id, move in self.moves.items() if move.effect == effect and not self.has(slot_id)]
        lately = [slot_id for slot_id in self.request.lately if slot_id in there]
        return next(iter((*lately, *added)), "") or self.request.new_id(effect, self.moves)

    def known(self, name: str) -> str:
        """The slot that a name means, an id or an effect's; empty where it means none."""
        if self.has(name) or name in self.moves:
            return name
        try:
            return self.slot_of(effect_named(name).name) if name else ""
        except SettingsError:
            return ""

    def called(self, slot_id: str) -> str:
        """A slot of the chain as a sentence begins with it."""
        text = Voice().called(self.request.chain, slot_id)
        return f"{text[0].upper()}{text[1:]}"


def take(call: Call, draft: PlanDraft) -> None:
    """Put one call into the plan; Unusable says what would be legal."""
    verb, _, name = call.tool.partition("_")
    if call.trouble:
        raise Unusable(call.trouble)
    if call.tool == GOAL:
        draft.goal |= _known(call.arguments, GOAL_NAMES, "The goal", draft)
        draft.described = True
    elif call.tool in TALK:
        draft.act = TALK[call.tool]
        draft.told = next((said for name in TALKED if (said := text(call.arguments.get(name)))), draft.told)
        if not draft.told:
            raise Unusable(f"its {TALKED[draft.act == 'unclear']} must be what the person is told")
    elif call.tool == BACK and draft.request.earlier:
        turns = number(_known(call.arguments, ("turns",), "Going back", draft).get("turns", 1), "turns")
        draft.undo = max(1, min(int(turns or 1), len(draft.request.earlier)))
    elif call.tool == ANOTHER:
        _another(call.arguments, draft)
    elif verb in VERBS:
        _touch(verb, name, call.arguments, draft)
    else:
        raise Unusable("there is no such tool; call only those that are offered")


def _effect(name: str) -> Effect:
    try:
        return effect_named(name)
    except SettingsError as error:
        raise Unusable(str(error)) from error


def _known(given: Mapping[str, Any], legal: Sequence[str], what: str, draft: PlanDraft) -> dict[str, Any]:
    """What was given by its legal names, whatever their spelling. What has none of them is left out and noted; where
    nothing has, the call says something else than it seems, and Unusable tells what would be legal."""
    known, unknown = meant(given, legal)
    named = ", ".join(text(name) for name in unknown[:3])
    if unknown and legal and not known:
        raise Unusable(f"it takes no {named}; it takes {', '.join(legal)}")
    if unknown:
        draft.notes.append(f"{what} has no {named}; that was left out.")
    return known


def _another(given: Mapping[str, Any], draft: PlanDraft) -> None:
    """One more slot of an effect, with its settings in an object of their own or beside it."""
    own, beside = meant(given, ("effect", "settings"))
    effect = _effect(text(own.get("effect")))
    inner = own.get("settings") or {}
    if not isinstance(inner, dict):
        raise Unusable("settings must be an object of numbers")
    slot_id = draft.request.new_id(effect.name, draft.moves)
    draft.moves[slot_id] = Move(effect.name, slot=slot_id)
    _set(slot_id, effect, {**{name: given[name] for name in beside}, **inner}, draft)


def _touch(verb: str, name: str, given: Mapping[str, Any], draft: PlanDraft) -> None:
    """A call by the id of a slot, or by the name of an effect, which means its slot that was spoken of last."""
    slot = draft.request.chain.find(name) if verb != "add" else None
    effect = slot.effect if slot else _effect(draft.moves[name].effect if name in draft.moves else name)
    slot_id = name if slot or name in draft.moves else draft.slot_of(effect.name)
    present = draft.has(slot_id)
    if present and draft.request.chain.slot(slot_id).wholly_locked:
        draft.notes.append(locked(draft.request.chain, slot_id))
        return
    if verb == "remove":
        _known(given, (), "Taking out", draft)
        if present:
            draft.remove += [slot_id] if slot_id not in draft.remove else []
        else:
            draft.notes.append(f"There is no {Voice().effect(effect.name)} in the chain to remove.")
        return
    if verb == "add" and present:
        draft.notes.append(f"{draft.called(slot_id)} was in the chain already, so it was adjusted.")
    elif verb == "adjust" and not present and slot_id not in draft.moves:
        draft.notes.append(f"There was no {Voice().effect(effect.name)} in the chain to adjust, so it was added.")
    elif slot_id in draft.moves:
        what = draft.called(slot_id) if present else f"The {Voice().effect(effect.name)}"
        draft.notes.append(f"{what} was called twice; the calls were joined.")
    _set(slot_id, effect, given, draft)


def _set(slot_id: str, effect: Effect, given: Mapping[str, Any], draft: PlanDraft) -> None:
    """Put settings, bypass and place of a call into the plan."""
    given = _known(given, (*(param.name for param in effect.params), *BESIDE), effect.label, draft)
    settings = _settings(slot_id, effect, given, draft)
    bypassed = boolean(given.get("bypassed"))
    if draft.has(slot_id) and bypassed is not None:
        (draft.bypass if bypassed else draft.enable).append(slot_id)
        if not settings:
            return
    old = draft.moves.get(slot_id, Move(effect.name, slot=slot_id))
    before, after = (_neighbour(text(given.get(side)), draft) for side in PLACES)
    draft.moves[slot_id] = replace(
        old, settings={**old.settings, **settings}, before=before or old.before, after=after or old.after
    )


def _settings(slot_id: str, effect: Effect, given: Mapping[str, Any], draft: PlanDraft) -> dict[str, float]:
    known = {param.name: param for param in effect.params}
    held = draft.request.chain.slot(slot_id).locked if draft.has(slot_id) else frozenset()
    settings = {}
    for name, param in known.items():
        value = given_value(param, given.get(name))
        if value is None:
            continue
        if name in held:
            what = draft.called(slot_id)
            draft.notes.append(f"{name} of {what[0].lower()}{what[1:]} is locked and stays.")
            continue
        settings[name] = param.clamp(value)
        if settings[name] != value:
            draft.notes.append(f"{name} {value:g} is beyond {param.range_text()}; {settings[name]:g} was taken.")
    return settings


def _neighbour(name: str, draft: PlanDraft) -> str:
    """The slot that a new one stands next to; empty where there is none of that name, so that it goes to the end."""
    slot_id = draft.known(name)
    return slot_id if draft.has(slot_id) or slot_id in draft.moves else ""
