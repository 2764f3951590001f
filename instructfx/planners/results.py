"""The reply after a turn, written from what came of it: the difference of two chains, and of the ear's readings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.ears.regions import axes_within
from instructfx.language import understand
from instructfx.language.intent_types import Language
from instructfx.planners.deeds import at_rest, deeds
from instructfx.planners.phrases import Voice, capital
from instructfx.planners.plan import Plan
from instructfx.planners.regions import told_of, touched
from instructfx.planners.replies import STRONGEST, TOLD, sentence_of
from instructfx.planners.side_effects import UNASKED, behind_a_filter, beside_the_point

REACHED = 1 / 3  # steps: less of a direction is none
NAMED = 4  # changes in a sentence; a question tells the others
MAIN = 0.75  # of the strongest wish: as strong is what was asked for, and not what comes along with it

Readings = Mapping[str, float]


def told(
    plan: Plan,
    before: Chain,
    after: Chain,
    readings_before: Readings,
    readings_after: Readings,
    language: Language,
    played: Chain,
) -> str:
    """What was done and what can be heard of it: a sentence, then what was not reached, what moved unasked, notes.

    played is what played when the words were said, where the plan takes turns back and so begins before it: what was
    done is told from there, what is heard from where the plan begins. The readings are the ear's, axis -> steps. A
    direction counts where it moved by a third of a step; what nobody asked for is told where it moved by more than half
    a step. The words of a language model come first, without the sentences that claim what was not reached. Where
    nothing was planned, and where there are no readings, the planner's own words stand."""
    moved = {axis: readings_after[axis] - readings_before[axis] for axis in moving(readings_before, readings_after)}
    moved = {axis: change for axis, change in moved.items() if not (change > 0 and behind_a_filter(axis, after))}
    if not moved or (plan.undo and not plan.changes):
        return plan.reply
    voice = Voice(language)
    by_model = plan.asked is not None and not plan.asked.fell_back
    words = truthful(_own_words(plan.reply, voice), moved, after) if by_model else ""
    if not _acts(plan) and before == after:
        return words if by_model and words else plan.reply if not by_model else voice.say("nothing_changed")
    notes = [note for note in plan.notes if note in plan.reply]  # others stand beside the reply
    done = deeds(plan, played, after, voice)
    resting = [slot.id for slot in after.slots if slot.id not in before.ids and at_rest(slot)]
    if not done and not resting:
        return " ".join([*_unchanged(plan, before, after, voice), *notes])
    asked = {axis: value for axis, value in plan.goal.axes.items() if axis in moved}
    held = axes_within(plan.goal.held_hz)
    heard = [axis for axis in _heard(asked, moved, before, after) if axis not in held]
    measured = _named(heard, moved, voice)
    sentences = (
        [words if words.endswith((".", "!", "?", "…")) else f"{words}."]
        if words
        else [sentence_of(done, measured, voice)]
        if done
        else []
    )
    if measured and (words or not done):
        sentences.append(voice.say("measured_so", heard=voice.listed(measured)))
    sentences += [voice.say("at_rest", what=capital(voice.called(after, each))) for each in resting]
    sentences += _missed(asked, moved, voice)
    names = {axis: voice.compared(axis, moved[axis]) for axis in held if axis in moved}
    sentences += told_of(touched(plan.goal.held_hz, before, after), moved, names, voice)
    beside = [axis for axis in beside_the_point(asked, moved, before, after) if axis not in heard and axis not in held]
    if beside:
        sentences.append(voice.say("became_too", heard=voice.listed(_named(beside, moved, voice))))
    return " ".join([*sentences, *notes])


def moving(before: Readings, after: Readings) -> list[str]:
    """The axes that were read both times."""
    return [axis for axis in AXES if axis in before and axis in after]


def reached(wish: float, change: float) -> bool:
    """Whether an axis moved the way that was wished."""
    return wish * change > 0 and abs(change) >= REACHED


