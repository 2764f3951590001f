"""What stands in a chain for an effect that is not here: it keeps the settings as they are and lets sound through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from instructfx.effects.memoryless import Memoryless
from instructfx.effects.spec import Effect, Settings
from instructfx.errors import SettingsError

LONGEST_NAME = 200


def unchanged(samples: Tensor, settings: Settings) -> Tensor:
    """The sound as it came."""
    return samples * 1.0


@dataclass(frozen=True)
class AbsentEffect(Effect):
    """An effect of which a stored chain knows the name and the settings alone."""

    @property
    def absent(self) -> bool:
        return True

    @property
    def rest(self) -> Mapping[str, float]:
        return {}

    def complete(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as they are: what they mean is not known here.

        Raises SettingsError for what no setting can be: anything but a finite number, a text, true and false.
        """
        for name, value in settings.items():
            if not isinstance(value, (str, bool, int, float)) or (
                isinstance(value, float) and not math.isfinite(value)
            ):
                raise SettingsError(f"{name} of {self.name} must be a number, a text, true or false, not {value!r:.40}")
        return dict(settings)

    def to_json(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return dict(settings)


def absent(name: str) -> Effect:
    """The absent effect of that name; SettingsError for what can be no name of an effect."""
    if not name.isprintable() or name != name.strip() or not 0 < len(name) <= LONGEST_NAME:
        raise SettingsError(f"there is no effect {name!r:.80}; a name has 1 to {LONGEST_NAME} printable characters")
    return AbsentEffect(
        name, name, f"{name} is not here, so it is off; its settings are kept.", (), Memoryless(unchanged)
    )
