"""The chain: an ordered list of effects with their settings. Everything else is derived from it."""

from __future__ import annotations

import re
from collections import Counter
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

NUMBERED = re.compile(r"_(?:[2-9]|[1-9][0-9]{1,5})")  # behind the name of the effect


def next_slot_id(effect: str, used: Collection[str]) -> str:
    """The id of one more slot of an effect: its name, else its name and _2, _3, ..., the first that is not used.

    used holds every id that slots of the session ever had: an id is given once.
    """
    number, slot_id = 1, effect
    while slot_id in used:
        number += 1
        slot_id = f"{effect}_{number}"
    return slot_id


@dataclass(frozen=True)
class Slot:
    """An effect at its place in a chain. Settings are complete and in range; locked names some of them.

    id is its address: the effect's name unless given, or the effect's name and a number from 2, as `next_slot_id` has
    it; SettingsError for any other id. Where the effect is absent the settings are as they were stored, whatever they
    are, and the sound passes by.
    """

    effect: Effect
    settings: Mapping[str, float] = field(default_factory=dict)
    bypassed: bool = False
    locked: frozenset[str] = frozenset()
    id: str = ""

    def __post_init__(self) -> None:
        name = self.effect.name
        object.__setattr__(self, "id", self.id or name)
        if self.id != name and not (self.id.startswith(name) and NUMBERED.fullmatch(self.id, len(name))):
            raise SettingsError(f"a slot of {name} is called {name}, {name}_2, {name}_3 and so on, not {self.id!r:.80}")
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
    """One setting of the slot of that id that a search may move."""

    slot: str
    param: Param


