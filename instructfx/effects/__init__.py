"""The fourteen effects. A new one is one file and one word in this list."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from instructfx.effects.bitcrush import BITCRUSH
from instructfx.effects.chorus import CHORUS
from instructfx.effects.compressor import COMPRESSOR
from instructfx.effects.delay import DELAY
from instructfx.effects.distortion import DISTORTION
from instructfx.effects.eq import EQ
from instructfx.effects.filter import FILTER
from instructfx.effects.gain import GAIN
from instructfx.effects.limiter import LIMITER
from instructfx.effects.panner import PANNER
from instructfx.effects.phaser import PHASER
from instructfx.effects.pitch_shift import PITCH_SHIFT
from instructfx.effects.reverb import REVERB
from instructfx.effects.spec import Effect, Param
from instructfx.effects.stereo_width import STEREO_WIDTH
from instructfx.errors import SettingsError

EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        effect.name: effect
        for effect in (
            FILTER, EQ, COMPRESSOR, DISTORTION, BITCRUSH, PITCH_SHIFT, CHORUS, PHASER,
            DELAY, REVERB, STEREO_WIDTH, PANNER, LIMITER, GAIN,
        )
    }
)  # fmt: skip
"""Name -> effect, in the order in which engineers usually chain them."""


def effect_named(name: str) -> Effect:
    """The effect of that name or alias; SettingsError lists the names."""
    if name in EFFECTS:
        return EFFECTS[name]
    for effect in EFFECTS.values():
        if name in effect.aliases:
            return effect
    raise SettingsError(f"there is no effect {name!r}; there are {', '.join(EFFECTS)}")


__all__ = ["EFFECTS", "Effect", "Param", "effect_named"]
