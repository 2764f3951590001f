"""Scripted sessions: `data/dialogues.toml` as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructfx.bench.quality.effect_labels import BenchDataError, read_toml
from instructfx.bench.quality.expectations import Expectation, expectation
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS
from instructfx.errors import SettingsError

DIALOGUES = Path(__file__).parent / "data" / "dialogues.toml"
FAMILIES = frozenset(axis.family for axis in AXES.values())
MOST_TURNS = 8


@dataclass(frozen=True)
class DialogueTurn:
    """One turn: the words, the families of axes that they speak of, settings locked before, and what is expected."""

    say: str
    about: tuple[str, ...]
    expect: tuple[Expectation, ...]
    lock: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """A session of a few turns."""

    name: str
    turns: tuple[DialogueTurn, ...]

    @property
    def key(self) -> str:
        return self.name


def read_dialogues(path: Path = DIALOGUES) -> tuple[Dialogue, ...]:
    """All of them, in the order of the file. Raises BenchDataError for what cannot be, saying where."""
    data = read_toml(path)
    entries = data.get("dialogues")
    if set(data) != {"dialogues"} or not isinstance(entries, list):
        raise BenchDataError(f"{path.name} holds [[dialogues]] and nothing else")
    dialogues = tuple(_dialogue(path.name, index, entry) for index, entry in enumerate(entries, start=1))
    names = [dialogue.name for dialogue in dialogues]
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise BenchDataError(f"{path.name}: two dialogues are called {doubled[0]!r}; rename one")
    return dialogues


def _dialogue(file: str, index: int, entry: Any) -> Dialogue:
    if not isinstance(entry, Mapping) or set(entry) != {"name", "turns"} or not isinstance(entry["name"], str):
        raise BenchDataError(f"{file}, dialogue {index}: it has a name and turns, and nothing else")
    where = f"{file}, {entry['name']!r}"
    turns = entry["turns"]
    if not isinstance(turns, list) or not 1 <= len(turns) <= MOST_TURNS:
        raise BenchDataError(f"{where}: turns is a list of 1 to {MOST_TURNS} turns")
    return Dialogue(entry["name"], tuple(_said(f"{where}, turn {n}", turn) for n, turn in enumerate(turns, start=1)))


def _said(where: str, entry: Any) -> DialogueTurn:
    if not isinstance(entry, Mapping) or not {"say", "about", "expect"} <= set(entry) <= {
        "say", "about", "expect", "lock",
    }:  # fmt: skip
        raise BenchDataError(f"{where}: it needs say, about and expect, and may have lock")
    lists = {name: entry.get(name, []) for name in ("about", "expect", "lock")}
    for name, texts in lists.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise BenchDataError(f"{where}: {name} is a list of texts, not {texts!r}")
    if not isinstance(entry["say"], str) or not entry["say"].strip():
        raise BenchDataError(f"{where}: say is what a person says, and not empty")
    strange = [family for family in lists["about"] if family not in FAMILIES]
    if strange:
        raise BenchDataError(f"{where}: there is no family {strange[0]!r}; there are {', '.join(sorted(FAMILIES))}")
    try:
        expected = tuple(expectation(text) for text in lists["expect"])
    except BenchDataError as error:
        raise BenchDataError(f"{where}: {error}") from error
    return DialogueTurn(
        entry["say"], tuple(lists["about"]), expected, tuple(_lock(where, text) for text in lists["lock"])
    )


def _lock(where: str, text: str) -> tuple[str, str]:
    effect, _, setting = text.partition(" ")
    try:
        EFFECTS[effect].param(setting)
    except (KeyError, SettingsError) as error:
        raise BenchDataError(f"{where}: lock names an effect and a setting, not {text!r}") from error
    return effect, setting
