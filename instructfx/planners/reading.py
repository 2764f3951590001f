"""From tool calls to a plan. Nothing from a model is trusted: what is safe to repair is repaired, the rest told back.

Safe to repair: values out of range, numbers written as text, effects under another name, an effect called twice or by
the verb for one that is (not) there, settings that do not exist, locked settings, a missing goal. Not safe: a tool that
does not exist, arguments that are broken or of another kind, a value that is no number, no effect on the first turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from instructfx.ears.axes import AXES
from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS, Effect, effect_named
from instructfx.errors import SettingsError
from instructfx.language import understand
from instructfx.planners import PlanRequest
from instructfx.planners.answers import Call, ModelMessage, said
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Move, Plan, Thoughts
from instructfx.planners.replies import locked, sentence
from instructfx.planners.target_text import described, wished_before
from instructfx.planners.tools import ANOTHER, BACK, GOAL, MOST_STEPS, TEXTS, THOUGHTS
from instructfx.planners.values import LONG_TEXT, Unusable, boolean, given_value, names, number, text

VERBS = ("add", "adjust", "remove")
PLACES = ("before", "after")
LEAST_STEPS = 0.05  # wishes weaker than this are none


@dataclass(frozen=True)
class PlanReading:
    """The plan that an answer means; none where there are problems, each of which says what would be legal."""

    plan: Plan | None
    problems: tuple[str, ...] = ()


@dataclass
class _PlanDraft:
    """A plan in the making: moves by slot id, in the order of the calls."""

    request: PlanRequest
    moves: dict[str, Move] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    bypass: list[str] = field(default_factory=list)
    enable: list[str] = field(default_factory=list)
    goal: dict[str, Any] = field(default_factory=dict)
    described: bool = False
    undo: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

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


def read(raw: str, request: PlanRequest) -> PlanReading:
    """What an answer means for a request. Never raises, whatever the model said."""
    answer = said(raw)
    draft = _PlanDraft(request)
    for call in answer.calls:
        try:
            _take(call, draft)
        except Unusable as problem:
            draft.problems.append(f"{call.tool[:LONG_TEXT]}: {problem}")
    if answer.broken and not answer.calls:
        draft.problems.append("the JSON breaks off or is not valid: send whole tool calls")
    if not draft.problems:
        _check(answer, draft)
    if draft.problems:
        return PlanReading(None, tuple(draft.problems))
    return PlanReading(_plan(answer, draft))


def _take(call: Call, draft: _PlanDraft) -> None:
    verb, _, name = call.tool.partition("_")
    if call.trouble:
        raise Unusable(call.trouble)
    if call.tool == GOAL:
        draft.goal |= call.arguments
        draft.described = True
    elif call.tool == BACK and draft.request.earlier:
        turns = number(call.arguments.get("turns", 1), "turns")
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


def _another(given: Mapping[str, Any], draft: _PlanDraft) -> None:
    """One more slot of an effect, with its settings in an object of their own or beside it."""
    effect = _effect(text(given.get("effect")))
    inner = given.get("settings") or {}
    if not isinstance(inner, dict):
        raise Unusable("settings must be an object of numbers")
    beside = {name: value for name, value in given.items() if name not in ("effect", "settings")}
    slot_id = draft.request.new_id(effect.name, draft.moves)
    draft.moves[slot_id] = Move(effect.name, slot=slot_id)
    _set(slot_id, effect, {**beside, **inner}, draft)


def _touch(verb: str, name: str, given: Mapping[str, Any], draft: _PlanDraft) -> None:
    """A call by the id of a slot, or by the name of an effect, which means its slot that was spoken of last."""
    slot = draft.request.chain.find(name) if verb != "add" else None
    effect = slot.effect if slot else _effect(draft.moves[name].effect if name in draft.moves else name)
    slot_id = name if slot or name in draft.moves else draft.slot_of(effect.name)
    present = draft.has(slot_id)
    if present and draft.request.chain.slot(slot_id).wholly_locked:
        draft.notes.append(locked(draft.request.chain, slot_id))
        return
    if verb == "remove":
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


def _set(slot_id: str, effect: Effect, given: Mapping[str, Any], draft: _PlanDraft) -> None:
    """Put settings, bypass and place of a call into the plan."""
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


def _settings(slot_id: str, effect: Effect, given: Mapping[str, Any], draft: _PlanDraft) -> dict[str, float]:
    known = {param.name: param for param in effect.params}
    held = draft.request.chain.slot(slot_id).locked if draft.has(slot_id) else frozenset()
    unknown = [name for name in given if name not in known and name not in (*PLACES, "bypassed")]
    if unknown:
        draft.notes.append(f"{effect.label} has no {', '.join(text(name) for name in unknown[:3])}; that was left out.")
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


def _neighbour(name: str, draft: _PlanDraft) -> str:
    """The slot that a new one stands next to; empty where there is none of that name, so that it goes to the end."""
    slot_id = draft.known(name)
    return slot_id if draft.has(slot_id) or slot_id in draft.moves else ""


def _check(answer: ModelMessage, draft: _PlanDraft) -> None:
    deeds = bool(draft.moves or draft.remove or draft.bypass or draft.enable)
    both = [name for name in draft.remove if name in draft.moves]
    if draft.undo and deeds:
        draft.problems.append(f"{BACK} goes alone, without other changes")
    if both:
        draft.problems.append(f"{', '.join(both)}: remove it or adjust it, not both")
    if not draft.request.chain.slots and not draft.request.earlier and not draft.moves:
        tools = ", ".join(f"add_{name}" for name in EFFECTS)
        draft.problems.append(f"no effect was chosen; call at least one of {tools}")
    if not answer.calls and not answer.prose:
        draft.problems.append("the answer is empty")
    try:
        _axes(draft.goal, [])
    except Unusable as problem:
        draft.problems.append(f"{GOAL}: {problem}")


def _plan(answer: ModelMessage, draft: _PlanDraft) -> Plan:
    given, request = draft.goal, draft.request
    thoughts = Thoughts(**{name: text(given.get(name)) for name in THOUGHTS})
    reply = text(given.get("reply")) or text(answer.prose)
    if draft.undo:
        back = reply or f"Back by {draft.undo}."
        return Plan(undo=draft.undo, thoughts=thoughts, reply=back, notes=tuple(draft.notes))
    exact = _exact(names(given.get("exact")), draft)
    moves = [replace(move, pinned=exact.get(each, frozenset())) for each, move in draft.moves.items()]
    plan = Plan(
        add=tuple(move for move in moves if not draft.has(move.slot)),
        adjust=tuple(move for move in moves if draft.has(move.slot)),
        remove=tuple(draft.remove),
        bypass=tuple(dict.fromkeys(draft.bypass)),
        enable=tuple(dict.fromkeys(draft.enable)),
        keep=tuple(slot_id for slot_id in _kept(names(given.get("keep")), draft) if slot_id not in draft.moves),
        goal=_goal(draft),
        thoughts=thoughts,
        notes=tuple(dict.fromkeys(draft.notes)),
    )
    return replace(plan, reply=reply or sentence(plan, request))


def _kept(listed: list[str], draft: _PlanDraft) -> dict[str, None]:
    """The slots of these ids, and all slots of these effects."""
    kept: dict[str, None] = {}
    for name in listed:
        slot = draft.request.chain.find(draft.known(name))
        if slot:
            alike = draft.request.chain.of_effect(slot.effect.name)
            kept |= dict.fromkeys([name] if draft.has(name) and name != slot.effect.name else (s.id for s in alike))
    return kept


def _exact(listed: list[str], draft: _PlanDraft) -> dict[str, frozenset[str]]:
    """Slot id -> the settings for which the person gave a value: "eq_2.low_mid_gain_db", or the setting alone."""
    exact: dict[str, frozenset[str]] = {}
    for each in listed:
        head, _, setting = each.rpartition(".")
        meant = draft.known(head.removeprefix("add_")) if head else ""
        for slot_id, move in draft.moves.items():
            if setting in move.settings and (not head or slot_id == meant):
                exact[slot_id] = exact.get(slot_id, frozenset()) | {setting}
    return exact


def _goal(draft: _PlanDraft) -> Goal:
    """What the model described. Where it named no axes, those that the words themselves mean."""
    given, request = draft.goal, draft.request
    intent = understand(request.instruction)
    target, anchor, negative = (text(given.get(name)) for name in TEXTS)
    axes = _axes(given, draft.notes)
    if not draft.described:
        target = described(intent) or (request.instruction if request.ear_reads else "")
        draft.notes.append("The model described no goal, so the words themselves were taken.")
    if not target and not axes:
        return Goal()  # a mere command: nothing is searched
    axes = axes or {name: value for name, value in intent.axes.items() if name in AXES}
    return Goal(target, anchor or wished_before(request), negative, axes)


def _axes(given: Mapping[str, Any], notes: list[str]) -> dict[str, float]:
    wished = given.get("axes") or {}
    if not isinstance(wished, dict):
        raise Unusable('axes must be an object of numbers, such as {"warmth": 1}')
    axes = {}
    for name, value in wished.items():
        steps = number(value, f"axes.{text(name)}")
        if steps is None or abs(steps) < LEAST_STEPS:
            continue
        if name not in AXES:
            notes.append(f"The ear has no axis {text(name)}; that wish was left out.")
            continue
        axes[name] = max(-MOST_STEPS, min(MOST_STEPS, steps))
        if axes[name] != steps:
            notes.append(f"{name} {steps:+g} steps is beyond {MOST_STEPS:g}; {axes[name]:+g} was taken.")
    return axes
