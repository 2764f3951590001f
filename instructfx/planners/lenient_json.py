"""Values that are JSON, or what models write for it: raw line breaks, single quotes, comments, literals of Python.

Python is read as far as it writes values down: dict(...), texts side by side or in three quotes, **{...}; no name and
no formula is. Nothing is run.
"""

from __future__ import annotations

import json
import re
from typing import Any

STRING = re.compile(
    r'"""((?:[^"\\]++|\\.|""?+(?!"))*+)"""|\'\'\'((?:[^\'\\]++|\\.|\'\'?+(?!\'))*+)\'\'\''
    r'|"((?:[^"\\]++|\\.)*+)"|\'((?:[^\'\\]++|\\.)*+)\'|“([^“”]*+)”',
    re.DOTALL,
)
STARTS = ('"', "'", "“")
QUOTES = re.compile(r"\\(.)|\"", re.DOTALL)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
WORD = re.compile(r"[A-Za-z_]\w*")
SPACE = re.compile(r"(?:[\s\ufeff]++|(?:#|//)[^\n]{0,2000}+|/\*(?:(?!\*/).){0,2000}+\*/)*+", re.DOTALL)
REST = re.compile(r"[\s\ufeff}\])>;,]*")
"""What may stand behind a whole value without changing what it is, such as a bracket too many."""
WORDS = {"true": True, "false": False, "null": None, "none": None, "nan": float("nan"), "infinity": float("inf")}
MOST_VALUES = 20_000
DEEPEST = 30
LONGEST_NUMBER = 400  # digits
MOST_LAYERS = 3  # of JSON that is written as a text of JSON


class UnreadableError(ValueError):
    """No value stands there."""


def parsed(text: str) -> Any:
    """The value that a text is as a whole; None where it is none."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    reader = LenientReader(text)
    try:
        value, at = reader.value(0)
        if not isinstance(value, dict | list):
            return value if SPACE.fullmatch(text, at) else None
        while not REST.fullmatch(text, at):  # an object that is sent twice, or behind an empty one
            again, at = reader.value(at)
            if value != {} and again != value:
                return None
            value = again
    except UnreadableError:
        return None
    return value


def value_in(text: str) -> Any:
    """As `parsed`, also where JSON was written as a text of JSON, up to three times; None for mere text."""
    for _ in range(MOST_LAYERS):
        text = text.strip("\ufeff \t\r\n")
        value = parsed(text)
        if value is None and text.startswith(("{\\", "[\\")):
            value = parsed(f'"{text}"')
        if not isinstance(value, str):
            return value
        text = value
    return None


class LenientReader:
    """Reads values out of a text. Each method takes where to begin and gives the value and where it ends, or raises
    UnreadableError; all calls together read a limited number of values."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = MOST_VALUES
        self._in_call = False
        self._decoder = json.JSONDecoder(strict=False)

    def first(self, at: int) -> tuple[Any, int]:
        """JSON where it is valid, else what is nearly JSON."""
        try:
            return self._decoder.raw_decode(self._text, at)
        except (ValueError, RecursionError):
            return self.value(at)

    def called(self, at: int, depth: int = 0) -> tuple[Any, int]:
        """What stands between the brackets of a call in Python: named arguments, or one value without a name."""
        at = self._space(at)
        outside, self._in_call = self._in_call, True
        try:
            if self._text[at : at + 1] not in ("{", *STARTS):
                return self._pairs(at, ")", "=", depth)
            value, at = self.value(at, depth + 1)
            at = self._comma(at, ")")
            if self._text[at : at + 1] != ")":
                raise UnreadableError
            return value, at + 1
        finally:
            self._in_call = outside

    def value(self, at: int, depth: int = 0) -> tuple[Any, int]:
        """What is nearly JSON."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise UnreadableError
        at = self._space(at)
        mark = self._text[at : at + 1]
        if mark == "{":
            return self._pairs(at + 1, "}", ":", depth)
        if mark in ("[", "("):
            values, at = self._list(at + 1, "]" if mark == "[" else ")", depth)
            return (values[0] if mark == "(" and len(values) == 1 else values), at
        if mark in STARTS:
            return self._strings(at)
        if number := NUMBER.match(self._text, at):
            return _number(number[0]), number.end()
        word = WORD.match(self._text, at)
        if word and word[0] == "dict" and self._text[word.end() : word.end() + 1] == "(":
            return self.called(word.end() + 1, depth + 1)
        if not word or word[0].lower() not in WORDS:
            raise UnreadableError
        return WORDS[word[0].lower()], word.end()

    def _pairs(self, at: int, close: str, between: str, depth: int) -> tuple[dict[str, Any], int]:
        given: dict[str, Any] = {}
        at = self._space(at)
        while self._text[at : at + 1] != close:
            if self._text.startswith("**", at):
                more, at = self.value(at + 2, depth + 1)
                if not isinstance(more, dict):
                    raise UnreadableError
                given |= more
            else:
                word = WORD.match(self._text, at)
                key, at = (word[0], word.end()) if word else self._string(at)
                at = self._space(at)
                if self._text[at : at + 1] != between:
                    raise UnreadableError
                given[key], at = self.value(at + 1, depth + 1)
            at = self._comma(at, close)
        return given, at + 1

    def _list(self, at: int, close: str, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        at = self._space(at)
        while self._text[at : at + 1] != close:
            value, at = self.value(at, depth + 1)
            values.append(value)
            at = self._comma(at, close)
        return values, at + 1

    def _strings(self, at: int) -> tuple[str, int]:
        """One text; in a call of Python also several, side by side."""
        text, at = self._string(at)
        while self._in_call and self._text[(then := self._space(at)) : then + 1] in STARTS:
            more, at = self._string(then)
            text += more
        return text, at

    def _string(self, at: int) -> tuple[str, int]:
        self._left -= 1
        found = STRING.match(self._text, at)
        if not found or self._left < 0:
            raise UnreadableError
        inner = next(each for each in found.groups() if each is not None)
        try:
            text = json.loads(f'"{QUOTES.sub(_quoted, inner)}"', strict=False)
        except ValueError:  # an escape that JSON does not know
            text = inner
        return str(text), found.end()

    def _comma(self, at: int, close: str) -> int:
        at = self._space(at)
        if self._text[at : at + 1] == ",":
            return self._space(at + 1)
        if self._text[at : at + 1] != close:
            raise UnreadableError
        return at

    def _space(self, at: int) -> int:
        match = SPACE.match(self._text, at)
        return match.end() if match else at


def _quoted(mark: re.Match[str]) -> str:
    """An escaped single quote without its escape, a bare double quote with one, everything else as it is."""
    if mark[1] is None:
        return '\\"'
    return "'" if mark[1] == "'" else mark[0]


def _number(digits: str) -> float:
    if len(digits) > LONGEST_NUMBER:
        raise UnreadableError
    return float(digits) if set(digits) & set(".eE") else int(digits)
