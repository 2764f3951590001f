"""Answers about the chain: what is in it, at what an effect or a setting stands, what happens at a frequency."""

from __future__ import annotations

import math

import torch

from instructfx.chain import Chain, Slot
from instructfx.chain.format import FLAT_DB, bands_of
from instructfx.effects import EFFECTS
from instructfx.language.intent_types import Question
from instructfx.planners import PlanRequest, sound_questions
from instructfx.planners.deeds import at_rest, valued
from instructfx.planners.eq_fit import SAMPLE_RATE, centres_hz
from instructfx.planners.phrases import Voice
from instructfx.planners.taking_back import filters, passed_db

SPEEDS = ("rate_hz", "delay_seconds", "attack_ms", "release_ms")
"""Settings that say how fast an effect is."""
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
    if question.frequency_hz:
        return at_frequency(question, request, voice)
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


def place(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """What stands first, second or last in the chain."""
    slots = request.chain.slots
    at = question.number - 1 if question.number > 0 else len(slots) + question.number
    if not slots:
        return [voice.say("chain_empty")]
    if not 0 <= at < len(slots):
        return [voice.say("place_empty", count=str(len(slots)))]
    return [voice.say("amount_is", what=described(slots[at], request.chain, voice))]


def extreme(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """The band of an equaliser with the greatest boost or cut, or both; beside a cut the filters that are on."""
    bands = [
        (slot.settings[gain.name], slot, name, gain, frequency)
        for slot in request.chain.slots
        if slot.heard
        for name, (gain, frequency, _) in bands_of(slot.effect)
    ]
    said = []
    for key, nothing, sign in (("most_boosted", "boosts_nothing", 1), ("most_cut", "cuts_nothing", -1)):
        if question.number * sign < 0:
            continue
        turned = [band for band in bands if sign * band[0] >= FLAT_DB]
        if not turned:
            said.append(voice.say(nothing))
            continue
        level_db, slot, name, gain, frequency = max(turned, key=lambda band: sign * band[0])
        at = voice.say(
            "at", gain=voice.value(gain, level_db), frequency=voice.value(frequency, slot.settings[frequency.name])
        )
        said.append(voice.say(key, at=at, band=voice.band(name), what=voice.called(request.chain, slot.id)))
    if question.number <= 0 and (on := [slot for slot in filters(request.chain) if not at_rest(slot)]):
        said.append(voice.say("filters_too", what=voice.listed([described(slot, request.chain, voice) for slot in on])))
    return said


def speed(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """The rate of what moves, the time of an echo, how soon a compressor reacts."""
    if question.effect and not request.chain.of_effect(question.effect):
        return [voice.say("not_there", effect=voice.effect(question.effect))]
    names = SPEEDS if question.effect else SPEEDS[:1]
    slots = request.chain.of_effect(question.effect) if question.effect else request.chain.slots
    found = [(slot, [name for name in names if name in slot.settings]) for slot in slots]
    said = [_settings_are(slot, having, request, voice) for slot, having in found if having]
    moving = [voice.effect(effect.name) for effect in EFFECTS.of_role("movement")]
    return said or [voice.say("not_there", effect=voice.listed(moving, "or"))]


def wetness(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """The mix of every room and echo, or of the effect that is named, in percent."""
    usual = [effect.name for role in ("room", "echo") for effect in EFFECTS.of_role(role)]
    names = [question.effect] if question.effect else usual
    slots = [slot for slot in request.chain.slots if slot.effect.name in names and "mix" in slot.settings]
    said = [_settings_are(slot, ["mix"], request, voice) for slot in slots]
    return said or [voice.say("not_there", effect=voice.listed([voice.effect(name) for name in names], "or"))]


def _settings_are(slot: Slot, names: list[str], request: PlanRequest, voice: Voice) -> str:
    """ "The tremolo: rate 4.0 Hz."."""
    params = [slot.effect.param(name) for name in names]
    values = ", ".join(f"{voice.setting(param)} {voice.value(param, slot.settings[param.name])}" for param in params)
    return voice.say("setting_is", what=voice.called(request.chain, slot.id), value=values)


def reduction(question: Question, request: PlanRequest, voice: Voice) -> list[str]:
    """What compressors and limiters take off, measured on the excerpt; of other effects how they are set."""
    name = question.effect
    if name and EFFECTS.resolve(name).role != "dynamics":
        return amount(question, request, voice)
    slots = [slot for slot in request.chain.slots if slot.effect.role == "dynamics" and name in ("", slot.effect.name)]
    if not slots:
        names = [name] if name else [effect.name for effect in EFFECTS.of_role("dynamics")]
        return [voice.say("not_there", effect=voice.listed([voice.effect(each) for each in names], "or"))]
    return [_reduced(slot, request, voice) for slot in slots]


def _reduced(slot: Slot, request: PlanRequest, voice: Voice) -> str:
    what = described(slot, request.chain, voice)
    if request.reduction is None or not slot.heard:
        return voice.say("amount_is", what=what)
    taken = request.reduction(request.chain, slot.id)
    if taken.most_db < SILENT_DB:
        return voice.say("reduces_nothing", what=what)
    most, mean = sound_questions.number_text(taken.most_db), sound_questions.number_text(taken.mean_db)
    return voice.say("reduces", what=what, most=most, mean=mean)


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
