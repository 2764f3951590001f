"""What a listener expects of a turn, each in a line: "warmth rises 0.4", "reverb mix falls 0.05", "eq untouched"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from instructfx.bench.quality.effect_labels import BenchDataError
from instructfx.chain import Chain, Slot
from instructfx.ears.axes import AXES, TONE
from instructfx.ears.perceptual import UNGUARDED
from instructfx.effects import EFFECTS
from instructfx.errors import SettingsError
from instructfx.planners.side_effects import unmoved

CLOSE = 1.0  # steps: an axis of a family that the words do not speak of stays this close
EQUAL_LOUDNESS = 0.5  # LU: the rendered track stays this close where level was not asked for
SAME = 1e-3  # of a setting's range: nearer counts as the same
OTHERS, LOUDNESS = "others stay", "loudness stays"

STATES = ("there", "gone", "bypassed", "heard", "untouched")
FORMS = (
    '"AXIS rises|falls|holds STEPS", "EFFECT SETTING rises|falls AMOUNT", "EFFECT SETTING holds", '
    f'"EFFECT SETTING is VALUE", "EFFECT {"|".join(STATES)}", "EFFECT before EFFECT" or "chain as after N"'
)


@dataclass(frozen=True)
class SessionMoment:
    """A moment of a session: the chain, the ear's readings, the loudness of the rendered track without its tail."""

    chain: Chain
    readings: Mapping[str, float]
    loudness_lufs: float


@dataclass(frozen=True)
class Verdict:
    """Whether an expectation was met, and what was measured."""

    expected: str
    met: bool
    measured: str


@dataclass(frozen=True)
class Expectation:
    """One of `FORMS`: subject is an axis, an effect or "chain"; setting is empty where none is named."""

    text: str
    subject: str
    setting: str
    verb: str
    amount: float
    other: str = ""


def expectation(text: str) -> Expectation:
    """Read a line. Raises BenchDataError for what is none of `FORMS`, naming what is not known."""
    words = text.split()
    match words:
        case [axis, "rises" | "falls" | "holds" as verb, amount] if axis in AXES:
            return Expectation(text, axis, "", verb, _number(text, amount))
        case [effect, setting, "rises" | "falls" | "is" as verb, amount] if _has(effect, setting):
            return Expectation(text, effect, setting, verb, _number(text, amount))
        case [effect, setting, "holds"] if _has(effect, setting):
            return Expectation(text, effect, setting, "holds", 0.0)
        case [effect, state] if effect in EFFECTS and state in STATES:
            return Expectation(text, effect, "", state, 0.0)
        case [effect, "before", other] if effect in EFFECTS and other in EFFECTS:
            return Expectation(text, effect, "", "before", 0.0, other)
        case ["chain", "as", "after", turn] if turn.isdecimal():
            return Expectation(text, "chain", "", "as after", float(turn))
    raise BenchDataError(f"{text!r} is no expectation; write {FORMS}, with the names of `instructfx effects`")


def judged(expected: Expectation, moments: Sequence[SessionMoment]) -> Verdict:
    """Compare the last moment with the one before it; the first is the dry track."""
    before, after = moments[-2], moments[-1]
    if expected.subject in AXES:
        change = after.readings[expected.subject] - before.readings[expected.subject]
        return Verdict(expected.text, _MOVED[expected.verb](change, expected.amount), f"{change:+.2f}")
    if expected.subject == "chain":
        turn = int(expected.amount)
        there = turn < len(moments) and moments[turn].chain == after.chain
        return Verdict(expected.text, there, ", ".join(after.chain.names) or "no effects")
    now, then = _slot(after.chain, expected.subject), _slot(before.chain, expected.subject)
    if expected.setting:
        return _of_setting(expected, then, now)
    met = {
        "there": now is not None,
        "gone": now is None,
        "bypassed": now is not None and now.bypassed,
        "heard": now is not None and not now.bypassed,
        "untouched": now is not None and now == then,
        "before": _earlier(after.chain.names, expected.subject, expected.other),
    }[expected.verb]
    return Verdict(expected.text, met, ", ".join(after.chain.names) or "no effects")


def standing(about: Sequence[str], moments: Sequence[SessionMoment]) -> tuple[Verdict, ...]:
    """What holds in every turn: families that the words do not speak of stay close, and so does the loudness."""
    before, after = moments[-2], moments[-1]
    still = UNGUARDED | unmoved((*before.chain.slots, *after.chain.slots))
    free = {*about, *(("fidelity",) if TONE in about else ())}  # a brighter sound has a wider band
    moved = {
        name: after.readings[name] - before.readings[name]
        for name, axis in AXES.items()
        if axis.family not in free and name not in still
    }
    name, change = max(moved.items(), key=lambda item: abs(item[1]), default=("none", 0.0))
    verdicts = [Verdict(OTHERS, abs(change) < CLOSE, f"{name} {change:+.2f}")]
    if "level" not in about:
        louder = after.loudness_lufs - before.loudness_lufs
        verdicts.append(Verdict(LOUDNESS, abs(louder) < EQUAL_LOUDNESS, f"{louder:+.2f} LU"))
    return tuple(verdicts)


_MOVED: Mapping[str, Callable[[float, float], bool]] = {
    "rises": lambda change, amount: change >= amount,
    "falls": lambda change, amount: change <= -amount,
    "holds": lambda change, amount: abs(change) <= amount,
}


def _of_setting(expected: Expectation, then: Slot | None, now: Slot | None) -> Verdict:
    if now is None:
        return Verdict(expected.text, False, f"no {expected.subject}")
    value, param = now.settings[expected.setting], now.effect.param(expected.setting)
    close = SAME * (param.high - param.low)
    if expected.verb == "is":
        return Verdict(expected.text, abs(value - expected.amount) <= close, f"{value:.3g}")
    if then is None:
        return Verdict(expected.text, False, f"{value:.3g}, and none before")
    change = value - then.settings[expected.setting]
    met = _MOVED[expected.verb](change, expected.amount or close)
    return Verdict(expected.text, met, f"{then.settings[expected.setting]:.3g} to {value:.3g}")


def _earlier(names: Sequence[str], first: str, second: str) -> bool:
    return first in names and second in names and names.index(first) < names.index(second)


def _slot(chain: Chain, effect: str) -> Slot | None:
    return chain.slot(effect) if effect in chain.names else None


def _has(effect: str, setting: str) -> bool:
    if effect not in EFFECTS:
        return False
    try:
        EFFECTS[effect].param(setting)
    except SettingsError:
        return False
    return True


def _number(text: str, word: str) -> float:
    try:
        return float(word)
    except ValueError as error:
        raise BenchDataError(f"{text!r}: {word!r} is no number") from error
