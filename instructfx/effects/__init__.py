"""The effects. A new one is one file and one word in this list."""

from __future__ import annotations

from instructfx.effects.bitcrush import BITCRUSH
from instructfx.effects.catalog import Catalog
from instructfx.effects.chorus import CHORUS
from instructfx.effects.compressor import COMPRESSOR
from instructfx.effects.delay import DELAY
from instructfx.effects.distortion import DISTORTION
from instructfx.effects.eq import EQ
from instructfx.effects.filter import FILTER
from instructfx.effects.gain import GAIN
from instructfx.effects.limiter import LIMITER
from instructfx.effects.panner import PANNER
from instructfx.effects.param import Param
from instructfx.effects.phaser import PHASER
from instructfx.effects.pitch_shift import PITCH_SHIFT
from instructfx.effects.reverb import REVERB
from instructfx.effects.spec import Effect
from instructfx.effects.stereo_width import STEREO_WIDTH
from instructfx.effects.tremolo import TREMOLO

EFFECTS = Catalog(
    (
        FILTER, EQ, COMPRESSOR, DISTORTION, BITCRUSH, PITCH_SHIFT, CHORUS, PHASER, TREMOLO,
        DELAY, REVERB, STEREO_WIDTH, PANNER, LIMITER, GAIN,
    )
)  # fmt: skip
"""Every effect there is, in the order in which engineers usually chain them."""


def effect_named(name: str) -> Effect:
    """The effect of that name or alias; SettingsError lists the names."""
    return EFFECTS.named(name)


__all__ = ["EFFECTS", "Catalog", "Effect", "Param", "effect_named"]
