"""What people say to a rack, with what an engineer would do then: `data/sentences.toml`, or a JSON list, as records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from instructfx.bench.quality.chain_checks import ChainCheck, chain_check
from instructfx.bench.quality.effect_labels import BenchDataError, read_toml
from instructfx.bench.quality.noise_bands import Direction, direction
from instructfx.effects import EFFECTS

UTTERANCES = Path(__file__).parent / "data" / "sentences.toml"
KEYS = frozenset({"say", "before", "kind", "language", "effects", "directions", "settings"})
JSON_KEYS = frozenset({"category", "said_before", "sentence", "kind", "effects", "directions", "settings"})

Kind = Literal["do", "cannot", "answer", "ask", "ack", "lang", "ask_or_do", "undo_or_ask"]
"""What is right: to change the sound; to say that this is not done here; to answer; to ask back; to leave it; to say
which languages are spoken, or do it; to ask or do it; to take the last turn back, or ask."""


@dataclass(frozen=True)
class Utterance:
    """Words, those that came before them, and what is expected where the sound is to change.

    One of effects must be touched, each direction taken and each check hold. Nothing is tuned on held-out ones.
    """

    say: str
    before: tuple[str, ...]
    kind: Kind
    category: str
    language: str
    effects: frozenset[str]
    directions: tuple[Direction, ...]
    checks: tuple[ChainCheck, ...]
    held_out: bool

    @property
    def key(self) -> str:
        return " | ".join((*self.before, self.say))


def read_utterances(path: Path = UTTERANCES) -> tuple[Utterance, ...]:
    """All of a file, TOML (category = [{ say = ..., ... }]) or, by its name, JSON, in its order.

    JSON is a list of objects with category, said_before (a list), sentence, kind, effects, directions and settings;
    what else they hold is passed over, and none of them is held out. Raises BenchDataError for what cannot be, saying
    where.
    """
    found = _from_json(path) if path.suffix == ".json" else _from_toml(path)
    keys = [one.key for one in found]
    doubled = [key for key in keys if keys.count(key) > 1]
    if doubled:
        raise BenchDataError(f"{path.name}: {doubled[0]!r} stands there twice; take one out")
    if not found:
        raise BenchDataError(f"{path.name}: there are no sentences in it")
    return tuple(found)


def _from_toml(path: Path) -> list[Utterance]:
    found = []
    for category, entries in read_toml(path).items():
        if not isinstance(entries, list):
            raise BenchDataError(f"{path.name}: {category} is a list of sentences")
        for index, entry in enumerate(entries):
            where = f"{path.name}, {category}, sentence {index + 1}"
            if not isinstance(entry, Mapping) or not {"say"} <= set(entry) <= KEYS:
                raise BenchDataError(f"{where}: it needs say, and may have {', '.join(sorted(KEYS - {'say'}))}")
            found.append(_utterance(where, {"kind": "do", **entry}, category, index % 2 == 1))
    return found


def _from_json(path: Path) -> list[Utterance]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchDataError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchDataError(f"{path.name} is no valid JSON: {error}") from error
    if not isinstance(entries, list):
        raise BenchDataError(f"{path.name}: it is a list of sentences")
    found = []
    for number, entry in enumerate(entries, start=1):
        where = f"{path.name}, sentence {number}"
        if not isinstance(entry, Mapping) or not set(entry) >= JSON_KEYS:
            raise BenchDataError(f"{where}: it needs {', '.join(sorted(JSON_KEYS))}")
        as_ours = {**entry, "say": entry["sentence"], "before": entry["said_before"]}
        found.append(_utterance(where, as_ours, entry["category"], held_out=False))
    return found


def _utterance(where: str, entry: Mapping[str, Any], category: Any, held_out: bool) -> Utterance:
    before = entry.get("before", [])
    texts = {name: entry.get(name, "") for name in ("effects", "directions", "settings")}
    spoken = (entry["say"], category, entry.get("language", "en"), *(before if isinstance(before, list) else [None]))
    if not all(isinstance(text, str) and text.strip() for text in spoken):
        raise BenchDataError(f"{where}: what is said, before too, the category and the language are texts, not empty")
    if not all(isinstance(text, str) for text in texts.values()):
        raise BenchDataError(f"{where}: effects, directions and settings are texts")
    if entry["kind"] not in get_args(Kind):
        raise BenchDataError(f"{where}: kind {entry['kind']!r} is none of {', '.join(get_args(Kind))}")
    effects = frozenset(_parts(texts["effects"], "/"))
    strange = sorted(effects - set(EFFECTS))
    if strange:
        raise BenchDataError(f"{where}: there is no effect {strange[0]!r}; there are {', '.join(EFFECTS)}")
    try:
        directions = tuple(direction(text) for text in _parts(texts["directions"], ","))
        checks = tuple(chain_check(text) for text in _parts(texts["settings"], ";"))
    except BenchDataError as error:
        raise BenchDataError(f"{where}: {error}") from error
    if entry["kind"] == "do" and not (effects or directions or checks):
        raise BenchDataError(f"{where}: it says nothing of what is to be done")
    return Utterance(
        entry["say"], tuple(before), entry["kind"], category, entry.get("language", "en"), effects, directions, checks,
        held_out,
    )  # fmt: skip


def _parts(text: str, divided_by: str) -> list[str]:
    return [part.strip() for part in text.split(divided_by) if part.strip()]
