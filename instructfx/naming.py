"""Names of files, made from words that a person typed."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40


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
