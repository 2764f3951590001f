"""Taking back what stands against a wish before anything is added: filters are opened, what a device put in goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from instructfx.chain import Chain, Slot
from instructfx.ears.analysis import band_centres_hz
from instructfx.ears.axes import STEP_DB, TONE_CURVES
from instructfx.effects import EFFECTS, Effect
from instructfx.planners import PastTurn
from instructfx.planners.eq_fit import HIDDEN_DB, SAMPLE_RATE, centres_hz
from instructfx.planners.standing import mainly

Array = NDArray[np.float64]

BAND = "band"  # the role of filters
HALVINGS = 8  # of the way in octaves from where a filter stands to where it rests
NARROWING = -0.5  # steps of fidelity: a wish of this and less is a device, a wall, an age
FRAMES = 1 << 14


def passed_db(effect: Effect, settings: Mapping[str, float]) -> Array:
    """What a filter with these settings leaves of each point of `eq_fit.centres_hz`, in dB, (points,)."""
    return _passed_db(effect.name, tuple(settings.items()))


@lru_cache(maxsize=64)
def _passed_db(name: str, settings: tuple[tuple[str, float], ...]) -> Array:
    impulse = torch.zeros(1, 1, FRAMES)
    impulse[..., 0] = 1.0
    tensors = {setting: torch.tensor([value], dtype=torch.float64) for setting, value in settings}
    with torch.no_grad():
        heard = EFFECTS[name].render(impulse, SAMPLE_RATE, tensors)
    levels = 20 * torch.log10(torch.fft.rfft(heard[0, 0].double()).abs() + 1e-9).numpy()
    return np.asarray(np.interp(centres_hz(), np.fft.rfftfreq(FRAMES, 1 / SAMPLE_RATE), levels))


def most_db(before: Chain, after: Chain) -> tuple[float, ...]:
    """How far each band of the ear can rise from one chain to another, (bands,): where the filters of the second leave
    little, by no more than they themselves have changed; anywhere else, without a limit. Empty without filters."""
    if not filters(after):
        return ()
    was, now = (np.sum([np.zeros(len(centres_hz())), *_passed(chain)], axis=0) for chain in (before, after))
    most = np.where(now < HIDDEN_DB, now - was, np.inf)
    nearest = np.abs(np.log(centres_hz()) - np.log(band_centres_hz().numpy())[:, None]).argmin(axis=1)
    return tuple(most[nearest].tolist())


def _passed(chain: Chain) -> list[Array]:
    return [passed_db(slot.effect, slot.settings) for slot in filters(chain)]


def hides(effect: Effect, settings: Mapping[str, float], axes: Mapping[str, float]) -> tuple[str, ...]:
    """The settings of a filter that stand against wishes on tone: where they want more, the filter leaves little."""
    found = []
    for name in settings:
        alone = {**settings, **{other: effect.rest[other] for other in settings if other != name}}
        left = passed_db(effect, alone)
        if any(_wanted(axis, value) @ left < HIDDEN_DB for axis, value in axes.items() if _wants_more(axis, value)):
            found.append(name)
    return tuple(found)


def opened(effect: Effect, settings: Mapping[str, float], axes: Mapping[str, float]) -> dict[str, float]:
    """The settings that stood against wishes, opened until as much more is heard where they want more as they ask; all
    at rest for more fidelity."""
    if "fidelity" in mainly(axes) and axes["fidelity"] > 0:
        return dict(effect.rest)
    wanted = {axis: value for axis, value in axes.items() if _wants_more(axis, value)}
    return {name: _opened(name, effect, settings, wanted) for name in hides(effect, settings, wanted)}


def _opened(name: str, effect: Effect, settings: Mapping[str, float], wanted: Mapping[str, float]) -> float:
    """A cutoff frequency in Hz on its way to rest, found by halving: the first that is enough for every wish."""
    now, closed, rest = passed_db(effect, settings), settings[name], effect.rest[name]
    there = rest
    for _ in range(HALVINGS):
        middle = (closed * there) ** 0.5
        more_db = passed_db(effect, {**settings, name: middle}) - now
        enough = all(_wanted(axis, value) @ more_db >= STEP_DB * value for axis, value in wanted.items())
        closed, there = (closed, middle) if enough else (middle, there)
    return there


def _wants_more(axis: str, value: float) -> bool:
    return axis in TONE_CURVES and value > 0


def _wanted(axis: str, value: float) -> Array:
    """Where a wish wants more, as weights that sum to one, (points,)."""
    points = TONE_CURVES[axis]
    weights = np.interp(np.log(centres_hz()), np.log(list(points)), list(points.values())).clip(min=0)
    return np.asarray(weights / weights.sum())


def filters(chain: Chain) -> tuple[Slot, ...]:
    """The filters that are heard."""
    return tuple(slot for slot in chain.slots if slot.effect.role == BAND and slot.heard)


def replaced(earlier: Sequence[PastTurn], axes: Mapping[str, float]) -> tuple[int, ...]:
    """Of earlier turns, by their places, those that new wishes replace altogether: what made a device of the sound goes
    when fidelity is asked for."""
    if axes.get("fidelity", 0.0) <= 0 or "fidelity" not in mainly(axes):
        return ()
    return tuple(
        at for at, turn in enumerate(earlier) if not turn.by_hand and turn.goal.axes.get("fidelity", 0.0) <= NARROWING
    )


def put_in(earlier: Sequence[PastTurn], places: Sequence[int], chain: Chain) -> tuple[str, ...]:
    """The ids of slots that these turns put in, that are still there, and that nobody touched by hand since; of an
    equaliser only the curve can be taken back."""
    found: dict[str, None] = {}
    for at, turn in enumerate(earlier):
        before = earlier[at - 1].chain if at else Chain()
        if at in places:
            found |= {slot_id: None for slot_id in turn.chain.ids if slot_id not in before.ids}
        elif turn.by_hand and turn.share is None:
            for slot_id in [each for each in found if turn.chain.find(each) != before.find(each)]:
                del found[slot_id]
    there = (chain.slot(slot_id) for slot_id in found if slot_id in chain.ids)
    return tuple(slot.id for slot in there if not slot.locked and slot.effect.role != "tone")
