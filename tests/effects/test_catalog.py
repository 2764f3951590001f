"""The catalog: names and aliases, effects that join while the program runs, and those that a chain names in vain."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import torch

from instructfx.chain import Chain, preset
from instructfx.chain.diff import pairs, to_text
from instructfx.chain.interpolate import between
from instructfx.effects import EFFECTS, Catalog, Effect, Param
from instructfx.effects.absent import unchanged
from instructfx.effects.memoryless import Memoryless
from instructfx.errors import SettingsError

FUZZ = Effect("fuzz", "Fuzz", "Fuzzes.", (Param("bias", 0, 1, 0.5),), Memoryless(unchanged), aliases=("fuzz_face",))
STORED = [
    {"id": "gain", "effect": "gain", "settings": {"gain_db": 6.0}},
    {
        "id": "fuzz",
        "effect": "fuzz",
        "settings": {"bias": 0.25, "voicing": "old", "gate": True},
        "bypassed": True,
        "locked": ["bias"],
    },
]


def test_what_is_known_later_joins_behind_the_rest_and_leaves_again() -> None:
    catalog = Catalog(EFFECTS.values())
    catalog.add(FUZZ)
    assert list(catalog) == [*EFFECTS, "fuzz"]
    assert catalog.named("fuzz_face") is catalog.resolve("fuzz") is FUZZ
    assert "fuzz" not in EFFECTS
    catalog.remove("fuzz")
    assert list(catalog) == list(EFFECTS)
    with pytest.raises(SettingsError, match="there is no effect 'fuzz'; there are filter"):
        catalog.named("fuzz")


@pytest.mark.parametrize("name", ["eq", "rev", "fuzz_face"])
def test_a_name_is_given_once(name: str) -> None:
    catalog = Catalog([*EFFECTS.values(), FUZZ])
    with pytest.raises(SettingsError, match=f"'{name}' is the .* already"):
        catalog.add(Effect(name, "Other", "Another.", (), Memoryless(unchanged)))


def test_a_stored_chain_opens_without_the_effect_and_keeps_what_it_said() -> None:
    chain = Chain.from_json(STORED)
    slot = chain.slot("fuzz")
    assert slot.effect.absent
    assert not slot.heard
    assert "fuzz is not here, so it is off" in slot.effect.summary
    assert chain.to_json() == STORED
    assert preset.from_text(preset.to_text(chain)) == chain


def test_the_sound_passes_by_an_absent_effect() -> None:
    stored = [STORED[0], {**STORED[1], "bypassed": False}]
    chain, alone = Chain.from_json(stored), Chain.from_json(stored[:1])
    sound = torch.randn(1, 2, 500, generator=torch.Generator().manual_seed(1))
    assert torch.equal(chain.render(sound, 44_100), alone.render(sound, 44_100))
    assert torch.equal(chain.stream(44_100, 2).push(sound[0]), alone.render(sound, 44_100)[0])
    assert chain.knobs(["fuzz"]) == ()
    assert len(chain.tensors()) == 2


def test_it_sounds_again_once_the_effect_is_there() -> None:
    stored = [STORED[0], {"id": "fuzz", "effect": "fuzz", "settings": {"bias": 0.25}}]
    chain = Chain.from_json(stored, Catalog([*EFFECTS.values(), FUZZ]))
    assert chain.slot("fuzz").heard
    assert chain.to_json() == stored


def test_chains_with_an_absent_effect_are_compared_and_blended() -> None:
    chain, before = Chain.from_json(STORED), Chain.from_json([{**STORED[0], "settings": {"gain_db": 0}}, STORED[1]])
    assert to_text(before, chain) == "gain, gain 0.0 to 6.0 dB"
    assert [param.name for pair in pairs(before, chain) for param in pair.params] == ["gain_db"]
    assert between(before, chain, 0.5).to_json() == [{**STORED[0], "settings": {"gain_db": 3.0}}, STORED[1]]
    assert to_text(before, chain.without("fuzz")).startswith("fuzz removed")


def test_settings_of_an_absent_effect_cannot_be_changed() -> None:
    effect = Chain.from_json(STORED).slot("fuzz").effect
    with pytest.raises(SettingsError, match="fuzz is not here, so its settings cannot be changed"):
        effect.param("bias")


@pytest.mark.parametrize("name", ["", " fuzz", "fu\nzz", "x" * 201])
def test_what_can_be_no_name_of_an_effect_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="there is no effect"):
        EFFECTS.resolve(name)


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, float("nan"), float("inf")])
def test_what_can_be_no_setting_is_refused(value: Any) -> None:
    with pytest.raises(SettingsError, match="bias of fuzz must be a number, a text, true or false"):
        Chain.from_json([{"effect": "fuzz", "settings": {"bias": value}}])


def test_another_process_takes_the_effect_of_its_own_catalog() -> None:
    for effect in (*EFFECTS.values(), EFFECTS.resolve("fuzz")):
        assert pickle.loads(pickle.dumps(effect)) == effect
    assert pickle.loads(pickle.dumps(EFFECTS["eq"])) is EFFECTS["eq"]
