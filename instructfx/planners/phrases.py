"""What the built-in planner says, in the language of the person: the sentences of `phrases.toml`, their gaps filled.

A `Voice` says everything in one language: sentences, lists, effects, settings with their values, and what it is called
when an axis of the ear moves.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from instructfx.chain import Chain, Slot
from instructfx.chain.format import FLAT_DB, SettingLine, bands_of, label_text, settings_of, value_text
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS, Effect, Param
from instructfx.language.intent_types import Language

A_LITTLE, MUCH = 0.6, 1.6  # steps
ON_A_CARD = 3  # settings that are told where an effect does not say which
AxisText = Literal["name", "more", "less", "ask_more", "ask_less"]


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Any]:
    """The whole of `phrases.toml`."""
    return tomllib.loads(resources.files("instructfx.planners").joinpath("phrases.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Voice:
    """Says things in one language."""

    language: Language = "en"

    def say(self, key: str, **gaps: str) -> str:
        """The sentence of that key, from a capital letter where it is a whole one."""
        text: str = texts()["sentences"][key][self.language].format(**gaps)
        if self.language == "es":
            text = re.sub(r"\b([Dd]e|[Aa]) el\b", r"\1l", text)
        return capital(text) if text.endswith((".", "?")) else text

    def opening(self, key: str) -> str:
        """A sentence up to its first gap."""
        text: str = texts()["sentences"][key][self.language]
        return text.partition("{")[0]

    def listed(self, words: Sequence[str], last: Literal["and", "or"] = "and") -> str:
        """ "a, b and c"."""
        if len(words) <= 1:
            return "".join(words)
        text = self.say(last, words=", ".join(words[:-1]), last=words[-1])
        return re.sub(r" y (?=h?i(?!e))", " e ", text) if self.language == "es" else text

    def quoted(self, words: Sequence[str], last: Literal["and", "or"] = "and") -> str:
        """ "“a” and “b”"."""
        return self.listed([self.say("quoted", word=word) for word in words], last)

    # The ear's axes

    def axis(self, axis: str, text: AxisText = "name") -> str:
        """What an axis is called, more or less of it, or what to type to get that."""
        said: str = texts()["axes"][axis][text][self.language]
        return said

    def compared(self, axis: str, change: float, degree: bool = True) -> str:
        """What one calls a change of so many steps: "a little warmer", "much less harsh"."""
        text = self.axis(axis, "less" if change < 0 else "more")
        if not degree or A_LITTLE < abs(change) < MUCH:
            return text
        little = abs(change) <= A_LITTLE
        if text.startswith("con "):  # "con algo más de peso", not "un poco con más peso"
            noun = text.removeprefix("con ")
            noun = re.sub(r"^(más|menos) ", r"\1 de ", noun) if little else noun
            return self.say("with_a_little" if little else "with_much", compared=noun)
        return self.say("a_little" if little else "much", compared=text)

    def wish(self, axis: str, change: float) -> str:
        """What to type to move an axis that way."""
        return self.axis(axis, "ask_less" if change < 0 else "ask_more")

    def meaning(self, axis: str) -> str:
        """What is heard as an axis rises."""
        said: str = texts()["axes"][axis]["meaning_es"]
        return said if self.language == "es" else AXES[axis].meaning

    # Effects

    def effect(self, name: str) -> str:
        """An effect as one says it in a sentence: "reverb"."""
        spanish = self._spanish(name)
        said: str = spanish["name"] if spanish else EFFECTS.resolve(name).label.lower()
        return said

    def the(self, name: str) -> str:
        """ "the reverb"."""
        if self.language == "en":
            return f"the {self.effect(name)}"
        return f"{self._spanish(name).get('article', 'el')} {self.effect(name)}"

    def one(self, name: str, count: int = 0) -> str:
        """What was put in: "an equaliser", or "a second equaliser" where there is one already."""
        if self.language == "es":
            spanish = self._spanish(name)
            before = ("una", "otra") if spanish.get("article") == "la" else ("un", "otro")
            plain = spanish.get("one", f"{before[0]} {self.effect(name)}")
            return f"{before[1]} {self.effect(name)}" if count else plain
        if count:
            return f"{'a second' if count == 1 else 'another'} {self.effect(name)}"
        return EFFECTS.resolve(name).words.noun or self.effect(name)

    def summary(self, name: str) -> str:
        """What an effect is for, in a line."""
        said: str = self._spanish(name).get("summary", "") or EFFECTS.resolve(name).summary
        return said

    def called(self, chain: Chain, slot_id: str) -> str:
        """A slot: "the equaliser", or "equaliser 2" where there are two."""
        name = chain.slot(slot_id).effect.name
        return self.the(name) if chain.names.count(name) == 1 else self.named(chain, slot_id)

    def named(self, chain: Chain, slot_id: str) -> str:
        """A slot without its article: "equaliser", or "equaliser 2" where there are two."""
        name = chain.slot(slot_id).effect.name
        if chain.names.count(name) == 1:
            return self.effect(name)
        return f"{self.effect(name)} {chain.number_of(slot_id)}"

    def _spanish(self, name: str) -> Mapping[str, str]:
        found: Mapping[str, str] = texts()["effects"].get(name, {}) if self.language == "es" else {}
        return found

    # Settings

    def setting(self, param: Param) -> str:
        """ "mix", "low shelf gain"."""
        if self.language == "en":
            return param.label
        known: Mapping[str, str] = texts()["settings"]
        if param.name in known:
            return known[param.name]
        for part in ("cutoff_frequency", "gain", "q"):
            band = re.sub(rf"_{part}(_db|_hz)?$", "", param.name)
            if band != param.name and band in known:
                return f"{known[part]} {known[band]}"
        return param.label

    def band(self, band: str) -> str:
        """What a band of an equaliser is called: "low shelf"."""
        name: str = texts()["settings"].get(band, band) if self.language == "es" else label_text(band).lower()
        return name

    def value(self, param: Param, value: float) -> str:
        """A value in its unit: "30 %", "+1.8 dB"."""
        if param.name == "pan":
            side = "middle" if abs(value) < 0.005 else "left" if value < 0 else "right"
            return self.say(side, share=f"{abs(value) * 100:.0f} %") if side != "middle" else self.say(side)
        if param.kind == "switch":
            return self.say("on" if round(value) else "off")
        return value_text(param, value)

    def lines(self, slot: Slot) -> list[SettingLine]:
        """The settings of a slot as the page shows them; a band's are one line."""
        lines = settings_of(slot)
        if self.language == "en":
            return lines
        banded = dict(bands_of(slot.effect))
        in_bands = {param.name for params in banded.values() for param in params}
        labels = [texts()["settings"].get(band, label_text(band)) for band in banded]
        labels += [self.setting(param) for param in slot.effect.params if param.name not in in_bands]
        return [
            replace(line, label=capital(label), text=line.text.replace(" at ", " en "))
            for line, label in zip(lines, labels, strict=True)
        ]

    def settings(self, slot: Slot) -> list[str]:
        """The telling settings of a slot: the bands of an equaliser that do something; else those on its card."""
        found, banded = [], set()
        for band, (gain, frequency, q) in bands_of(slot.effect):
            banded |= {gain.name, frequency.name, q.name}
            if abs(slot.settings[gain.name]) >= FLAT_DB:
                values = [value_text(each, slot.settings[each.name]) for each in (gain, frequency)]
                found.append(f"{self.band(band)} {self.say('at', gain=values[0], frequency=values[1])}")
        for param in _on_the_card(slot.effect):
            if param.name not in banded:
                found.append(f"{self.setting(param)} {self.value(param, slot.settings[param.name])}")
        return found


def _on_the_card(effect: Effect) -> list[Param]:
    if effect.card:
        return [effect.param(name) for name in effect.card]
    last = [param for param in effect.params[ON_A_CARD:] if param.name == "mix"]
    return [*effect.params[:ON_A_CARD], *last]


def capital(text: str) -> str:
    """The text from a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def uncapital(text: str) -> str:
    """The text from a small letter, to stand behind a colon."""
    return f"{text[:1].lower()}{text[1:]}"
