"""One setting of an effect: its kind, its range, and every form in which its value is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, Self

from torch import Tensor

from instructfx.errors import SettingsError

Kind = Literal["number", "whole", "choice", "switch"]
"""Any value of a range, whole steps of one, one of several words, off or on."""

ON, OFF = ("on", "true", "yes"), ("off", "false", "no")


@dataclass(frozen=True)
class Param:
    """One setting of an effect, in its physical unit.

    In memory every value is a float: the place of a choice among `choices`, 0 or 1 of a switch. In JSON a choice is
    its word and a switch is true or false. step is that of a slider. tunable: an ear can judge it, so refiners may
    move it; times, rates, intervals, choices and switches are for the person and the planner alone. plausible is the
    part of the range in which an engineer would leave it: a search goes no further, a person may. title is what a
    card calls it: unless given, its name without the unit.

    Raises SettingsError when the default is outside low..high, a log scale touches 0 or a kind contradicts itself.
    """

    name: str
    low: float
    high: float
    default: float
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"
    step: float = 0.01
    help: str = ""
    tunable: bool = True
    kind: Kind = "number"
    choices: tuple[str, ...] = ()
    plausible: tuple[float, float] | None = None
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.label.capitalize())
        if not self.low < self.high or not self.low <= self.default <= self.high:
            raise SettingsError(f"{self.name}: default {self.default:g} is not in {self.low:g} to {self.high:g}")
        least, most = self.plausible or (self.low, self.high)
        if not self.low <= least < most <= self.high:
            raise SettingsError(f"{self.name}: {least:g} to {most:g} is not within {self.low:g} to {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise SettingsError(f"{self.name}: a log scale needs a low end above 0, not {self.low:g}")
        if self.stepped and not all(float(end).is_integer() for end in (self.low, self.high, self.default)):
            raise SettingsError(f"{self.name}: its ends and its default must be whole numbers")
        if (self.kind == "choice") != bool(self.choices) or len(set(self.choices)) != len(self.choices):
            raise SettingsError(f"{self.name}: a choice, and nothing else, needs choices that all differ")

    @classmethod
    def whole(cls, name: str, low: int, high: int, default: int, unit: str = "", help: str = "") -> Self:
        """A setting that moves in whole steps."""
        return cls(name, low, high, default, unit, step=1, help=help, kind="whole")

    @classmethod
    def choice(cls, name: str, choices: tuple[str, ...], default: str, help: str = "") -> Self:
        """One of two or more words."""
        if default not in choices or len(choices) < 2:
            raise SettingsError(f"{name}: the default {default!r} must be one of two or more choices")
        at = choices.index(default)
        return cls(
            name, 0, len(choices) - 1, at, step=1, help=help, tunable=False, kind="choice", choices=tuple(choices)
        )

    @classmethod
    def switch(cls, name: str, default: bool, help: str = "") -> Self:
        """Off or on."""
        return cls(name, 0, 1, float(default), step=1, help=help, tunable=False, kind="switch")

    @property
    def stepped(self) -> bool:
        """Whether the setting jumps from one value to the next: every kind but a number."""
        return self.kind != "number"

    @property
    def worded(self) -> bool:
        """Whether its values are words to people: a choice's, off and on."""
        return self.kind in ("choice", "switch")

    # Values

    def clamp(self, value: Any) -> float:
        """The nearest legal value of a number, the place of a choice's word, 0 or 1 of a switch.

        Raises SettingsError for what is no finite number and no such word.
        """
        value = self._read(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise SettingsError(f"{self.name} must be {self.legal_text()}, not {value!r}")
        if not abs(value) < math.inf:  # unlike math.isfinite, this takes integers of any length
            raise SettingsError(f"{self.name} must be a finite number from {self.range_text()}, not {value!r}")
        nearest = float(min(max(value, self.low), self.high))
        return float(round(nearest)) if self.stepped else nearest

    def _read(self, value: Any) -> Any:
        """A choice's word as its place, a switch's word or truth as 0 or 1; anything else as it is."""
        if self.kind == "switch" and isinstance(value, bool):
            return int(value)
        if not isinstance(value, str):
            return value
        word = value.strip().casefold()
        if self.kind == "choice":
            return next((place for place, choice in enumerate(self.choices) if choice.casefold() == word), value)
        if self.kind == "switch" and word in (*ON, *OFF):
            return int(word in ON)
        return value

    def legal_text(self) -> str:
        """What a value must be, for messages: "a number from -60 to 0 dB", "off or on"."""
        return self.range_text() if self.worded else f"a number from {self.range_text()}"

    def to_json(self, value: float) -> float | str | bool:
        """A value as it is stored: `clamp` reads it back."""
        if self.kind == "choice":
            return self.choices[round(value)]
        return bool(round(value)) if self.kind == "switch" else value

    def stores(self, value: Any) -> bool:
        """Whether a value is legal as it is stored: within the range, a word of the choice, true or false."""
        if self.kind == "switch":
            return isinstance(value, bool)
        if self.kind == "choice":
            return value in self.choices if isinstance(value, str) else False
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high

    def between(self, start: float, end: float, share: float) -> float:
        """The value that lies share of the way from start to end, along the scale; words change half-way.

        The ends themselves come back exactly; beyond them the way goes on to the end of the range.
        """
        if start == end:
            return end
        if self.worded:
            return end if share >= 0.5 else start
        first, last = self.to_unit(start), self.to_unit(end)
        return self.from_unit(first + share * (last - first))

    # The unit cube

    def to_unit(self, value: float) -> float:
        """Physical value -> 0..1 along the scale."""
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def from_unit(self, unit: float) -> float:
        """0..1 -> the physical value there, or the nearest that there is; values beyond are clamped."""
        unit = min(max(unit, 0.0), 1.0)
        if self.scale == "log":
            return self.clamp(self.low * (self.high / self.low) ** unit)
        return self.clamp(self.low + (self.high - self.low) * unit)

    def sensible(self, value: float, home: float) -> float:
        """The nearest value to which words without numbers may take the setting from `home`."""
        least, most = self.plausible or (self.low, self.high)
        return self.clamp(min(max(value, min(least, home)), max(most, home)))

    def searched(self, home: float) -> tuple[float, float]:
        """Where a search that begins at `home` may move the setting, all from 0 to 1: what is plausible, and home."""
        least, most = self.plausible or (self.low, self.high)
        return min(self.to_unit(least), home), max(self.to_unit(most), home)

    def from_unit_tensor(self, unit: Tensor) -> Tensor:
        """`from_unit` on a tensor that is already within 0..1; differentiable, through steps as if there were none."""
        if self.scale == "log":
            value = self.low * (unit * math.log(self.high / self.low)).exp()
        else:
            value = self.low + (self.high - self.low) * unit
        return value + (value.round() - value).detach() if self.stepped else value

    def has_both_sides(self, value: float) -> bool:
        """Whether the setting can go up and down from a value."""
        return self.low < value < self.high

    # Words

    @property
    def label(self) -> str:
        """As one says it, without the unit: "low shelf gain" of `low_shelf_gain_db`."""
        words = self.name.removesuffix(f"_{self.unit.lower()}").removesuffix("_seconds") if self.unit else self.name
        return words.replace("_", " ")

    def shown(self, value: float) -> str:
        """A value with as many decimals as a step of the slider has, or its word."""
        if self.worded:
            stored = self.to_json(value)
            return stored if isinstance(stored, str) else ON[0] if stored else OFF[0]
        decimals = max(-math.floor(math.log10(self.step) + 1e-9), 0)
        return f"{value:.{decimals}f}"

    def brief(self, value: float) -> str:
        """A value in four digits, or its word."""
        return self.shown(value) if self.worded else f"{value:.4g}"

    def range_text(self) -> str:
        """For messages: "-60 to 0 dB", "sine, triangle or square", "off or on"."""
        if self.kind == "choice":
            return f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"
        if self.kind == "switch":
            return f"{OFF[0]} or {ON[0]}"
        return f"{self.low:g} to {self.high:g}{' ' + self.unit if self.unit else ''}"

    def schema(self) -> dict[str, Any]:
        """The JSON schema of a value as it is stored."""
        default = self.to_json(self.default)
        if self.kind == "choice":
            legal: dict[str, Any] = {"type": "string", "enum": list(self.choices)}
        elif self.kind == "switch":
            legal = {"type": "boolean"}
        else:
            kind = "integer" if self.kind == "whole" else "number"
            legal = {"type": kind, "minimum": self.low, "maximum": self.high}
        return {**legal, "default": default, "description": f"{self.help} ({self.range_text()})".strip()}
