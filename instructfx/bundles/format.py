"""What a bundle holds: the records of `session.json`, its version, and how large it may be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from instructfx.audio.fingerprint import Signature
from instructfx.sessions import BlindAnswer, Dry, Exchange, Judgement, ReferenceTrack, Turn

FORMAT = "instructfx-session"
VERSION, EARLIER = 5, (1, 2, 3, 4)
SESSION_JSON = "session.json"
MOST_JSON_BYTES = 64 << 20
MOST_AUDIO_BYTES = (1 << 31) - 1
MOST_TRACKS = 2  # the session's, and the one that it is held against
MOST_RATIO = 100
"""How many times smaller a member may be packed: text and sound come nowhere near, zip bombs go far beyond."""

MOST_MEMORY_BYTES = 256e6  # of the values that a text stands for; four turns with 200 steps take 1.3 MB
VALUE_BYTES, NAMED_BYTES, HOLDER_BYTES = 40, 50, 230  # of a number, for a name, of an object or a list
TEXT_BYTES = 60  # of a text beside its characters

KEY = re.compile(r"[A-Za-z0-9_-]{32,}")


@dataclass(frozen=True)
class BundledSession:
    """A session without its id, which opens it and is nobody else's."""

    dry: Dry
    turns: tuple[Turn, ...]
    head: str | None
    origin: str = ""
    excerpt_start: int | None = None
    exchanges: tuple[Exchange, ...] = ()
    reference: ReferenceTrack | None = None


@dataclass(frozen=True)
class BundledFile:
    """A member of the archive beside `session.json`."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Bundle:
    """All of `session.json`. files is empty where the audio was left out; signatures and names are by ids of turns.

    What versions 2, 4 and 5 added has a default in the records; what version 3 changed is changed where older ones are
    read.
    """

    session: BundledSession
    format: Literal["instructfx-session"] = "instructfx-session"
    version: Literal[5] = 5
    answers: tuple[BlindAnswer, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    files: Mapping[str, BundledFile] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def bundle_adapter() -> Any:
    """Writes, reads and describes bundles."""
    from pydantic import TypeAdapter

    return TypeAdapter(Bundle)


def audio_name(sha256: str, extension: str) -> str:
    """The audio's place in the archive."""
    return f"audio/{sha256}{extension}"


def fingerprint(data: bytes | str) -> str:
    """Sixteen hexadecimal digits by which something is known that should not be told."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()[:16]


def without_keys(text: str) -> str:
    """The same text with fingerprints in place of what may be the id of a session."""
    return KEY.sub(lambda found: f"s{fingerprint(found[0])}", text)


def memory_bytes(data: bytes) -> float:
    """What a JSON text and its values take at most, in bytes, before any of it is read.

    One wide character makes all of a text wide, and every text is there twice: in the whole and by itself.
    """
    wide = 4 if re.search(rb"[\xf0-\xff]|\\u[dD]", data) else 2 if re.search(rb"[\xc4-\xef]|\\u", data) else 1
    values, names, holders = data.count(b","), data.count(b":"), data.count(b"[") + data.count(b"{")
    texts = max(data.count(b'"') // 2 - names, 0)
    there = VALUE_BYTES * values + NAMED_BYTES * names + HOLDER_BYTES * holders + TEXT_BYTES * texts
    return 2 * wide * len(data) + there
