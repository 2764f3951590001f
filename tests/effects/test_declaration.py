"""One declaration: what a setting refuses, and what follows from it."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from instructfx.effects import EFFECTS, Effect, Param, effect_named
from instructfx.effects.spec import Role
from instructfx.errors import SettingsError

by_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
PARAMS = [param for effect in EFFECTS.values() for param in effect.params]

GAIN_DB = Param("gain_db", -24, 24, 0, "dB")
CUTOFF_HZ = Param("cutoff_hz", 20, 20_000, 1_000, "Hz", "log")


def test_the_effects_stand_in_their_usual_order() -> None:
    usual = [
        "filter", "eq", "compressor", "distortion", "bitcrush", "pitch_shift", "chorus", "phaser",
        "delay", "reverb", "stereo_width", "panner", "limiter", "gain",
    ]  # fmt: skip
    assert [name for name in EFFECTS if name in usual] == usual
    assert all(effect.name == name for name, effect in EFFECTS.items())


def test_names_and_aliases_name_one_effect_each() -> None:
    words = [word for effect in EFFECTS.values() for word in (effect.name, *effect.aliases)]
    assert len(set(words)) == len(words)
    for effect in EFFECTS.values():
        for word in (effect.name, *effect.aliases):
            assert effect_named(word) is effect


@pytest.mark.parametrize(
    ("alias", "name"),
    [("rev", "reverb"), ("comp", "compressor"), ("dist", "distortion"), ("pitchshift", "pitch_shift"),
     ("equalizer", "eq"), ("stereo_widener", "stereo_width")],
)  # fmt: skip
def test_names_of_other_systems_are_read(alias: str, name: str) -> None:
    assert effect_named(alias).name == name


@pytest.mark.parametrize("name", ["flanger", "", "EQ ", "None"])
def test_an_unknown_effect_is_refused_with_the_names_that_exist(name: str) -> None:
    with pytest.raises(SettingsError, match=r"there is no effect .*; there are filter, eq, compressor"):
        effect_named(name)


@by_effect
def test_names_are_whole_and_units_stand_in_them(effect: Effect) -> None:
    names = [param.name for param in effect.params]
    assert len(set(names)) == len(names)
    suffixes = {"dB": "_db", "Hz": "_hz", "ms": "_ms", "s": "_seconds"}
    for param in effect.params:
        if param.unit in suffixes:
            assert param.name.endswith(suffixes[param.unit])
        else:
            assert not param.name.endswith(tuple(suffixes.values()))


@by_effect
def test_defaults_are_legal(effect: Effect) -> None:
    for param in effect.params:
        assert param.low <= effect.defaults()[param.name] <= param.high
        assert isinstance(effect.defaults()[param.name], float)
    assert effect.complete({}) == effect.defaults()


@by_effect
def test_settings_are_clamped_and_completed(effect: Effect) -> None:
    param = effect.params[0]
    assert effect.complete({param.name: param.high + 1_000}) == {**effect.defaults(), param.name: param.high}
    assert effect.complete({param.name: param.low - 1_000}) == {**effect.defaults(), param.name: param.low}


@by_effect
def test_an_unknown_setting_is_refused_with_the_legal_ones(effect: Effect) -> None:
    with pytest.raises(SettingsError) as refusal:
        effect.complete({"loudness": 1.0})
    assert f"{effect.name} has no setting 'loudness'" in str(refusal.value)
    for param in effect.params:
        assert param.name in str(refusal.value)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, "3", None, True, [3.0], {}, 3j],
    ids=["nan", "inf", "minus inf", "text", "none", "bool", "list", "dict", "complex"],
)
def test_a_value_that_is_no_number_is_refused_with_the_range(value: Any) -> None:
    with pytest.raises(SettingsError, match=r"gain_db must be .*-24 to 24 dB"):
        GAIN_DB.clamp(value)


@pytest.mark.parametrize("value", [10**400, 1e308, 10**18], ids=["an integer of 400 digits", "1e308", "1e18"])
def test_huge_numbers_are_clamped(value: float) -> None:
    assert GAIN_DB.clamp(value) == 24.0
    assert GAIN_DB.clamp(-value) == -24.0


@pytest.mark.parametrize(
    ("low", "high", "default"), [(0, 1, 2), (0, 1, -1), (1, 0, 0.5), (1, 1, 1), (0, 1, math.nan), (math.nan, 1, 0)]
)
def test_a_param_refuses_a_default_outside_its_range(low: float, high: float, default: float) -> None:
    with pytest.raises(SettingsError, match=r"depth: default .* is not in"):
        Param("depth", low, high, default)


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_a_param_refuses_a_log_scale_that_touches_zero(low: float) -> None:
    with pytest.raises(SettingsError, match="a log scale needs a low end above 0"):
        Param("rate_hz", low, 1, 0.5, "Hz", "log")


def test_the_middle_of_a_log_scale_is_the_geometric_mean() -> None:
    assert CUTOFF_HZ.from_unit(0.5) == pytest.approx(math.sqrt(20 * 20_000))
    assert CUTOFF_HZ.to_unit(math.sqrt(20 * 20_000)) == pytest.approx(0.5)
    assert GAIN_DB.from_unit(0.5) == 0
    assert GAIN_DB.to_unit(12) == 0.75


@given(st.sampled_from([param for param in PARAMS if not param.stepped]), st.floats(0, 1))
def test_unit_and_physical_values_are_one_to_one(param: Param, unit: float) -> None:
    value = param.from_unit(unit)
    assert param.low <= value <= param.high
    assert param.to_unit(value) == pytest.approx(unit, abs=1e-9)
    tensor = param.from_unit_tensor(torch.tensor([unit], dtype=torch.float64))
    assert tensor.item() == pytest.approx(value, rel=1e-9, abs=1e-9)


@given(st.sampled_from(PARAMS), st.floats(-10, 10))
def test_units_beyond_the_cube_are_clamped(param: Param, unit: float) -> None:
    assert param.low <= param.from_unit(unit) <= param.high


@pytest.mark.parametrize("param", PARAMS, ids=lambda param: param.name)
def test_ends_are_met_exactly(param: Param) -> None:
    assert param.from_unit(0.0) == pytest.approx(param.low, rel=1e-12)
    assert param.from_unit(1.0) == pytest.approx(param.high, rel=1e-12)
    assert param.clamp(param.from_unit(1.0)) <= param.high


# Tools of a language model


@by_effect
@pytest.mark.parametrize("verb", ["add", "adjust"])
def test_the_tool_is_a_json_schema_with_names_and_ranges(effect: Effect, verb: str) -> None:
    tool = json.loads(json.dumps(effect.tool(verb)))
    assert tool["type"] == "function"
    function = tool["function"]
    assert function["name"] == f"{verb}_{effect.name}"
    assert function["description"]
    schema = function["parameters"]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == [param.name for param in effect.params]
    for param in effect.params:
        declared = schema["properties"][param.name]
        assert declared["default"] == param.to_json(param.default)
        if param.kind in ("number", "whole"):
            assert (declared["minimum"], declared["maximum"]) == (param.low, param.high)
        assert param.range_text() in declared["description"]


@by_effect
def test_the_tool_accepts_defaults_and_refuses_the_rest(effect: Effect) -> None:
    validator = jsonschema.Draft202012Validator(effect.tool()["function"]["parameters"])
    param = effect.params[0]
    assert validator.is_valid(effect.to_json(effect.defaults()))
    assert validator.is_valid({})
    assert not validator.is_valid({param.name: param.high + 1})
    assert not validator.is_valid({param.name: param.low - 1})
    assert not validator.is_valid({param.name: "loud"})
    assert not validator.is_valid({"loudness": 1})


def test_the_bands_of_the_eq_leave_no_gap() -> None:
    """Log-spaced from 30 Hz to 18 kHz, every frequency lies in the range of a band that can move it."""
    ranges = [(p.low, p.high) for p in EFFECTS["eq"].params if p.name.endswith("_cutoff_frequency_hz")]
    assert len(ranges) == 6
    for frequency_hz in np.geomspace(30, 18_000, 200):
        assert any(low <= frequency_hz * 1.001 and frequency_hz <= high * 1.001 for low, high in ranges)
    assert sorted(ranges)[0][0] == 30
    assert max(high for _, high in ranges) == 18_000


def test_an_effect_of_a_role_has_the_settings_that_others_count_on() -> None:
    def of_role(role: Role, *names: str) -> Effect:
        params = tuple(Param(name, 0, 1, 0) for name in names)
        return Effect("made_up", "Made up", "Nothing.", params, EFFECTS["gain"].render, role=role)

    assert of_role("room", "mix", "decay_seconds").role == "room"
    with pytest.raises(SettingsError, match="of the role room, so it needs the setting decay_seconds"):
        of_role("room", "mix")
    with pytest.raises(SettingsError, match="needs the setting gain_db"):
        of_role("level", "volume")
