"""Single values out of a model's answer: read where their meaning is plain, refused where it is not."""

from __future__ import annotations

import math
import re
from typing import Any

from instructfx.effects import Param
from instructfx.errors import SettingsError

LONG_TEXT = 600  # characters of a reply or a thought that are kept
MOST_NAMES = 50
WRITTEN = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?)\s*([a-z%]*)\s*", re.IGNORECASE)
MINUS = str.maketrans("\u2212\u2013", "--")


class Unusable(Exception):
    """A value that cannot be taken; the message says what would be legal."""


def number(value: Any, name: str, unit: str = "") -> float | None:
    """A finite number, also one that is written as text with its own unit; None where nothing was given."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        found = WRITTEN.fullmatch(value.translate(MINUS))
        if not found or found[2].lower() not in ("", unit.lower()):
            raise Unusable(f"{name} must be a number{f' in {unit}' if unit else ''}, not {text(value)[:40]!r}")
        value = float(found[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(f"{name} must be a number{f' in {unit}' if unit else ''}, not a {type(value).__name__}")
    if not abs(value) < math.inf:  # unlike math.isfinite, this takes integers of any length
        raise Unusable(f"{name} must be a finite number")
    return float(max(-1e300, min(1e300, value)))


def given_value(param: Param, value: Any) -> float | None:
    """A value for a setting: a number as `number` reads it, or a word of a choice or switch; None where none is."""
    if param.kind not in ("choice", "switch") or value is None or value == "":
        return number(value, param.name, param.unit)
    try:
        return param.clamp(value)
    except SettingsError as error:
        raise Unusable(f"{error!s:.{LONG_TEXT}}") from error


def boolean(value: Any) -> bool | None:
    """True or false, also as text; None where nothing was given."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unusable("bypassed must be true or false")


def text(value: Any) -> str:
    """One line of printable text, cut where it is long; empty where there is none."""
    if not isinstance(value, str):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line if len(line) <= LONG_TEXT else f"{line[: LONG_TEXT - 3]}..."


def names(value: Any) -> list[str]:
    """The texts of a list, or of one text divided by commas."""
    listed = value.split(",") if isinstance(value, str) else value
    return [each.strip() for each in listed[:MOST_NAMES] if isinstance(each, str)] if isinstance(listed, list) else []
