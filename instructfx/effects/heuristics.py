"""What an engineer reaches for an effect for: which axes it moves, how to start it, how to turn it up and down.

Starting points after Izhaki, Mixing Audio (2017), and Owsinski, The Mixing Engineer's Handbook (2017); the
refiners then move them until the ear is content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Axes = Mapping[str, float]
"""The ear's axis -> signed steps: wished, or read."""
Values = Mapping[str, float]


def as_declared(axes: Axes, readings: Axes) -> Values:
    """A new effect at its defaults."""
    return {}


def as_it_is(amount: float, settings: Values) -> Values:
    """Nothing to turn up or down."""
    return {}


@dataclass(frozen=True)
class EffectHeuristics:
    """What one effect is good for.

    reach maps each axis that it can move to the direction in which more of it moves it. begin gives the settings
    of a new one for the wished axes and the ear's readings; more gives the changed settings of one that is
    there, for a signed amount where 1.0 is a plain "more". held are settings that refiners leave where begin put
    them. first_for and also_for are the wishes, as "+width" or "-width", for which a new one is put in: before all
    others, or where the words hint at it. What no effect names cannot be added: none here takes recorded room,
    distortion or noise out of a sound again. character gives the settings for a quality with these axes that is said
    of the effect itself: "a muffled reverb".
    """

    reach: Mapping[str, int] = field(default_factory=dict)
    begin: Callable[[Axes, Axes], Values] = as_declared
    more: Callable[[float, Values], Values] = as_it_is
    held: frozenset[str] = frozenset()
    first_for: tuple[str, ...] = ()
    also_for: tuple[str, ...] = ()
    character: Callable[[Axes], Values] | None = None

    def dose(self, axes: Axes) -> float:
        """How much more of the effect the wishes call for: the strongest of them, signed."""
        doses = [direction * axes.get(axis, 0.0) for axis, direction in self.reach.items()]
        return max(doses, key=abs, default=0.0)


def wetter(amount: float, settings: Values, extra: str = "") -> dict[str, float]:
    """The mix, and one more setting, times 1.6 for each plain "more"; halved for "less"."""
    factor = 1.6**amount if amount > 0 else 2.0**amount
    changed = {"mix": min(settings["mix"] * factor, 0.9) if amount > 0 else settings["mix"] * factor}
    if extra:
        changed[extra] = settings[extra] * (1 + (factor - 1) / 3)
    return changed


def deeper(amount: float, settings: Values) -> Values:
    """The depth times 1.6 for each plain "more", the mix up to one half: there a moving voice beats most with the dry.

    For "less" as `wetter`.
    """
    if amount <= 0:
        return wetter(amount, settings, "depth")
    mix = max(settings["mix"], min(settings["mix"] * 1.6**amount, 0.5))
    return {"mix": mix, "depth": settings["depth"] * 1.6**amount}
