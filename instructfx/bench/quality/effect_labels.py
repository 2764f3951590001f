"""Sentences labelled with the effects that an engineer would accept: `data/selection.toml` as records."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructfx.effects import EFFECTS
from instructfx.errors import InstructFXError

SENTENCES = Path(__file__).parent / "data" / "selection.toml"
KINDS = ("word", "figure", "order", "complaint", "two", "avoid", "talk")
KEYS = frozenset({"say", "kind", "chain", "wanted", "accepted", "why"})


class BenchDataError(InstructFXError):
    """A file that a bench reads says something that cannot be; the message says what and where."""


@dataclass(frozen=True)
class Sentence:
    """What is said to a chain, and the effects that it calls for.

    Each of wanted is met by any one of its effects; accepted may be there too; every other one is wrong. Held-out
    sentences are those that nothing is tuned on.
    """

    say: str
    language: str
    kind: str
    chain: tuple[str, ...]
    wanted: tuple[tuple[str, ...], ...]
    accepted: frozenset[str]
    why: str
    held_out: bool

    @property
    def key(self) -> str:
        return f"{self.language}: {self.say}"


@dataclass(frozen=True)
class Mark:
    """What a choice of effects is worth for one sentence: by effect, what was met, missed and wrong."""

    met: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


def marked(sentence: Sentence, chosen: Collection[str]) -> Mark:
    """Compare; a wish that several effects would meet counts for the first of them that is there, else the first."""
    met: list[str] = []
    missed: list[str] = []
    for effects in sentence.wanted:
        there = [effect for effect in effects if effect in chosen]
        (met if there else missed).append((there or list(effects))[0])
    fine = sentence.accepted.union(*sentence.wanted)
    return Mark(
        tuple(met), tuple(missed), tuple(effect for effect in EFFECTS if effect in chosen and effect not in fine)
    )


def read_sentences(path: Path = SENTENCES) -> tuple[Sentence, ...]:
    """All of them, in the order of the file. Raises BenchDataError for what cannot be."""
    found = []
    for language, entries in read_toml(path).items():
        if language not in ("en", "es") or not isinstance(entries, list):
            raise BenchDataError(f"{path.name}: {language} is not en = [...] or es = [...]")
        for index, entry in enumerate(entries):
            found.append(_sentence(f"{path.name}, {language}, sentence {index + 1}", language, entry, index % 2 == 1))
    doubled = [one.say for one in found if sum(one.key == other.key for other in found) > 1]
    if doubled:
        raise BenchDataError(f"{path.name}: {doubled[0]!r} stands there twice; take one out")
    return tuple(found)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file. Raises BenchDataError where there is none or it is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchDataError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BenchDataError(f"{path.name} is no valid toml: {error}") from error


def _sentence(where: str, language: str, entry: Any, held_out: bool) -> Sentence:
    if not isinstance(entry, Mapping) or not {"say", "kind", "wanted", "accepted", "why"} <= set(entry) <= KEYS:
        raise BenchDataError(f"{where}: it needs say, kind, wanted, accepted and why, and may have chain")
    if entry["kind"] not in KINDS:
        raise BenchDataError(f"{where}: kind {entry['kind']!r} is none of {', '.join(KINDS)}")
    if not all(isinstance(entry[name], str) and entry[name].strip() for name in ("say", "why")):
        raise BenchDataError(f"{where}: say and why are texts that are not empty")
    wanted = tuple(tuple(each.split("/")) for each in _names(where, "wanted", entry))
    accepted = _names(where, "accepted", entry)
    chain = _names(where, "chain", entry)
    for effect in (*accepted, *chain, *(effect for effects in wanted for effect in effects)):
        if effect not in EFFECTS:
            raise BenchDataError(f"{where}: there is no effect {effect!r}; there are {', '.join(EFFECTS)}")
    if not wanted:
        raise BenchDataError(f"{where}: wanted is empty; name at least one effect")
    return Sentence(entry["say"], language, entry["kind"], chain, wanted, frozenset(accepted), entry["why"], held_out)


def _names(where: str, key: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = entry.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BenchDataError(f"{where}: {key} is a list of effects, not {names!r}")
    return tuple(names)
