"""Answers to questions about the turns and what can be done; `chain_questions` has those about the chain,
`sound_questions` those about the sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.language import lexicon
from instructfx.language.intent_types import Language, Question, Topic
from instructfx.language.words import fold
from instructfx.planners import PastTurn, PlanRequest, chain_questions, comparisons, sound_questions
from instructfx.planners.deeds import FEW, changed, deeds, valued
from instructfx.planners.phrases import Voice, capital, texts, uncapital
from instructfx.planners.plan import Plan, Reply
from instructfx.planners.replies import STRONGEST, TOLD
from instructfx.planners.results import REACHED, moving
from instructfx.planners.side_effects import beside_the_point
from instructfx.planners.sound_questions import main_axis

OF_THE_SOUND = ("compared", "quality", "amount", "loudness", "clipping", "width")
"""Topics that are answered for the whole track, whichever instrument is named."""
Answer = Callable[[Question, PlanRequest, Voice], list[str]]


def answer(question: Question, request: PlanRequest, language: Language) -> Reply:
    """The answer to a question, from what is known: the chain, the turns, the readings, and the track where it is
    measured. It changes nothing, and never raises."""
    voice = Voice(language)
    sentences = ANSWERS[question.topic](question, request, voice)
    if question.source and question.topic in OF_THE_SOUND:
        sentences = [*sentences, voice.say("whole_only", source=question.source)]
    return Reply("question", " ".join(capital(each) for each in sentences), raw=request.instruction)


# What is there


def _quality(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """ "Is it too bright?" by the readings; "is there too much reverb?" by what is there."""
    if question.axes or not question.effect:
        return sound_questions.quality(question, request, voice)
    there = chain_questions.present(question, request, voice)
    axis = next(iter(EFFECTS.resolve(question.effect).heuristics.reach), "")
    about = Question(question.topic, question.phrase, axes={axis: 1.0})
    if question.too and request.chain.of_effect(question.effect):
        read = sound_questions.quality(about, request, voice)
        return [*read, *chain_questions.amount(replace(question, axes={}), request, voice)]
    return [*there, *sound_questions.reading(about, request, voice)]


def _there(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Whether an effect is there; "is there too much reverb?" asks for more than that."""
    return _quality(question, request, voice) if question.too else chain_questions.present(question, request, voice)


# What was done


def _before(request: PlanRequest, index: int) -> Chain:
    """The chain before an earlier turn."""
    return request.earlier[index - 1].chain if index else Chain()


def _moved(turn: PastTurn) -> Mapping[str, float]:
    axes = moving(turn.readings_before, turn.readings_after)
    return {axis: turn.readings_after[axis] - turn.readings_before[axis] for axis in axes}


