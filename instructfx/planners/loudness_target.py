"""A loudness or a peak that is named for the whole track: the gain and the limiter that take it there, and what is
measured."""

from __future__ import annotations

from collections.abc import Callable

from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.planners.draft import Draft
from instructfx.planners.sound_questions import number_text, track_facts
from instructfx.rendering.level import CEILING_DBTP

WITHIN_LU = 0.3  # of the target: nearer counts as there
WITHIN_DB = 0.1  # of a peak
TRIES = 3  # of a limiter that goes deeper each time
MOST_LIMITED_DB = 12.0  # taken off the peaks: more is no limiting but distortion


def to_loudness(target_lufs: float, draft: Draft, planned: Callable[[], Chain]) -> str:
    """Put into the draft what brings the track to a loudness; what it measures then, as a sentence.

    By the level law a chain is as loud as the dry track plus what its gain asks for, so the gain alone decides; where
    peaks would pass the ceiling a limiter makes room for them, deeper until the loudness is there, but never by more
    than MOST_LIMITED_DB. planned gives the chain that the draft leads to.
    """
    voice, request = draft.voice, draft.request
    dry = track_facts(request, Chain())
    if dry is None:
        return voice.say("not_measured")
    deepest_db = dry.true_peak_dbtp - MOST_LIMITED_DB
    aim_lufs = min(target_lufs, dry.loudness_lufs + CEILING_DBTP - deepest_db)
    level = draft.usual(EFFECTS.usual("level").name)
    others = [slot for slot in draft.chain.slots if slot.effect.role == "level" and slot.heard and slot.id != level]
    gain_db = aim_lufs - dry.loudness_lufs - sum(slot.settings["gain_db"] for slot in others if draft.has(slot.id))
    draft.move(level, {"gain_db": round(gain_db, 2)}, ["gain_db"])
    limiting = next(effect for effect in EFFECTS.values() if effect.ceiling)
    ceiling = limiting.ceiling
    threshold_db = CEILING_DBTP - (aim_lufs - dry.loudness_lufs)
    limiter = draft.usual(limiting.name) if dry.true_peak_dbtp > threshold_db else None
    if limiter is not None:
        draft.move(limiter, {ceiling: threshold_db}, [ceiling])
    facts = track_facts(request, planned())
    for _ in range(TRIES):
        if limiter is None or facts is None:
            break
        short_lu = aim_lufs - facts.loudness_lufs
        threshold_now_db = draft.values(limiter)[ceiling]
        if short_lu <= WITHIN_LU or threshold_now_db <= deepest_db:
            break
        draft.move(limiter, {ceiling: max(threshold_now_db - 2 * short_lu, deepest_db)}, [ceiling])
        facts = track_facts(request, planned())
    if facts is None:
        return voice.say("not_measured")
    there = abs(facts.loudness_lufs - target_lufs) <= WITHIN_LU
    measured = {"lufs": number_text(facts.loudness_lufs), "peak": number_text(facts.true_peak_dbtp)}
    return voice.say("loud_reached" if there else "loud_not_reached", target=number_text(target_lufs), **measured)


def to_headroom(target_dbtp: float, draft: Draft, planned: Callable[[], Chain]) -> str:
    """Put into the draft the gain that lowers the true peak to a level; what is measured then, as a sentence.

    A peak that lies lower already leaves more room than is asked, and stays. planned is as for `to_loudness`.
    """
    voice = draft.voice
    facts = track_facts(draft.request, planned())
    if facts is None:
        return voice.say("not_measured")
    target = number_text(target_dbtp)
    if facts.true_peak_dbtp <= target_dbtp + WITHIN_DB:
        return voice.say("peak_there", target=target, peak=number_text(facts.true_peak_dbtp))
    level = draft.usual(EFFECTS.usual("level").name)
    for _ in range(TRIES):
        over_db = facts.true_peak_dbtp - target_dbtp
        if abs(over_db) <= WITHIN_DB:
            break
        draft.move(level, {"gain_db": round(draft.values(level)["gain_db"] - over_db, 2)}, ["gain_db"])
        facts = track_facts(draft.request, planned()) or facts
    there = abs(facts.true_peak_dbtp - target_dbtp) <= WITHIN_DB
    measured = {"lufs": number_text(facts.loudness_lufs), "peak": number_text(facts.true_peak_dbtp)}
    return voice.say("peak_reached" if there else "peak_not_reached", target=target, **measured)
