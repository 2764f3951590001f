"""The built-in planner: no network, no key; it knows words, effects and what engineers do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

from instructfx.chain import Chain
from instructfx.ears.axes import AXES, TONE, TONE_CURVES
from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS
from instructfx.language import Intent, Wish, understand
from instructfx.language.wishes import GUARD
from instructfx.planners import PlanRequest, Take, replies
from instructfx.planners.acts import answers_to, asks_nothing_of_sound, question_again, reply_to, told_beyond
from instructfx.planners.apply_commands import apply_command, resting, rests
from instructfx.planners.corrections import asks, replaces
from instructfx.planners.draft import Draft
from instructfx.planners.draft_plan import plan_of
from instructfx.planners.drawing import canvas_of, standing_against
from instructfx.planners.eq_fit import begun, drawn, fitting, turning
from instructfx.planners.folding import flip_before_folding
from instructfx.planners.loudness_target import to_headroom, to_loudness
from instructfx.planners.offers import accepted
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Plan, Reply
from instructfx.planners.pronouns import with_names
from instructfx.planners.references import resolved
from instructfx.planners.regions import bounded, held_hz, still_held
from instructfx.planners.resolution import joined
from instructfx.planners.router import route
from instructfx.planners.sound_questions import number_text
from instructfx.planners.standing import in_part
from instructfx.planners.takes import another
from instructfx.planners.taking_back import hides, opened
from instructfx.planners.target_text import described, left_to_the_ear, wished_before

LOST = ("space", "dynamics")  # axes of which nothing here brings back what a recording has or has lost
MAIN = 0.75  # of a wish's strongest axis: an axis this strong is worth an effect of its own,
HALF = 0.5  # this strong, a change of one that is there,
SIDE = 0.25  # and this strong, turning one down that is there
NARROW = -0.75  # steps of fidelity: a telephone, a radio, a wall
LEAST = 0.2  # steps: wishes weaker than this are only guards
NO_SIDE = 0.05  # steps of width: less of it and left and right are the same
HARSH_GRIT = 0.8  # where there is distortion, harshness is mostly its doing
ENOUGH = 0.5  # of a wish: where less of it fits, the person is told


class BuiltinPlanner:
    """Reads the instruction with `language`, plans with what effects say they are good for; `takes` has other takes."""

    name = "builtin"

    def __init__(self, take: int = 0, seed: int = 0) -> None:
        self._take, self._seed = take, seed

    def take(self, number: int, seed: int, first: Plan) -> Take:
        """As different people might mean the words: `takes.another`."""
        return Take(BuiltinPlanner(number, seed))

    def plan(self, request: PlanRequest) -> Plan | Reply:
        """The plan of one turn, or what to say where nothing is to change; never raises for words."""
        intent = understand(request.instruction, request.effects_lately)
        again = None if intent.questions else question_again(request)
        if again:
            return answers_to(replace(intent, questions=(again,)), request)
        rejection = next((each for each in intent.references if each.kind == "rather"), None)
        if rejection and not replaces(rejection, request):  # "no, too dark"
            return replace(self.plan(replace(request, instruction=rejection.words)), raw=request.instruction)
        offer = accepted(intent, request)
        if offer:
            return replace(self.plan(replace(request, instruction=offer, since=())), raw=request.instruction)
        named = with_names(intent, request)
        if named.ask:
            return Reply("unclear", named.ask, raw=request.instruction)
        if named.instructions != (request.instruction,):
            each = [understand(words, request.effects_lately) for words in named.instructions]
            intent = replace(reduce(joined, each), instruction=request.instruction)
        if request.ear_reads and intent.unknown and not intent.understood and not asks_nothing_of_sound(intent):
            return left_to_the_ear(intent, request)
        meant = resolved(intent, request)
        if meant.ask:
            return Reply("unclear", meant.ask, raw=request.instruction)
        meant = replace(meant, intent=still_held(meant.intent, request))
        asked = bounded(meant.intent)
        changes = asks(asked)
        if not changes and asked.notes != meant.intent.notes:
            return Reply("unchanged", " ".join(asked.notes), asked.notes, request.instruction)
        if not changes and (meant.back or meant.goes_to):
            return replies.stepped(meant.back, meant.goes_to, request, intent.language)
        if not changes:
            return reply_to(intent, request)
        return replace(self._planned(asked, meant.request), undo=meant.back)

    def _planned(self, intent: Intent, request: PlanRequest) -> Plan:
        gone = (c for c in intent.commands if c.verb == "remove" and c.which.kind in ("usual", "every"))
        voice = Voice(intent.language)
        doubts = [voice.say("people_differ", word=wish.doubtful) for wish in intent.wishes if wish.doubtful]
        unwanted = frozenset(command.effect for command in gone if command.effect)
        beside = [*told_beyond(intent), *([answers_to(intent, request).text] if intent.questions else [])]
        draft = Draft(request, notes=[*intent.notes, *doubts, *beside], unwanted=unwanted, language=intent.language)
        for command in sorted(intent.commands, key=lambda c: c.verb not in ("keep", "unlock")):
            apply_command(command, intent, draft)
        draft.keep += [slot_id for slot_id in draft.chain.ids if rests(slot_id, draft)]
        wished: dict[str, float] = {}
        asked = [wish for wish in intent.wishes if max(map(abs, wish.axes.values()), default=0.0) > GUARD]
        for wish in asked or intent.wishes:  # a guard beside a wish puts nothing in
            wished |= dict.fromkeys(_choose(wish, intent, draft, request), 0.0)
        wished = {each: 0.0 for each in wished if each not in draft.remove}
        goal = self._sized(_goal(intent, wished, draft, request), intent, draft)
        _start(intent, goal, wished, draft, request)
        for slot_id in set(draft.moves) - set(wished):  # what was commanded is not for the ear to move again
            if draft.effect(slot_id).role == "tone":  # of an equaliser that was nothing but what was named
                draft.keep.append(slot_id)
            else:
                draft.move(slot_id, {}, (param.name for param in draft.effect(slot_id).params))
        if intent.wishes and not wished and draft.keep:
            draft.notes.append(draft.voice.say("only_kept"))
        draft.notes += resting(intent, wished, draft)
        flip_before_folding(draft)

        def planned() -> Chain:
            return route(request.chain, plan_of(draft, intent, goal, request))[1]

        if intent.loudness_lufs is not None:
            said = to_loudness(intent.loudness_lufs, draft, planned)
            aim = draft.voice.say("loud_aimed", target=number_text(intent.loudness_lufs))
            draft.notes.append(aim if goal.axes else said)  # a search is still to change what was measured
        if intent.peak_dbtp is not None:
            said = to_headroom(intent.peak_dbtp, draft, planned)
            aim = draft.voice.say("peak_aimed", target=number_text(intent.peak_dbtp))
            draft.notes.append(aim if goal.axes else said)
        return plan_of(draft, intent, goal, request)

    def _sized(self, goal: Goal, intent: Intent, draft: Draft) -> Goal:
        """The goal of this take: larger where words say what the sound should be and something stands against it,
        smaller where the equaliser has given what an engineer would sign already, which a note says."""
        tone = EFFECTS.usual("tone").name
        equaliser = next((each for each in draft.lately(tone) if draft.has(each)), "")
        if not equaliser:
            return replace(goal, axes=another(goal.axes, self._take, self._seed))
        canvas = canvas_of(equaliser, goal, draft)
        more = turning(canvas, goal.axes) if all(wish.outright for wish in intent.wishes) else 0.0
        axes = another(goal.axes, self._take, self._seed, more)
        share = fitting(canvas, axes)
        if share < ENOUGH:
            draft.notes.append(draft.voice.say("saturated"))
        return replace(
            goal, axes={axis: value * (share if axis in TONE_CURVES else 1.0) for axis, value in axes.items()}
        )


# Wishes: what the sound should become


def _choose(wish: Wish, intent: Intent, draft: Draft, request: PlanRequest) -> list[str]:
    """The slots for a wish: those in the chain that can help, and new ones for what none of them can.

    Where an effect is there more than once, it is the slot that was spoken of last.
    """
    axes = {axis: value for axis, value in wish.axes.items() if axis in AXES and abs(value) >= LEAST}
    axes = {axis: value for axis, value in axes.items() if intent.axes.get(axis, 0.0) * value > 0}
    strongest = max(map(abs, axes.values()), default=0.0)
    wanted = [effect for effect in wish.settings if effect not in draft.kept and effect not in draft.unwanted]
    chosen = [draft.usual(effect) for effect in wanted]
    filtered = any(EFFECTS[effect].role == "band" for effect in wanted)
    if filtered and axes.get("fidelity", 0.0) <= NARROW:  # as narrow as the word says: its filter is the tone
        axes = {axis: value for axis, value in axes.items() if AXES[axis].family != TONE}
    opening = standing_against(axes, draft)
    chosen += opening
    mainly = max(axes, key=lambda axis: abs(axes[axis]), default="")
    alone = all(abs(value) < MAIN * strongest for axis, value in axes.items() if axis != mainly)
    lost = mainly in LOST and alone and not EFFECTS.answering(mainly, axes[mainly]) and not chosen
    if lost and not _there(mainly, axes[mainly], draft, request):
        draft.notes.append(replies.impossible(mainly, intent.language))
        return []  # what comes along with it is not what was asked
    for axis, value in axes.items():
        there = _there(axis, value, draft, request)
        for slot_id in there:
            down = AXES[axis].family != TONE and value * draft.effect(slot_id).heuristics.reach[axis] < 0
            chosen += [slot_id] if abs(value) >= (SIDE if down else HALF) * strongest else []
        stands = any(_stands(each, axis, value, draft) for each in opening)
        if not there and not stands and abs(value) >= MAIN * strongest:
            chosen += _newcomer(wish, axis, value, chosen, draft, request)
    for axis, value in sorted(axes.items(), key=lambda item: -abs(item[1])):
        if not chosen:  # better a part of the wish than nothing
            chosen += _newcomer(wish, axis, value, chosen, draft, request)
    if not chosen and not draft.keep:
        missed = [axis for axis, value in axes.items() if abs(value) == strongest]
        draft.notes += [replies.impossible(axis, intent.language) for axis in missed]
    return list(dict.fromkeys(chosen))


def _there(axis: str, value: float, draft: Draft, request: PlanRequest) -> list[str]:
    """Of each effect of the chain that moves an axis that way, the slot that was spoken of last."""
    effects = [name for name in dict.fromkeys(draft.chain.names) if axis in EFFECTS.resolve(name).heuristics.reach]
    found = []
    for effect in effects:
        usable = [each for each in draft.lately(effect) if each not in draft.keep] if draft.slots(effect) else []
        found += [each for each in usable if _can(each, axis, value, draft, request)][:1]
    return found


def _stands(slot_id: str, axis: str, value: float, draft: Draft) -> bool:
    """Whether a filter stands against a wish."""
    return bool(hides(draft.effect(slot_id), draft.values(slot_id), {axis: value}))


def _same_on_both_sides(request: PlanRequest) -> bool:
    """Whether there is nothing beside the middle, of which a widener could make more."""
    return request.channels == 2 and request.readings.get("width", 1.0) < NO_SIDE


def _can(slot_id: str, axis: str, value: float, draft: Draft, request: PlanRequest) -> bool:
    """Whether a slot that is there can still move that way: what is off cannot be turned down."""
    effect = draft.effect(slot_id)
    role = effect.role
    if axis == "width" and value > 0 and _same_on_both_sides(request):
        return role == "room"
    if axis == "width" and role == "room":
        return False
    if role == "band" and AXES[axis].family == TONE:
        return False  # tone is the equaliser's; a filter is moved for fidelity alone
    if axis == "punch" and role == "dynamics":
        return True
    return not (value * effect.heuristics.reach[axis] < 0 and draft.values(slot_id).get("mix") == 0)


def _newcomer(wish: Wish, axis: str, value: float, chosen: list[str], draft: Draft, request: PlanRequest) -> list[str]:
    candidates = EFFECTS.answering(axis, value)
    if axis == "width" and value > 0 and _same_on_both_sides(request):
        candidates = tuple(effect.name for effect in EFFECTS.of_role("room"))
        draft.notes.append(draft.voice.say("same_sides"))
    candidates = tuple(e for e in candidates if e not in draft.kept and e not in draft.unwanted)
    if any(draft.effect(slot_id).name in candidates for slot_id in chosen):
        return []
    if AXES[axis].family == "stereo" and request.channels == 1:
        draft.notes.append(draft.voice.say("mono"))
        return []
    if not candidates:
        return []
    hinted = [effect for effect in wish.effects if effect in candidates]
    return [draft.usual(hinted[0] if hinted else candidates[0])]


def _goal(intent: Intent, wished: Mapping[str, float], draft: Draft, request: PlanRequest) -> Goal:
    """The wishes that the chosen slots can answer; the texts are for an ear that reads."""
    reaches = [set(draft.effect(slot_id).heuristics.reach) for slot_id in wished]
    reaches += [set(draft.effect(slot_id).heuristics.reach) for slot_id in draft.remove]
    opening = [each for each in wished if draft.effect(each).role == "band" and draft.has(each)]
    reaches += [{axis for axis, value in intent.axes.items() if _stands(each, axis, value, draft)} for each in opening]
    reach = set().union(*reaches)
    axes = {axis: value for axis, value in intent.axes.items() if axis in reach and abs(value) >= 0.05}
    gritty = any({"grit", "harshness"} <= each for each in reaches)
    if gritty and axes.get("harshness", 0.0) < 0:
        axes["grit"] = min(axes.get("grit", 0.0), HARSH_GRIT * axes["harshness"])
    if not wished:
        return Goal(held_hz=held_hz(intent))
    axes = in_part(axes, request.earlier)
    return Goal(target=described(intent), anchor=wished_before(request), axes=axes, held_hz=held_hz(intent))


def _start(intent: Intent, goal: Goal, wished: Mapping[str, float], draft: Draft, request: PlanRequest) -> None:
    """Starting settings for the slots that wishes chose."""
    axes = goal.axes
    presets: dict[str, Mapping[str, float]] = {}
    for wish in intent.wishes:
        presets |= wish.settings
    for slot_id in sorted(wished, key=lambda each: draft.effect(each).role == "tone"):  # behind what filters leave
        effect = draft.effect(slot_id)
        heuristics = effect.heuristics
        pinned = set(heuristics.held)
        if effect.role == "band" and not draft.has(slot_id):  # behind drive, which would fill what the filter takes
            grit = [each for each in wished if draft.effect(each).role == "grit" and not draft.has(each)]
            draft.places |= {slot_id: ("", grit[-1])} if grit else {}
        if effect.name in presets:
            wide = {**intent.axes, **axes}
            first = {} if draft.has(slot_id) else begun(effect, wide, request.readings)
            alone = effect.rest if effect.role == "band" else {}  # of another device's filter nothing is left
            settings = {**alone, **first, **presets[effect.name]}
            pinned |= set(settings if alone else presets[effect.name]) - {"mix"}
        elif effect.response:  # the wish is drawn beside what the equaliser does already
            canvas = canvas_of(slot_id, goal, draft)
            settings = drawn(canvas, axes)
            pinned |= canvas.fixed
        elif effect.role == "band" and draft.has(slot_id) and hides(effect, draft.values(slot_id), axes):
            settings = opened(effect, draft.values(slot_id), axes)
        elif not draft.has(slot_id):
            settings = begun(effect, axes, request.readings)
        else:
            values = draft.values(slot_id)
            more = heuristics.more(heuristics.dose(axes), values)
            settings = {name: effect.param(name).sensible(value, values[name]) for name, value in more.items()}
            if settings and all(settings[name] == values[name] for name in settings):
                draft.note_end_stop(slot_id)
        said = draft.fixed(slot_id)  # what was said in numbers stands beside what a word is known by
        draft.move(slot_id, {name: value for name, value in settings.items() if name not in said}, pinned)
