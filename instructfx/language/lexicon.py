"""The lexicon: what words mean, read from lexicon.toml and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from instructfx.effects import EFFECTS, Effect
from instructfx.effects import words as said
from instructfx.language.families import AXES, Family, LexiconError, read_families
from instructfx.language.inflection import WordForm, english_forms, spanish_forms, spanish_stem, spanish_verb_stems
from instructfx.language.spelling import SHORTEST, SURE, nearest
from instructfx.language.words import split_phrase

__all__ = [
    "AXES",
    "EffectName",
    "Entry",
    "Family",
    "Lexicon",
    "LexiconError",
    "SettingWord",
    "lexicon",
    "read_lexicon",
]

LONGEST_PHRASE: Final = 5


@dataclass(frozen=True)
class EffectName:
    """What musicians call an effect, and the settings that the word implies."""

    effect: str
    settings: Mapping[str, float]


@dataclass(frozen=True)
class SettingWord:
    """What musicians call a setting; the first of the effects is meant where none is named."""

    param: str
    effects: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """All readings of one phrase."""

    language: str
    family: str | None = None
    form: WordForm = "base"
    nickname: EffectName | None = None
    setting: SettingWord | None = None
    listed: bool = False  # as written in the lexicon, rather than made by a rule


@dataclass(frozen=True)
class Lexicon:
    """Families by name, and every phrase that is understood."""

    families: Mapping[str, Family]
    entries: Mapping[tuple[str, ...], Entry]
    stems: Mapping[str, Entry]
    spelled: Mapping[str, int]
    colours: Mapping[tuple[str, str], Mapping[str, float]]
    ignored: frozenset[str]
    sources: frozenset[str]
    lives: Mapping[str, Entry]
    common: frozenset[str]

    def phrase_at(self, keys: tuple[str, ...], start: int) -> tuple[Entry, int] | None:
        """The longest phrase that begins at a key, and the position behind it."""
        for length in range(min(LONGEST_PHRASE, len(keys) - start), 0, -1):
            entry = self.entries.get(keys[start : start + length])
            if entry is not None:
                return entry, start + length
        return None

    def spanish_verb(self, key: str) -> Entry | None:
        """The reading of a Spanish verb that is made of a listed word: "suavízalo" of "suave"."""
        return next((self.stems[stem] for stem in spanish_verb_stems(key) if stem in self.stems), None)

    def corrected(self, key: str) -> str | None:
        """The word of the lexicon that is one slip of the finger away from a word, or None."""
        return nearest(key, self.spelled)


def _forms(word: str, language: str) -> Iterator[tuple[str, WordForm]]:
    folded = " ".join(split_phrase(word))
    yield folded, "base"
    yield from (spanish_forms if language == "es" else english_forms)(folded)
    joined = "".join(split_phrase(word))
    if "-" in word:
        yield from (spanish_forms if language == "es" else english_forms)(joined)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read once. Raises LexiconError where lexicon.toml is wrong."""
    text = resources.files("instructfx.language").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return read_lexicon(text)


