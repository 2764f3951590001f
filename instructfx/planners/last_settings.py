"""What the last turn set, as follow-ups speak of it: "a bit lower in frequency", "narrower", "undo the cut at 200"."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from instructfx.chain import Chain, Slot
from instructfx.chain.format import FLAT_DB, bands_of
from instructfx.effects import Param
from instructfx.language import Command, lexicon, understand
from instructfx.language.intent_types import BANDS, Reference
from instructfx.language.normal_form import normal_form
from instructfx.language.numbers import Quantity
from instructfx.language.scan import scan
from instructfx.planners import PlanRequest
from instructfx.planners.pronouns import that_slot
from instructfx.planners.standing import Setting, changed_settings

NEAR = 0.26  # octaves: a band that is further off is another one
SEMITONES = 1.5  # of pitch for an octave of frequency: a third of an octave is "a bit", as half a semitone is


def moved_in_frequency(reference: Reference, request: PlanRequest) -> tuple[Command, ...]:
    """The frequencies, or the pitch, that the last turn set, as many octaves away; none where it set none."""
    found = []
    for slot, settings in _given_last(request):
        params = [param for param in settings if param.unit == "Hz"]
        factors = {param.name: 2.0**reference.amount for param in params}
        pitch = [param for param in settings if param.unit == "semitones"]
        step = math.copysign(max(1.0, round(abs(SEMITONES * reference.amount))), reference.amount)
        if factors or pitch:
            changes = {param.name: step for param in pitch}
            found.append(_adjusting(slot, request.chain, changes=changes, factors=factors))
    return tuple(found)


def moved_to(frequency_hz: float, request: PlanRequest) -> tuple[Command, ...]:
    """The one frequency that the last turn set, at another; none where it set none or several, or cannot go there."""
    found = [(slot, param) for slot, params in _given_last(request) for param in params if param.unit == "Hz"]
    if len(found) != 1 or not found[0][1].low <= frequency_hz <= found[0][1].high:
        return ()
    slot, param = found[0]
    return (_adjusting(slot, request.chain, settings={param.name: frequency_hz}),)


def moved_in_width(reference: Reference, request: PlanRequest, now: Sequence[Command]) -> tuple[Command, ...]:
    """The Q of the bands that these commands set, or else the last turn, as many octaves higher; none without such."""
    found = []
    named = [(request.chain.find(command.phrase), {*command.settings, *command.factors}) for command in now]
    given = [(slot, _of_whole_bands(slot, names)) for slot, names in named if slot is not None]
    for slot, settings in given or _given_last(request):
        factors = {param.name: 2.0**reference.amount for param in settings if param.name.endswith("_q")}
        if factors:
            found.append(_adjusting(slot, request.chain, factors=factors))
    return tuple(found)


def sets_bands(request: PlanRequest) -> bool:
    """Whether the last turn set bands of an equaliser, which have a gain as well as a frequency."""
    return any(slot.effect.role == "tone" for slot, _ in _given_last(request))


def number_in(words: str) -> Quantity | None:
    """The first number that is said."""
    return next((item.quantity for item in scan(normal_form(words), lexicon()) if item.quantity), None)


def speaks_of_bands(request: PlanRequest) -> bool:
    """Whether a share is one of a band's gain: the last words that are no share set a band, or put another number in
    the place of one, "make the cut 5 dB", so that nothing is asked by them alone."""
    kinds = ([reference.kind for reference in understand(words).references] for words in reversed(request.said))
    return next(({*BANDS, "instead"} & set(each) != set() for each in kinds if each != ["share"]), False)


def share_so_far(request: PlanRequest) -> float:
    """How much of what was asked the last turns have left of it: "half of that" twice leaves a quarter."""
    share = 1.0
    for words in reversed(request.said):
        references = understand(words).references
        if not references or references[0].kind != "share":
            break
        share *= references[0].amount
    return share


def of_bands(reference: Reference, number: Quantity | None, request: PlanRequest) -> tuple[Command, ...]:
    """The bands that were given a gain last, those that cut or boost where one is spoken of, with that gain in dB or at
    that frequency, or with amount times their gain; none where there are none."""
    commands = []
    bands = _band_at(reference.place_hz, request.chain) if reference.place_hz else ()
    for slot, gain, cutoff in bands or _bands_given_last(reference.kind, request):
        stands_db = slot.settings[gain.name]
        if number is None:
            commands.append(_adjusting(slot, request.chain, factors={gain.name: reference.amount}))
        elif number.unit == "hz" or (not number.unit and number.value > gain.high):
            commands.append(_adjusting(slot, request.chain, settings={cutoff.name: number.value}))
        elif number.unit in ("db", ""):
            value = number.value if number.signed else math.copysign(number.value, stands_db)
            commands.append(_adjusting(slot, request.chain, settings={gain.name: value}))
    return tuple(commands)


def _band_at(frequency_hz: float, chain: Chain) -> list[tuple[Slot, Param, Param]]:
    """The band nearest to a frequency that cuts or boosts there: slot, gain and frequency."""
    found = [(slot, gain, cutoff) for slot in chain.slots for gain, cutoff in _standing(slot)]
    near = [each for each in found if _away(each[0], each[2], frequency_hz) <= NEAR]
    return sorted(near, key=lambda each: _away(each[0], each[2], frequency_hz))[:1]


def _standing(slot: Slot) -> list[tuple[Param, Param]]:
    """The gain and the frequency of each band that cuts or boosts."""
    bands = [(gain, cutoff) for _, (gain, cutoff, _) in bands_of(slot.effect)]
    return [(gain, cutoff) for gain, cutoff in bands if abs(slot.settings[gain.name]) > FLAT_DB]


def _away(slot: Slot, cutoff: Param, frequency_hz: float) -> float:
    """How many octaves a frequency of a slot lies from another."""
    return abs(math.log2(slot.settings[cutoff.name] / frequency_hz))


def _bands_given_last(kind: str, request: PlanRequest) -> list[tuple[Slot, Param, Param]]:
    """The bands of the last turn that gave any of that kind in numbers: slot, gain and frequency."""
    chains = [Chain(), *(turn.chain for turn in request.earlier)]
    for before, turn in zip(reversed(chains[:-1]), reversed(request.earlier), strict=True):
        given = set() if turn.goal.axes else changed_settings(before, turn.chain)
        found = []
        for slot in request.chain.slots:
            for _, (gain, cutoff, q) in bands_of(slot.effect):
                stands_db = slot.settings[gain.name]
                fits = kind == "band" or (stands_db < 0) == (kind == "cut")
                told = any((slot.id, param.name) in given for param in (gain, cutoff, q))
                found += [(slot, gain, cutoff)] if fits and told and abs(stands_db) > FLAT_DB else []
        if found:
            return found
    return []


def flattened(frequency_hz: float, chain: Chain) -> tuple[Command, ...]:
    """The band or filter at that frequency, taken back; none where there is none."""
    found: list[tuple[float, Command]] = []
    for slot in chain.slots:
        standing = [(cutoff, gain) for gain, cutoff in _standing(slot)]
        if slot.effect.role == "band":
            rest = slot.effect.rest
            standing += [
                (param, param)
                for param in slot.effect.params
                if param.unit == "Hz" and param.name in rest and slot.settings[param.name] != rest[param.name]
            ]
        for cutoff, undone in standing:
            value = slot.effect.rest.get(undone.name, 0.0)
            undoing = _adjusting(slot, chain, settings={undone.name: value})
            found.append((_away(slot, cutoff, frequency_hz), undoing))
    nearest = min(found, key=lambda each: each[0], default=None)
    return (nearest[1],) if nearest and nearest[0] <= NEAR else ()


def _given_last(request: PlanRequest) -> Iterator[tuple[Slot, list[Param]]]:
    """The slots of which the last turn set single settings, and those settings; of a band that it touched all. A turn
    that wished left the settings to the ear, and gave none."""
    if not request.earlier or request.earlier[-1].goal.axes:
        return
    before = request.earlier[-2].chain if len(request.earlier) > 1 else Chain()
    given: set[Setting] = changed_settings(before, request.earlier[-1].chain)
    for slot in request.chain.slots:
        names = {name for slot_id, name in given if slot_id == slot.id}
        if names:
            yield slot, _of_whole_bands(slot, names)


def _of_whole_bands(slot: Slot, names: Collection[str]) -> list[Param]:
    """The settings of a slot that are named, and the others of each band of which one is."""
    bands = [{param.name for param in params} for _, params in bands_of(slot.effect)]
    told = set(names).union(*(band for band in bands if band & set(names)))
    return [param for param in slot.effect.params if param.name in told]


def _adjusting(
    slot: Slot,
    chain: Chain,
    settings: Mapping[str, float] | None = None,
    changes: Mapping[str, float] | None = None,
    factors: Mapping[str, float] | None = None,
) -> Command:
    """A command to that very slot."""
    which = that_slot(slot.id, chain)
    return Command(
        slot.id, "adjust", slot.effect.name, settings or {}, changes or {}, (), 0.0, which, (), factors or {}
    )
