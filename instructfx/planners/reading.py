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
from instructfx.planners.plan import Move, Plan, Thoughts
from instructfx.planners.replies import label, locked, sentence
from instructfx.planners.target_text import described, wished_before
from instructfx.planners.tools import BACK, GOAL, MOST_STEPS, TEXTS, THOUGHTS
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
    """A plan in the making: moves by effect, in the order of the calls."""

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

    def has(self, effect: str) -> bool:
        return effect in self.request.chain.names


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
    elif verb in VERBS:
        _touch(verb, _effect(name), call.arguments, draft)
    else:
        raise Unusable("there is no such tool; call only those that are offered")


def _effect(name: str) -> Effect:
    try:
        return effect_named(name)
    except SettingsError as error:
        raise Unusable(str(error)) from error


def _touch(verb: str, effect: Effect, given: Mapping[str, Any], draft: _PlanDraft) -> None:
    name = effect.name
    if draft.has(name) and draft.request.chain.slot(name).wholly_locked:
        draft.notes.append(locked(name))
        return
    if verb == "remove":
        if draft.has(name):
            draft.remove += [name] if name not in draft.remove else []
        else:
            draft.notes.append(f"There is no {label(name)} in the chain to remove.")
        return
    present = draft.has(name)
    if verb == "add" and present:
        draft.notes.append(f"The {label(name)} was in the chain already, so it was adjusted.")
    elif verb == "adjust" and not present and name not in draft.moves:
        draft.notes.append(f"There was no {label(name)} in the chain to adjust, so it was added.")
    elif name in draft.moves:
        draft.notes.append(f"The {label(name)} was called twice; the calls were joined.")
    settings = _settings(effect, given, draft)
    bypassed = boolean(given.get("bypassed"))
    if present and bypassed is not None:
        (draft.bypass if bypassed else draft.enable).append(name)
        if not settings:
            return
    old = draft.moves.get(name, Move(name))
    before, after = (_neighbour(text(given.get(side)), draft) for side in PLACES)
    draft.moves[name] = Move(name, {**old.settings, **settings}, old.pinned, before or old.before, after or old.after)


def _settings(effect: Effect, given: Mapping[str, Any], draft: _PlanDraft) -> dict[str, float]:
    known = {param.name: param for param in effect.params}
    held = draft.request.chain.slot(effect.name).locked if draft.has(effect.name) else frozenset()
    unknown = [name for name in given if name not in known and name not in (*PLACES, "bypassed")]
    if unknown:
        draft.notes.append(f"{effect.label} has no {', '.join(text(name) for name in unknown[:3])}; that was left out.")
    settings = {}
    for name, param in known.items():
        value = given_value(param, given.get(name))
        if value is None:
            continue
        if name in held:
            draft.notes.append(f"{name} of the {label(effect.name)} is locked and stays.")
            continue
        settings[name] = param.clamp(value)
        if settings[name] != value:
            draft.notes.append(f"{name} {value:g} is beyond {param.range_text()}; {settings[name]:g} was taken.")
    return settings


def _neighbour(name: str, draft: _PlanDraft) -> str:
    """The effect that a new one stands next to; empty where there is none of that name, so that it goes to the end."""
    try:
        effect = effect_named(name).name if name else ""
    except SettingsError:
        effect = ""
    return effect if draft.has(effect) or effect in draft.moves else ""


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
    moves = [replace(move, pinned=exact.get(name, frozenset())) for name, move in draft.moves.items()]
    kept = (_known(name) for name in names(given.get("keep")))
    plan = Plan(
        add=tuple(move for move in moves if not draft.has(move.effect)),
        adjust=tuple(move for move in moves if draft.has(move.effect)),
        remove=tuple(draft.remove),
        bypass=tuple(dict.fromkeys(draft.bypass)),
        enable=tuple(dict.fromkeys(draft.enable)),
        keep=tuple(name for name in dict.fromkeys(kept) if draft.has(name) and name not in draft.moves),
        goal=_goal(draft),
        thoughts=thoughts,
        notes=tuple(dict.fromkeys(draft.notes)),
    )
    return replace(plan, reply=reply or sentence(plan, request))


def _known(name: str) -> str:
    try:
        return effect_named(name).name
    except SettingsError:
        return ""


def _exact(listed: list[str], draft: _PlanDraft) -> dict[str, frozenset[str]]:
    """Effect -> the settings for which the person gave a value: "eq.low_mid_gain_db", or the setting alone."""
    exact: dict[str, frozenset[str]] = {}
    for each in listed:
        head, _, setting = each.rpartition(".")
        for move in draft.moves.values():
            if setting in move.settings and (not head or _known(head.removeprefix("add_")) == move.effect):
                exact[move.effect] = exact.get(move.effect, frozenset()) | {setting}
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
