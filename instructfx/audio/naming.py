"""Words that a person typed: as a line of text, and as names of files."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

LONGEST = 40
LONGEST_SLUG = 48
LONGEST_SHOWN = 80
LONGEST_STEM_BYTES = 120  # file systems hold names of 255 bytes, and Windows paths of 260 characters
FILLERS = """
a an and be bit but go in into is it its just little make me more my of on please put some so sound sounds that
the this to too track with
"""
SAYS_NOTHING = frozenset(FILLERS.split())
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=$|[ .])", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the first full stop."""


TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Bidirectional classes of Unicode's characters that show what follows them in another order."""


def printable(text: str) -> str:
    """Without what no file and no terminal should get: control characters, halves of emoji, what turns the direction of
    writing by force; white space is spaces.

    >>> printable("  red\\x1b[31m\\nrow")
    '  red[31m row'
    """
    storable = text.encode(errors="replace").decode()  # half of an emoji, as a cut leaves it, is not
    kept = (
        c
        for c in storable
        if c.isspace() or (unicodedata.category(c) != "Cc" and unicodedata.bidirectional(c) not in TURNS)
    )
    return "".join(" " if c.isspace() else c for c in kept)


def for_libsndfile(path: Path) -> str | bytes:
    """A path as soundfile takes it: in bytes, since it cannot write down what is not UTF-8; as text on Windows."""
    return str(path) if os.name == "nt" else os.fsencode(path)


def one_line(text: str) -> str:
    """The same, and any white space is one.

    >>> one_line(" make\\x00 it\\n warmer \\ud83d")
    'make it warmer ?'
    """
    return " ".join(printable(text).split())


def brief(name: str) -> str:
    """A name as a message has it, at most 80 characters: of a longer one its beginning and its end.

    >>> brief("take.wav"), len(brief("sound." + "w" * 2000))
    ('take.wav', 80)
    """
    end = LONGEST_SHOWN // 4
    return name if len(name) <= LONGEST_SHOWN else f"{name[: LONGEST_SHOWN - end - 3]} … {name[-end:]}"


def dashed(text: str) -> str:
    """Lower-case ASCII letters, digits and dashes, at most 40 of them: safe in every file system.

    >>> dashed("Más cálido, please!")
    'mas-calido-please'
    >>> dashed("../../etc")
    'etc'
    >>> dashed("🎸")
    'turn'
    """
    return "-".join(_words(text))[:LONGEST].strip("-") or "turn"


def slug(instructions: Iterable[str]) -> str:
    """The telling words of some instructions, fit for a file name on every system.

    >>> slug(["make it warmer", "put it in a small church"])
    'warmer-small-church'
    """
    name = ""
    for word in (word for text in instructions for word in _words(text) if word not in SAYS_NOTHING):
        if len(name) + len(word) >= LONGEST_SLUG:
            break
        name += f"-{word}" if name else word
    return name


def file_name(shown: str, instructions: Iterable[str], extension: str, mark: str = "") -> str:
    """A name for a download: the track's own, what was asked for, what the file is, the extension.

    Linux, macOS and Windows all take it: no separators or signs of theirs, no name of a device, no dot or space at
    an end, at most 200 bytes.

    >>> file_name("My Song.wav", ["make it warmer"], "flac")
    'My Song-warmer.flac'
    >>> file_name("CON.wav", [], "wav", "16-bit")
    '_CON-16-bit.wav'
    """
    said = [each for each in (slug(instructions), mark) if each]
    return "-".join([_stem(shown), *said]) + f".{extension}"


def _stem(shown: str) -> str:
    given = unicodedata.normalize("NFC", Path(shown.replace("\\", "/")).stem)
    kept = re.sub(r"\0+", "_", "".join(char if _usable(char) else "\0" for char in given))
    stem = kept.encode()[:LONGEST_STEM_BYTES].decode(errors="ignore").lstrip(" ._-").rstrip(" ._") or "track"
    return f"_{stem}" if DEVICES.match(stem) else stem


def _usable(char: str) -> bool:
    return char.isalnum() or char in " .()-_" or unicodedata.category(char).startswith("M")


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)
