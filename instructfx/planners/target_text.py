"""What an ear that reads is told: the wish in the person's own words, and what was wished before."""

from __future__ import annotations

from dataclasses import replace

from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS
from instructfx.language import Intent, understand
from instructfx.planners import PlanRequest
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Move, Plan, Thoughts


def colours() -> tuple[Move, ...]:
    """What most characters can be made of, for words that say nothing to the lexicon: tone and a little room."""
    return Move(EFFECTS.usual("tone").name), Move(EFFECTS.usual("room").name, {"mix": 0.15})


def described(intent: Intent) -> str:
    """What is wished, in the person's words; a complaint only where nothing else is said."""
    plain = [wish.phrase for wish in intent.wishes if not wish.complaint]
    return " and ".join(plain or [f"not {wish.phrase}" for wish in intent.wishes])


def wished_before(request: PlanRequest) -> str:
    """The last wish among the earlier instructions, which is how it sounds now."""
    for words in reversed(request.said):
        wish = described(understand(words)) or (words if understand(words).unknown else "")
        if wish:
            return wish
    return ""


def left_to_the_ear(intent: Intent, request: PlanRequest) -> Plan:
    """The plan for words that only the ear knows: tone and space, moved until it hears them."""
    missing = tuple(move for move in colours() if move.effect not in request.chain.names)
    add = tuple(replace(move, slot=request.new_id(move.effect)) for move in missing) if not request.chain.slots else ()
    unknown = Voice(intent.language).say("left_to_clap")
    return Plan(
        add=add,
        goal=Goal(target=intent.instruction, anchor=wished_before(request)),
        thoughts=Thoughts(
            asked=f"“{intent.instruction}”, which the lexicon does not know: left to the ear",
            effects=" and ".join(f"add {move.effect}" for move in add) or "none",
            order="tone before room" if add else "as it is",
            settings="for the ear to find",
        ),
        reply=unknown,
        notes=(unknown,),  # said again beside what came of it
        raw=intent.instruction,
    )
