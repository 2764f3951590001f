"""The chain: an ordered list of effects with their settings. Everything else is derived from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from instructfx.chain.slot import Slot, SlotJson, next_slot_id
from instructfx.effects import EFFECTS, Catalog, effect_named
from instructfx.effects.memoryless import as_tensors
from instructfx.effects.param import Param
from instructfx.effects.spec import Settings, Stream
from instructfx.errors import SettingsError


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

    @property
    def short_names(self) -> Mapping[str, str]:
        """Slot id -> a name for lists and programs: the effect's where it is there once, else the id."""
        count = Counter(self.names)
        return {slot.id: slot.id if count[slot.effect.name] > 1 else slot.effect.name for slot in self.slots}

    def of_effect(self, name: str) -> tuple[Slot, ...]:
        """The slots of that effect."""
        return tuple(slot for slot in self.slots if slot.effect.name == name)

    def number_of(self, slot_id: str) -> int:
        """Which of the slots of its effect a slot is, from 1 in the order of the sound."""
        return [slot.id for slot in self.of_effect(self.slot(slot_id).effect.name)].index(slot_id) + 1

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

    def ordered(self, ids: Sequence[str]) -> Chain:
        """With the slots of these ids in this order, in the places that they hold together; the others stay."""
        moving = iter([slot_id for slot_id in ids if slot_id in self.ids])
        moved = set(ids)
        slots = tuple(self.slot(next(moving)) if slot.id in moved else slot for slot in self.slots)
        return replace(self, slots=slots)

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

    def to_json(self) -> list[SlotJson]:
        """A list of {"id", "effect", "settings"}, with "bypassed" and "locked" where they are set."""
        return [slot.to_json() for slot in self.slots]

    @classmethod
    def from_json(cls, slots: Any, catalog: Catalog = EFFECTS) -> Chain:
        """What `to_json` wrote, also before there were ids; SettingsError for anything else.

        An effect that the catalog has not is absent.
        """
        if not isinstance(slots, list) or not all(isinstance(entry, dict) for entry in slots):
            raise SettingsError("a chain must be a list of objects with the keys effect and settings")
        chain: list[Slot] = []
        for entry in slots:
            chain.append(Slot.from_json(entry, catalog, [slot.id for slot in chain]))
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
                "effect": {"type": "string", "minLength": 1},
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
        return {"type": "array", "items": slot, "description": "Slots in the order of the sound."}


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
