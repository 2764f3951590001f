"""Where in the spectrum an effect is to be heard: "keep the reverb out of the lows", "high cut the reverb at 5k"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from instructfx.effects import EFFECTS, Effect
from instructfx.language.eq_commands import AREAS
from instructfx.language.intent_types import Beyond, Command, Verb, Which
from instructfx.language.lexicon import lexicon
from instructfx.language.numbers import quantity_at
from instructfx.language.patterns import Match, Patterns, Phrases, classes_of, patterns
from instructfx.language.tables import table
from instructfx.language.words import Token, split_phrase, tokenise

CUTS: Final = frozenset(("low_cut_hz", "high_cut_hz"))
LOW_HZ, HIGH_HZ = 400.0, 3000.0
"""Parts of the spectrum below and above are the lows and the highs."""
WHOLE: Final = ("tone", "band", "level")
"""Roles of effects of which a part of the spectrum is no scope: "cut the lows of the EQ" is its work."""
MOST = 4  # scopes in an instruction
THERE: Final = Which(definite=True)


@dataclass(frozen=True)
class _Scope:
    """One entry of scopes.toml."""

    cut: str
    verb: Verb
    settings: Mapping[str, float]
    factors: Mapping[str, float]


@dataclass(frozen=True)
class Scoped:
    """The commands that scopes are, what cannot be done, and the tokens that are left."""

    left: tuple[Token, ...]
    commands: tuple[Command, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    unclear: tuple[str, ...] = field(default=())


def scoped(tokens: Sequence[Token], lately: Sequence[str]) -> Scoped:
    """Read the scopes in an instruction. unclear holds those of which nothing says what effect they are about."""
    found = Scoped(tuple(tokens))
    for _ in range(MOST):
        words = [token.key for token in found.left]
        refused, scope = _unfiltered().find(words), _scopes().find(words)
        if refused and _in_hertz(refused):
            left = _without(found.left, refused)
            found = Scoped(left, found.commands, (*found.beyond, refused.meaning), found.unclear)
        elif scope and _in_hertz(scope):
            found = _read(found, scope, lately)
        else:
            break
    return found


def _read(found: Scoped, match: Match[_Scope], lately: Sequence[str]) -> Scoped:
    left = _without(found.left, match)
    phrase = " ".join(token.text for token in found.left[match.start : match.end])
    nickname = _nickname(match.named.get("room", ""))
    spoken = [name for token in found.left[: match.start] if (name := _nickname(token.key)[0])]
    effect = nickname[0] or next(iter((*reversed(spoken), *lately)), "")
    if not effect:
        return Scoped(left, found.commands, found.beyond, (*found.unclear, phrase))
    if not _cuts(EFFECTS[effect]):
        return Scoped(left, found.commands, (*found.beyond, _refusal()), found.unclear)
    scope = match.meaning
    hertz = _hertz(match.named.get("figure", ""))
    said = {scope.cut: EFFECTS[effect].param(scope.cut).clamp(hertz)} if hertz else {}
    verb = "adjust" if effect in spoken else scope.verb
    command = Command(
        phrase=phrase,
        verb=verb,
        effect=effect,
        settings={**(nickname[1] if verb == "add" else {}), **scope.settings, **said},
        changes={},
        boosts=(),
        amount=0.0,
        which=Which() if verb == "add" or effect in spoken else THERE,
        factors={name: factor for name, factor in scope.factors.items() if name not in said},
    )
    return Scoped(left, (*found.commands, command), found.beyond, found.unclear)


def _in_hertz(match: Match[Any]) -> bool:
    """Whether a figure, where one is said, is a frequency: "a delay under 300 ms" is heard everywhere."""
    figure = match.named.get("figure", "")
    return not figure or _hertz(figure) > 0


def _without(tokens: Sequence[Token], match: Match[Any]) -> tuple[Token, ...]:
    return (*tokens[: match.start], Token(",", ",", "mark"), *tokens[match.end :])


def _nickname(phrase: str) -> tuple[str, Mapping[str, float]]:
    entry = lexicon().entries.get(split_phrase(phrase))
    return (entry.nickname.effect, entry.nickname.settings) if entry and entry.nickname else ("", {})


def _hertz(figure: str) -> float:
    """The frequency that a figure says; 0 where it says none."""
    tokens = tokenise(figure)
    read = quantity_at(tokens, 0) if tokens else None
    return read[0].value if read and read[0].unit in ("hz", "") and read[0].value > 0 else 0.0


def _cuts(effect: Effect) -> bool:
    return {param.name for param in effect.params} >= CUTS


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return table("scopes.toml")


@lru_cache(maxsize=1)
def _classes() -> Mapping[str, Phrases]:
    entries = lexicon().entries.items()
    named = [(keys, EFFECTS[entry.nickname.effect]) for keys, entry in entries if entry.nickname]
    hertz = {family: corner for family, (corner, _) in AREAS.items()}
    areas = {keys: hertz[entry.family] for keys, entry in entries if entry.family and entry.family in hertz}
    found = {
        "room": [keys for keys, effect in named if _cuts(effect)],
        "unfiltered": [keys for keys, effect in named if not _cuts(effect) and effect.role not in WHOLE],
        "area": list(areas),
        "lows": [keys for keys, corner in areas.items() if corner <= LOW_HZ],
        "highs": [keys for keys, corner in areas.items() if corner >= HIGH_HZ],
    }
    return {**classes_of(_data()["classes"]), **{name: Phrases.of(phrases) for name, phrases in found.items()}}


@lru_cache(maxsize=1)
def _scopes() -> Patterns[_Scope]:
    written = [
        (pattern, _Scope(entry["cut"], entry["verb"], entry.get("settings", {}), entry.get("factors", {})))
        for entry in _data()["scope"]
        for pattern in (*entry["en"], *entry["es"])
    ]
    return patterns(written, _classes())


@lru_cache(maxsize=1)
def _unfiltered() -> Patterns[Beyond]:
    entry = _data()["unfiltered"]
    return patterns([(pattern, _refusal()) for pattern in (*entry["en"], *entry["es"])], _classes())


def _refusal() -> Beyond:
    entry = _data()["unfiltered"]
    return Beyond("scope", entry["say_en"], entry["say_es"])
