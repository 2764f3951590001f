"""The chain as the page's cards show it, and back: from records to JSON for `static/chain.js`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from instructfx.chain import Chain
from instructfx.chain.format import BAND_PARTS, band_kind, bands_of, form_of, label_text
from instructfx.effects import EFFECTS, Effect, Param
from instructfx.effects.units import factors
from instructfx.studio.page.part_types import AmountData, BandData, ChainData, EffectData, ParamData, SlotData

SHOWN = 3


def chain_data(
    chain: Chain,
    originals: Mapping[str, Mapping[str, float]],
    amount: AmountData | None = None,
    *,
    used: Collection[str] = (),
    session: str = "",
    editable: bool = True,
) -> ChainData:
    """What `<ifx-chain>` takes as its data.

    originals: slot id -> the settings that the planner chose, as from `edits.original`; used: every id that a slot of
    the session ever had; editable is False while a turn runs.
    """
    slots: list[SlotData] = [
        {
            "id": slot.id,
            "effect": slot.effect.name,
            "settings": slot.effect.to_json(slot.settings),
            "bypassed": slot.bypassed,
            "locked": sorted(slot.locked),
            "original": slot.effect.to_json(originals[slot.id]) if slot.id in originals else None,
        }
        for slot in chain.slots
    ]
    return {
        "session": session,
        "editable": editable,
        "effects": {**declarations(), **{slot.effect.name: _declared(slot.effect) for slot in chain.slots}},
        "slots": slots,
        "used": sorted({*used, *chain.ids}),
        "amount": amount,
    }


def declarations() -> dict[str, EffectData]:
    """Every effect there is with its settings, bands and what its card shows first."""
    return {name: _declared(effect) for name, effect in EFFECTS.items()}


def _declared(effect: Effect) -> EffectData:
    in_bands = {
        param.name: label for _, params in bands_of(effect) for param, label in zip(params, BAND_PARTS, strict=True)
    }
    bands: list[BandData] = [
        {
            "name": name,
            "label": label_text(name),
            "kind": band_kind(name),
            "gain": gain.name,
            "frequency": frequency.name,
            "q": q.name,
        }
        for name, (gain, frequency, q) in bands_of(effect)
    ]
    return {
        "label": effect.label,
        "summary": effect.summary,
        "params": [_param(param, in_bands.get(param.name, param.title)) for param in effect.params],
        "bands": bands,
        "telling": [] if bands else list(_telling(effect)),
        "absent": effect.absent,
    }


def _param(param: Param, label: str) -> ParamData:
    return {
        "name": param.name,
        "label": label,
        "unit": param.unit,
        "factors": factors(param.unit),
        "low": param.low,
        "high": param.high,
        "default": param.to_json(param.default),
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
