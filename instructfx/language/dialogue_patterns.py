"""The patterns of dialogue.toml and beyond.toml, read and compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, get_args

from instructfx.effects import EFFECTS
from instructfx.language.eq_commands import AREAS
from instructfx.language.grammar import roles
from instructfx.language.intent_types import Beyond, Reference, Topic
from instructfx.language.lexicon import lexicon
from instructfx.language.numbers import NOTE_LENGTHS
from instructfx.language.patterns import PatternError, Patterns, Phrases, classes_of, patterns
from instructfx.language.tables import table

CODES: Final = ("en", "es")


@dataclass(frozen=True)
class Pronoun:
    """What stands for effects: "both", "them", "the second one" (number counts from 1, -1 is the last)."""

    kind: Literal["both", "every", "them", "numbered", "other"]
    number: int = 0


@dataclass(frozen=True)
class DialoguePatterns:
    """The patterns of dialogue.toml and beyond.toml. cannot is what the rack cannot do, by its keys.

    past begins a question of what then had more of, also one that says only what else is asked, again one that says
    nothing new; baselines are what a comparison is with, counted is topic of a question -> the number in it, targets
    are loudnesses in LUFS by where it is to be played.
    """

    acts: Patterns[str]
    references: Patterns[Reference]
    pronouns: Patterns[Pronoun]
    app: Patterns[Beyond]
    beyond: Patterns[Beyond]
    cannot: Mapping[str, Beyond]
    asking: Patterns[str]
    please: Patterns[str]
    proposals: Patterns[str]
    topics: Patterns[Topic]
    past: Patterns[str]
    also: Patterns[str]
    again: Patterns[str]
    baselines: Patterns[Reference]
    counted: Mapping[str, Patterns[int]]
    targets: Patterns[float]


@lru_cache(maxsize=1)
def dialogue_patterns() -> DialoguePatterns:
    """The patterns, read once. Raises PatternError where a file says something that cannot be."""
    data, beyond = table("dialogue.toml"), table("beyond.toml")
    known = classes()
    for entry in data["question"]:
        if entry["topic"] not in get_args(Topic):
            raise PatternError(f"dialogue.toml: there is no topic {entry['topic']!r}; there are {get_args(Topic)}")
    return DialoguePatterns(
        acts=patterns([(each, act["name"]) for act in data["act"] for each in _written(act)], known),
        references=patterns(
            [(each, _reference(ref)) for ref in data["reference"] for each in _written(ref)],
            known,
        ),
        pronouns=patterns(
            [
                (each, Pronoun(entry["kind"], entry.get("number", 0)))
                for entry in data["pronoun"]
                for each in _written(entry)
            ],
            known,
        ),
        app=patterns([(each, _beyond(entry)) for entry in data["app"] for each in _written(entry)], known),
        beyond=patterns([(each, _beyond(entry)) for entry in beyond["beyond"] for each in _written(entry)], known),
        cannot={entry["key"]: _beyond(entry) for entry in beyond["beyond"]},
        asking=patterns([(each, "asks") for each in _written(data["asking"])], known),
        please=patterns([("^ {please}", "please")], known),
        proposals=patterns([(each, "proposes") for each in _written(data["proposing"])], known),
        topics=patterns([(each, entry["topic"]) for entry in data["question"] for each in _written(entry)], known),
        past=patterns([(each, "past") for each in _written(data["past"])], known),
        also=patterns([(each, "also") for each in _written(data["also"])], known),
        again=patterns([(each, "again") for each in _written(data["again"])], known),
        baselines=patterns([(each, _reference(ref)) for ref in data["baseline"] for each in _written(ref)], known),
        targets=patterns([(each, entry["lufs"]) for entry in data["target"] for each in _written(entry)], known),
        counted={
            topic: patterns(
                [
                    (each, entry["number"])
                    for entry in data["counted"]
                    if entry["topic"] == topic
                    for each in _written(entry)
                ],
                known,
            )
            for topic in sorted({entry["topic"] for entry in data["counted"]})
        },
    )


def _written(entry: Mapping[str, Any]) -> list[str]:
    return [each for code in CODES for each in entry.get(code, ())]


def _reference(entry: Mapping[str, Any]) -> Reference:
    return Reference(entry["kind"], entry.get("amount", 1.0), entry.get("words", ""))


def _beyond(entry: Mapping[str, Any]) -> Beyond:
    return Beyond(entry["key"], entry["say_en"], entry["say_es"])


@lru_cache(maxsize=1)
def classes() -> Mapping[str, Phrases]:
    """Class of a pattern -> its phrases: those that the files list, and those of lexicon and catalog."""
    listed: Mapping[str, Sequence[str]] = {**table("dialogue.toml")["classes"], **table("beyond.toml")["classes"]}
    words = lexicon()
    nicknames = [
        each for effect in EFFECTS.values() for name in effect.words.nicknames for each in (*name.en, *name.es)
    ]
    written = {
        **listed,
        "source": [*sorted(words.sources), *listed["part"]],
        "section": [*listed["passage"], *listed["song_part"]],
        "effect": nicknames,
        "swapped": nicknames,
    }
    found = {
        "quality": [keys for keys, entry in words.entries.items() if entry.family is not None],
        "comparative": [keys for keys, entry in words.entries.items() if entry.form == "comparative"],
        "area": [keys for keys, entry in words.entries.items() if entry.family in AREAS],
        "length": NOTE_LENGTHS,
        "degree": [keys for keys, readings in roles().items() if any(role == "degree" for role, _, _ in readings)],
    }
    return {**classes_of(written), **{name: Phrases.of(phrases) for name, phrases in found.items()}}