def truthful(words: str, moved: Readings, after: Chain) -> str:
    """What somebody says of a result without the sentences that claim what was not reached, or an effect at rest."""
    sentences = re.split(r"(?<=[.!?])\s+", words.strip())
    return " ".join(each for each in sentences if each.endswith("?") or not _boasts(each, moved, after))


def _own_words(words: str, voice: Voice) -> str:
    """A reply without what `told` said behind it, for a turn that is taken again."""
    for key in ("measured_so", "became_too", "not_reached"):
        words = words.split(voice.opening(key))[0]
    return words


def _boasts(sentence: str, moved: Readings, after: Chain) -> bool:
    intent = understand(sentence)
    for wish in intent.wishes:
        main = max(wish.axes, key=lambda axis: abs(wish.axes[axis]), default="")
        if main in moved and not wish.complaint and not reached(wish.axes[main], moved[main]):
            return True
    claimed = {command.effect for command in intent.commands if command.verb == "add" and command.effect}
    return any(all(at_rest(slot) for slot in after.of_effect(effect)) for effect in claimed)


def _acts(plan: Plan) -> bool:
    return bool(
        plan.add
        or plan.adjust
        or plan.remove
        or plan.bypass
        or plan.enable
        or plan.lock
        or plan.unlock
        or plan.goal.axes
    )


def _heard(asked: Readings, moved: Readings, before: Chain, after: Chain) -> list[str]:
    """The wishes that were reached, the strongest first; where none was for the ear, all that moved."""
    if not asked:
        return beside_the_point({}, moved, before, after)
    told = [axis for axis, wish in asked.items() if abs(wish) >= TOLD and reached(wish, moved[axis])]
    return sorted(told, key=lambda axis: -abs(asked[axis]))[:STRONGEST]


def _named(axes: Sequence[str], moved: Readings, voice: Voice) -> list[str]:
    """The changes that are named, those that moved most first, and how many more there are."""
    names = [voice.compared(axis, moved[axis]) for axis in axes[:NAMED]]
    return [*names, voice.say("more_moved", count=str(len(axes) - NAMED))] if len(axes) > NAMED else names


def _missed(asked: Readings, moved: Readings, voice: Voice) -> list[str]:
    """What was asked for and not reached, or that it was so little that it can hardly be heard."""
    strongest = max(map(abs, asked.values()), default=0.0)
    main = [axis for axis, wish in asked.items() if abs(wish) >= max(MAIN * strongest, TOLD / 2)]
    missed = [axis for axis in main if not reached(asked[axis], moved[axis])]
    if len(missed) < len(main):  # what only comes along with a wish that was reached is not worth a word
        missed = [axis for axis in missed if abs(asked[axis]) == strongest or asked[axis] * moved[axis] < -UNASKED]
    if missed and strongest < UNASKED and all(asked[axis] * moved[axis] > 0 for axis in missed):
        return [voice.say("only_a_hint")]
    said = []
    for key, sign in (("hardly_moved", 1), ("went_the_other_way", -1)):
        axes = [each for each in missed if (asked[each] * moved[each] < 0 and abs(moved[each]) > REACHED) == (sign < 0)]
        if axes:
            names = [voice.compared(axis, asked[axis], degree=False) for axis in axes]
            said.append(voice.say("not_reached", missed=voice.listed(names, "or"), why=voice.say(key)))
    return said


def _unchanged(plan: Plan, before: Chain, after: Chain, voice: Voice) -> list[str]:
    """That nothing changed, and why; where notes follow, they say why."""
    if plan.notes:
        return [voice.say("nothing_changed")]
    set_so = [move.slot for move in plan.adjust if move.pinned and move.slot in after.ids]
    if set_so:
        what = voice.listed([voice.called(after, each) for each in set_so])
        return [voice.say("nothing_changed_because", why=voice.say("already_so", what=what))]
    why = "no_setting" if plan.goal.axes and after.slots else "nothing_there"
    return [voice.say("nothing_changed_because", why=voice.say(why))]
