"""The truth table of routes, and what a route makes of the chain."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.planners import Move, Plan
from instructfx.planners.router import route


def chain(*names: str) -> Chain:
    made = Chain()
    for name in names:
        made = made.added(name, {})
    return made


@pytest.mark.parametrize(
    ("there", "add", "adjust", "remove", "expected", "names"),
    [
        ((), ("eq",), (), (), "initialize_all", ("eq",)),
        ((), ("eq", "reverb"), (), (), "initialize_all", ("eq", "reverb")),
        ((), (), (), (), "reuse_all", ()),
        ((), (), ("eq",), (), "reuse_all", ()),
        (("eq",), (), (), (), "reuse_all", ("eq",)),
        (("eq",), (), ("eq",), (), "reuse_all", ("eq",)),
        (("eq", "reverb"), (), ("eq",), ("reverb",), "reuse_all", ("eq",)),
        (("eq",), (), (), ("eq",), "reuse_all", ()),
        (("eq",), ("reverb",), (), (), "reuse_and_initialize", ("eq", "reverb")),
        (("eq",), ("reverb",), ("eq",), (), "reuse_and_initialize", ("eq", "reverb")),
        (("eq", "delay"), ("reverb",), (), ("delay",), "reuse_and_initialize", ("eq", "reverb")),
        (("delay",), ("reverb",), (), ("delay",), "initialize_all", ("reverb",)),
        (("eq",), ("eq",), (), (), "reuse_all", ("eq",)),
        (("eq",), (), (), ("chorus",), "reuse_all", ("eq",)),
    ],
)
def test_truth_table(
    there: tuple[str, ...],
    add: tuple[str, ...],
    adjust: tuple[str, ...],
    remove: tuple[str, ...],
    expected: str,
    names: tuple[str, ...],
) -> None:
    plan = Plan(add=tuple(map(Move, add)), adjust=tuple(map(Move, adjust)), remove=remove)
    way, start = route(chain(*there), plan)
    assert (way, start.names) == (expected, names)


def test_stored_settings_are_reused_and_new_ones_initialised() -> None:
    there = Chain().added("eq", {"mid_gain_db": 4})
    plan = Plan(add=(Move("reverb", {"mix": 0.4}),), adjust=(Move("eq", {"low_mid_gain_db": -2}),))
    _, start = route(there, plan)
    assert start.slot("eq").settings["mid_gain_db"] == 4
    assert start.slot("eq").settings["low_mid_gain_db"] == -2
    assert start.slot("reverb").settings["mix"] == 0.4


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("", "", ("eq", "reverb", "delay")),
        ("eq", "", ("delay", "eq", "reverb")),
        ("reverb", "", ("eq", "delay", "reverb")),
        ("", "eq", ("eq", "delay", "reverb")),
        ("chorus", "", ("eq", "reverb", "delay")),
    ],
)
def test_a_new_effect_stands_where_the_plan_says(before: str, after: str, names: tuple[str, ...]) -> None:
    _, start = route(chain("eq", "reverb"), Plan(add=(Move("delay", before=before, after=after),)))
    assert start.names == names


def test_bypass_and_enable() -> None:
    there = chain("eq", "reverb")
    _, off = route(there, Plan(bypass=("reverb",)))
    assert [slot.bypassed for slot in off.slots] == [False, True]
    _, on = route(off, Plan(enable=("reverb",)))
    assert on == there


def test_locked_settings_stay() -> None:
    there = chain("reverb").locked("reverb", ["mix"])
    _, start = route(there, Plan(adjust=(Move("reverb", {"mix": 0.9, "damping": 0.1}),)))
    assert start.slot("reverb").settings["mix"] == 0.25
    assert start.slot("reverb").settings["damping"] == 0.1
