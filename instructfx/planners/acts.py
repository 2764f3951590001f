"""Replies to what asks for no change and is no question: thanks, unclear words, other languages, the page."""

from __future__ import annotations

from collections.abc import Mapping

from instructfx.ears.axes import AXES
from instructfx.language import Intent, lexicon, understand
from instructfx.language.foreign import foreign_language
from instructfx.language.intent_types import Question
from instructfx.language.normal_form import normal_form
from instructfx.language.questions import asked_again
from instructfx.language.words import fold
from instructfx.planners import PlanRequest
from instructfx.planners.phrases import Voice, texts
from instructfx.planners.plan import Reply
from instructfx.planners.questions import answer
from instructfx.planners.regions import named
from instructfx.planners.sound_questions import furthest

MOST_QUESTIONS = 2  # that are answered at once
LIKELY = 3  # wishes that are offered


def asks_nothing_of_sound(intent: Intent) -> bool:
    """Whether words do what no ear could help with: ask, thank, speak of the page or of what was done."""
    return bool(intent.questions or intent.beyond or intent.app or intent.said or intent.references)


def reply_to(intent: Intent, request: PlanRequest) -> Reply:
    """The reply to words that ask for no change that can be made."""
    if "foreign" in intent.said:
        return other_language(intent)
    if intent.beyond or intent.app:
        return Reply("beyond" if intent.beyond else "app", " ".join(told_beyond(intent)), raw=intent.instruction)
    if intent.questions:
        return answers_to(intent, request)
    if "undo" in intent.said:
        return nothing_to_reject(intent)
    if intent.undo:
        return Reply("unclear", Voice(intent.language).say("nothing_to_undo"), raw=intent.instruction)
    if "greeting" in intent.said and not intent.unknown:
        return Reply("acknowledgement", Voice(intent.language).say("hello"), raw=intent.instruction)
    if "acknowledgement" in intent.said and "dissatisfied" not in intent.said and not intent.unknown:
        return acknowledged(intent, request)
    return unclear(intent, request, _undirected(intent))


def told_beyond(intent: Intent) -> list[str]:
    """What is said of requests that the rack cannot do, and of what is done on the page, in the person's language."""
    each = dict.fromkeys((*intent.beyond, *intent.app))
    return [one.spanish if intent.language == "es" else one.english for one in each]


def answers_to(intent: Intent, request: PlanRequest) -> Reply:
    """The answers to all questions of an instruction, as one reply."""
    said = [answer(question, request, intent.language) for question in intent.questions[:MOST_QUESTIONS]]
    return Reply("question", " ".join(dict.fromkeys(each.text for each in said)), raw=intent.instruction)


def question_again(request: PlanRequest) -> Question | None:
    """The question that words leave half out behind another one: "and the bass?", "and now?". Only a question right
    before can be carried on with something else; that of some turns ago can be asked again."""
    before: Question | None = None
    for words in request.asked:
        asked = understand(words).questions
        again = asked_again(normal_form(words), before) if before and not asked else None
        before = asked[-1] if asked else again or before
    if before is None:
        return None
    again = asked_again(normal_form(request.instruction), before)
    near = bool(request.since) and request.since[-1].act == "question"
    return again if near or again is before else None


def _undirected(intent: Intent) -> Mapping[str, float]:
    """The axes of what was named without a direction."""
    words = lexicon()
    named = [words.entries.get(tuple(fold(text).split())) for text in intent.undirected]
    families = [entry.family for entry in named if entry and entry.family]
    return words.families[families[0]].axes if families else {}


def acknowledged(intent: Intent, request: PlanRequest) -> Reply:
    """ "Perfect, thanks": a word, and no change."""
    voice = Voice(intent.language)
    held = voice.listed([named(hold.region, voice) for hold in intent.holds])
    text = voice.say("held_next", where=held) if held else voice.say("fine" if request.chain.slots else "fine_dry")
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
    known: Mapping[str, str] = texts()["languages"]
    text = known.get(foreign_language(intent.instruction), Voice().say("language"))
    return Reply("language", text, raw=intent.instruction)
