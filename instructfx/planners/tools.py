"""The tools that a language model is offered, made from the effects' own declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS, Effect

Tool = dict[str, Any]
"""A function in the form of OpenAI's chat completions: JSON on its way out."""

GOAL = "describe_goal"
BACK = "go_back"
RATE = "rate_turn"
MOST_STEPS = 3.0
SELF_EVIDENT = 10  # settings: with more of them, names must do
THOUGHTS = ("asked", "effects", "order", "settings")
TEXTS = ("target", "anchor", "negative")


def offered(chain: Chain) -> tuple[Tool, ...]:
    """The tools of a turn: the goal first, then effects in their usual order.

    What the chain has can be adjusted and removed, what it has not can be added.
    """
    tools = [goal_tool()]
    later = bool(chain.slots)
    for effect in EFFECTS.values():
        if effect.name in chain.names:
            tools += [_adjust(effect), _tool(f"remove_{effect.name}", "Take it out.")]
        else:
            tools.append(_add(effect, chain.names if later else ()))
    return tuple(tools)


def back_tool() -> Tool:
    """Going back to an earlier turn."""
    turns = {"type": "integer", "minimum": 1}
    return _tool(BACK, "Undo the last turns instead of changing anything.", {"turns": turns})


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


def _add(effect: Effect, names: Sequence[str]) -> Tool:
    """With defaults while the chain is empty; later with a place in it."""
    extra = () if names else ("default",)
    # The six bands of an equaliser have eighteen settings whose names say it all.
    helps = {param.name: param.help for param in effect.params if param.help and len(effect.params) <= SELF_EVIDENT}
    settings = {
        name: schema | ({"description": helps[name]} if name in helps else {})
        for name, schema in _settings(effect, extra).items()
    }
    place = {"before": {"type": "string"}, "after": {"type": "string"}} if names else {}
    return _tool(f"add_{effect.name}", effect.summary, {**settings, **place})


def _adjust(effect: Effect) -> Tool:
    """Ranges alone: the prompt shows the settings as they stand, and their names say what they are."""
    properties = {**_settings(effect), "bypassed": {"type": "boolean"}}
    return _tool(f"adjust_{effect.name}", "Change or re-tune it.", properties)


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
