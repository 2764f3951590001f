"""What words that speak of earlier turns mean: "again", "half of that", "no, I meant the highs"."""

from __future__ import annotations

from dataclasses import replace

from instructfx.effects import EFFECTS
from instructfx.language import Command, Intent, understand, understand_alone
from instructfx.language.intent_types import BANDS, LEAST_HZ, TWEAKS, USUAL, Reference, Which
from instructfx.language.substitution import substituted
from instructfx.planners import PastTurn, PlanRequest
from instructfx.planners.corrections import asked_by, asks, in_full, spoken
from instructfx.planners.history import turn_numbered, turns_back, turns_of, undoes_the_step
from instructfx.planners.last_settings import (
    flattened,
    moved_in_frequency,
    moved_in_width,
    moved_to,
    number_in,
    of_bands,
    sets_bands,
    share_so_far,
    speaks_of_bands,
)
from instructfx.planners.order_of_slots import in_order, in_place_of_each_other
from instructfx.planners.phrases import Voice
from instructfx.planners.resolution import Resolved, without_last
from instructfx.planners.withdrawals import removals, withdrawn


def resolved(intent: Intent, request: PlanRequest) -> Resolved:
    """The intent without references. Where there is nothing that they could speak of, they stay in it."""
    if undoes_the_step(intent, request):
        intent = replace(intent, undo=0, references=(Reference("redo"),))
    intent = removals(intent, request)
    back = turns_of(intent.undo, request)
    found = Resolved(replace(intent, undo=0), without_last(request, back), back)
    for reference in intent.references:
        found = _resolved(reference, found)
    if found.back and not found.request.chain.slots:  # "wipe everything, back to the raw file" says one thing
        commands = tuple(each for each in found.intent.commands if (each.verb, each.effect) != ("remove", None))
        found = replace(found, intent=replace(found.intent, commands=commands))
    return found


def _resolved(reference: Reference, found: Resolved) -> Resolved:
    request = found.request
    if reference.kind in ("turn", "redo"):
        number = request.left if reference.kind == "redo" else int(reference.amount)
        return _at_turn(number, found, "no_such_turn" if reference.kind == "turn" else "nothing_to_redo")
    if reference.kind in ("before", "after", "ago", "version"):
        count, voice = turns_back(reference, request), Voice(found.intent.language)
        if not count and not request.earlier:
            return replace(found, ask=voice.say("nothing_to_undo"))
        if count == 0:
            return replace(found, ask=voice.say("plays_already", number=str(request.earlier[-1].index)))
        return found if count is None else found.stepped_back(count)
    if not request.said:
        return _by_itself(found)
    if reference.kind == "share" and speaks_of_bands(request):
        reference = replace(reference, kind="band", words="")
    if reference.kind in BANDS:
        commands = of_bands(reference, number_in(reference.words), request)
        if commands:
            return found.commanding(*commands)
        reference = replace(reference, kind="instead" if reference.words else "share")
    if reference.kind in ("frequency", "height", "bandwidth", "flatten"):
        return _of_last_settings(reference, found)
    if reference.kind == "exchange":
        return _exchanged(reference, found)
    if reference.kind in ("order", "end"):
        return _moving(in_order(reference, request.chain), found)
    if reference.kind in ("withdraw", "only"):
        return withdrawn(reference, found) or _by_itself(found)
    if reference.kind == "swap":
        return found.asking(_swapped(reference, request))
    if reference.kind == "share":
        meant = _shared(_meant_last(request), reference.amount, share_so_far(request))
        return found.asking(meant)
    if reference.kind == "again":
        return found.asking(_scaled(_meant_last(request), reference.amount))
    asked_last, count = _asked_last(request)
    moved = moved_to(_frequency_hz(reference.words), request) if reference.kind == "instead" and count > 1 else ()
    if moved:
        return found.commanding(*moved)
    words = substituted(asked_last, reference.words)
    if words is None:
        return _by_itself(found)
    asked = spoken(words, request.effects_lately, bool(found.request.earlier[-1].goal.axes))
    if reference.kind in ("more_by", "less_by"):
        if asked.wishes or not all(command.boosts or command.changes for command in asked.commands):
            return _by_itself(found)
        asked = _scaled(asked, 1.0 if reference.kind == "more_by" else -1.0)
    if not asks(asked):
        return found
    beside = reference.kind in ("same_for", "more_by", "less_by") or any(t.by_hand for t in request.earlier[-count:])
    return found.asking(asked) if beside else found.in_place_of(count, asked)


def _at_turn(number: int, found: Resolved, missing: str) -> Resolved:
    """At the turn of that number in the history, wherever it is; the sentence of that key where there is none."""
    request, voice = found.request, Voice(found.intent.language)
    turn = turn_numbered(number, request)
    if turn is None:
        return replace(found, ask=voice.say(missing, number=str(number)))
    if turn not in request.earlier:
        return replace(found, goes_to=turn)
    count = len(request.earlier) - 1 - request.earlier.index(turn)
    if not count:
        return replace(found, ask=voice.say("plays_already", number=str(number)))
    return found.stepped_back(count)


def _by_itself(found: Resolved) -> Resolved:
    """The words alone, where what they could refer to is not there."""
    return replace(found, intent=understand_alone(found.request.instruction, found.request.effects_lately))


def _asked_last(request: PlanRequest) -> tuple[str, int]:
    """The last words that asked something by themselves, and how many turns there are from them on."""
    for count, turn in enumerate(reversed(request.earlier), start=1):
        if not turn.by_hand and not _tweaks(understand(turn.instruction)):
            return in_full(turn), count
    return request.said[-1], 1