def _why(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    if question.effect:
        having = [at for at, turn in enumerate(request.earlier) if question.effect in turn.chain.names]
        came = [at for at in having if question.effect not in _before(request, at).names]
        if question.effect not in request.chain.names or not came:
            return [voice.say("why_not_there", effect=voice.effect(question.effect))]
        return [_because(request.earlier[came[-1]], voice)]
    if question.axes:
        axis = main_axis(question)
        causes = [(turn, _moved(turn).get(axis, 0.0)) for turn in request.earlier]
        causes = [(turn, steps) for turn, steps in causes if steps * question.axes[axis] > 0 and abs(steps) >= REACHED]
        said = [
            voice.say("why_reading", words=turn.instruction, axis=voice.axis(axis), steps=f"{steps:+.1f}")
            for turn, steps in causes[-STRONGEST:]
        ]
        read = sound_questions.reading(question, request, voice)
        change = voice.say("to_change_it", wish=voice.wish(axis, -question.axes[axis]))
        return [*read, *(said or [voice.say("from_the_start")]), change]
    return [_because(request.earlier[-1], voice)] if request.earlier else [voice.say("why_nothing")]


def _because(turn: PastTurn, voice: Voice) -> str:
    if turn.by_hand:
        return voice.say("by_hand", words=turn.instruction)
    axes = sorted(turn.goal.axes.items(), key=lambda item: -abs(item[1]))
    asked = [voice.compared(axis, value) for axis, value in axes if abs(value) >= TOLD][:STRONGEST]
    if not asked:
        return voice.say("why_turn", words=turn.instruction, meant=voice.say("why_command"))
    reach = {axis for axis, value in axes if abs(value) >= TOLD}
    able = [slot.id for slot in turn.chain.slots if reach & set(slot.effect.heuristics.reach)]
    effects = voice.listed([voice.called(turn.chain, each) for each in able])
    meant = voice.say("why_means", axes=voice.listed(asked), effects=effects)
    return voice.say("why_turn", words=turn.instruction, meant=meant if able else voice.listed(asked))


def _changed(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    if question.frequency_hz:
        return chain_questions.at_frequency(question, request, voice)
    if not request.earlier:
        return [voice.say("why_nothing")]
    if question.effect:
        return _changed_in(question.effect, request, voice) or chain_questions.present(question, request, voice)
    if question.whole:
        return [voice.say("so_far", turns="; ".join(_told(at, request, voice) for at in range(len(request.earlier))))]
    turn = request.earlier[-1]
    before, after = _before(request, len(request.earlier) - 1), turn.chain
    parts = deeds(Plan(), before, after, voice)
    for slot in after.slots:
        was = before.find(slot.id)
        moved = changed(was, slot) if was else []
        if was and moved:
            far = sorted(moved, key=lambda p: -abs(p.to_unit(slot.settings[p.name]) - p.to_unit(was.settings[p.name])))
            values = ", ".join(valued(p, slot.settings[p.name], voice, was.settings[p.name]) for p in far[:FEW])
            parts.append(voice.say("changed_slot", what=voice.called(after, slot.id), values=values))
    done = "; ".join(parts) or voice.say("changed_nothing").lower()
    return [voice.say("changed", words=turn.instruction, deeds=done), *_readings_changed(turn, before, voice)]


def _changed_in(effect: str, request: PlanRequest, voice: Voice) -> list[str]:
    """The turns that put an effect in, changed it or took it out."""
    touched = [
        _told(at, request, voice)
        for at, turn in enumerate(request.earlier)
        if _before(request, at).of_effect(effect) != turn.chain.of_effect(effect)
    ]
    return [voice.say("so_far", turns="; ".join(touched))] if touched else []


def _told(at: int, request: PlanRequest, voice: Voice) -> str:
    """ "2. "warmer": added an equaliser"."""
    turn = request.earlier[at]
    done = deeds(Plan(), _before(request, at), turn.chain, voice)
    return voice.say(
        "turn_did",
        number=str(at + 1),
        words=turn.instruction,
        deeds=", ".join(done) or voice.say("changed_nothing").lower(),
    )


def _readings_changed(turn: PastTurn, before: Chain, voice: Voice, yes: str = "changed_readings") -> list[str]:
    moved = _moved(turn)
    if not moved:
        return []
    heard = [voice.compared(axis, moved[axis]) for axis in beside_the_point({}, moved, before, turn.chain)]
    return [voice.say(yes, heard=voice.listed(heard)) if heard else voice.say(f"{yes}_not")]


def _better(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    if not request.earlier:
        return [voice.say("better_nothing")]
    before = _before(request, len(request.earlier) - 1)
    return [*_readings_changed(request.earlier[-1], before, voice, "better_moved"), voice.say("better")]


def _undone(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    if not request.earlier:
        return [voice.say("nothing_to_undo")]
    said = [turn.instruction for turn in request.earlier]
    to = voice.say("undo_to", words=said[-2]) if len(said) > 1 else voice.say("undo_to_dry")
    return [voice.say("undo_what", words=said[-1], to=uncapital(to))]


# What things mean, and how they are done


def _meaning(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    if question.effect:
        effect = EFFECTS.resolve(question.effect)
        summary = _summary(effect.name, voice)
        if question.also:
            return [summary, _summary(question.also, voice)]
        names = voice.listed([voice.setting(param) for param in effect.params[: 2 * FEW]])
        return [summary, voice.say("meaning_settings", settings=names)]
    if question.setting and not question.family:
        return chain_questions.setting(question, request, voice)
    family = lexicon().families.get(question.family)
    if not family or not family.axes:
        return [voice.say("meaning_unknown"), voice.say("offer")]
    axes = sorted(family.axes, key=lambda axis: -abs(family.axes[axis]))[: FEW + 1]
    word = next(iter(family.words[voice.language]), family.name)
    meant = voice.listed([voice.compared(axis, family.axes[axis]) for axis in axes])
    return [voice.say("meaning_word", word=word, axes=meant)]


def _summary(name: str, voice: Voice) -> str:
    return voice.say("meaning_effect", what=voice.effect(name), summary=uncapital(voice.summary(name)))


def _abilities(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    names = [voice.effect(name) for name in EFFECTS]
    return [voice.say("offer"), voice.say("abilities", count=str(len(names)), effects=voice.listed(names))]


def _how(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    asked = fold(question.phrase or request.instruction).split()
    for entry in texts()["how"]:
        if any(word.strip("¿?¡!.,").startswith(tuple(entry["words"])) for word in asked):
            return [entry[voice.language]]
    return [voice.say("how_other")]


def _other(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    return [voice.say("other"), voice.say("offer")]


ANSWERS: Mapping[Topic, Answer] = {
    "why": _why,
    "changed": _changed,
    "chain": chain_questions.chain,
    "amount": chain_questions.amount,
    "loudness": sound_questions.loudness,
    "width": sound_questions.width,
    "mono": sound_questions.mono,
    "tempo": sound_questions.tempo,
    "key": sound_questions.key,
    "quality": _quality,
    "there": _there,
    "meaning": _meaning,
    "abilities": _abilities,
    "undone": _undone,
    "advice": sound_questions.advice,
    "better": _better,
    "fault": sound_questions.fault,
    "how": _how,
    "compared": comparisons.compared,
    "extreme": chain_questions.extreme,
    "place": chain_questions.place,
    "speed": chain_questions.speed,
    "reduction": chain_questions.reduction,
    "wetness": chain_questions.wetness,
    "clipping": sound_questions.clipping,
    "other": _other,
}
