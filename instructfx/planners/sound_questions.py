"""Answers about the sound: measured on the whole track, or read by the ear and set beside what is usual."""

from __future__ import annotations

from collections.abc import Mapping

from instructfx.audio.facts import TrackFacts
from instructfx.audio.fold_down import FoldDown
from instructfx.chain import Chain
from instructfx.chain.format import minus
from instructfx.ears.axes import AXES, TONE
from instructfx.effects import EFFECTS
from instructfx.errors import InstructFXError
from instructfx.language.intent_types import Question
from instructfx.planners import PlanRequest
from instructfx.planners.phrases import Voice
from instructfx.planners.usual import usual
from instructfx.rendering.level import CEILING_DBTP

LUFS_PER_STEP = 3.0  # of the axis loudness
SIDES_PER_STEP = 10.0  # percent of the energy, of the axis width
FAR_DB = 1.0  # a part that loses so much more in mono than the whole is worth a word
SUGGESTIONS = 3
MAIN = 0.75  # of the strongest axis of a word: as strong counts as what it is about
ENOUGH_LU = 1.0  # around a target: players leave that alone
NEAR_DB = 0.1  # of the ceiling: peaks there were limited
OF_TASTE = ("punch", "dynamics", "balance")
"""Axes other than tone of which a suggestion can be made; what a room, grit or pitch should be nobody can say."""


def main_axis(question: Question) -> str:
    """The axis that a question is mainly about: of those that its word moves most, the one it is named for, which
    stands first. Empty where it is about none."""
    most = max(map(abs, question.axes.values()), default=0.0)
    return next((axis for axis, value in question.axes.items() if abs(value) >= MAIN * most), "")


def track_facts(request: PlanRequest, chain: Chain) -> TrackFacts | None:
    """The track through a chain, measured; None where there is none or it cannot be read."""
    try:
        return request.facts(chain) if request.facts else None
    except InstructFXError:
        return None


def number_text(value: float, digits: int = 1) -> str:
    """A number with so many digits behind the point."""
    return minus(f"{round(value, digits) + 0.0:.{digits}f}")


def signed(value: float) -> str:
    """A number with its sign and one digit behind the point."""
    return ("+" if value > 0 else "") + number_text(value)


def beyond(axis: str, readings: Mapping[str, float]) -> float:
    """By how many steps a reading lies above what is usual; below it, a negative number; 0 within it or unread."""
    if axis not in readings:
        return 0.0
    low, high = usual(axis)
    return max(readings[axis] - high, 0.0) + min(readings[axis] - low, 0.0)


# Measured


