"""From tool calls to a plan. Nothing from a model is trusted: what is safe to repair is repaired, the rest told back.

Safe to repair: values out of range, numbers written as text, effects under another name, an effect called twice or by
the verb for one that is (not) there, settings that do not exist, locked settings, a missing goal. Not safe: a tool that
does not exist, arguments that are broken or of another kind, a value that is no number, no effect on the first turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from instructfx.ears.axes import AXES
from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS
from instructfx.language import understand
from instructfx.planners import PlanRequest
from instructfx.planners.answers import ModelMessage, said
from instructfx.planners.calls import PlanDraft, take
from instructfx.planners.plan import Plan, Reply, Thoughts
from instructfx.planners.replies import sentence
from instructfx.planners.target_text import described, wished_before
from instructfx.planners.tool_names import meant
from instructfx.planners.tools import ANSWER, ASK_BACK, BACK, GOAL, MOST_STEPS, TEXTS, THOUGHTS
from instructfx.planners.values import LONG_TEXT, MOST_NAMES, Unusable, names, number, text

LEAST_STEPS = 0.05  # wishes weaker than this are none


@dataclass(frozen=True)
class PlanReading:
    """The plan that an answer means, or the reply; none where there are problems, which say what would be legal, and
    none where the model refused: refusal says so, in words that follow its name."""

    meant: Plan | Reply | None
    problems: tuple[str, ...] = ()
    refusal: str = ""


def read(raw: str, request: PlanRequest) -> PlanReading:
    """What an answer means for a request. Never raises, whatever the model said."""
    answer = said(raw)
    if answer.refusal:
        return PlanReading(None, refusal=answer.refusal)
    draft = PlanDraft(request)
    for call in answer.calls:
        try:
            take(call, draft)
        except Unusable as problem:
            draft.problems.append(f"{call.tool[:LONG_TEXT]}: {problem}")
    if answer.broken:
        draft.problems.append(
            "a call in the text breaks off or cannot be read: send whole tool calls, with JSON in them"
        )
    if not draft.problems:
        _check(answer, draft)
    if draft.problems:
        return PlanReading(None, tuple(draft.problems))
    if draft.act and not (draft.deeds or draft.undo) and (draft.act == "unclear" or not draft.goal.get("axes")):
        return PlanReading(Reply(draft.act, draft.told, _notes(draft)))
    plan = _plan(answer, draft)
    if not answer.calls and not (plan.goal.axes or plan.goal.target):
        return PlanReading(Reply("question", plan.reply))  # a model that answered without any tool
    return PlanReading(plan)


def _check(answer: ModelMessage, draft: PlanDraft) -> None:
    both = [name for name in draft.remove if name in draft.moves]
    if draft.undo and draft.deeds:
        draft.problems.append(f"{BACK} goes alone, without other changes")
    if draft.act == "unclear" and (draft.deeds or draft.undo):
        draft.problems.append(f"{ASK_BACK} goes alone: ask or change, not both")
    if both:
        draft.problems.append(f"{', '.join(both)}: remove it or adjust it, not both")
    if not draft.request.chain.slots and not draft.request.earlier and not draft.moves and not draft.told:
        tools = ", ".join(f"add_{name}" for name in EFFECTS)
        talk = f"{ANSWER} or {ASK_BACK} where nothing is to change"
        draft.problems.append(f"no effect was chosen; call at least one of {tools}, or {talk}")
    if not answer.calls and not answer.prose:
        draft.problems.append("the answer is empty")
    try:
        _axes(draft.goal, [])
    except Unusable as problem:
        draft.problems.append(f"{GOAL}: {problem}")


def _plan(answer: ModelMessage, draft: PlanDraft) -> Plan:
    given, request = draft.goal, draft.request
    thoughts = Thoughts(**{name: text(given.get(name)) for name in THOUGHTS})
    reply = text(given.get("reply")) or draft.told or text(answer.prose)
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
        notes=_notes(draft),
    )
    if answer.calls and not draft.deeds and not (plan.goal.axes or plan.goal.target) and plan.notes:
        reply = "Nothing changed."  # whatever the model says: what it called for cannot be, as the notes tell
    return replace(plan, reply=reply or sentence(plan, request))


def _notes(draft: PlanDraft) -> tuple[str, ...]:
    return tuple(dict.fromkeys(draft.notes))


def _kept(listed: list[str], draft: PlanDraft) -> dict[str, None]:
    """The slots of these ids, and all slots of these effects."""
    kept: dict[str, None] = {}
    for name in listed:
        slot = draft.request.chain.find(draft.known(name))
        if slot:
            alike = draft.request.chain.of_effect(slot.effect.name)
            kept |= dict.fromkeys([name] if draft.has(name) and name != slot.effect.name else (s.id for s in alike))
    return kept


def _exact(listed: list[str], draft: PlanDraft) -> dict[str, frozenset[str]]:
    """Slot id -> the settings for which the person gave a value: "eq_2.low_mid_gain_db", or the setting alone."""
    exact: dict[str, frozenset[str]] = {}
    for each in listed:
        head, _, setting = each.rpartition(".")
        meant = draft.known(head.removeprefix("add_")) if head else ""
        for slot_id, move in draft.moves.items():
            if setting in move.settings and (not head or slot_id == meant):
                exact[slot_id] = exact.get(slot_id, frozenset()) | {setting}
    return exact


def _goal(draft: PlanDraft) -> Goal:
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
    known, unknown = meant(wished, AXES)
    notes += [f"The ear has no axis {text(name)}; that wish was left out." for name in unknown[:MOST_NAMES]]
    for name, value in known.items():
        steps = number(value, f"axes.{name}")
        if steps is None or abs(steps) < LEAST_STEPS:
            continue
        axes[name] = max(-MOST_STEPS, min(MOST_STEPS, steps))
        if axes[name] != steps:
            notes.append(f"{name} {steps:+g} steps is beyond {MOST_STEPS:g}; {axes[name]:+g} was taken.")
    return axes
