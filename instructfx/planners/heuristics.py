"""What an engineer reaches for: which effect moves which axis, how to start it, how to turn it up and down.

Starting points after Izhaki, Mixing Audio (2017), and Owsinski, The Mixing Engineer's Handbook (2017); the
refiners then move them until the ear is content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from instructfx.ears.axes import TONE_CURVES
from instructfx.effects import EFFECTS
from instructfx.language.rooms import room
from instructfx.planners.eq_fit import fitted_eq

Axes = Mapping[str, float]
Values = Mapping[str, float]


@dataclass(frozen=True)
class EffectHeuristics:
    """What one effect is good for.

    reach maps each axis that it can move to the direction in which more of it moves it. begin gives the settings
    of a new one for the wished axes and the ear's readings; more gives the changed settings of one that is
    there, for a signed amount where 1.0 is a plain "more". held are settings that refiners leave where begin put
    them.
    """

    reach: Mapping[str, int]
    begin: Callable[[Axes, Axes], Values]
    more: Callable[[float, Values], Values]
    held: frozenset[str] = frozenset()

    def dose(self, axes: Axes) -> float:
        """How much more of the effect the wishes call for: the strongest of them, signed."""
        doses = [direction * axes.get(axis, 0.0) for axis, direction in self.reach.items()]
        return max(doses, key=abs, default=0.0)


def _scaled_eq(amount: float, settings: Values) -> Values:
    factor = max(1 + 0.5 * amount, 0.0)
    return {name: value * factor for name, value in settings.items() if name.endswith("_gain_db")}


def _compressor_begin(axes: Axes, readings: Axes) -> Values:
    """Threshold near the track's own level; slow attacks where hits should get through."""
    evenness = max(-axes.get("dynamics", 0.0), 0.0)
    punch = axes.get("punch", 0.0)
    loudness_lufs = 3 * readings.get("loudness", -6.0)
    return {
        "threshold_db": loudness_lufs - 4 * evenness + 2 * punch,
        "ratio": 2 + 1.5 * evenness + abs(punch),
        "attack_ms": 40.0 if punch > 0 else 2.0 if punch < 0 else 10.0,
        "release_ms": 80.0 if punch > 0 else 150.0,
    }


def _reverb_begin(axes: Axes, readings: Axes) -> Values:
    if axes.get("width", 0.0) > 0 and axes.get("space", 0.0) < 0.3:  # only there to tell left from right
        return {"decay_seconds": 0.2, "pre_delay_ms": 0.0, "low_cut_hz": 200.0, "mix": 0.25}
    space = max(axes.get("space", 1.0), 0.2)
    return {**room(axes), "decay_seconds": 0.9 * 1.5**space, "mix": min(0.12 + 0.1 * space, 0.6)}


def _wetter(amount: float, settings: Values, extra: str = "") -> dict[str, float]:
    """The mix, and one more setting, times 1.6 for each plain "more"; halved for "less"."""
    factor = 1.6**amount if amount > 0 else 2.0**amount
    changed = {"mix": min(settings["mix"] * factor, 0.9) if amount > 0 else settings["mix"] * factor}
    if extra:
        changed[extra] = settings[extra] * (1 + (factor - 1) / 3)
    return changed


def _deeper(amount: float, settings: Values) -> Values:
    """The depth times 1.6 for each plain "more", the mix up to one half: there a moving voice beats most with the dry.

    For "less" as `_wetter`.
    """
    if amount <= 0:
        return _wetter(amount, settings, "depth")
    mix = max(settings["mix"], min(settings["mix"] * 1.6**amount, 0.5))
    return {"mix": mix, "depth": settings["depth"] * 1.6**amount}


