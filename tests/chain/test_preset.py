"""Preset files: written, read back, and refused with one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instructfx.chain import Chain, preset
from instructfx.effects import EFFECTS
from instructfx.errors import SettingsError


@pytest.mark.parametrize("effects", [(), ("eq",), tuple(EFFECTS), tuple(reversed(list(EFFECTS)))])
def test_a_preset_comes_back(effects: tuple[str, ...], tmp_path: Path) -> None:
    chain = Chain()
    for name in effects:
        chain = chain.added(name, {param.name: param.from_unit(0.37) for param in EFFECTS[name].params})
    if effects:
        first = EFFECTS[effects[0]]
        chain = chain.bypassed(first.name, True).locked(first.name, {first.params[0].name})
    path = tmp_path / "preset.json"
    path.write_text(preset.to_text(chain), encoding="utf-8")
    assert preset.load(path) == chain
    path.write_text("\ufeff" + preset.to_text(chain), encoding="utf-8")  # as editors of Windows save it
    assert preset.load(path) == chain


def test_a_preset_says_what_it_is() -> None:
    written = json.loads(preset.to_text(Chain().added("gain", {"gain_db": 3})))
    assert written == {
        "format": "instructfx-preset",
        "version": 2,
        "chain": [{"id": "gain", "effect": "gain", "settings": {"gain_db": 3.0}}],
    }


def test_a_preset_of_version_1_is_read() -> None:
    chain = Chain().added("eq", {"mid_gain_db": 2}).added("gain", {})
    slots = [{key: value for key, value in slot.items() if key != "id"} for slot in chain.to_json()]
    assert preset.from_text(json.dumps({"format": "instructfx-preset", "version": 1, "chain": slots})) == chain


def test_a_preset_with_two_of_an_effect_comes_back() -> None:
    chain = Chain().added("eq", {"mid_gain_db": 2}).added("compressor", {}).added("eq", {"mid_gain_db": -3})
    chain = chain.without("eq").added("eq", {"treble_gain_db": 1}, slot_id="eq_7").locked("eq_2", ["mid_q"])
    assert preset.from_text(preset.to_text(chain)) == chain
    assert chain.ids == ("compressor", "eq_2", "eq_7")


def chain_of(**slot: object) -> str:
    return json.dumps({"format": "instructfx-preset", "version": 1, "chain": [slot]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no preset"),
        ('{"format": "something"}', "no preset"),
        ('{"format": "instructfx-preset", "version": 3, "chain": []}', "version 3; versions 1 and 2 can be read"),
        ('{"format": "instructfx-preset", "version": [], "chain": []}', "versions 1 and 2 can be read"),
        ('{"format": "instructfx-preset", "version": true, "chain": []}', "version True"),
        ('{"format": "instructfx-preset", "version": 1}', "no chain"),
        ('{"format": "instructfx-preset", "version": 1, "chain": 7}', "list of objects"),
        (chain_of(effect="", settings={}), "no effect ''"),
        (chain_of(effect="gain", settings={"gain": 3}), "no setting 'gain'"),
        (chain_of(effect="gain", settings={"gain_db": "3"}), "must be a number"),
        (chain_of(effect="gain", settings={"gain_db": float("nan")}), "finite"),
        (chain_of(effect="gain", settings={"gain_db": 1}, colour="red"), "a slot has"),
        (chain_of(effect="gain", settings={"gain_db": 1}, locked=["x" * 9000]), "no setting"),
    ],
)
def test_a_bad_preset_is_one_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=says) as refused:
        preset.load(path)
    assert str(refused.value).startswith("mine.json ")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_what_is_no_file_of_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "sound.json").write_bytes(b"RIFF\xff\xfe\x00\x80")
    (tmp_path / "large.json").write_bytes(b" " * (preset.MOST_BYTES + 1))
    for name, says in [
        ("none.json", "No such file"),
        ("sound.json", "not text"),
        ("large.json", "over 1 MB"),
        ("\0", "null"),
    ]:
        with pytest.raises(SettingsError, match=says):
            preset.load(tmp_path / name)


def test_values_out_of_range_are_brought_in() -> None:
    assert preset.from_text(chain_of(effect="gain", settings={"gain_db": 99})).slot("gain").settings == {
        "gain_db": 24.0
    }
