"""Words that stand in the place of what the last turn asked: "no, I meant the highs", "no, quieter", "make it 2"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from instructfx.chain import Chain
from instructfx.language import Command, Intent, lexicon, understand, understand_alone
from instructfx.language.intent_types import TWEAKS, Reference
from instructfx.language.normal_form import normal_form
from instructfx.language.rejections import EXCESS
from instructfx.language.scan import scan
from instructfx.language.substitution import substituted
from instructfx.planners import PastTurn, PlanRequest

CORRECTING: Final = ("correct", "instead", "rather")
"""References whose words stand in the place of what was asked."""
RELATIVE: Final = frozenset(
    ("not", "too", "still", "even", "enough", "demasiado", "tan", "todavia", "aun", "bastante", "sigue")
)
"""Words that speak of the sound as it is now, and put nothing in the place of what was done."""
LESS: Final = frozenset(("less", "menos"))
"""Words that do so where they are of the same thing: "no, less reverb"."""


def in_full(turn: PastTurn) -> str:
    """The words of a turn with what they leave out: "+3 dB", corrected by "no, 6", is "+6 dB"."""
    words = ""
    for said in (*turn.corrected, turn.instruction):
        reference = next((each for each in understand(said).references if each.kind in CORRECTING), None)
        if reference is None:
            words = said
        else:
            words = (substituted(words, reference.words) if words else None) or reference.words or said
    return words


def asked_by(turn: PastTurn, lately: Sequence[str] = ()) -> Intent:
    """What the words of a turn ask, in full; lately as for `understand`."""
    return spoken(in_full(turn), lately, bool(turn.goal.axes))


def spoken(words: str, lately: Sequence[str], of_a_wish: bool) -> Intent:
    """What words ask; "narrower" is no narrower band where it is said of a wish, which set none, and "lose the mud"
    takes no wish back where there was none."""
    asked = understand(words, lately)
    tweaks = bool(asked.references) and all(each.kind in (*TWEAKS, "withdraw") for each in asked.references)
    return understand_alone(words, lately) if tweaks and of_a_wish else asked


def asks(intent: Intent) -> bool:
    """Whether anything is to change."""
    targets = (intent.loudness_lufs, intent.peak_dbtp)
    return bool(intent.wishes or intent.commands or any(each is not None for each in targets))


def replaces(reference: Reference, request: PlanRequest) -> bool:
    """Whether the words behind "no," stand for what the last turn asked, which goes then; else they ask something of
    the sound as it is. Nothing is replaced where the last thing said was a question back or a step back."""
    last = request.earlier[-1] if request.earlier else None
    asked_back = any(each.act == "unclear" for each in request.since)
    if last is None or last.by_hand or asked_back or request.stepped:
        return False
    said = normal_form(reference.words)
    if any(token.key in RELATIVE for token in said):
        return False
    asked = spoken(reference.words, request.effects_lately, bool(last.goal.axes))
    words = substituted(in_full(last), reference.words)
    read_otherwise = asked.said or [each.kind for each in asked.references] == ["again"]
    if read_otherwise and words not in (None, reference.words, in_full(last)):  # "right" of "left", "more" of "less"
        return asks(understand(words or ""))
    if asked.undo or asked.references or asked.questions or asked.beyond or asked.app or asked.said:
        return False
    before = asked_by(last)
    if words is None or not asks(asked) or asked.undirected:
        return words not in (None, reference.words, in_full(last)) and asks(understand(words or ""))
    if reference.amount >= EXCESS:  # "too far, just a fourth down" is of the same, and no further
        return _of_the_same(asked, before) and any(item.quantity for item in scan(said, lexicon()))
    if any(token.key in LESS for token in said) and _of_the_same(asked, before):
        return False
    slight = any(0 < item.roles.get("degree", 1.0) < 1 for item in scan(said, lexicon()))
    if slight and any(_opposed(wish.axes, before) for wish in asked.wishes):
        return False  # "a bit quieter" than it is now
    there = request.earlier[-2].chain if len(request.earlier) > 1 else Chain()
    if reference.amount < 1 and not any(_opposed(wish.axes, before) for wish in asked.wishes):
        return False
    further = any(_further(wish.axes, before) or wish.complaint or wish.held for wish in asked.wishes)
    return not further and not any(_refines(command, there, last.chain) for command in asked.commands)


def _of_the_same(asked: Intent, before: Intent) -> bool:
    """Whether words name a quality or an effect that was asked for before."""
    families, effects = (
        [{name for wish in each.wishes for name in wish.families} for each in (asked, before)],
        [{command.effect for command in each.commands} for each in (asked, before)],
    )
    return bool(families[0] & families[1] or effects[0] & effects[1])


def _opposed(axes: Mapping[str, float], before: Intent) -> bool:
    """Whether a wish goes the other way on the axis that was mainly asked before."""
    then = {axis: value for wish in before.wishes for axis, value in wish.axes.items()}
    mainly = max(then, key=lambda axis: abs(then[axis]), default="")
    return mainly in axes and then[mainly] * axes[mainly] < 0


def _further(axes: Mapping[str, float], before: Intent) -> bool:
    """Whether a wish goes the same way as what was asked before."""
    mainly = max(axes, key=lambda axis: abs(axes[axis]), default="")
    then = {axis: value for wish in before.wishes for axis, value in wish.axes.items()}
    return set(axes) == set(then) and then[mainly] * axes[mainly] > 0


def _refines(command: Command, before: Chain, after: Chain) -> bool:
    """Whether a command only turns something of an effect that the last turn put in, or takes something away."""
    if command.verb not in ("add", "adjust") or command.which.kind == "it":
        return True
    relative = bool(command.changes or command.factors or command.amount)
    named = understand_alone(command.phrase).commands
    told = command.verb == "add" or any(each.boosts for each in named)
    return not told and relative and command.effect in after.names and command.effect not in before.names
