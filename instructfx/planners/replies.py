"""What the built-in planner says of a plan: a reply of one or two sentences, and its four thoughts; notes and refusals.

`results.told` says what came of it, once that is measured.
"""

from __future__ import annotations

from dataclasses import replace

from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.language import Intent
from instructfx.language.intent_types import Language
from instructfx.planners import PastTurn, PlanRequest
from instructfx.planners.deeds import deeds, valued
from instructfx.planners.phrases import Voice, capital
from instructfx.planners.plan import Plan, Thoughts
from instructfx.planners.router import route

REMOVABLE = ("echo", "movement")
"""Axes that go down again by turning down the effect that raised them, and in no other way."""
IMPOSSIBLE = ("space", "grit", "dynamics", "fidelity")
"""Axes of which what the recording has, or has lost, stays: `cannot_*` in `phrases.toml` says so."""
TOLD = 0.3  # steps: weaker wishes are not worth a word
STRONGEST = 3  # wishes in a sentence
UNKNOWN_WORDS = 5


def locked(chain: Chain, slot_id: str, setting: str = "", language: Language = "en") -> str:
    """That a slot, or one setting of it, is locked by the person."""
    voice = Voice(language)
    what = voice.called(chain, slot_id)
    if setting:
        what = voice.say("of", setting=voice.setting(chain.slot(slot_id).effect.param(setting)), what=what)
    return voice.say("locked", what=what)


def off(chain: Chain, slot_id: str, language: Language = "en") -> str:
    """That a slot is switched off by the person."""
    voice = Voice(language)
    return voice.say("off_now", what=voice.called(chain, slot_id))


def impossible(axis: str, language: Language = "en") -> str:
    """Why no effect can be added for a wish."""
    voice = Voice(language)
    if axis in REMOVABLE:
        able = [voice.effect(name) for name in EFFECTS.answering(axis, 1)]
        return voice.say("nothing_to_turn_down", effect=voice.listed(able, "or"))
    return voice.say(f"cannot_{axis}" if axis in IMPOSSIBLE else "cannot")


def stepped(steps: int, to: PastTurn | None, request: PlanRequest, language: Language = "en") -> Plan:
    """The plan of going back by some turns, or to a turn that is not on the path."""
    voice = Voice(language)
    thoughts = Thoughts(asked=voice.say("thought_redo" if to else "thought_undo"))
    if to:
        reply = voice.say("gone_to", words=to.instruction)
        return Plan(goes_to=to.index, reply=reply, thoughts=thoughts, raw=request.instruction)
    dry = steps == len(request.earlier)
    reply = voice.say("back_to_dry") if dry else voice.say("back_to", words=request.earlier[-steps - 1].instruction)
    return Plan(undo=steps, reply=reply, thoughts=thoughts, raw=request.instruction)


def with_reply(plan: Plan, intent: Intent, request: PlanRequest) -> Plan:
    """The plan with its thoughts and its reply."""
    voice = Voice(intent.language)
    notes = [note if note[:1].isupper() else f"{capital(note).removesuffix('.')}." for note in plan.notes]
    if intent.unknown and intent.understood:
        notes.append(voice.say("words_unknown", words=voice.quoted(intent.unknown[:UNKNOWN_WORDS])))
    changes = plan.changes
    sentences = [sentence(plan, request, intent.language)] if changes else []
    if not intent.understood:
        sentences = [voice.say("not_understood"), voice.say("offer")]
    elif not changes and notes:
        sentences = [voice.say("nothing_changed")]
    elif not changes:
        there = request.chain
        kept = [voice.called(there, each) for each in plan.keep if each in there.ids]
        key = "left_alone" if len(kept) == 1 else "left_alone_all"
        sentences = [voice.say(key, what=voice.listed(kept))] if kept else []
        sentences += [voice.say("not_there", effect=voice.effect(each)) for each in plan.keep if each not in there.ids]
        sentences = sentences or [voice.say("no_change_asked"), voice.say("offer")]
    reply = " ".join([*sentences, *notes])
    return replace(plan, notes=tuple(notes), thoughts=_thoughts(plan, intent), reply=reply, raw=intent.instruction)


def sentence(plan: Plan, request: PlanRequest, language: Language = "en") -> str:
    """What a plan does and what it is for."""
    voice = Voice(language)
    strong = sorted(plan.goal.axes.items(), key=lambda item: -abs(item[1]))
    strong = [(axis, value) for axis, value in strong if abs(value) >= TOLD][:STRONGEST]
    after = route(request.chain, plan)[1]
    searched = plan.adjust if plan.goal.axes or plan.goal.target else ()
    done = deeds(plan, request.chain, after, voice, [move.slot for move in (*searched, *plan.add)])
    return sentence_of(done, [voice.compared(axis, value) for axis, value in strong], voice)


def sentence_of(done: list[str], heard: list[str], voice: Voice) -> str:
    """ "I removed the delay and adjusted the reverb: drier and clearer." heard may be empty."""
    if not done and not heard:
        return voice.say("stays")
    said = voice.listed(done or [voice.say("retuned")])
    return voice.say("i_did_heard", deeds=said, heard=voice.listed(heard)) if heard else voice.say("i_did", deeds=said)


def _thoughts(plan: Plan, intent: Intent) -> Thoughts:
    voice = Voice(intent.language)
    asked = [f"{voice.meaning(axis)} {value:+.2g}" for axis, value in plan.goal.axes.items()]
    for command in intent.commands:
        what = voice.effect(command.effect) if command.effect else voice.say("everything")
        asked.append(voice.say(f"verb_{command.verb}", what=what))
    slots = {move.slot: move.effect for move in (*plan.add, *plan.adjust)}
    groups = (
        ("verb_add", [move.slot for move in plan.add]),
        ("verb_adjust", [move.slot for move in plan.adjust]),
        ("verb_remove", plan.remove),
        ("verb_keep", [each for each in plan.keep if each not in (*plan.lock, *slots)]),
        ("verb_lock", plan.lock),
        ("verb_unlock", plan.unlock),
    )
    chosen = [voice.say(key, what=voice.effect(slots.get(each, each))) for key, ids in groups for each in ids]
    settings = [
        voice.say(
            "thought_values",
            what=voice.effect(move.effect),
            values=", ".join(
                valued(EFFECTS[move.effect].param(name), value, voice) for name, value in move.settings.items()
            ),
        )
        for move in (*plan.add, *plan.adjust)
        if move.settings
    ]
    return Thoughts(
        asked="; ".join(asked) or voice.say("thought_nothing"),
        effects="; ".join(chosen) or voice.say("thought_none"),
        order=voice.say("thought_order" if plan.add else "thought_as_it_is"),
        settings="; ".join(settings) or voice.say("thought_for_the_ear"),
    )
