"""The chain: an ordered list of effects with their settings. Everything else is derived from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from instructfx.effects import EFFECTS, Catalog, Effect, effect_named
from instructfx.effects.memoryless import as_tensors
from instructfx.effects.param import Param
from instructfx.effects.spec import Settings, Stream
from instructfx.errors import SettingsError


@dataclass(frozen=True)
class Slot:
    """An effect at its place in a chain. Settings are complete and in range; locked names some of them.

    Where the effect is absent they are as they were stored, whatever they are, and the sound passes by.
    """

    effect: Effect
    settings: Mapping[str, float] = field(default_factory=dict)
    bypassed: bool = False
    locked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", self.effect.complete(self.settings))
        for name in self.locked if not self.effect.absent else ():
            self.effect.param(name)

    @property
    def heard(self) -> bool:
        """Whether the sound goes through the effect: it is here and not bypassed."""
        return not self.bypassed and not self.effect.absent

    @property
    def wholly_locked(self) -> bool:
        """Whether every setting is locked, which is what locking an effect means."""
        return bool(self.locked) and self.locked >= {param.name for param in self.effect.params}

    def with_settings(self, settings: Mapping[str, float]) -> Slot:
        """The same slot with some settings changed."""
        return replace(self, settings={**self.settings, **settings})


@dataclass(frozen=True)
class Knob:
    """One setting of one slot that a search may move."""

    slot: int
    param: Param


@dataclass(frozen=True)
class Chain:
    """Slots in the order of the sound; each effect at most once (SettingsError otherwise)."""

    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names):
            raise SettingsError(f"each effect can be in a chain once; this one has {', '.join(names)}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(slot.effect.name for slot in self.slots)

    def slot(self, name: str) -> Slot:
        """The slot of that effect; SettingsError where the chain has none."""
        for slot in self.slots:
            if slot.effect.name == name:
                return slot
        raise SettingsError(f"{name} is not in the chain, which has {', '.join(self.names) or 'no effects'}")

    def added(self, name: str, settings: Mapping[str, float], at: int | None = None) -> Chain:
        """With one more effect, at a position or at the end."""
        position = len(self.slots) if at is None else at
        slots = list(self.slots)
        slots.insert(position, Slot(effect_named(name), settings))
        return Chain(tuple(slots))

    def adjusted(self, name: str, settings: Mapping[str, float]) -> Chain:
        """With some settings of an effect changed; locked ones stay."""
        slot = self.slot(name)
        allowed = {key: value for key, value in settings.items() if key not in slot.locked}
        return self._with(slot, slot.with_settings(allowed))

    def without(self, name: str) -> Chain:
        """Without an effect."""
        gone = self.slot(name)
        return Chain(tuple(slot for slot in self.slots if slot is not gone))

    def bypassed(self, name: str, bypassed: bool) -> Chain:
        """With an effect bypassed, or heard again."""
        slot = self.slot(name)
        return self._with(slot, replace(slot, bypassed=bypassed))

    def locked(self, name: str, settings: Collection[str]) -> Chain:
        """With exactly these settings of an effect locked."""
        slot = self.slot(name)
        return self._with(slot, replace(slot, locked=frozenset(settings)))

    def _with(self, old: Slot, new: Slot) -> Chain:
        return Chain(tuple(new if slot is old else slot for slot in self.slots))

    # Knobs and the unit cube

    def knobs(self, effects: Collection[str]) -> tuple[Knob, ...]:
        """The settings of these effects that a search may move: heard, tunable and not locked."""
        return tuple(
            Knob(index, param)
            for index, slot in enumerate(self.slots)
            if slot.effect.name in effects and slot.heard
            for param in slot.effect.params
            if param.tunable and param.name not in slot.locked
        )

    def to_unit(self, knobs: Sequence[Knob]) -> list[float]:
        """Where the knobs stand, each 0 to 1 along its scale."""
        return [knob.param.to_unit(self.slots[knob.slot].settings[knob.param.name]) for knob in knobs]

    def with_unit(self, knobs: Sequence[Knob], unit: Sequence[float]) -> Chain:
        """With the knobs moved."""
        slots = list(self.slots)
        for knob, value in zip(knobs, unit, strict=True):
            moved = {knob.param.name: knob.param.from_unit(float(value))}
            slots[knob.slot] = slots[knob.slot].with_settings(moved)
        return Chain(tuple(slots))

    def tensors(self, knobs: Sequence[Knob] = (), unit: Tensor | None = None) -> list[dict[str, Tensor]]:
        """Settings of each slot for rendering; with unit (batch, knobs), a batch of them, differentiable."""
        settings = [as_tensors({} if slot.effect.absent else slot.settings) for slot in self.slots]
        if unit is not None:
            for column, knob in enumerate(knobs):
                settings[knob.slot][knob.param.name] = knob.param.from_unit_tensor(unit[:, column])
        return settings

    # Sound

    @property
    def tail_seconds(self) -> float:
        """How long the chain rings on after its input."""
        return sum(slot.effect.tail_seconds(slot.settings) for slot in self.slots if slot.heard)

    def render(self, samples: Tensor, sample_rate: int) -> Tensor:
        """(batch, channels, frames) -> the same, longer by the tail."""
        tail = round(self.tail_seconds * sample_rate)
        return self.apply(torch.nn.functional.pad(samples, (0, tail)), sample_rate)

    def apply(
        self, samples: Tensor, sample_rate: int, settings: Sequence[Settings] | None = None, first_frame: int = 0
    ) -> Tensor:
        """(batch, channels, frames) -> same length: the effects in order, tails cut.

        settings, one mapping a slot as from `tensors`, may hold a batch of settings for one sound. first_frame is
        where in the track the samples begin.
        """
        for slot, values in zip(self.slots, settings or self.tensors(), strict=True):
            if slot.heard:
                samples = slot.effect.render(samples, sample_rate, values, first_frame)
        return samples

    def stream(self, sample_rate: int, channels: int) -> Stream:
        """The same sound block by block, in bounded memory."""
        heard = [slot for slot in self.slots if slot.heard]
        return _ChainStream([s.effect.render.stream(sample_rate, channels, s.settings) for s in heard])

    # JSON

    def to_json(self) -> list[dict[str, Any]]:
        """A list of {"effect", "settings"}, with "bypassed" and "locked" where they are set."""
        slots = []
        for slot in self.slots:
            entry: dict[str, Any] = {"effect": slot.effect.name, "settings": slot.effect.to_json(slot.settings)}
            if slot.bypassed:
                entry["bypassed"] = True
            if slot.locked:
                entry["locked"] = sorted(slot.locked)
            slots.append(entry)
        return slots

    @classmethod
    def from_json(cls, slots: Any, catalog: Catalog = EFFECTS) -> Chain:
        """What `to_json` wrote; SettingsError for anything else. An effect that the catalog has not is absent."""
        if not isinstance(slots, list) or not all(isinstance(entry, dict) for entry in slots):
            raise SettingsError("a chain must be a list of objects with the keys effect and settings")
        chain = []
        for entry in slots:
            unknown = set(entry) - {"effect", "settings", "bypassed", "locked"}
            locked, bypassed = entry.get("locked", []), entry.get("bypassed", False)
            if unknown or not isinstance(entry.get("settings", {}), dict) or not isinstance(bypassed, bool):
                raise SettingsError(f"a slot has effect, settings, bypassed (true or false) and locked, not {entry}")
            if not isinstance(locked, list) or not all(isinstance(name, str) for name in locked):
                raise SettingsError(f"locked must be a list of names of settings, not {locked!r}")
            effect = entry.get("effect")
            if not isinstance(effect, str):
                raise SettingsError(f"there is no effect {effect!r:.80}; an effect is given by its name")
            chain.append(
                Slot(
                    catalog.resolve(effect),
                    entry.get("settings", {}),
                    bypassed,
                    frozenset(locked),
                )
            )
        return cls(tuple(chain))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Lets records that hold a chain be written and read as JSON."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.from_json(value),
            serialization=core_schema.plain_serializer_function_ser_schema(cls.to_json),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, source: Any, handler: Any) -> dict[str, Any]:
        """What `to_json` writes, as JSON Schema: each effect with its settings in their ranges."""
        slot = {
            "type": "object",
            "properties": {
                "effect": {"enum": list(EFFECTS)},
                "settings": {"type": "object"},
                "bypassed": {"type": "boolean"},
                "locked": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["effect", "settings"],
            "allOf": [
                {
                    "if": {"properties": {"effect": {"const": effect.name}}},
                    "then": {"properties": {"settings": effect.tool()["function"]["parameters"]}},
                }
                for effect in EFFECTS.values()
            ],
        }
        return {"type": "array", "items": slot, "description": "Effects in the order of the sound, each at most once."}


@dataclass(frozen=True)
class _ChainStream:
    streams: Sequence[Stream]

    def push(self, block: Tensor) -> Tensor:
        for stream in self.streams:
            block = stream.push(block)
        return block

    def finish(self) -> Tensor:
        held = torch.zeros(0)
        for stream in self.streams:
            pushed = stream.push(held) if held.shape[-1] else held
            rest = stream.finish()
            held = torch.cat([pushed, rest], dim=-1) if pushed.shape[-1] and rest.shape[-1] else pushed
            if not pushed.shape[-1]:
                held = rest
        return held
