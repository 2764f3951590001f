"""What a search pays for settings: little near presets, steeply more where no preset goes."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.refine.prior import FAR, PRIOR, Prior


def price(**settings: float) -> float:
    flat = Chain().added("eq", {})
    return Prior().of_chain(flat.adjusted("eq", settings)) - Prior().of_chain(flat)


def test_what_no_preset_has_costs_more_than_it_gains() -> None:
    assert price(mid_gain_db=3.0) < 0.05
    assert price(mid_gain_db=9.0, low_mid_gain_db=-9.0) > 0.4
    assert price(mid_gain_db=9.0) > 3 * price(mid_gain_db=6.0)


def test_the_price_is_a_parabola_up_to_where_presets_end() -> None:
    whole, half = price(treble_gain_db=0.03 * FAR * 40), price(treble_gain_db=0.015 * FAR * 40)
    assert whole == pytest.approx(4 * half, rel=1e-6)
    assert whole == pytest.approx(PRIOR * FAR**2 / 2, rel=1e-6)
