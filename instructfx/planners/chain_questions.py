"""Answers about the chain: what is in it, at what an effect or a setting stands, what happens at a frequency."""

from __future__ import annotations

import math

import torch

from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS
from instructfx.language.intent_types import Question
from instructfx.planners import PlanRequest, sound_questions
from instructfx.planners.deeds import at_rest, valued
from instructfx.planners.eq_fit import SAMPLE_RATE, centres_hz
from instructfx.planners.phrases import Voice
from instructfx.planners.taking_back import filters, passed_db

SILENT_DB = 0.05  # of a curve: less is none


def chain(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Every effect with its telling settings; where a setting is named, where that stands."""
    if question.setting:
        return setting(question, request, voice)
    if not request.chain.slots:
        return [voice.say("chain_empty")]
    effects = ", ".join(described(slot, request.chain, voice) for slot in request.chain.slots)
    return [voice.say("chain_is", effects=effects)]


def described(slot: Slot, chain: Chain, voice: Voice) -> str:
    """ "reverb (decay 1.5 s, mix 25 %)", "delay (bypassed)", "equaliser 2 (flat)"."""
    what = voice.named(chain, slot.id)
    if slot.effect.absent:
        return voice.say("is_absent", what=what)
    if slot.bypassed:
        return voice.say("is_bypassed", what=what)
    if at_rest(slot):
        return voice.say("is_flat", what=what)
    return voice.say("with_values", what=what, values=", ".join(voice.settings(slot)))


def amount(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """How much there is of a setting, an effect or a quality; where none is named, of everything."""
    if question.setting:
        return setting(question, request, voice)
    if not question.effect:
        return sound_questions.reading(question, request, voice) if question.axes else chain(question, request, voice)
    there = [described(slot, request.chain, voice) for slot in request.chain.of_effect(question.effect)]
    return [voice.say("amount_is", what=voice.listed(there))] if there else present(question, request, voice)


def present(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """Whether an effect, or a quality, is there."""
    name = question.effect
    if not name:
        return sound_questions.quality(question, request, voice) if question.axes else chain(question, request, voice)
    there = [described(slot, request.chain, voice) for slot in request.chain.of_effect(name)]
    if there:
        return [voice.say("there_yes", what=voice.listed(there))]
    recorded = [voice.say("room_recorded")] if EFFECTS.resolve(name).role == "room" else []
    return [voice.say("there_no", effect=voice.effect(name)), *recorded]


def setting(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """At what a setting stands in every slot that has it: of the effect that is named, or of any."""
    having = [
        slot
        for slot in request.chain.slots
        if question.setting in slot.settings and question.effect in ("", slot.effect.name)
    ]
    if not having:
        return [voice.say("setting_nowhere"), *chain(Question("chain", question.phrase), request, voice)]
    return [
        voice.say(
            "setting_is",
            what=voice.called(request.chain, slot.id),
            value=valued(slot.effect.param(question.setting), slot.settings[question.setting], voice),
        )
        for slot in having
    ]


def at_frequency(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """By how much equalisers and filters together raise or lower a frequency."""
    level_db = _level_db(request.chain, question.frequency_hz)
    frequency = f"{question.frequency_hz:g} Hz"
    if abs(level_db) < SILENT_DB:
        return [voice.say("nothing_at", frequency=frequency)]
    return [voice.say("level_at", frequency=frequency, level=f"{sound_questions.signed(level_db)} dB")]


def _level_db(chain: Chain, frequency_hz: float) -> float:
    found = 0.0
    for slot in chain.slots:
        if slot.heard and slot.effect.role == "tone" and slot.effect.response is not None:
            settings = {name: torch.tensor([value], dtype=torch.float64) for name, value in slot.settings.items()}
            with torch.no_grad():
                response = slot.effect.response(settings, SAMPLE_RATE, torch.tensor([frequency_hz]).double())
            found += 20 * math.log10(float(response.flatten()[0]))
    for slot in filters(chain):
        points = centres_hz()
        nearest = int(abs(points - frequency_hz).argmin())
        found += float(passed_db(slot.effect, slot.settings)[nearest])
    return found