@dataclass(frozen=True)
class Chain:
    """Slots in the order of the sound. An effect may stand in it more than once; ids are unique (SettingsError)."""

    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        twice = [slot_id for slot_id, count in Counter(self.ids).items() if count > 1]
        if twice:
            raise SettingsError(f"each slot of a chain has an id of its own; this one has {', '.join(twice)} twice")

    @property
    def ids(self) -> tuple[str, ...]:
        """The slots' ids, by which they are addressed."""
        return tuple(slot.id for slot in self.slots)

    @property
    def names(self) -> tuple[str, ...]:
        """The effects' names; an effect that is there twice is named twice."""
        return tuple(slot.effect.name for slot in self.slots)

    @property
    def labels(self) -> Mapping[str, str]:
        """Slot id -> what people call it: "Equaliser", or "Equaliser 1" and "Equaliser 2" where there are two."""
        count, seen = Counter(self.names), Counter[str]()
        labels = {}
        for slot in self.slots:
            name = slot.effect.name
            seen[name] += 1
            labels[slot.id] = f"{slot.effect.label} {seen[name]}" if count[name] > 1 else slot.effect.label
        return labels

    def of_effect(self, name: str) -> tuple[Slot, ...]:
        """The slots of that effect."""
        return tuple(slot for slot in self.slots if slot.effect.name == name)

    def effects_of(self, ids: Collection[str]) -> tuple[str, ...]:
        """The names of the effects of the slots of these ids, in the order of the sound."""
        return tuple(slot.effect.name for slot in self.slots if slot.id in ids)

    def find(self, slot_id: str) -> Slot | None:
        """The slot of that id, if there is one."""
        return next((slot for slot in self.slots if slot.id == slot_id), None)

    def slot(self, slot_id: str) -> Slot:
        """The slot of that id; SettingsError where the chain has none."""
        slot = self.find(slot_id)
        if slot is None:
            raise SettingsError(f"{slot_id} is not in the chain, which has {', '.join(self.ids) or 'no effects'}")
        return slot

    def added(self, name: str, settings: Mapping[str, float], at: int | None = None, slot_id: str = "") -> Chain:
        """With one more slot of an effect, at a position or at the end; its id is the chain's next unless given."""
        position = len(self.slots) if at is None else at
        effect = effect_named(name)
        new = Slot(effect, settings, id=slot_id or next_slot_id(effect.name, self.ids))
        return Chain((*self.slots[:position], new, *self.slots[position:]))

    def adjusted(self, slot_id: str, settings: Mapping[str, float]) -> Chain:
        """With some settings of a slot changed; locked ones stay."""
        slot = self.slot(slot_id)
        allowed = {key: value for key, value in settings.items() if key not in slot.locked}
        return self._with(slot, slot.with_settings(allowed))

    def without(self, slot_id: str) -> Chain:
        """Without a slot."""
        gone = self.slot(slot_id)
        return Chain(tuple(slot for slot in self.slots if slot is not gone))

    def bypassed(self, slot_id: str, bypassed: bool) -> Chain:
        """With a slot bypassed, or heard again."""
        slot = self.slot(slot_id)
        return self._with(slot, replace(slot, bypassed=bypassed))

    def locked(self, slot_id: str, settings: Collection[str]) -> Chain:
        """With exactly these settings of a slot locked."""
        slot = self.slot(slot_id)
        return self._with(slot, replace(slot, locked=frozenset(settings)))

    def _with(self, old: Slot, new: Slot) -> Chain:
        return Chain(tuple(new if slot is old else slot for slot in self.slots))

    # Knobs and the unit cube

    def knobs(self, ids: Collection[str]) -> tuple[Knob, ...]:
        """The settings of these slots that a search may move: heard, tunable and not locked."""
        return tuple(
            Knob(slot.id, param)
            for slot in self.slots
            if slot.id in ids and slot.heard
            for param in slot.effect.params
            if param.tunable and param.name not in slot.locked
        )

    def to_unit(self, knobs: Sequence[Knob]) -> list[float]:
        """Where the knobs stand, each 0 to 1 along its scale."""
        return [knob.param.to_unit(self.slot(knob.slot).settings[knob.param.name]) for knob in knobs]

    def with_unit(self, knobs: Sequence[Knob], unit: Sequence[float]) -> Chain:
        """With the knobs moved."""
        moved: dict[str, dict[str, float]] = {}
        for knob, value in zip(knobs, unit, strict=True):
            moved.setdefault(knob.slot, {})[knob.param.name] = knob.param.from_unit(float(value))
        return Chain(tuple(s.with_settings(moved[s.id]) if s.id in moved else s for s in self.slots))

    def tensors(self, knobs: Sequence[Knob] = (), unit: Tensor | None = None) -> list[dict[str, Tensor]]:
        """Settings of each slot for rendering; with unit (batch, knobs), a batch of them, differentiable."""
        settings = [as_tensors({} if slot.effect.absent else slot.settings) for slot in self.slots]
        if unit is not None:
            places = {slot.id: place for place, slot in enumerate(self.slots)}
            for column, knob in enumerate(knobs):
                settings[places[knob.slot]][knob.param.name] = knob.param.from_unit_tensor(unit[:, column])
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

    def apply(self, samples: Tensor, sample_rate: int, settings: Sequence[Settings] | None = None) -> Tensor:
        """(batch, channels, frames) -> same length: the effects in order, tails cut.

        settings, one mapping a slot as from `tensors`, may hold a batch of settings for one sound.
        """
        for slot, values in zip(self.slots, settings or self.tensors(), strict=True):
            if slot.heard:
                samples = slot.effect.render(samples, sample_rate, values)
        return samples

    def stream(self, sample_rate: int, channels: int) -> Stream:
        """The same sound block by block, in bounded memory."""
        heard = [slot for slot in self.slots if slot.heard]
        return _ChainStream([s.effect.render.stream(sample_rate, channels, s.settings) for s in heard])

    # JSON

    def to_json(self) -> list[dict[str, Any]]:
        """A list of {"id", "effect", "settings"}, with "bypassed" and "locked" where they are set."""
        slots = []
        for slot in self.slots:
            settings = slot.effect.to_json(slot.settings)
            entry: dict[str, Any] = {"id": slot.id, "effect": slot.effect.name, "settings": settings}
            if slot.bypassed:
                entry["bypassed"] = True
            if slot.locked:
                entry["locked"] = sorted(slot.locked)
            slots.append(entry)
        return slots

    @classmethod
    def from_json(cls, slots: Any, catalog: Catalog = EFFECTS) -> Chain:
        """What `to_json` wrote, also before there were ids; SettingsError for anything else.

        An effect that the catalog has not is absent.
        """
        if not isinstance(slots, list) or not all(isinstance(entry, dict) for entry in slots):
            raise SettingsError("a chain must be a list of objects with the keys effect and settings")
        chain: list[Slot] = []
        for entry in slots:
            unknown = set(entry) - {"id", "effect", "settings", "bypassed", "locked"}
            locked, bypassed, slot_id = entry.get("locked", []), entry.get("bypassed", False), entry.get("id", "")
            if unknown or not isinstance(entry.get("settings", {}), dict) or not isinstance(bypassed, bool):
                raise SettingsError(
                    f"a slot has id, effect, settings, bypassed (true or false) and locked, not {entry}"
                )
            if not isinstance(locked, list) or not all(isinstance(name, str) for name in locked):
                raise SettingsError(f"locked must be a list of names of settings, not {locked!r}")
            effect = entry.get("effect")
            if not isinstance(effect, str):
                raise SettingsError(f"there is no effect {effect!r:.80}; an effect is given by its name")
            if not isinstance(slot_id, str):
                raise SettingsError(f"a slot's id is text, not {slot_id!r:.80}")
            found = catalog.resolve(effect)
            slot_id = slot_id or next_slot_id(found.name, [slot.id for slot in chain])
            chain.append(Slot(found, entry.get("settings", {}), bypassed, frozenset(locked), slot_id))
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
                "id": {"type": "string"},
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
        return {"type": "array", "items": slot, "description": "Effects in the order of the sound."}


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
