"""A slot: an effect at its place in a chain, and the id by which it is addressed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NotRequired

from typing_extensions import TypedDict  # which pydantic can read on every Python

from instructfx.effects import Catalog, Effect
from instructfx.errors import SettingsError

NUMBERED = re.compile(r"_(?:[2-9]|[1-9][0-9]{1,5})")  # behind the name of the effect


SettingValue = float | str | bool
"""A setting in JSON: a number in its unit, the word of a choice, or whether a switch is on."""


class SlotJson(TypedDict):
    """A slot as `Slot.to_json` writes it."""

    id: NotRequired[str]  # without one, as in older chains, it is the next of its effect
    effect: str
    settings: NotRequired[dict[str, SettingValue]]  # of those left out, the defaults
    bypassed: NotRequired[bool]  # where it is
    locked: NotRequired[list[str]]  # names of settings, where some are


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

    def to_json(self) -> SlotJson:
        """{"id", "effect", "settings"}, with "bypassed" and "locked" where they are set."""
        settings = self.effect.to_json(self.settings)
        entry: SlotJson = {"id": self.id, "effect": self.effect.name, "settings": settings}
        if self.bypassed:
            entry["bypassed"] = True
        if self.locked:
            entry["locked"] = sorted(self.locked)
        return entry

    @classmethod
    def from_json(cls, entry: Mapping[str, Any], catalog: Catalog, used: Collection[str]) -> Slot:
        """What `to_json` wrote; one without an id gets the next that is not used. SettingsError for anything else."""
        unknown = set(entry) - {"id", "effect", "settings", "bypassed", "locked"}
        locked, bypassed, slot_id = entry.get("locked", []), entry.get("bypassed", False), entry.get("id", "")
        if unknown or not isinstance(entry.get("settings", {}), dict) or not isinstance(bypassed, bool):
            raise SettingsError(f"a slot has id, effect, settings, bypassed (true or false) and locked, not {entry}")
        if not isinstance(locked, list) or not all(isinstance(name, str) for name in locked):
            raise SettingsError(f"locked must be a list of names of settings, not {locked!r}")
        name = entry.get("effect")
        if not isinstance(name, str):
            raise SettingsError(f"there is no effect {name!r:.80}; an effect is given by its name")
        if not isinstance(slot_id, str):
            raise SettingsError(f"a slot's id is text, not {slot_id!r:.80}")
        effect = catalog.resolve(name)
        slot_id = slot_id or next_slot_id(effect.name, used)
        return cls(effect, entry.get("settings", {}), bypassed, frozenset(locked), slot_id)