def _tweaks(intent: Intent) -> bool:
    return bool(intent.references) and all(reference.kind in TWEAKS for reference in intent.references)


def _frequency_hz(words: str) -> float:
    """The frequency that is said; 0 where none is."""
    number = number_in(words)
    heard = number is not None and (number.unit == "hz" or (not number.unit and number.value >= LEAST_HZ))
    return number.value if number and heard else 0.0


def _of_last_settings(reference: Reference, found: Resolved) -> Resolved:
    """What is said of the settings that the last turn gave; where it gave none of that kind, the words alone."""
    request, voice = found.request, Voice(found.intent.language)
    if reference.kind == "flatten":
        hertz = _frequency_hz(reference.words) or LEAST_HZ
        commands = flattened(hertz, request.chain)
        if not commands:
            return replace(found, ask=voice.say("no_band_at", frequency=f"{hertz:g} Hz"))
    elif reference.kind == "bandwidth":
        commands = moved_in_width(reference, request, found.intent.commands)
    else:
        commands = moved_in_frequency(reference, request)
        if commands and reference.kind == "height" and sets_bands(request):
            return replace(found, ask=voice.say("higher_or_lower" if reference.amount > 0 else "lower_or_less"))
    if not commands:
        return _by_itself(found)
    return found.commanding(*commands)


def _exchanged(reference: Reference, found: Resolved) -> Resolved:
    """Two slots in each other's places."""
    chain, voice = found.request.chain, Voice(found.intent.language)
    move = in_place_of_each_other(reference.words, found.request)
    if move is None:
        those = voice.listed([voice.called(chain, each) for each in chain.ids], "or")
        return replace(found, ask=voice.say("which_ones", what=those) if chain.slots else voice.say("no_effect_yet"))
    return _moving(move, found)


def _moving(move: Command | None, found: Resolved) -> Resolved:
    """With that move; the words alone where there is none."""
    return found.commanding(move) if move else _by_itself(found)


def _meant_last(request: PlanRequest) -> Intent:
    """What the last turn asked that asked for anything by itself; "again" speaks of what it repeats."""
    for turn in reversed([each for each in request.earlier if not each.by_hand]):
        intent = asked_by(turn, request.effects_lately)
        dialled = tuple(c for c in intent.commands if c.effect and c.verb in ("add", "adjust"))
        if intent.wishes or dialled:
            return replace(intent, commands=dialled)
        if any(reference.kind == "flatten" for reference in intent.references):
            break  # what was taken back is not there to take a share of
        if intent.references and intent.references[0].words:
            return _again_elsewhere(intent.references[0].words, turn, request)
    return Intent("", "en")


def _again_elsewhere(words: str, turn: PastTurn, request: PlanRequest) -> Intent:
    """What "the same at 600" asked: the words before it, with these in the place of their like."""
    place = request.earlier.index(turn)
    before = next((each for each in reversed(request.earlier[:place]) if not each.by_hand), turn)
    return understand_alone(substituted(in_full(before), words) or words)


def _swapped(reference: Reference, request: PlanRequest) -> Intent:
    """An effect in the place of the one that was spoken of last: "try a phaser instead"."""
    wanted = understand(f"add {reference.words}")
    gone = [effect for effect in request.effects_lately[:1] if effect not in {c.effect for c in wanted.commands}]
    removed = tuple(Command(reference.words, "remove", effect, {}, {}, (), 0.0) for effect in gone)
    return replace(wanted, commands=(*removed, *wanted.commands))


def _shared(intent: Intent, share: float, so_far: float) -> Intent:
    """So much of what is left of what was asked; a number that was said is taken as often: half of 2 s is 1 s."""
    scaled = _scaled(intent, so_far * (share - 1.0))
    commands = tuple(
        replace(now, factors=dict.fromkeys(_figures(then), share), amount=0.0) if _figures(then) else now
        for then, now in zip(intent.commands, scaled.commands, strict=True)
    )
    return replace(scaled, commands=commands)


def _figures(command: Command) -> tuple[str, ...]:
    """The settings that a command gave in numbers, but for those that are mirrored."""
    said = any(letter.isdigit() for letter in command.phrase)
    return tuple(name for name in command.settings if name not in _mirrored(command)) if said else ()


def _scaled(intent: Intent, amount: float) -> Intent:
    wishes = tuple(
        replace(wish, axes={axis: amount * value for axis, value in wish.axes.items()}, settings={})
        for wish in intent.wishes
    )
    commands = tuple(
        Command(
            phrase=c.phrase,
            verb="adjust",
            effect=c.effect,
            settings={},
            changes={name: amount * change for name, change in {**_mirrored(c), **c.changes}.items()},
            boosts=tuple(replace(boost, gain_db=amount * boost.gain_db) for boost in c.boosts),
            amount=0.0 if c.changes or c.boosts or c.factors or _mirrored(c) else amount,
            which=_there(c.which),
            factors={name: factor**amount for name, factor in c.factors.items()},
        )
        for c in intent.commands
    )
    return replace(intent, wishes=wishes, commands=commands)


def _mirrored(command: Command) -> dict[str, float]:
    """The settings of a command that rest at zero and reach as far to both sides, so that they can be turned."""
    if command.effect is None:
        return {}
    params = {param.name: param for param in EFFECTS[command.effect].params}
    return {
        name: value
        for name, value in command.settings.items()
        if params[name].default == 0 and params[name].low == -params[name].high
    }


def _there(which: Which) -> Which:
    """What was put in then is there now, and was spoken of last."""
    return USUAL if which.kind == "another" else which
