"""The tools that a language model is offered, made from the effects' own declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from instructfx.chain import Chain, Slot
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS, Effect

Tool = dict[str, Any]
"""A function in the form of OpenAI's chat completions: JSON on its way out."""

GOAL = "describe_goal"
BACK = "go_back"
ANSWER = "answer"
ASK_BACK = "ask_back"
ANOTHER = "add_another"
RATE = "rate_turn"
MOST_STEPS = 3.0
SELF_EVIDENT = 10  # settings: with more of them, names must do
THOUGHTS = ("asked", "effects", "order", "settings")
TEXTS = ("target", "anchor", "negative")
GOAL_NAMES = (*TEXTS, *THOUGHTS, "reply", "axes", "exact", "keep")
PLACE: Mapping[str, Any] = {"before": {"type": "string"}, "after": {"type": "string"}}


def offered(chain: Chain) -> tuple[Tool, ...]:
    """The tools of a turn: the goal first, then effects in their usual order.

    What the chain has can be adjusted and removed, by its slot's id; what it has not can be added. One more of what it
    has is a tool of its own, so that nothing is added twice by habit.
    """
    tools = [goal_tool()]
    there = [name for name in EFFECTS if name in chain.names]
    for effect in EFFECTS.values():
        for slot in chain.of_effect(effect.name):
            tools += [_adjust(slot), _tool(f"remove_{slot.id}", "Take it out.")]
        if effect.name not in there:
            tools.append(_add(effect, bool(chain.slots)))
    return (*tools, _another(there)) if there else tuple(tools)


def back_tool() -> Tool:
    """Going back to an earlier turn."""
    turns = {"type": "integer", "minimum": 1}
    return _tool(BACK, "Undo the last turns instead of changing anything.", {"turns": turns})


def talk_tools() -> tuple[Tool, Tool]:
    """What is called in place of a change: an answer, and a question back."""
    line = {"type": "string"}
    return (
        _tool(ANSWER, "Answer instead of changing anything.", {"text": line}, required=("text",)),
        _tool(ASK_BACK, "Ask what is meant instead of changing anything.", {"question": line}, required=("question",)),
    )


def goal_tool() -> Tool:
    """What the words mean for the ear, the four thoughts and the reply; the same on every turn, for caches."""
    axes = {axis.name: {"type": "number", "description": axis.meaning} for axis in AXES.values()}
    texts: Mapping[str, Any] = {name: {"type": "string"} for name in (*TEXTS, *THOUGHTS, "reply")}
    names = {"type": "array", "items": {"type": "string"}}
    properties = {**texts, "axes": _object(axes), "exact": names, "keep": names}
    return _tool(GOAL, "Call once in every answer.", properties, required=("target", *THOUGHTS, "reply"))


def rate_tool() -> Tool:
    """The marks that a judge gives a turn."""
    mark = {"type": "integer", "minimum": 1, "maximum": 4}
    why = {"type": "string"}
    properties = {
        "why_following": why, "instruction_following": mark, "why_thought": why, "chain_of_thought": mark,
    }  # fmt: skip
    return _tool(RATE, "Give the marks of the rubric.", properties, required=tuple(properties))


def _another(effects: Sequence[str]) -> Tool:
    """One more slot of an effect that the chain has."""
    properties = {"effect": {"type": "string", "enum": list(effects)}, "settings": {"type": "object"}, **PLACE}
    return _tool(
        ANOTHER,
        "One more of an effect that is there.",
        properties,
        required=("effect",),
    )


def _add(effect: Effect, later: bool) -> Tool:
    """With defaults while the chain is empty; later with a place in it."""
    extra = () if later else ("default",)
    # The six bands of an equaliser have eighteen settings whose names say it all.
    helps = {param.name: param.help for param in effect.params if param.help and len(effect.params) <= SELF_EVIDENT}
    settings = {
        name: schema | ({"description": helps[name]} if name in helps else {})
        for name, schema in _settings(effect, extra).items()
    }
    return _tool(f"add_{effect.name}", effect.summary, {**settings, **(PLACE if later else {})})


def _adjust(slot: Slot) -> Tool:
    """Ranges alone: the prompt shows the settings as they stand, and their names say what they are."""
    properties = {**_settings(slot.effect), "bypassed": {"type": "boolean"}}
    return _tool(f"adjust_{slot.id}", "Change or re-tune it.", properties)


def _settings(effect: Effect, extra: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Setting -> the shortest of its schema: type, range and what is asked for beside them."""
    properties = effect.tool()["function"]["parameters"]["properties"]
    kept = ("type", "enum", "minimum", "maximum", *extra)
    return {name: {key: schema[key] for key in kept if key in schema} for name, schema in properties.items()}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties)}


def _tool(
    name: str, description: str, properties: Mapping[str, Any] | None = None, required: Sequence[str] = ()
) -> Tool:
    """Without properties there are no parameters at all: some providers refuse an object without any."""
    function: dict[str, Any] = {"name": name, "description": description}
    if properties:
        function["parameters"] = _object(properties) | ({"required": list(required)} if required else {})
    return {"type": "function", "function": function}
