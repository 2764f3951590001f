"""What an effect is: one declaration, from which everything else follows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from torch import Tensor

from instructfx.errors import SettingsError

Settings = Mapping[str, Tensor]
"""Setting name -> values in physical units, shape (batch,), float64, on the processor wherever the sound is."""

Response = Callable[[Settings, int, Tensor], Tensor]
"""(settings, sample_rate, frequencies_hz (bins,)) -> magnitude (batch, bins) of a linear effect."""


class Stream(Protocol):
    """One effect with fixed settings, fed block by block; it may hold frames back until `finish`."""

    def push(self, block: Tensor) -> Tensor:
        """(channels, frames) in, (channels, frames or fewer) out."""

    def finish(self) -> Tensor:
        """What was held back, (channels, frames >= 0)."""


class Renderer(Protocol):
    """The one renderer of an effect: whole and in a batch, or block by block with the same sound."""

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings) -> Tensor:
        """(batch, channels, frames) in and out, on one device; the input is left untouched."""

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        """The same sound for one input of any length, in bounded memory."""


@dataclass(frozen=True)
class Param:
    """One setting of an effect, in its physical unit.

    step is that of a slider. tunable: an ear can judge it, so refiners may move it; times, rates and
    intervals are for the person and the planner alone.

    Raises SettingsError when the default is outside low..high or a log scale touches 0.
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

    def __post_init__(self) -> None:
        if not self.low < self.high or not self.low <= self.default <= self.high:
            raise SettingsError(f"{self.name}: default {self.default:g} is not in {self.low:g} to {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise SettingsError(f"{self.name}: a log scale needs a low end above 0, not {self.low:g}")

    def clamp(self, value: float) -> float:
        """The nearest legal value; SettingsError for what is no finite number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise SettingsError(f"{self.name} must be a number from {self.range_text()}, not {value!r}")
        if not abs(value) < math.inf:  # unlike math.isfinite, this takes integers of any length
            raise SettingsError(f"{self.name} must be a finite number from {self.range_text()}, not {value!r}")
        return float(min(max(value, self.low), self.high))

    def to_unit(self, value: float) -> float:
        """Physical value -> 0..1 along the scale."""
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def from_unit(self, unit: float) -> float:
        """0..1 -> physical value; values beyond are clamped."""
        unit = min(max(unit, 0.0), 1.0)
        if self.scale == "log":
            return self.clamp(self.low * (self.high / self.low) ** unit)
        return self.clamp(self.low + (self.high - self.low) * unit)

    def from_unit_tensor(self, unit: Tensor) -> Tensor:
        """`from_unit` on a tensor that is already within 0..1; differentiable."""
        if self.scale == "log":
            return self.low * (unit * math.log(self.high / self.low)).exp()
        return self.low + (self.high - self.low) * unit

    def has_both_sides(self, value: float) -> bool:
        """Whether the setting can go up and down from a value."""
        return self.low < value < self.high

    @property
    def label(self) -> str:
        """As one says it, without the unit: "low shelf gain" of `low_shelf_gain_db`."""
        words = self.name.removesuffix(f"_{self.unit.lower()}").removesuffix("_seconds") if self.unit else self.name
        return words.replace("_", " ")

    def shown(self, value: float) -> str:
        """A value with as many decimals as a step of the slider has."""
        decimals = max(-math.floor(math.log10(self.step) + 1e-9), 0)
        return f"{value:.{decimals}f}"

    def range_text(self) -> str:
        """For messages: "-60 to 0 dB"."""
        return f"{self.low:g} to {self.high:g}{' ' + self.unit if self.unit else ''}"


def no_tail(settings: Mapping[str, float]) -> float:
    """For effects that fall silent with their input."""
    return 0.0


@dataclass(frozen=True)
class Effect:
    """An effect: its settings, its renderer and what may be asked of it.

    tail_seconds maps settings to how long the effect rings on. response is the magnitude response of a
    linear effect, which a search may apply to a spectrum instead of filtering the waveform.
    differentiable: gradients reach the settings. straight_through: the effect is not differentiable, but
    the identity is a useful gradient towards its input. neutral holds the settings at which it does nothing, whatever
    the others are; for an effect with a `mix` that is a mix of 0.
    """

    name: str
    label: str
    summary: str
    params: tuple[Param, ...]
    render: Renderer
    differentiable: bool = False
    straight_through: bool = False
    tail_seconds: Callable[[Mapping[str, float]], float] = no_tail
    aliases: tuple[str, ...] = ()
    response: Response | None = None
    neutral: Mapping[str, float] = field(default_factory=dict)

    @property
    def rest(self) -> Mapping[str, float]:
        """The settings from which the effect comes in: with them it does nothing."""
        return self.neutral or {"mix": 0.0}

    def param(self, name: str) -> Param:
        """The setting of that name; SettingsError names the legal ones."""
        for param in self.params:
            if param.name == name:
                return param
        legal = ", ".join(param.name for param in self.params)
        raise SettingsError(f"{self.name} has no setting {name!r}; it has {legal}")

    def defaults(self) -> dict[str, float]:
        """Every setting at its default."""
        return {param.name: float(param.default) for param in self.params}

    def complete(self, settings: Mapping[str, float]) -> dict[str, float]:
        """All settings: those given, clamped into range, and defaults for the rest.

        Raises SettingsError for unknown names and values that are no finite number.
        """
        given = {name: self.param(name).clamp(value) for name, value in settings.items()}
        return self.defaults() | given

    def tool(self, verb: str = "add") -> dict[str, Any]:
        """The JSON schema of the tool by which a language model calls this effect."""
        properties = {
            param.name: {
                "type": "number",
                "minimum": param.low,
                "maximum": param.high,
                "default": param.default,
                "description": f"{param.help} ({param.range_text()})".strip(),
            }
            for param in self.params
        }
        parameters = {"type": "object", "properties": properties, "additionalProperties": False}
        function = {"name": f"{verb}_{self.name}", "description": self.summary, "parameters": parameters}
        return {"type": "function", "function": function}
