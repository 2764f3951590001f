"""What is said, in both languages: no sentence without its translation, none with a gap left open, none unused."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS
from instructfx.language import understand
from instructfx.language.intent_types import Language
from instructfx.planners import Plan, PlanRequest, planner_named, replies
from instructfx.planners.phrases import Voice, texts
from instructfx.planners.usual import usual

PLANNERS = Path(replies.__file__).parent
SPEAKING = [path for path in PLANNERS.parent.rglob("*.py") if path.parent == PLANNERS or "Voice" in path.read_text()]
SENTENCES = texts()["sentences"]
MADE = ("cannot_", "verb_", "chip_", "lies_")  # keys that are put together
BOTH: tuple[Language, ...] = ("en", "es")


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_is_there_in_both_languages_with_the_same_gaps(key: str) -> None:
    said = SENTENCES[key]
    assert set(said) == set(BOTH)
    assert all(text.strip() for text in said.values())
    assert gaps(said["en"]) == gaps(said["es"])
    for language in BOTH:
        assert "{" not in Voice(language).say(key, **dict.fromkeys(gaps(said["en"]), "x"))


def test_every_sentence_is_said_somewhere_and_none_is_missing() -> None:
    trees = [ast.parse(path.read_text()) for path in SPEAKING]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    literals = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    asked = {
        node.args[0].value
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "say"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert asked <= set(SENTENCES)
    assert not [
        key
        for key in SENTENCES
        if key not in literals and key.removesuffix("_not") not in literals and not key.startswith(MADE)
    ]


def test_every_axis_effect_and_setting_has_its_names() -> None:
    assert set(texts()["axes"]) == set(AXES)
    assert set(texts()["effects"]) == set(EFFECTS)
    assert all(low < high for low, high in map(usual, AXES))
    spanish = Voice("es")
    for effect in EFFECTS.values():
        assert spanish.the(effect.name).startswith(("el ", "la "))
        assert spanish.summary(effect.name) != effect.summary
        for param in effect.params:
            known = param.name in texts()["settings"] or spanish.setting(param) != param.label
            assert known, f"{effect.name} {param.name}"


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("sign", [1, -1])
def test_what_one_is_told_to_type_is_understood(axis: str, sign: int, language: Language) -> None:
    words = Voice(language).wish(axis, sign)
    intent = understand(words)
    named = [EFFECTS[command.effect].heuristics.reach for command in intent.commands if command.effect]
    assert intent.axes.get(axis, 0.0) * sign > 0 or any(axis in reach for reach in named), words
    assert not intent.unknown


def test_small_words_are_as_they_are_said() -> None:
    english, spanish = Voice("en"), Voice("es")
    assert english.listed(["a", "b", "c"]) == "a, b and c"
    assert spanish.listed(["bajo", "iglesia"]) == "bajo e iglesia"
    assert spanish.say("place_after", what="x") == "después de x"
    assert spanish.say("of", setting="mezcla", what=spanish.the("delay")) == "mezcla del delay"
    assert (english.compared("warmth", 0.5), english.compared("warmth", -2)) == ("a little warmer", "much cooler")
    assert spanish.compared("warmth", 0.5) == "un poco más cálido"
    assert (english.one("reverb"), english.one("eq"), english.one("eq", 1)) == (
        "reverb",
        "an equaliser",
        "a second equaliser",
    )
    assert (spanish.one("reverb"), spanish.one("eq", 1)) == ("una reverb", "otro ecualizador")


RACK = Chain().added("eq", {"mid_gain_db": 2.0}).added("delay", {"mix": 0.3}).added("reverb", {"mix": 0.4})


def planned(words: str, chain: Chain = RACK, channels: int = 2) -> Plan:
    plan = planner_named("builtin").plan(PlanRequest(words, chain, (), {"loudness": -5.0}, channels))
    assert isinstance(plan, Plan)
    return plan


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("más cálido", "Ajusté el ecualizador: más cálido"),
        ("quita el delay", "Quité el delay."),
        ("menos reverb", "Ajusté la reverb (mezcla de 0.4 a 0.2"),
        ("mete un compresor", "Añadí un compresor"),
        ("quita el chorus", "No cambió nada. No hay chorus en la cadena."),
        ("más ancho", "La pista es mono"),
    ],
)
def test_spanish_is_answered_in_spanish(words: str, says: str) -> None:
    plan = planned(words, channels=1 if "ancho" in words else 2)
    assert says in plan.reply
    thoughts = plan.thoughts
    english = {"the", "more", "less", "add", "adjust", "and", "as", "it", "none", "there", "is", "I"}
    for text in (plan.reply, thoughts.asked, thoughts.effects, thoughts.order, *plan.notes):
        assert not english & set(text.replace(",", " ").replace(".", " ").split()), text
