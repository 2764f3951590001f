"""The chain as the page's cards show it, and back: from records to JSON for `static/chain.js`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from instructfx.chain import Chain
from instructfx.chain.format import BAND_PARTS, bands_of, form_of, label_text
from instructfx.effects import EFFECTS, Effect, Param

SHOWN = 3


@dataclass(frozen=True)
class Amount:
    """How much of a turn is heard: share is 0 for none of it, 1 for the turn as made, from -1 to 1.5."""

    turn: str
    words: str
    share: float = 1.0


def chain_data(
    chain: Chain,
    originals: Mapping[str, Mapping[str, float]],
    amount: Amount | None = None,
    *,
    session: str = "",
    editable: bool = True,
    sample_rate: int = 44_100,
) -> dict[str, Any]:
    """What `<ifx-chain>` takes as its data.

    originals: effect -> the settings that the planner chose, as from `by_hand.original`; editable is False while a turn
    runs; sample_rate is the track's, at which the equaliser's curve is drawn.
    """
    slots = [
        {
            "effect": slot.effect.name,
            "settings": dict(slot.settings),
            "bypassed": slot.bypassed,
            "locked": sorted(slot.locked),
            "original": dict(originals[slot.effect.name]) if slot.effect.name in originals else None,
        }
        for slot in chain.slots
    ]
    return {
        "session": session,
        "editable": editable,
        "sample_rate": sample_rate,
        "effects": declarations(),
        "slots": slots,
        "amount": asdict(amount) if amount else None,
    }


@lru_cache(maxsize=1)
def declarations() -> dict[str, Any]:
    """Every effect there is with its settings, bands and what its card shows first; not to be changed."""
    return {name: _declared(effect) for name, effect in EFFECTS.items()}


def _declared(effect: Effect) -> dict[str, Any]:
    in_bands = {
        param.name: label for _, params in bands_of(effect) for param, label in zip(params, BAND_PARTS, strict=True)
    }
    bands = [
        {
            "name": name,
            "label": label_text(name),
            "kind": name if name.endswith("_shelf") else "peak",
            **dict(zip(("gain", "frequency", "q"), (param.name for param in params), strict=True)),
        }
        for name, params in bands_of(effect)
    ]
    return {
        "label": effect.label,
        "summary": effect.summary,
        "params": [_param(param, in_bands.get(param.name, label_text(param.name))) for param in effect.params],
        "bands": bands,
        "telling": [] if bands else list(_telling(effect)),
    }


def _param(param: Param, label: str) -> dict[str, Any]:
    return {
        "name": param.name,
        "label": label,
        "unit": param.unit,
        "low": param.low,
        "high": param.high,
        "default": param.default,
        "kind": param.kind,
        "choices": [param.shown(place) for place in range(round(param.high) + 1)] if form_of(param) == "word" else [],
        "scale": param.scale,
        "step": param.step,
        "form": form_of(param),
        "help": param.help,
    }


def _telling(effect: Effect) -> tuple[str, ...]:
    names = tuple(param.name for param in effect.params)
    if len(names) <= SHOWN:
        return names
    return effect.card or ((*names[: SHOWN - 1], "mix") if "mix" in names else names[:SHOWN])