def loudness(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """LUFS and true peak of what plays now, and of the track as it came where that differs."""
    facts = track_facts(request, request.chain)
    if facts is None:
        if "loudness" not in request.readings:
            return [voice.say("not_measured")]
        return [voice.say("loud_reading", lufs=number_text(LUFS_PER_STEP * request.readings["loudness"], 0))]
    if question.loudness_lufs is not None:
        return [_beside_target(question, facts.loudness_lufs, question.loudness_lufs, voice)]
    said = [voice.say("loud_is", lufs=number_text(facts.loudness_lufs), peak=number_text(facts.true_peak_dbtp))]
    dry = track_facts(request, Chain()) if request.chain.slots else None
    return [*said, voice.say("loud_was", lufs=number_text(dry.loudness_lufs))] if dry else said


def _beside_target(question: Question, lufs: float, target_lufs: float, voice: Voice) -> str:
    """Whether it is loud enough, too loud or too quiet for a platform."""
    apart_lu = lufs - target_lufs
    key = "on_target" if abs(apart_lu) <= ENOUGH_LU else "over_target" if apart_lu > 0 else "under_target"
    values = {"lufs": number_text(lufs), "target": f"{target_lufs:g}", "apart": number_text(abs(apart_lu))}
    what = voice.say(key, **values)
    asked = question.axes.get("loudness", 1.0)
    if not question.too:
        return voice.say("yes_so" if apart_lu >= -ENOUGH_LU else "no_so", what=what)
    return voice.say("yes_so" if asked * apart_lu > ENOUGH_LU else "no_so", what=what)


def clipping(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Whether what plays is clipped, whether its peaks are limited, and whether the recording came clipped."""
    facts = track_facts(request, request.chain)
    dry = track_facts(request, Chain())
    if facts is None or dry is None:
        return [voice.say("not_measured")]
    peak, ceiling = number_text(facts.true_peak_dbtp), number_text(CEILING_DBTP)
    said = [voice.say("clips" if facts.true_peak_dbtp > 0 else "clips_not", peak=peak)]
    limiting = [slot for slot in request.chain.slots if slot.effect.ceiling and slot.heard]
    if limiting:
        limited = [voice.named(request.chain, slot.id) for slot in limiting]
        said.append(voice.say("peaks_limited_by", what=voice.listed(limited)))
    if request.chain.slots and facts.true_peak_dbtp > CEILING_DBTP - NEAR_DB:
        said.append(voice.say("peaks_limited", ceiling=ceiling))
    return [*said, voice.say("clipped", count=str(dry.clipped))] if dry.clipped else said


def width(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """The share of the energy that is in the side signal, and what is lost in mono."""
    if request.channels == 1:
        return [voice.say("wide_mono")]
    if "width" not in request.readings:
        return [voice.say("no_reading")]
    far = beyond("width", request.readings)
    than_most = voice.say("than_most", compared=voice.compared("width", far, degree=False))
    share = number_text(SIDES_PER_STEP * request.readings["width"], 0)
    said = [voice.say("wide_is", share=share, compared=than_most if far else voice.say("wide_usual"))]
    facts = track_facts(request, request.chain)
    return [*said, in_mono(facts.fold, voice)] if facts else said


def mono(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """What is lost in mono, and whether that is much."""
    if request.channels == 1:
        return [voice.say("mono_already")]
    facts = track_facts(request, request.chain)
    if facts is None:
        return [voice.say("not_measured")]
    fold = facts.fold
    verdict = "mono_not" if fold.cancels else "mono_not_all" if fold.cancels_in_part else "mono_fine"
    return [voice.say(verdict), in_mono(fold, voice), *([voice.say("mono_flip")] if fold.cancels else [])]


def in_mono(fold: FoldDown, voice: Voice) -> str:
    """What is lost in mono of the whole, and where most is, if that is another matter."""
    lost = number_text(fold.loss_db)
    if fold.worst_db < fold.loss_db + FAR_DB:
        return voice.say("in_mono", lost=lost)
    return voice.say(
        "in_mono_worst", lost=lost, worst=number_text(fold.worst_db), at=number_text(fold.worst_seconds, 0)
    )


def tempo(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Beats a minute of the track as it came, and how sure that is."""
    facts = track_facts(request, Chain())
    if facts is None:
        return [voice.say("not_measured")]
    bpm = f"{facts.tempo.bpm:.0f}"
    if facts.tempo.sure:
        return [voice.say("tempo_is", bpm=bpm, sure=voice.say("tempo_clear"))]
    return [voice.say("tempo_unsure", bpm=bpm) if facts.tempo.strength else voice.say("tempo_none")]


def key(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """That keys are not detected."""
    return [voice.say("key_unknown")]


def fault(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Whether the recording is clipped; clicks, noise and hum are not measured."""
    facts = track_facts(request, Chain())
    if facts is None:
        return [voice.say("faults_unknown")]
    clipped = voice.say("clipped", count=str(facts.clipped)) if facts.clipped else voice.say("not_clipped")
    return [clipped, voice.say("faults_unknown")]


# Read


def quality(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Whether it is too bright: the reading beside what is usual, and what to type where it lies beyond."""
    axis = main_axis(question)
    if axis not in request.readings:
        return [voice.say("no_reading"), voice.say("ears_decide")] if axis else advice(question, request, voice)
    sign = question.axes.get(axis, 1.0)
    far = beyond(axis, request.readings)
    if not far:
        return [voice.say("reading_usual", **_reading(axis, request, voice))]
    compared = voice.compared(axis, far, degree=False)
    if far * sign < 0:
        return [voice.say("reading_opposite", compared=compared, **_reading(axis, request, voice))]
    said = voice.say("reading_beyond", compared=compared, **_reading(axis, request, voice))
    return [said, voice.say("to_change_it", wish=voice.wish(axis, -far))]


def reading(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """How much of a quality there is."""
    axis = main_axis(question)
    if axis not in request.readings:
        return [voice.say("no_reading")]
    return [voice.say("reading_is", **_reading(axis, request, voice))]


def _reading(axis: str, request: PlanRequest, voice: Voice) -> dict[str, str]:
    low, high = usual(axis)
    numbers = {"reading": request.readings[axis], "low": low, "high": high}
    return {"axis": voice.axis(axis), **{name: number_text(value) for name, value in numbers.items()}}


def advice(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """What to type, from the readings beyond what is usual; whether an effect would help, where one is named."""
    if question.effect:
        return [_effect_advice(question.effect, request, voice)]
    if axis := main_axis(question):
        return [_called_for(axis, question.axes[axis], request, voice, voice.wish(axis, question.axes[axis]))]
    wishes = suggestions(request, voice)
    if not wishes:
        return [voice.say("advice_none")]
    return [voice.say("advice", wishes=voice.listed(wishes, "or")), voice.say("ears_decide")]


def suggestions(request: PlanRequest, voice: Voice) -> list[str]:
    """Wishes to type that bring readings back to what is usual, and why."""
    return [
        voice.say("advice_one", wish=voice.wish(axis, -off), compared=voice.compared(axis, off, degree=False))
        for axis, off in furthest(request.readings).items()
    ]


def furthest(readings: Mapping[str, float]) -> dict[str, float]:
    """The axes that an effect could bring back to what is usual, the furthest off first: axis -> steps beyond."""
    off = {axis: beyond(axis, readings) for axis in AXES if AXES[axis].family == TONE or axis in OF_TASTE}
    able = [axis for axis, far in off.items() if far and EFFECTS.answering(axis, -far)]
    return {axis: off[axis] for axis in sorted(able, key=lambda axis: -abs(off[axis]))[:SUGGESTIONS]}


def _effect_advice(name: str, request: PlanRequest, voice: Voice) -> str:
    there = request.chain.of_effect(name)
    if there:
        what = voice.listed([f"{voice.effect(name)} ({', '.join(voice.settings(slot))})" for slot in there])
        return voice.say("advice_effect_there", what=what)
    for wish in EFFECTS.resolve(name).heuristics.first_for:
        axis, sign = wish[1:], 1 if wish[0] == "+" else -1
        if beyond(axis, request.readings) * sign < 0:
            return _called_for(axis, sign, request, voice, voice.wish(axis, sign))
    return voice.say("advice_no", wish=voice.say("add_effect", what=voice.one(name)))


def _called_for(axis: str, sign: float, request: PlanRequest, voice: Voice, wish: str) -> str:
    """Whether the readings call for a wish on an axis."""
    far = beyond(axis, request.readings)
    if far * sign < 0:
        return voice.say("advice_yes", compared=voice.compared(axis, far, degree=False), wish=wish)
    return voice.say("advice_no", wish=wish)
