"""The lexicon's data: breadth, consistency, and messages for what is wrong."""

from __future__ import annotations

import pytest

from instructfx.effects import EFFECTS
from instructfx.language import lexicon, understand
from instructfx.language.lexicon import AXES, Family, LexiconError, read_lexicon

FAMILIES = tuple(lexicon().families.values())
WORDS = "[words]\nignored = []\nsources = []\ncommon = []\n"


@pytest.mark.parametrize("family", FAMILIES, ids=[family.name for family in FAMILIES])
def test_family_is_sound(family: Family) -> None:
    assert family.axes
    assert set(family.axes) <= set(AXES)
    assert all(-3 <= amount <= 3 for amount in family.axes.values())
    assert max(abs(amount) for amount in family.axes.values()) >= 0.3
    assert family.effects
    assert set(family.effects) <= set(EFFECTS)
    assert family.words["en"]
    assert family.source
    for effect, settings in family.settings.items():
        for name, value in settings.items():
            assert EFFECTS[effect].param(name).clamp(value) == value


def test_there_are_enough_words() -> None:
    english = {word for family in FAMILIES for word in family.words["en"]}
    spanish = {word for family in FAMILIES for word in family.words["es"]}
    assert len(english) >= 230
    assert len(spanish) >= 75


def test_no_word_is_listed_twice() -> None:
    for language in ("en", "es"):
        words = [word for family in FAMILIES for word in family.words[language]]
        assert sorted({word for word in words if words.count(word) > 1}) == []


def test_every_listed_word_is_understood() -> None:
    """Alone, or behind a verb: "cool" alone says that all is well, and "bass" alone not whether more or less."""
    asks = {"en": "make it {}", "es": "que suene {}"}
    deaf = [
        word
        for family in FAMILIES
        for language in ("en", "es")
        for word in family.words[language]
        if not any(_heard(said.format(word)) for said in ("{}", asks[language], "more {}", "más {}"))
    ]
    assert deaf == []


def _heard(words: str) -> bool:
    intent = understand(words)
    return intent.understood or bool(intent.undirected)


def test_opposites_mirror_each_other() -> None:
    families = lexicon().families
    for family in FAMILIES:
        if family.opposite is None:
            continue
        other = families[family.opposite]
        assert other.opposite == family.name
        dot = sum(amount * other.axes.get(axis, 0.0) for axis, amount in family.axes.items())
        assert dot < 0, f"{family.name} and {other.name} point the same way"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not toml", "no valid toml"),
        ('[families.x]\nkind = "quality"\naxes = { nonsense = 1 }\n' + WORDS, "no axis 'nonsense'"),
        ('[families.x]\nkind = "colour"\naxes = { air = 1 }\n' + WORDS, "kind 'colour'"),
        ('[families.x]\nkind = "quality"\n' + WORDS, "needs axes, like or opposite"),
        ('[families.x]\nkind = "quality"\nlike = { y = 1 }\n' + WORDS, "'y', which is no family"),
        ('[families.x]\nkind = "quality"\nlike = { x = 1 }\n' + WORDS, "in a circle"),
        ('[families.x]\nkind = "quality"\naxes = { air = 1 }\neffects = ["z"]\n' + WORDS, "no effect 'z'"),
        (
            '[families.x]\nkind = "place"\naxes = { space = 1 }\nsettings = { reverb = { mix = 7 } }\n' + WORDS,
            "mix 7 is not in 0 to 1",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        read_lexicon(text)


@pytest.mark.parametrize(
    "instruction",
    [
        "house",
        "tone",
        "word",
        "chord",
        "third",
        "purple",
        "nothing here",
        "xyzzy",
        "la casa",
        "siempre",
        "monday",
    ],
)
def test_common_words_are_not_turned_into_others(instruction: str) -> None:
    intent = understand(instruction)
    assert not intent.understood


def test_what_was_not_understood_is_said() -> None:
    assert understand("I recorded this in my bedroom, make it warmer").axes["warmth"] == 1.0
    assert "space" not in understand("I recorded this in my bedroom, make it warmer").axes
    assert understand("make it warmer and purple like a banana").unknown == ("purple", "banana")
    assert understand("please make the track sound a bit, you know, like this").unknown == ()


def test_what_effects_say_of_themselves_names_families_and_axes_that_exist() -> None:
    for effect in EFFECTS.values():
        assert {family for colour in effect.words.colours for family in colour.families} <= set(lexicon().families)
        said = effect.heuristics
        assert {wish[1:] for wish in (*said.first_for, *said.also_for)} | set(said.reach) <= set(AXES)
        assert {name for names in effect.words.numbers.values() for name in names} <= set(effect.defaults())
