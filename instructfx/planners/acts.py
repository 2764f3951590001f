"""Replies to what asks for no change and is no question: thanks, unclear words, other languages, the page."""

from __future__ import annotations

from collections.abc import Mapping

from instructfx.ears.axes import AXES
from instructfx.language import Intent
from instructfx.language.intent_types import Question
from instructfx.language.words import fold, tokenise
from instructfx.planners import PlanRequest
from instructfx.planners.phrases import Voice, texts
from instructfx.planners.plan import Reply, SpeechAct
from instructfx.planners.questions import answer
from instructfx.planners.sound_questions import furthest

LIKELY = 3  # wishes that are offered


def replies_to_act(act: SpeechAct, intent: Intent, request: PlanRequest) -> Reply:
    """The reply to an act that is no question and nothing beyond the rack."""
    if act == "acknowledgement":
        return acknowledged(intent, request)
    if act == "language":
        return other_language(intent)
    if act == "app":
        return about_the_page(intent, request)
    return unclear(intent, request, intent.axes)


def acknowledged(intent: Intent, request: PlanRequest) -> Reply:
    """ "Perfect, thanks": a word, and no change."""
    text = Voice(intent.language).say("fine" if request.chain.slots else "fine_dry")
    return Reply("acknowledgement", text, raw=intent.instruction)


def unclear(intent: Intent, request: PlanRequest, axes: Mapping[str, float]) -> Reply:
    """A question back that names likely wishes.

    axes are those of what was named without a direction ("the bass?"): more of it or less. With none, where something
    has been done, it asks what is wrong with that; else it offers what the readings call for.
    """
    voice = Voice(intent.language)
    known = [axis for axis in axes if axis in AXES]
    if known:
        axis = max(known, key=lambda name: abs(axes[name]))
        both = voice.quoted([voice.wish(axis, 1), voice.wish(axis, -1)], "or")
        return Reply("unclear", voice.say("more_or_less", wishes=both), raw=intent.instruction)
    likely = [voice.wish(axis, -off) for axis, off in furthest(request.readings).items()]
    wishes = voice.quoted(list(dict.fromkeys([*likely, *voice.say("likely").split("; ")]))[:LIKELY], "or")
    if request.said:
        text = voice.say("what_is_wrong", words=request.said[-1], wishes=wishes)
    else:
        text = voice.say("do_you_mean", wishes=wishes)
    return Reply("unclear", text, raw=intent.instruction)


def nothing_to_reject(intent: Intent) -> Reply:
    """ "I hate it", where nothing has been done that could be taken back."""
    return Reply("unclear", Voice(intent.language).say("nothing_to_reject"), raw=intent.instruction)


def other_language(intent: Intent) -> Reply:
    """Which languages are understood: in French, German, Italian or Portuguese where the words are."""
    said = {token.key for token in tokenise(intent.instruction)} | set(fold(intent.instruction).split())
    known: Mapping[str, Mapping[str, list[str]]] = texts()["languages"]
    counts = {code: len(said & set(entry["words"])) for code, entry in known.items()}
    likeliest = max(counts, key=lambda code: counts[code])
    here = Voice(intent.language).say("language")
    text = str(texts()["languages"][likeliest]["text"]) if counts[likeliest] else here
    return Reply("language", text, raw=intent.instruction)


def about_the_page(intent: Intent, request: PlanRequest) -> Reply:
    """How something is done that is not for words: exporting, comparing."""
    said = answer(Question("how", intent.instruction), request, intent.language)
    return Reply("app", said.text, raw=intent.instruction)
