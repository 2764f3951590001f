"""What must hold of a chain after some words, each in a line: "reverb.mix=0.3", "eq@400=-3", "order=delay<reverb"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from instructfx.bench.quality.effect_labels import BenchDataError
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors
from instructfx.errors import SettingsError

SAMPLE_RATE = 44_100
LEAST_DB = 0.5  # a curve that moves by less has stayed
WITHIN = 0.05  # of a number that was said: nearer counts as met
CURVE_WITHIN_DB, CURVE_WITHIN = 1.0, 0.35  # dB, or that share of the gain: neighbouring bands add a little
SHELF_WITHIN_DB, SHELF_WITHIN = 0.7, 0.3  # the same for lows and highs with a number
LOWS_HZ, HIGHS_HZ = 60.0, 12_000.0

FORMS = (
    '"EFFECT.SETTING=VALUE", "EFFECT.SETTING more|less", "eq@HZ=DB", "eq@HZ<0", "eq@HZ>0", "lows=DB", "highs=DB", '
    '"kept=EFFECT", "gone=EFFECT", "order=EFFECT<EFFECT" or "chain=N"'
)
NUMBER = r"(-?\d+(?:\.\d+)?)"


class ChainCheck(Protocol):
    """Something that holds of the chain that came out, or does not."""

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        """chains are those so far: the dry one, then one a turn; the last of them is what the words found."""


@dataclass(frozen=True)
class SettingCheck:
    """The last slot of an effect has this value of a setting."""

    effect: str
    setting: str
    value: float

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        value = _value(after, self.effect, self.setting)
        return value is not None and abs(value - self.value) <= WITHIN * abs(self.value) + 1e-6

    def __str__(self) -> str:
        return f"{self.effect}.{self.setting}={self.value:g}"


@dataclass(frozen=True)
class ChangeCheck:
    """A setting has risen, sign +1, or fallen, -1; an effect that is gone has less of all."""

    effect: str
    setting: str
    sign: int

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        then, now = (_value(chain, self.effect, self.setting) for chain in (chains[-1], after))
        if then is None or now is None:
            return then is not None and self.sign < 0
        return self.sign * (now - then) > 0

    def __str__(self) -> str:
        return f"{self.effect}.{self.setting} {'more' if self.sign > 0 else 'less'}"


@dataclass(frozen=True)
class CurveCheck:
    """The curve of all filters and equalisers has moved by gain_db at hz; by any amount that way where it is a sign."""

    hz: float
    gain_db: float = 0.0
    sign: int = 0
    within_db: float = CURVE_WITHIN_DB
    within: float = CURVE_WITHIN

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        moved = _curve_db(after, self.hz) - _curve_db(chains[-1], self.hz)
        if self.sign:
            return self.sign * moved > LEAST_DB
        return abs(moved - self.gain_db) <= max(self.within_db, self.within * abs(self.gain_db))

    def __str__(self) -> str:
        wanted = {1: ">0", -1: "<0", 0: f"={self.gain_db:g}"}[self.sign]
        return f"eq@{self.hz:g}{wanted}"


@dataclass(frozen=True)
class KeptCheck:
    """The slots of an effect are as they were."""

    effect: str

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        then, now = ([s for s in chain.slots if s.effect.name == self.effect] for chain in (chains[-1], after))
        return then == now

    def __str__(self) -> str:
        return f"kept={self.effect}"


@dataclass(frozen=True)
class GoneCheck:
    """An effect is not heard: no slot of it is there, or all are bypassed."""

    effect: str

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        return all(slot.effect.name != self.effect or slot.bypassed for slot in after.slots)

    def __str__(self) -> str:
        return f"gone={self.effect}"


@dataclass(frozen=True)
class OrderCheck:
    """One effect comes before another in the sound."""

    first: str
    second: str

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        names = after.names
        return {self.first, self.second} <= set(names) and names.index(self.first) < names.index(self.second)

    def __str__(self) -> str:
        return f"order={self.first}<{self.second}"


@dataclass(frozen=True)
class TurnCheck:
    """The chain is as it was after so many turns; 0 is the dry track."""

    turns: int

    def holds(self, chains: Sequence[Chain], after: Chain) -> bool:
        return self.turns < len(chains) and chains[self.turns] == after

    def __str__(self) -> str:
        return f"chain={self.turns}"


def chain_check(text: str) -> ChainCheck:
    """Reads a line. Raises BenchDataError for what is none of `FORMS`, or names what is not there."""
    for pattern, made in _READERS.items():
        match = re.fullmatch(pattern, text)
        if match:
            return made(*match.groups())
    raise BenchDataError(f"{text!r} is no check; write {FORMS}")


def _shelf(name: str, gain: str) -> CurveCheck:
    hz = LOWS_HZ if name == "lows" else HIGHS_HZ
    return CurveCheck(hz, float(gain), within_db=SHELF_WITHIN_DB, within=SHELF_WITHIN)


_READERS: Mapping[str, Callable[..., ChainCheck]] = {
    r"chain=(\d+)": lambda turns: TurnCheck(int(turns)),
    r"kept=(\w+)": lambda effect: KeptCheck(_effect(effect)),
    r"gone=(\w+)": lambda effect: GoneCheck(_effect(effect)),
    r"order=(\w+)<(\w+)": lambda first, second: OrderCheck(_effect(first), _effect(second)),
    rf"(lows|highs)={NUMBER}": _shelf,
    rf"eq@(\d+)={NUMBER}": lambda hz, gain: CurveCheck(float(hz), float(gain)),
    r"eq@(\d+)([<>])0": lambda hz, sign: CurveCheck(float(hz), sign=1 if sign == ">" else -1),
    rf"(\w+)\.(\w+)={NUMBER}": lambda effect, setting, value: SettingCheck(*_setting(effect, setting), float(value)),
    r"(\w+)\.(\w+) (more|less)": lambda effect, setting, which: ChangeCheck(
        *_setting(effect, setting), 1 if which == "more" else -1
    ),
}


def _effect(name: str) -> str:
    if name not in EFFECTS:
        raise BenchDataError(f"there is no effect {name!r}; there are {', '.join(EFFECTS)}")
    return name


def _setting(effect: str, setting: str) -> tuple[str, str]:
    try:
        EFFECTS[_effect(effect)].param(setting)
    except SettingsError as error:
        raise BenchDataError(str(error)) from error
    return effect, setting


def _value(chain: Chain, effect: str, setting: str) -> float | None:
    """Of the last slot of that effect; None without one."""
    slots = [slot for slot in chain.slots if slot.effect.name == effect]
    return slots[-1].settings[setting] if slots else None


def _curve_db(chain: Chain, hz: float) -> float:
    """The gain of all that is a plain curve, at one frequency."""
    total = 0.0
    for slot in chain.slots:
        if slot.effect.response is not None and slot.heard:
            at = torch.tensor([hz], dtype=torch.float64)
            settings = {name: value.double() for name, value in as_tensors(slot.settings).items()}
            total += float(20 * torch.log10(slot.effect.response(settings, SAMPLE_RATE, at).abs().flatten()[0]))
    return total
