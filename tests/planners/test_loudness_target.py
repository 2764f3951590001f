"""A loudness that is named for the whole track."""

from __future__ import annotations

import pytest

from instructfx.audio.facts import TrackFacts
from instructfx.audio.tempo import Tempo
from instructfx.chain import Chain
from instructfx.planners import Plan, PlanRequest, planner_named
from instructfx.planners.router import route
from instructfx.rendering.level import lawful_gain_db, under_the_ceiling

DRY_LUFS = -18.0


def measured(dry_peak: float, chain: Chain) -> TrackFacts:
    """What a track of short peaks measures by the level law: a limiter takes the peaks and leaves the loudness."""
    threshold = min((slot.settings["threshold_db"] for slot in chain.of_effect("limiter")), default=0.0)
    asked = sum(slot.settings["gain_db"] for slot in chain.of_effect("gain"))
    peak = min(dry_peak, threshold)
    level = under_the_ceiling(lawful_gain_db(DRY_LUFS, DRY_LUFS, asked), peak)
    return TrackFacts(60.0, DRY_LUFS + level.gain_db, peak + level.gain_db - level.limited_db, 0, Tempo(100, 0.5))


def planned(words: str, dry_peak: float = -8.0, chain: Chain = Chain()) -> tuple[Chain, str]:  # noqa: B008
    request = PlanRequest(words, chain, (), {"loudness": -6.0}, facts=lambda heard: measured(dry_peak, heard))
    plan = planner_named("builtin").plan(request)
    assert isinstance(plan, Plan)
    return route(chain, plan)[1], plan.reply


@pytest.mark.parametrize(
    ("words", "gain_db"),
    [
        ("-14 LUFS", 4.0),
        ("bring it to minus 14 lufs", 4.0),
        ("normalise to -16 LUFS", 2.0),
        ("a -14 LUFS", 4.0),
        ("ponlo a -23 LUFS", -5.0),
        ("make it louder, -15 LUFS", 3.0),
    ],
)
def test_the_gain_takes_the_track_there(words: str, gain_db: float) -> None:
    chain, _ = planned(words)
    assert chain.names == ("gain",)
    assert chain.slot("gain").settings["gain_db"] == pytest.approx(gain_db)


def test_the_reply_says_what_is_measured() -> None:
    assert "measures −14.0 LUFS now" in planned("-14 LUFS")[1]
    assert "marca ahora −14.0 LUFS" in planned("normaliza la pista a -14 LUFS")[1]


def test_what_the_gain_does_already_counts() -> None:
    chain, _ = planned("-14 LUFS", chain=Chain().added("gain", {"gain_db": -3.0}))
    assert chain.slot("gain").settings["gain_db"] == pytest.approx(4.0)


def test_a_limiter_makes_room_where_peaks_would_pass_the_ceiling() -> None:
    chain, reply = planned("-9 LUFS", dry_peak=-1.0)
    assert chain.names == ("limiter", "gain")
    assert "measures −9.0 LUFS now" in reply


def test_what_is_not_reached_is_said() -> None:
    locked = Chain().added("gain", {"gain_db": -24.0}).locked("gain", ["gain_db"])
    chain, reply = planned("-14 LUFS", chain=locked)
    assert chain.slot("gain").settings["gain_db"] == -24.0
    assert "−14.0 LUFS was not reached: the whole track measures −18.0" in reply


def test_a_loudness_that_nobody_wants_is_brought_into_range_and_said() -> None:
    assert "-3 LUFS is outside -40 to -5 LUFS; used -5" in planned("-3 LUFS")[1]


def test_peaks_are_not_limited_to_death() -> None:
    chain, reply = planned("-5 LUFS", dry_peak=-1.0)
    assert chain.slot("limiter").settings["threshold_db"] == pytest.approx(-13.4)  # 12 dB below the peaks
    assert "−5.0 LUFS was not reached: the whole track measures" in reply


def test_beside_a_wish_the_reply_does_not_claim_what_a_search_may_change() -> None:
    _, reply = planned("make it warmer and bring it to -14 LUFS")
    assert "set for −14.0 LUFS" in reply


def test_lu_is_a_change_and_no_target() -> None:
    for words in ("3 LU louder", "3 LUFS louder", "up by 3 LUFS"):
        chain, _ = planned(words)
        assert chain.slot("gain").settings["gain_db"] == pytest.approx(3.0)