HEURISTICS: Mapping[str, EffectHeuristics] = {
    "filter": EffectHeuristics(
        {"fidelity": -1, "air": -1, "bass": -1},
        lambda axes, readings: {
            "highpass_hz": 40 * 2 ** max(-1.3 * min(axes.get("bass", 0.0), axes.get("fidelity", 0.0)), 0.0),
            "lowpass_hz": 16000 * 2 ** min(1.2 * min(axes.get("air", 0.0), axes.get("fidelity", 0.0)), 0.0),
        },
        lambda amount, values: {
            "highpass_hz": values["highpass_hz"] * 1.5**amount,
            "lowpass_hz": values["lowpass_hz"] / 1.5**amount,
        },
    ),
    "eq": EffectHeuristics(
        dict.fromkeys(TONE_CURVES, 1), lambda axes, readings: fitted_eq(axes, EFFECTS["eq"].defaults()), _scaled_eq
    ),
    "compressor": EffectHeuristics(
        {"dynamics": -1, "punch": 1},
        _compressor_begin,
        lambda amount, values: {
            "threshold_db": values["threshold_db"] - 4 * amount,
            "ratio": 1 + (values["ratio"] - 1) * 1.4**amount,
        },
    ),
    "distortion": EffectHeuristics(
        {"grit": 1, "harshness": 1},
        lambda axes, readings: {"drive_db": 6 + 8 * max(axes.get("grit", 0.0), 0.2)},
        lambda amount, values: {
            # Less is a share of it, so that a little drive is not all taken at once.
            "drive_db": values["drive_db"] + 8 * amount if amount > 0 else values["drive_db"] * 2.8**amount
        },
        frozenset({"mix"}),
    ),
    "bitcrush": EffectHeuristics(
        {"grit": 1, "fidelity": -1},
        lambda axes, readings: {"bit_depth": 11 - 3 * max(axes.get("grit", 0.0), 0.3)},
        lambda amount, values: {"bit_depth": values["bit_depth"] - 2 * amount},
        frozenset({"mix"}),
    ),
    "pitch_shift": EffectHeuristics(
        {"pitch": 1},
        lambda axes, readings: {"semitones": 2 * axes.get("pitch", 0.0)},
        lambda amount, values: {"semitones": values["semitones"] + 2 * amount},
    ),
    "chorus": EffectHeuristics(
        {"movement": 1, "width": 1},
        lambda axes, readings: {"mix": min(0.3 + 0.15 * abs(axes.get("movement", 0.5)), 0.6)},
        _deeper,
    ),
    "phaser": EffectHeuristics(
        {"movement": 1},
        lambda axes, readings: {"mix": min(0.3 + 0.15 * abs(axes.get("movement", 0.5)), 0.5)},
        _deeper,
    ),
    "delay": EffectHeuristics(
        {"echo": 1},
        lambda axes, readings: {"mix": min(0.12 + 0.1 * max(axes.get("echo", 1.0), 0.2), 0.5)},
        lambda amount, values: _wetter(amount, values, "feedback"),
        frozenset({"feedback"}),
    ),
    "reverb": EffectHeuristics(  # what kind of room it is the words say; the search finds how much of it
        {"space": 1, "width": 1},
        _reverb_begin,
        lambda amount, values: _wetter(amount, values, "decay_seconds"),
        frozenset({"damping", "high_cut_hz", "low_cut_hz", "low_decay_ratio"}),
    ),
    "stereo_width": EffectHeuristics(
        {"width": 1},
        lambda axes, readings: {"width": 1 + 0.35 * axes.get("width", 0.0)},
        lambda amount, values: {"width": values["width"] + 0.35 * amount},
    ),
    "panner": EffectHeuristics(
        {"balance": 1},
        lambda axes, readings: {"pan": 0.3 * axes.get("balance", 0.0)},
        lambda amount, values: {"pan": values["pan"] * (1 + 0.5 * amount)},
    ),
    "limiter": EffectHeuristics(
        {"dynamics": -1},
        lambda axes, readings: {"threshold_db": 3 * readings.get("loudness", -6.0) + 6},
        lambda amount, values: {"threshold_db": values["threshold_db"] - 3 * amount},
    ),
    "gain": EffectHeuristics(
        {"loudness": 1},
        lambda axes, readings: {"gain_db": 3 * axes.get("loudness", 0.0)},
        lambda amount, values: {"gain_db": values["gain_db"] + 3 * amount},
    ),
}
"""Effect -> what it is good for."""


def reach_of(effect: str) -> Mapping[str, int]:
    """The axes that an effect can move; none for one that is not here."""
    return HEURISTICS[effect].reach if effect in HEURISTICS else {}


NEW_FOR: Mapping[tuple[str, int], tuple[str, ...]] = {
    **{(axis, sign): ("eq",) for axis in TONE_CURVES for sign in (1, -1)},
    ("loudness", 1): ("gain",),
    ("loudness", -1): ("gain",),
    ("dynamics", -1): ("compressor", "limiter"),
    ("punch", 1): ("compressor",),
    ("punch", -1): ("compressor",),
    ("grit", 1): ("distortion", "bitcrush"),
    ("space", 1): ("reverb",),
    ("echo", 1): ("delay",),
    ("width", 1): ("stereo_width", "chorus"),
    ("width", -1): ("stereo_width",),
    ("balance", 1): ("panner",),
    ("balance", -1): ("panner",),
    ("movement", 1): ("chorus", "phaser"),
    ("pitch", 1): ("pitch_shift",),
    ("pitch", -1): ("pitch_shift",),
    ("fidelity", -1): ("filter", "bitcrush"),
}
"""(axis, direction) -> effects that can be put in for it, best first. What is missing cannot be added: no effect
here takes recorded room, distortion or noise out of a sound again."""
