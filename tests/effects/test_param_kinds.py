"""Settings that are whole steps, choices and switches: values, the unit cube, words, JSON and schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import torch

from instructfx.chain import Chain, Slot
from instructfx.chain.format import settings_of, value_text
from instructfx.chain.interpolate import between
from instructfx.effects import Effect, Param
from instructfx.effects.absent import unchanged
from instructfx.effects.memoryless import Memoryless
from instructfx.effects.units import factors
from instructfx.errors import SettingsError

STAGES = Param.whole("stages", 2, 12, 4, help="how many")
SHAPE = Param.choice("shape", ("sine", "triangle", "square"), "triangle", "how it moves")
SYNC = Param.switch("sync", default=True)
MIX = Param("mix", 0, 1, 0.5)
EFFECT = Effect("swirl", "Swirl", "Swirls.", (STAGES, SHAPE, SYNC, MIX), Memoryless(unchanged))


@pytest.mark.parametrize(
    ("param", "given", "value"),
    [(STAGES, 3.4, 3), (STAGES, 99, 12), (STAGES, -7, 2), (SHAPE, "square", 2), (SHAPE, " Sine ", 0), (SHAPE, 1.2, 1),
     (SHAPE, 7, 2), (SYNC, True, 1), (SYNC, False, 0), (SYNC, "off", 0), (SYNC, "ON", 1), (SYNC, 0.8, 1)],
)  # fmt: skip
def test_every_form_of_a_value_is_read(param: Param, given: Any, value: float) -> None:
    assert param.clamp(given) == value
    assert isinstance(param.clamp(given), float)


@pytest.mark.parametrize(
    ("param", "given", "message"),
    [(SHAPE, "saw", "shape must be sine, triangle or square, not 'saw'"),
     (SHAPE, True, "shape must be sine, triangle or square, not True"),
     (SYNC, "maybe", "sync must be off or on, not 'maybe'"), (SYNC, None, "sync must be off or on, not None"),
     (STAGES, "many", "stages must be a number from 2 to 12, not 'many'"),
     (STAGES, float("nan"), "stages must be a finite number from 2 to 12")],
)  # fmt: skip
def test_what_is_none_of_them_is_refused_with_what_is_legal(param: Param, given: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        param.clamp(given)


@pytest.mark.parametrize("param", [STAGES, SHAPE, SYNC], ids=lambda param: param.kind)
def test_the_unit_cube_holds_every_value_and_no_other(param: Param) -> None:
    values = [float(value) for value in range(int(param.low), int(param.high) + 1)]
    assert [param.from_unit(param.to_unit(value)) for value in values] == values
    units = torch.linspace(0, 1, 101, dtype=torch.float64).requires_grad_()
    moved = param.from_unit_tensor(units)
    assert set(moved.tolist()) == set(values)
    (slope,) = torch.autograd.grad(moved.sum(), units)
    assert slope.unique().tolist() == [param.high - param.low]


def test_values_are_written_as_words_and_read_back() -> None:
    assert [SHAPE.to_json(value) for value in (0.0, 1.0, 2.0)] == ["sine", "triangle", "square"]
    assert (SYNC.to_json(0.0), SYNC.to_json(1.0), STAGES.to_json(4.0), MIX.to_json(0.5)) == (False, True, 4.0, 0.5)
    assert [param.shown(value) for param, value in ((SHAPE, 2.0), (SYNC, 1.0), (STAGES, 4.0))] == ["square", "on", "4"]
    assert (value_text(SHAPE, 0.0), value_text(SYNC, 0.0)) == ("sine", "off")
    assert [line.text for line in settings_of(Slot(EFFECT))] == ["4", "triangle", "on", "50 %"]


def test_a_chain_keeps_them_through_json() -> None:
    chain = Chain((Slot(EFFECT, {"stages": 7, "shape": "square", "sync": False}),))
    stored = json.loads(json.dumps(chain.to_json()))
    assert stored[0]["settings"] == {"stages": 7, "shape": "square", "sync": False, "mix": 0.5}
    assert Slot(EFFECT, stored[0]["settings"]) == chain.slots[0]
    assert chain.tensors()[0]["shape"].tolist() == [2.0]


def test_choices_and_switches_are_never_searched() -> None:
    knobs = Chain((Slot(EFFECT),)).knobs(["swirl"])
    assert [knob.param.name for knob in knobs] == ["stages", "mix"]


def test_on_the_way_between_two_chains_words_change_half_way() -> None:
    one, other = (Chain((Slot(EFFECT, {"stages": stages, "shape": shape}),)) for stages, shape in ((2, 0), (12, 2)))
    values = [between(one, other, share).slots[0].settings for share in (0.2, 0.49, 0.51, 1.4)]
    assert [(value["stages"], value["shape"]) for value in values] == [(4, 0), (7, 0), (7, 2), (12, 2)]


def test_the_tool_of_a_model_takes_the_words() -> None:
    schema = EFFECT.tool()["function"]["parameters"]
    assert schema["properties"]["shape"]["enum"] == ["sine", "triangle", "square"]
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"stages": 4, "shape": "sine", "sync": False})
    for wrong in ({"stages": 4.5}, {"shape": "saw"}, {"shape": 1}, {"sync": "on"}):
        assert not validator.is_valid(wrong)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Param("stages", 0.5, 3, 1, kind="whole"),
        lambda: Param("shape", 0, 1, 0, kind="choice"),
        lambda: Param("mix", 0, 1, 0, choices=("a", "b")),
        lambda: Param.choice("shape", ("sine",), "sine"),
        lambda: Param.choice("shape", ("sine", "sine"), "sine"),
        lambda: Param.choice("shape", ("sine", "square"), "saw"),
    ],
)
def test_a_kind_that_contradicts_itself_is_refused(build: Any) -> None:
    with pytest.raises(SettingsError):
        build()


def test_a_declaration_is_enough_for_a_unit_of_its_own() -> None:
    fine = Param("fine_cents", -50, 50, 0, "cents")
    assert fine.title == "Fine"
    assert factors(fine.unit) == {"": 1, "cents": 1}
    assert Param("fine_cents", -50, 50, 0, "cents", title="Detune").title == "Detune"


def test_what_is_typed_in_another_unit_is_converted() -> None:
    assert (factors("Hz")["khz"], factors("ms")["s"], factors("s")["ms"]) == (1000, 1000, 0.001)
