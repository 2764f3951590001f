"""Answers about now against then: the readings, and the loudness, beside those of an earlier turn or the dry track."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.language.intent_types import Question
from instructfx.planners import PlanRequest, sound_questions
from instructfx.planners.history import turn_numbered, turns_back
from instructfx.planners.phrases import Voice
from instructfx.planners.results import REACHED, moving
from instructfx.planners.side_effects import beside_the_point
from instructfx.planners.sound_questions import LUFS_PER_STEP, main_axis, number_text, track_facts

ALIKE_LU = 0.5  # less of a difference in loudness is hardly heard


@dataclass(frozen=True)
class Then:
    """What now is compared with: what a person calls it, its chain, and what the ear read of it."""

    name: str
    chain: Chain
    readings: Mapping[str, float]


@dataclass(frozen=True)
class AxisDifference:
    """How far an axis moved in steps, and in words; both values as text. alike: it can hardly be heard."""

    steps: float
    amount: str
    now: str
    then: str
    alike: bool


def compared(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Whether it is brighter than before, and by how much; with no quality named, all that differs."""
    then = _then(question, request, voice)
    if then is None:
        there = request.earlier and question.against is not None
        return [voice.say("no_such_version" if there else "better_nothing"), *_now(question, request, voice)]
    axis = _axis(question)
    if not axis:
        return [_everything(then, request, voice)]
    found = _difference(axis, then, request, voice)
    if found is None:
        return [voice.say("no_reading")]
    values = {"base": then.name, "now": found.now, "then": found.then}
    if found.alike:
        what = voice.say("alike", axis=voice.axis(axis), **values)
    else:
        what = voice.say("differs", compared=voice.compared(axis, found.steps), amount=found.amount, **values)
    if question.open:
        return [voice.say("so_it_is", what=what)]
    agrees = not question.directed or found.steps * _way(question, axis) > 0
    return [voice.say("yes_so" if agrees and not found.alike else "no_so", what=what)]


def _then(question: Question, request: PlanRequest, voice: Voice) -> Then | None:
    """What a question compares with; None where there is none."""
    earlier, against = request.earlier, question.against
    if not earlier:
        return None
    dry = Then(voice.say("the_dry_track"), Chain(), earlier[0].readings_before)
    if against and against.kind == "version":
        return dry
    if against and against.kind == "turn":
        turn = turn_numbered(int(against.amount), request)
        if turn is None:
            return dry if against.amount == 0 else None
        return Then(voice.say("after_turn", words=turn.instruction), turn.chain, turn.readings_after)
    back = turns_back(against, request) if against and against.kind == "before" else 1
    if not back:
        return None
    chain = earlier[-back - 1].chain if back < len(earlier) else Chain()
    return Then(voice.say("before_turn", words=earlier[-back].instruction), chain, earlier[-back].readings_before)


def _axis(question: Question) -> str:
    """The axis that is compared: of a level loudness, of an effect the first that it moves."""
    effect = EFFECTS.resolve(question.effect) if question.effect else None
    if effect and effect.role == "level":
        return "loudness"
    return main_axis(question) or next(iter(effect.heuristics.reach if effect else ()), "")


def _way(question: Question, axis: str) -> float:
    """Which way an axis moves where a question is answered with yes."""
    effect = EFFECTS.resolve(question.effect) if question.effect else None
    spoken = question.number or question.axes.get(main_axis(question), 1.0)
    moves = effect.heuristics.reach.get(axis, 1.0) if effect else 1.0
    return question.axes.get(axis, spoken * moves) * (-1 if question.past else 1)


def _difference(axis: str, then: Then, request: PlanRequest, voice: Voice) -> AxisDifference | None:
    if axis == "loudness":
        levels = _loudnesses(then, request)
        if levels is None:
            return None
        apart_lu = levels[0] - levels[1]
        now, before = (f"{number_text(level)} LUFS" for level in levels)
        amount = f"{number_text(abs(apart_lu))} LU"
        return AxisDifference(apart_lu / LUFS_PER_STEP, amount, now, before, abs(apart_lu) < ALIKE_LU)
    if axis not in request.readings or axis not in then.readings:
        return None
    steps = request.readings[axis] - then.readings[axis]
    now, before = number_text(request.readings[axis]), number_text(then.readings[axis])
    amount = voice.say("in_steps", steps=number_text(abs(steps)))
    return AxisDifference(steps, amount, now, before, abs(steps) < REACHED)


def _loudnesses(then: Then, request: PlanRequest) -> tuple[float, float] | None:
    """LUFS now and then, of the whole track; of the excerpt where that is all there is."""
    facts = track_facts(request, request.chain), track_facts(request, then.chain)
    if facts[0] and facts[1]:
        return facts[0].loudness_lufs, facts[1].loudness_lufs
    readings = request.readings.get("loudness"), then.readings.get("loudness")
    if readings[0] is None or readings[1] is None:
        return None
    return LUFS_PER_STEP * readings[0], LUFS_PER_STEP * readings[1]


def _everything(then: Then, request: PlanRequest, voice: Voice) -> str:
    axes = moving(then.readings, request.readings)
    moved = {axis: request.readings[axis] - then.readings[axis] for axis in axes}
    heard = [voice.compared(axis, moved[axis]) for axis in beside_the_point({}, moved, then.chain, request.chain)]
    if not heard:
        return voice.say("differs_in_not", base=then.name)
    return voice.say("differs_in", base=then.name, heard=voice.listed(heard))


def _now(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """How it reads where there is nothing to compare it with."""
    axis = _axis(question)
    if axis == "loudness":
        return sound_questions.loudness(question, request, voice)
    return sound_questions.reading(question, request, voice) if axis in question.axes else []
