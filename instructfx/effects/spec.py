"""What an effect is: one declaration, from which everything else follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from torch import Tensor, device

from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.param import Param
from instructfx.effects.words import EffectWords
from instructfx.errors import SettingsError

Settings = Mapping[str, Tensor]
"""Setting name -> values in physical units, shape (batch,), float64, on the processor wherever the sound is."""

Response = Callable[[Settings, int, Tensor], Tensor]
"""(settings, sample_rate, frequencies_hz (bins,)) -> magnitude (batch, bins) of a linear effect."""

ImpulseResponse = Callable[[Settings, int, int, device], Tensor]
"""(settings, sample_rate, channels, device) -> (batch, channels or 1, taps), float32, there, whatever the mix."""

Role = Literal[
    "band", "tone", "dynamics", "grit", "pitch", "movement", "echo", "room", "width", "balance", "level", "other"
]
"""What an effect is there for: a limited band, tone, dynamics ... The first of a role is the usual one for it."""

ROLE_SETTINGS: Mapping[Role, tuple[str, ...]] = {
    "level": ("gain_db",), "room": ("decay_seconds", "mix"), "width": ("width", "flip_right"),
}  # fmt: skip
"""What others count on: the settings that every effect of a role has."""


class Stream(Protocol):
    """One effect with fixed settings, fed block by block; it may hold frames back until `finish`."""

    def push(self, block: Tensor) -> Tensor:
        """(channels, frames) in, (channels, frames or fewer) out."""

    def finish(self) -> Tensor:
        """What was held back, (channels, frames >= 0)."""


class Renderer(Protocol):
    """The one renderer of an effect: whole and in a batch, or block by block with the same sound."""

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
        """(batch, channels, frames) in and out, on one device; the input is left untouched.

        first_frame says where in the track the samples begin, for effects that depend on time.
        """

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        """The same sound for one input of any length, from the track's first frame on, in bounded memory."""


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

    impulse_response is that of an effect whose wet sound is worth a file of its own. telling holds settings, none of
    them at an end of its range, at which every other setting is heard. standalone rebuilds the effect in an exported
    program, as `standalone.py` has it; without one it is left out there. card names the settings that are shown
    first, where these are not the first ones and the mix. ceiling names the setting, in dBFS, under which it holds
    every peak.
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
    role: Role = "other"
    heuristics: EffectHeuristics = field(default_factory=EffectHeuristics)
    words: EffectWords = field(default_factory=EffectWords)
    telling: Mapping[str, float | str | bool] = field(default_factory=dict)
    standalone: Callable[..., Any] | None = None
    impulse_response: ImpulseResponse | None = None
    card: tuple[str, ...] = ()
    ceiling: str = ""

    def __post_init__(self) -> None:
        missing = [
            name for name in ROLE_SETTINGS.get(self.role, ()) if name not in {param.name for param in self.params}
        ]
        if missing:
            raise SettingsError(f"{self.name} is of the role {self.role}, so it needs the setting {missing[0]}")

    def __reduce__(self) -> tuple[Callable[[str], Effect], tuple[str]]:
        """Another process gets the name, and takes the effect of its own catalog."""
        return _resolved, (self.name,)

    @property
    def rest(self) -> Mapping[str, float]:
        """The settings from which the effect comes in: with them it does nothing."""
        return self.neutral or {"mix": 0.0}

    @property
    def absent(self) -> bool:
        """Whether only the name is known, of an effect that is not here: it lets the sound through as it is."""
        return False

    def param(self, name: str) -> Param:
        """The setting of that name; SettingsError names the legal ones."""
        for param in self.params:
            if param.name == name:
                return param
        if self.absent:
            raise SettingsError(f"{self.name} is not here, so its settings cannot be changed")
        legal = ", ".join(param.name for param in self.params)
        raise SettingsError(f"{self.name} has no setting {name!r}; it has {legal}")

    def defaults(self) -> dict[str, float]:
        """Every setting at its default."""
        return {param.name: float(param.default) for param in self.params}

    def complete(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """All settings: those given, clamped into range, and defaults for the rest.

        Raises SettingsError for unknown names and values that are no finite number, and no word of a choice.
        """
        given = {name: self.param(name).clamp(value) for name, value in settings.items()}
        return self.defaults() | given

    def to_json(self, settings: Mapping[str, float]) -> dict[str, Any]:
        """Settings as they are stored; `complete` reads them back."""
        return {name: self.param(name).to_json(value) for name, value in settings.items()}

    def tool(self, verb: str = "add") -> dict[str, Any]:
        """The JSON schema of the tool by which a language model calls this effect."""
        properties = {param.name: param.schema() for param in self.params}
        parameters = {"type": "object", "properties": properties, "additionalProperties": False}
        function = {"name": f"{verb}_{self.name}", "description": self.summary, "parameters": parameters}
        return {"type": "function", "function": function}


def _resolved(name: str) -> Effect:
    from instructfx.effects import EFFECTS

    return EFFECTS.resolve(name)
