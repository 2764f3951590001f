"""One slip of the finger: a letter too many, one missing, two swapped, or one from the next key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

SHORTEST, LONGEST = 3, 24
SURE = 5
"""Letters of a word from which on every slip counts; in shorter ones two letters swapped, or one doubled or single."""
NEARLY = 4
"""Letters of a word from which on a letter too many or missing counts as well."""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = "aeiou"


def _neighbours() -> dict[str, str]:
    """The letters that are struck instead of a letter: keys beside it, and one vowel for another."""
    around: dict[str, set[str]] = {letter: set() for row in _ROWS for letter in row}
    for row, letters in enumerate(_ROWS):
        for column, letter in enumerate(letters):
            around[letter] |= {letters[at] for at in (column - 1, column + 1) if 0 <= at < len(letters)}
            for other in (row - 1, row + 1):
                if 0 <= other < len(_ROWS):
                    near = (column, column + 1) if other < row else (column - 1, column)
                    around[letter] |= {_ROWS[other][at] for at in near if 0 <= at < len(_ROWS[other])}
            if letter in _VOWELS:
                around[letter] |= set(_VOWELS) - {letter}
    return {letter: "".join(sorted(others)) for letter, others in around.items()}


_NEAR = _neighbours()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slips(word: str) -> Iterator[tuple[int, str]]:
    """What a mistyped word may have been, each with how unlikely the slip is; the first letter stays."""
    for at in range(1, len(word)):
        head, letter, tail = word[:at], word[at], word[at + 1 :]
        if tail:
            yield 0, head + tail[0] + letter + tail[1:]
        yield (0 if letter == head[-1] else 1), head + tail
        yield from ((2, head + other + tail) for other in _NEAR.get(letter, ""))
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from ((0 if other == head[-1] else 1, head + other + tail) for other in _LETTERS)


def nearest(word: str, known: Mapping[str, int], likely: bool = False) -> str | None:
    """The known word that is one slip away, the likeliest first; None for short words and where none is. likely: only
    letters swapped, doubled or single count."""
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or not word.isascii():
        return None
    most = 0 if likely or len(word) < NEARLY else 2 if len(word) >= SURE else 1
    found = [
        (known[guess] + cost, -len(guess), guess) for cost, guess in slips(word) if guess in known and cost <= most
    ]
    return min(found)[2] if found else None
