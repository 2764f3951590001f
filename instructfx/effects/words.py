"""What musicians call an effect and its settings, and what numbers and qualities mean when they are said of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

Phrases = tuple[str, ...]


@dataclass(frozen=True)
class Nickname:
    """Names of the effect, English and Spanish, and the settings that they imply; those of a choice as its word."""

    en: Phrases
    es: Phrases = ()
    settings: Mapping[str, float | str | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class SettingName:
    """Names of one setting that other effects do not have; shared ones stand in the lexicon."""

    param: str
    en: Phrases
    es: Phrases = ()


@dataclass(frozen=True)
class Colour:
    """What changes in the effect when a quality is said of it: "a darker reverb". families are the lexicon's.

    alone: a comparative by itself is said of the effect where that was spoken of last: "deeper" of a chorus.
    """

    families: Phrases
    changes: Mapping[str, float]
    alone: bool = False


@dataclass(frozen=True)
class EffectWords:
    """noun is what was added, "an equaliser", where that is not just the effect's label.

    numbers maps a unit (db, s, ratio, bits, semitones, or empty for none) to the settings that numbers in it mean when
    the effect is named, in this order: "a 250 ms delay", "compressor: 4:1, 10 ms, 100 ms".
    """

    noun: str = ""
    nicknames: tuple[Nickname, ...] = ()
    settings: tuple[SettingName, ...] = ()
    colours: tuple[Colour, ...] = ()
    numbers: Mapping[str, Phrases] = field(default_factory=dict)

    def meant_by(self, unit: str, taken: Collection[str] = ()) -> str | None:
        """The setting that the next number of a unit means, after those that others took; None where none is."""
        return next((name for name in self.numbers.get(unit, ()) if name not in taken), None)