def read_lexicon(text: str) -> Lexicon:
    """A lexicon from the text of a toml file; `docs/lexicon.md` explains the form."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"lexicon.toml is no valid toml: {error}") from error
    families = read_families(data["families"])
    entries: dict[tuple[str, ...], Entry] = {}
    _enter_nicknames(entries)
    _enter_settings(entries, data.get("settings", []))
    _enter_families(entries, families)
    plain = {name: frozenset(" ".join(lists).split()) for name, lists in data["words"].items()}
    taken = plain["ignored"] | plain["sources"] | plain["common"]
    for key in taken:
        if (key,) in entries and not entries[(key,)].listed:
            del entries[(key,)]  # a form made by a rule gives way to a common word
    stems: dict[str, Entry] = {}
    for keys, entry in entries.items():
        if entry.language == "es" and entry.listed and len(keys) == 1:
            stems.setdefault(spanish_stem(keys[0]), replace(entry, form="verb", setting=None))
    return Lexicon(
        MappingProxyType(families),
        MappingProxyType(entries),
        MappingProxyType(stems),
        MappingProxyType(_spelled(entries)),
        MappingProxyType(_colours(families)),
        plain["ignored"],
        plain["sources"],
        MappingProxyType(_lives(data.get("lives", {}), families)),
        plain["common"],
    )


def _lives(given: Mapping[str, str], families: Mapping[str, Family]) -> dict[str, Entry]:
    """Instrument or voice -> the part of the spectrum where it is most itself."""
    for family in given:
        if family not in families:
            raise LexiconError(f"[lives] names {family!r}, which is no family")
    return {source: Entry("", family=family) for family, sources in given.items() for source in sources.split()}


def _colours(families: Mapping[str, Family]) -> dict[tuple[str, str], Mapping[str, float]]:
    """(effect, family) -> what changes when the quality is said of the effect: "a darker reverb"."""
    colours: dict[tuple[str, str], Mapping[str, float]] = {}
    for effect in EFFECTS.values():
        for colour in effect.words.colours:
            for name in colour.changes:
                effect.param(name)
            colours |= {(effect.name, family): colour.changes for family in colour.families if family in families}
    return colours


def _spelled(entries: Mapping[tuple[str, ...], Entry]) -> dict[str, int]:
    """Single words that a slip may be corrected to, those that are listed first."""
    kept: dict[str, int] = {}
    for keys, entry in entries.items():
        made = entry.language == "en" and entry.form in ("comparative", "noun", "verb") and _usual(keys[0])
        if len(keys) == 1 and len(keys[0]) >= SHORTEST and (entry.listed or (made and len(keys[0]) >= SURE)):
            kept[keys[0]] = 0 if entry.listed else 1
    return kept


def _usual(word: str) -> bool:
    return word.endswith(("er", "ness", "en", "th", "ty"))


def _enter_families(entries: dict[tuple[str, ...], Entry], families: Mapping[str, Family]) -> None:
    made: list[tuple[tuple[str, ...], Entry]] = []
    for family in families.values():
        for language, words in family.words.items():
            for word in words:
                for index, (phrase, form) in enumerate(_forms(word, language)):
                    entry = Entry(language, family.name, form, listed=index == 0)
                    made.append((tuple(phrase.split(" ")), entry))
    made.sort(key=lambda item: (not item[1].listed, item[1].language == "es"))  # listed words win, then English
    for keys, entry in made:
        known = entries.get(keys)
        if known is None:
            entries[keys] = entry
        elif known.listed and entry.listed and known.language != entry.language:
            entries[keys] = replace(known, language="", family=known.family or entry.family)
        elif known.family is None and (entry.listed or (entry.form == "noun" and not known.nickname)):
            entries[keys] = replace(known, family=entry.family, form=entry.form, listed=entry.listed)


def _enter_nicknames(entries: dict[tuple[str, ...], Entry]) -> None:
    """What the effects say of themselves, then their names and aliases."""
    given = [(effect, each.settings, {"en": each.en, "es": each.es}) for effect, each in _nicknames()]
    plain = ((effect, (effect.name, *effect.aliases)) for effect in EFFECTS.values())
    given += [(effect, {}, {"en": tuple(name.replace("_", " ") for name in names)}) for effect, names in plain]
    for effect, settings, names in given:
        implied = {name: effect.param(name).clamp(value) for name, value in settings.items()}
        nickname = EffectName(effect.name, MappingProxyType(implied))
        for language, words in names.items():
            for word in words:
                folded = " ".join(split_phrase(word))
                for phrase, form in _forms(word, language):
                    plain_form = form == "base" and (language == "es" or not phrase.endswith("y") or phrase == folded)
                    if plain_form or form == "verb":
                        keys = tuple(phrase.split(" "))
                        known = entries.setdefault(keys, Entry(language, form=form, nickname=nickname, listed=True))
                        if known.language not in ("", language):
                            entries[keys] = replace(known, language="")


def _joined(keys: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """A phrase, and two words written as one: "pre delay", "predelay"."""
    return (keys, ("".join(keys),)) if len(keys) == 2 else (keys,)


def _nicknames() -> Iterator[tuple[Effect, said.Nickname]]:
    for effect in EFFECTS.values():
        yield from ((effect, nickname) for nickname in effect.words.nicknames)


def _enter_settings(entries: dict[tuple[str, ...], Entry], shared: list[dict[str, Any]]) -> None:
    """Names of settings: those of one effect from it, then those that effects share.

    Of these the listed effects come first, and every other that has the setting after them.
    """
    own = [(each, (effect.name,)) for effect in EFFECTS.values() for each in effect.words.settings]
    for item in shared:
        having = [name for name, effect in EFFECTS.items() if item["param"] in effect.defaults()]
        named = said.SettingName(item["param"], tuple(item["en"]), tuple(item["es"]))
        own.append((named, tuple(dict.fromkeys((*item["effects"], *having)))))
    for each, effects in own:
        for effect in effects:
            EFFECTS[effect].param(each.param)
        word = SettingWord(each.param, effects)
        for language, phrases in (("en", each.en), ("es", each.es)):
            for keys in {keys for phrase in phrases for keys in _joined(split_phrase(phrase))}:
                known = entries.get(keys)
                if known is None:
                    entries[keys] = Entry(language, setting=word, listed=True)
                elif known.setting is None:
                    entries[keys] = replace(known, setting=word)
