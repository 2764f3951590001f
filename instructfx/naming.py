"""Words that a person typed: as a line of text, and as the name of a file."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40


def one_line(text: str) -> str:
    """Without what no file and no terminal should get: control characters, halves of emoji; any white space is one.

    >>> one_line(" make\\x00 it\\n warmer \\ud83d")
    'make it warmer ?'
    """
    storable = text.encode(errors="replace").decode()  # half of an emoji, as a cut leaves it, is not
    return " ".join("".join(c for c in storable if c.isspace() or unicodedata.category(c) != "Cc").split())


def file_name(text: str) -> str:
    """Lower-case ASCII letters, digits and dashes, at most 40 of them: safe in every file system.

    >>> file_name("Más cálido, please!")
    'mas-calido-please'
    >>> file_name("../../etc")
    'etc'
    >>> file_name("🎸")
    'turn'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "turn"
