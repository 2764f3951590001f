"""Two versions side by side: every setting, and what the ear reads of either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from instructfx.chain import Chain, SettingValue
from instructfx.chain.diff import pairs
from instructfx.chain.matching import aligned
from instructfx.sessions import Session, Turn

AUDIBLE = 0.3  # of a step; smaller differences of readings are not told


@dataclass(frozen=True)
class ComparedSetting:
    """One setting in two versions, in its unit or as a word; None where the version has no such effect.

    The setting "bypassed" is 1 where the effect is switched off; it has a row where that is so in either version.
    """

    effect: str
    setting: str
    unit: str
    one: SettingValue | None
    other: SettingValue | None

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.one != self.other


@dataclass(frozen=True)
class Comparison:
    """Two versions: turns, or None for the dry track.

    Rows are in the order of the other chain. Readings are in steps; they can be held against each other where they
    are alike: taken by the same ear, of the same excerpt.
    """

    one: Turn | None
    other: Turn | None
    rows: tuple[ComparedSetting, ...]
    readings_one: Mapping[str, float]
    readings_other: Mapping[str, float]
    same_order: bool
    alike: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON: the numbers of the turns, None for the dry track, the rows, and the readings of both."""
        return {
            "one": self.one and self.one.index,
            "other": self.other and self.other.index,
            "rows": [{**asdict(row), "differs": row.differs} for row in self.rows],
            "readings_one": dict(self.readings_one),
            "readings_other": dict(self.readings_other),
            "same_order": self.same_order,
            "alike": self.alike,
        }


def compared(session: Session, turn_id: str, other_id: str | None) -> Comparison:
    """A turn beside another one, or beside the dry track; StoreError for turns that the session does not have."""
    one, other = session.turn(turn_id), session.turn(other_id) if other_id else None
    chains = one.chain, other.chain if other else Chain()
    first = session.turns[0]  # which continued the dry track
    before = other.readings_after if other else first.readings_before
    heard = [(each.provenance.ear, each.provenance.excerpt_start) for each in (one, other or first)]
    theirs = aligned(chains[1], chains[0])
    shared = [
        [each for each in chain.ids if each in chains[0].ids and each in theirs.ids] for chain in (chains[0], theirs)
    ]
    return Comparison(
        one, other, tuple(_rows(*chains)), one.readings_after, before, shared[0] == shared[1], heard[0] == heard[1]
    )


def _rows(one: Chain, other: Chain) -> Iterator[ComparedSetting]:
    for pair in pairs(one, other):
        off = [float(slot.bypassed) if slot else None for slot in (pair.one, pair.other)]
        if any(off):
            yield ComparedSetting(pair.label, "bypassed", "", *off)
        for param in pair.params:
            values = [param.to_json(slot.settings[param.name]) if slot else None for slot in (pair.one, pair.other)]
            yield ComparedSetting(pair.label, param.label, param.unit, *values)


def to_lines(comparison: Comparison, same_too: bool = False) -> Iterator[str]:
    """Lines of plain text, in columns: what differs, and what is the same as well where that is asked for."""
    titles = [_title(turn) for turn in (comparison.one, comparison.other)]
    yield f"{'':46}{titles[0]:>16} {titles[1]:>16}"
    effect = ""
    for row in comparison.rows:
        if row.differs or same_too:
            if row.effect != effect:
                effect = row.effect
                yield effect
            unit = f" ({row.unit})" if row.unit else ""
            yield f"  {row.setting + unit:44}{_value(row.one):>16} {_value(row.other):>16}"
    if not comparison.same_order:
        yield "the effects that both have come in another order"
    yield "readings, in steps" if comparison.alike else "readings, in steps, of another ear or another excerpt"
    for axis, value in comparison.readings_one.items():
        against = comparison.readings_other.get(axis)
        if same_too or against is None or abs(value - against) >= AUDIBLE:
            yield f"  {axis:44}{value:>16.1f} {'-' if against is None else format(against, '.1f'):>16}"


def _title(turn: Turn | None) -> str:
    return f"turn {turn.index}" if turn else "dry"


def _value(value: SettingValue | None) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "-" if value is None else value if isinstance(value, str) else f"{value:.4g}"
