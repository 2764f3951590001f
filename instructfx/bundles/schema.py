"""The JSON Schema of `session.json`: what the records are, and how long and large everything in them may be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from instructfx.bundles.format import MOST_AUDIO_BYTES, MOST_TRACKS, VERSION, bundle_adapter
from instructfx.effects import EFFECTS
from instructfx.engine.amounts import LEAST_SHARE, MOST_SHARE
from instructfx.engine.edits import LONGEST_NAME as LONGEST_TURN_NAME
from instructfx.engine.takes import MOST_TAKES
from instructfx.sessions.options import LEAST_STEP, LONGEST_AVOID, MOST_ITERATIONS, MOST_SEED, MOST_STEP

Schema = dict[str, Any]

HIDDEN = "\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff"
LONGEST_NAME, LONGEST_TEXT, LONGEST_ANSWER = 200, 20_000, 1_000_000
MOST_TURNS, MOST_ITEMS, MOST_LEVELS = 10_000, 10_000, 100_000


def _name(also: str = "", what: str = "a name") -> Schema:
    slashes = ", slashes" if also else ""
    return {
        "maxLength": LONGEST_NAME,
        "not": {"pattern": f"[<>{also}{HIDDEN}]"},
        "description": f"{what}: at most {LONGEST_NAME} characters, without < and >{slashes} and what cannot be seen",
    }


NAME = _name()
ID: Schema = {
    "pattern": "^[A-Za-z0-9_-]{1,64}$", "maxLength": 64,
    "description": "an id: letters, digits, dashes and underscores, at most 64",
}  # fmt: skip
SHA256: Schema = {
    "pattern": "^[0-9a-f]{64}$", "maxLength": 64,
    "description": "a SHA-256: 64 hexadecimal digits",
}  # fmt: skip
TIME: Schema = {
    "pattern": "^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$", "maxLength": 30,
    "description": "a time in UTC: 2026-01-31T12:00:00Z",
}  # fmt: skip
SEARCH: Schema = {"minimum": 0, "maximum": 10_000}
ANSWER: Schema = {"maxLength": LONGEST_ANSWER}

SOUND: Mapping[str, Schema] = {
    "sha256": SHA256,
    "name": {**_name("/\\\\", "the track's name"), "minLength": 1},
    "sample_rate": {"minimum": 8000, "maximum": 192_000, "description": "Hz"},
    "channels": {"minimum": 1, "maximum": 2},
    "frames": {"minimum": 1},
    "loudness_lufs": {"minimum": -200, "maximum": 100},
}

LIMITS: Mapping[str, Mapping[str, Schema]] = {
    "Dry": SOUND,
    "ReferenceTrack": SOUND,
    "Turn": {
        "id": ID,
        "parent_id": ID,
        "index": {"minimum": 1, "maximum": MOST_TURNS},
        "instruction": {"maxLength": 2000},
        "seconds": {"minimum": 0},
        "share": {"minimum": LEAST_SHARE, "maximum": MOST_SHARE},
        "take": {"minimum": 0, "maximum": MOST_TAKES},
    },
    "Exchange": {
        "id": ID,
        "after_id": ID,
        "turns": {"minimum": 0, "maximum": MOST_TURNS},
        "instruction": {"maxLength": 2000},
        "planner": NAME,
        "raw": ANSWER,
        "seconds": {"minimum": 0},
        "said_at": TIME,
    },
    "TurnOptions": {
        "step_size": {"minimum": LEAST_STEP, "maximum": MOST_STEP},
        "iterations": {"minimum": 1, "maximum": MOST_ITERATIONS},
        "seed": {"minimum": 0, "maximum": MOST_SEED},
        "loss": NAME,
        "avoid": {"maxLength": LONGEST_AVOID},
    },
    "Plan": {"raw": ANSWER},
    "Asked": {"model": NAME, "prompt_version": NAME, "refused": {"items": {"type": "string", **ANSWER}}},
    "Provenance": {
        **dict.fromkeys(("planner", "ear", "recipe", "machine", "device"), NAME),
        "ear_sha256": {"pattern": "^([0-9a-f]{64})?$", "maxLength": 64},
        "seed": {"minimum": -(2**53), "maximum": 2**53},
        "versions": {"additionalProperties": {"type": "string", **NAME}},
    },
    "GradientOptions": dict.fromkeys(("spectral_steps", "spectral_rounds", "waveform_steps", "patience"), SEARCH),
    "BayesOptions": dict.fromkeys(("evaluations", "first_points", "patience"), SEARCH),
    "Refined": {"steps": {"maxItems": MOST_ITEMS}},
    "BlindAnswer": {"turn_id": ID, "against_id": ID},
    "Judgement": {
        "turn_id": ID,
        "model": NAME,
        "prompt_version": NAME,
        "instruction_following": {"minimum": 1, "maximum": 4},
        "chain_of_thought": {"minimum": 1, "maximum": 4},
    },
    "Signature": {"sha256": SHA256, "levels_db": {"maxItems": MOST_LEVELS}},
    "BundledFile": {"sha256": SHA256, "bytes": {"minimum": 1, "maximum": MOST_AUDIO_BYTES}},
    "BundledSession": {
        "turns": {"maxItems": MOST_TURNS},
        "head": ID,
        "origin": _name("", "where it came from"),
        "exchanges": {"maxItems": MOST_TURNS},
    },
    "Bundle": {
        "files": {
            "maxProperties": MOST_TRACKS,
            "propertyNames": {"pattern": "^audio/[0-9a-f]{64}\\.[a-z0-9]{1,8}$"},
        },
        "signatures": {"maxProperties": MOST_TURNS, "propertyNames": ID},
        "names": {
            "maxProperties": MOST_TURNS,
            "propertyNames": ID,
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": LONGEST_TURN_NAME},
        },
    },
}
"""Record -> field -> what its type does not say."""

BY_TYPE: Mapping[str, Schema] = {
    "string": {"maxLength": LONGEST_TEXT},
    "number": {"minimum": -1e9, "maximum": 1e9},
    "integer": {"minimum": 0, "maximum": 2**31 - 1},
    "array": {"maxItems": MOST_ITEMS},
}
"""What holds where nothing else is said."""


@lru_cache(maxsize=1)
def bundle_schema() -> Schema:
    """JSON Schema, Draft 2020-12, of `session.json` in this version."""
    made = bundle_adapter().json_schema()
    records: dict[str, Schema] = made.pop("$defs")
    records["Bundle"] = made
    for record, fields in LIMITS.items():
        for name, limits in fields.items():
            _limit(records[record]["properties"][name], limits)
    chain = records["Refined"]["properties"]["chain"]
    for record in ("Refined", "Step"):
        records[record]["properties"]["chain"] = {"$ref": "#/$defs/Chain"}
    _limit_slots(chain["items"]["properties"])
    for schema in (*records.values(), chain):
        _close(schema)
    top = records.pop("Bundle")
    top["required"] = ["format", "version", "session", "answers", "judgements", "signatures", "files"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": f"session.json of an InstructFX session bundle, version {VERSION}",
        "$defs": {**dict(sorted(records.items())), "Chain": chain},
    }


def _limit_slots(slot: Schema) -> None:
    """An effect may be one that is not here, but has its own name, no alias; what is known of it is bounded too."""
    aliases = [alias for effect in EFFECTS.values() for alias in effect.aliases]
    slot["id"] |= NAME
    slot["effect"] |= {
        **_name(what="the name of an effect, no alias"),
        "not": {"anyOf": [NAME["not"], {"enum": aliases}]},
    }
    value = {"type": ["number", "string", "boolean"], "minimum": -1e9, "maximum": 1e9, "maxLength": LONGEST_NAME}
    slot["settings"] |= {"additionalProperties": value}


def _limit(schema: Schema, limits: Schema) -> None:
    """Put limits where they belong: into the branch that is not null."""
    for branch in schema.get("anyOf", (schema,)):
        if branch.get("type") != "null":
            branch.update(limits)


def _close(schema: Schema) -> None:
    """Let nothing be without an end: no other keys than those described, no text, list or number of any size."""
    schema.pop("title", None)
    kind = schema.get("type")
    if isinstance(kind, str) and not {"enum", "const"} & set(schema):
        schema.update({key: value for key, value in BY_TYPE.get(kind, {}).items() if key not in schema})
    if kind == "object":
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        elif isinstance(schema.get("additionalProperties"), dict):
            schema.setdefault("maxProperties", LONGEST_NAME)
            schema.setdefault("propertyNames", NAME)
    for inner in (
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *(schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)),
    ):
        _close(inner)
