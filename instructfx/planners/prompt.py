"""What a language model is told. The texts lie in `prompts/`; change one, and raise `prompts/VERSION`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Literal

from instructfx.chain import Chain, Slot
from instructfx.planners import PastTurn, PlanRequest
from instructfx.planners.tools import Tool, back_tool, offered, talk_tools
from instructfx.planners.usual import USUAL, in_words

Message = dict[str, str]
"""role and content, in the form of OpenAI's chat completions: JSON on its way out."""

Choice = Literal["required", "auto"]
"""Whether a tool must be called."""

RECENT = 12  # earlier instructions that are told in words
LONG_EARLIER = 300  # characters of each
AUDIBLE = 0.3  # steps: readings that moved less are not told
MOST_MOVED = 3  # of them
LONG_ANSWER = 2000  # characters of a refused answer that are shown again


@lru_cache
def text(name: str) -> str:
    """The prompt text of that name."""
    return (resources.files("instructfx.planners") / "prompts" / name).read_text(encoding="utf-8").strip()


def version() -> str:
    """The version of the prompt texts, which is stored on each turn."""
    return text("VERSION")


def messages(request: PlanRequest) -> list[Message]:
    """The messages of a turn: what never changes first, so that a provider's cache of prefixes works."""
    return [
        {"role": "system", "content": text("planner.md")},
        {"role": "user", "content": _situation(request)},
    ]


def again(asked: list[Message], answer: str, problems: tuple[str, ...]) -> list[Message]:
    """The messages after an answer that could not be used.

    The answer comes back as text, because providers differ in how a history with tool calls must look.
    """
    told = text("again.md").format(
        answer=answer[:LONG_ANSWER] or "(empty)", problems="\n".join(f"- {p}" for p in problems)
    )
    return [*asked, {"role": "user", "content": told}]


def tools(request: PlanRequest) -> list[Tool]:
    """The tools of a turn."""
    return [*offered(request.chain), *talk_tools(), *([back_tool()] if request.earlier else [])]


def choice(request: PlanRequest) -> Choice:
    """Whether a tool must be called: on the first turn, where there is nothing to re-tune."""
    return "auto" if request.chain.slots or request.earlier else "required"


def _situation(request: PlanRequest) -> str:
    parts = []
    if request.earlier:
        first = max(0, len(request.earlier) - RECENT)
        earlier = [f"{n + 1}. {earlier_text(request.earlier, n)}" for n in range(first, len(request.earlier))]
        parts.append("Earlier instructions, and what came of them:\n" + "\n".join(earlier))
    if request.chain.slots:
        parts.append("Chain now, in order:\n" + chain_text(request.chain))
    elif request.earlier:
        parts.append("The chain is empty now.")
    else:
        parts.append("This is the first turn: choose the chain, at least one effect, unless nothing is to change.")
    if request.readings:
        parts.append(f"Readings of the sound now, in steps: {beside_usual_text(request.readings)}")
    if request.channels == 1:
        parts.append("The track is mono.")
    if request.since:
        said = [f'"{_cut(each.instruction)}" -> you: "{_cut(each.reply)}"' for each in request.since[-RECENT:]]
        parts.append("Said since, without a change:\n" + "\n".join(said))
    parts.append(f"Instruction: {request.instruction}")
    return "\n\n".join(parts)


def _cut(words: str) -> str:
    return words if len(words) <= LONG_EARLIER else f"{words[:LONG_EARLIER]}..."


def earlier_text(earlier: Sequence[PastTurn], place: int) -> str:
    """An earlier turn: its words, which effects it touched, and which readings moved, those that it asked for first:
    "make it warmer" -> eq added; warmth +0.9."""
    turn = earlier[place]
    words = _cut(turn.instruction)
    if turn.by_hand:
        return words
    before = earlier[place - 1].chain if place else Chain()
    was = {slot.id: slot for slot in before.slots}
    touched = [f"{slot.id} added" for slot in turn.chain.slots if slot.id not in was]
    touched += [f"{slot.id} changed" for slot in turn.chain.slots if slot.id in was and slot != was[slot.id]]
    touched += [f"{slot_id} removed" for slot_id in was if slot_id not in turn.chain.ids]
    moved = {
        axis: reading - turn.readings_before[axis]
        for axis, reading in turn.readings_after.items()
        if abs(reading - turn.readings_before.get(axis, reading)) >= AUDIBLE
    }
    first = sorted(moved, key=lambda axis: (axis not in turn.goal.axes, -abs(moved[axis])))[:MOST_MOVED]
    parts = [", ".join(touched), ", ".join(f"{axis} {moved[axis]:+.1f}" for axis in first)]
    did = "; ".join(part for part in parts if part)
    return f'"{words}" -> {did or "nothing audible"}'


def beside_usual_text(readings: Mapping[str, float]) -> str:
    """Readings in one line, and in a musician's words where they are not what is usual."""
    return ", ".join(
        f"{name} {value:.1f}{'' if (words := in_words(name, value)) == USUAL else f' ({words})'}"
        for name, value in readings.items()
    )


def readings_text(readings: Mapping[str, float]) -> str:
    """Readings of an ear in one line."""
    return ", ".join(f"{name} {value:.1f}" for name, value in readings.items())


def chain_text(chain: Chain) -> str:
    """A chain with its settings, one effect a line; empty where it has none."""
    return "\n".join(f"{number}. {_slot(slot)}" for number, slot in enumerate(chain.slots, 1))


def _slot(slot: Slot) -> str:
    if slot.effect.absent:
        return f"{slot.id}: not here, so it is off and cannot change"
    settings = ", ".join(f"{param.name} {param.brief(slot.settings[param.name])}" for param in slot.effect.params)
    off = " (bypassed)" if slot.bypassed else ""
    locked = f"; locked: {', '.join(sorted(slot.locked))}" if slot.locked else ""
    kind = "" if slot.id == slot.effect.name else f" ({slot.effect.name})"
    return f"{slot.id}{kind}{off}: {settings}{locked}"
