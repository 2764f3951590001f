"""What the server and the page's parts say to each other: the same types on both sides, and nothing else is taken."""

import re
import types
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

import pytest
from typing_extensions import is_typeddict

from instructfx.errors import InstructionError
from instructfx.studio.page import event_types, events, part_types
from instructfx.studio.workers.orders import Edit, GoTo, ListenFrom, Scale

STATIC = Path(__file__).parents[2] / "static"
DECLARED = {
    name: each
    for module in (part_types, event_types)
    for name, each in vars(module).items()
    if is_typeddict(each) and name != "TypedDict"
}
TYPEDEF = re.compile(r"@typedef \{(\{.*?\})\} (\w+)", re.DOTALL)
PRIMITIVES = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def in_script(declared: Any) -> str:
    """A type as JSDoc writes it."""
    if is_typeddict(declared):
        return str(declared.__name__)
    if declared in PRIMITIVES:
        return PRIMITIVES[declared]
    kind, inner = get_origin(declared), get_args(declared)
    if kind is Literal:
        return "|".join(f'"{each}"' for each in inner)
    if kind in (Annotated, NotRequired):
        return in_script(inner[0])
    if kind in (Union, types.UnionType):
        return "|".join(map(in_script, inner))
    if len(inner) == 2:
        return f"Object<string, {in_script(inner[1])}>"
    text = in_script(inner[0])
    return f"({text})[]" if "|" in text else f"{text}[]"


def typedef(declared: Any) -> str:
    """A TypedDict as JSDoc writes it."""
    fields = get_type_hints(declared, include_extras=True)
    return "{" + ", ".join(f"{name}{_mark(each)}: {in_script(each)}" for name, each in fields.items()) + "}"


def _mark(declared: Any) -> str:
    return "?" if get_origin(declared) is NotRequired else ""


def test_the_scripts_declare_the_same_types() -> None:
    found = {}
    for path in STATIC.rglob("*.js"):
        for text, name in TYPEDEF.findall(path.read_text()):
            assert name not in found, f"{name} is declared twice"
            found[name] = re.sub(r"\s*\n \*\s*", " ", text).strip()
    assert found == {name: typedef(each) for name, each in DECLARED.items()}


SLOT = {"effect": "gain", "settings": {"gain_db": 3}}
ORDERS = [
    ({"do": "edit", "chain": [SLOT]}, Edit([SLOT])),
    ({"do": "amount", "share": 1}, Scale(1.0)),
    ({"do": "go", "turn": None}, GoTo(None)),
    ({"do": "go", "turn": "t"}, GoTo("t")),
    ({"do": "excerpt", "start": 2.5}, ListenFrom(2.5)),
    ({"do": "pick", "turn": None}, None),
    ({"do": "compare", "a": None, "b": "t"}, None),
    ({"do": "close-compare"}, None),
    ({"do": "name", "turn": "t", "name": "mine"}, None),
    ({"do": "pin", "turn": "t"}, None),
    ({"do": "reference", "file": "/tmp/x.wav"}, None),
    ({"do": "answer", "heard": ["t", None], "best": 0}, None),
    ({"do": "refresh", "session": "s"}, None),
]


@pytest.mark.parametrize(("said", "order"), ORDERS)
def test_an_event_is_read(said: dict[str, Any], order: object) -> None:
    event = events.read(said)
    assert event == said
    assert events.order_of(event) == order


def test_every_event_there_is_was_read_above() -> None:
    assert {said["do"] for said, _ in ORDERS} == set(events.DOES)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (None, "something other than edit, amount"),
        ({"do": ["edit"]}, "something other than"),
        ({"do": "nudge"}, "something other than"),
        ({"do": "edit"}, "edit, chain: Field required"),
        ({"do": "edit", "chain": [SLOT, 1]}, "edit, chain, 1: should be a valid dictionary"),
        ({"do": "edit", "chain": [SLOT | {"settings": {"gain_db": None}}]}, "gain_db, float: should be"),
        ({"do": "edit", "chain": [SLOT | {"settings": {"gain_db": 10**400}}]}, "gain_db, float: should be"),
        ({"do": "edit", "chain": [SLOT | {"bypassed": 1}]}, "bypassed: should be a valid boolean"),
        ({"do": "edit", "chain": [SLOT | {"a\nb": 1}]}, "chain, 0, a b: Extra"),
        ({"do": "amount", "share": True}, "share: should be a valid number"),
        ({"do": "amount", "share": float("nan")}, "share: should be a finite number"),
        ({"do": "go", "turn": 5}, "go, turn: should be a valid string"),
        ({"do": "go", "turn": "t", "why": "x" * 999}, "go, why: Extra inputs"),
        ({"do": "answer", "heard": ["x", 5], "best": 0}, "heard, 1: should be a valid string"),
        ({"do": "answer", "heard": ["x", "y"], "best": 0.5}, "should be a valid integer"),
        ({"do": "excerpt", "start": None}, "start: should be a valid number"),
    ],
)
def test_what_is_no_event_is_one_line_that_says_what_is_wrong(said: object, place: str) -> None:
    with pytest.raises(InstructionError) as refused:
        events.read(said)
    line = str(refused.value)
    assert place in line
    assert line.endswith("load it again")
    assert "\n" not in line
    assert len(line) < 400


def test_a_preview_is_of_a_chain_or_of_a_share() -> None:
    assert events.read_preview({"chain": [SLOT]}) == {"chain": [SLOT]}
    assert events.read_preview({"share": 0.5}) == {"share": 0.5}
    for wrong in ({}, {"chain": [], "share": 1}):
        with pytest.raises(InstructionError, match="takes a chain, or a share"):
            events.read_preview(wrong)
    for wrong in (None, [], {"share": "all"}, {"chain": [None]}, {"chain": None}):
        with pytest.raises(InstructionError, match="cannot be read"):
            events.read_preview(wrong)
