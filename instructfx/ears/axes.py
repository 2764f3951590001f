"""The axes on which sound is described. A reading rises by 1.0 with one clearly audible step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """name, what a person hears when it rises, and the family that it belongs to."""

    name: str
    meaning: str
    family: str


TONE = "tone"
AXES: Mapping[str, Axis] = {
    axis.name: axis
    for axis in (
        Axis("bass", "more weight below 120 Hz", TONE),
        Axis("body", "fuller between 120 and 300 Hz", TONE),
        Axis("mud", "cloudier between 200 and 500 Hz", TONE),
        Axis("warmth", "lows and low mids up against the highs", TONE),
        Axis("nasal", "honkier between 700 and 1600 Hz", TONE),
        Axis("presence", "closer, more articulate, 2 to 5 kHz", TONE),
        Axis("harshness", "piercing between 2.5 and 6 kHz", TONE),
        Axis("brightness", "highs up against the lows", TONE),
        Axis("air", "more sparkle above 10 kHz", TONE),
        Axis("loudness", "louder by 3 LU", "level"),
        Axis("dynamics", "a wider range of level", "dynamics"),
        Axis("punch", "harder attacks", "dynamics"),
        Axis("grit", "more distortion and roughness", "grit"),
        Axis("space", "more room, gaps filled by reverberation", "space"),
        Axis("echo", "stronger distinct repeats", "space"),
        Axis("width", "wider in stereo by 3 dB of side against mid", "stereo"),
        Axis("balance", "further to the right by 3 dB", "stereo"),
        Axis("movement", "more modulation: chorus, phasing, wobble", "movement"),
        Axis("pitch", "higher by two semitones", "pitch"),
        Axis("fidelity", "wider band, quieter noise floor", "fidelity"),
    )
}

STEP_DB = 4.0
"""An axis of tone rises by 1.0 when an equaliser draws its curve with this much gain at the peak."""

TONE_CURVES: Mapping[str, Mapping[float, float]] = {
    "bass": {90: 1, 130: 0.75, 200: 0.35, 300: 0.1, 400: 0},
    "body": {60: 0, 100: 0.4, 180: 1, 280: 0.8, 450: 0.2, 700: 0},
    "mud": {100: 0, 180: 0.5, 280: 1, 420: 0.8, 650: 0.2, 1000: 0, 3000: -0.2},
    "warmth": {40: 0.9, 200: 1, 300: 0.8, 450: 0.3, 600: -0.1, 900: -0.5, 1500: -0.65, 2500: -0.4, 6000: -0.25},
    "nasal": {250: 0, 450: 0.6, 700: 0.9, 1000: 1, 1500: 0.8, 2200: 0.3, 3000: 0},
    "presence": {1000: 0, 2000: 0.6, 3500: 1, 5000: 0.7, 8000: 0.1, 10000: 0},
    "harshness": {120: -0.3, 300: 0, 1500: 0.2, 2500: 0.7, 3500: 1, 4800: 0.9, 7000: 0.2, 9000: -0.1, 13000: -0.5},
    "brightness": {200: -1, 300: -0.8, 450: -0.45, 650: 0, 1100: 0.4, 1600: 0.8, 4500: 1, 7000: 0.7, 13000: 0.2},
    "air": {6000: 0, 8500: 0.4, 11000: 1},
}
"""Axis -> equaliser curve as Hz: weight, linear between points on a logarithmic frequency axis.

Sources of the regions: Izhaki, Mixing Audio (2017), ch. 14; Owsinski, The Mixing Engineer's Handbook (2017),
"magic frequencies"; brightness as balance of highs and lows after Schubert and Wolfe (2006); warmth as raised
lows and low mids with lowered highs after Cartwright and Pardo, SocialEQ (2013). The weights are this project's.
"""
