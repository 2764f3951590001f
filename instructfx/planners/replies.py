"""What the built-in planner says: a reply of one or two sentences, and its four thoughts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS
from instructfx.language import Intent
from instructfx.planners import PlanRequest
from instructfx.planners.plan import Move, Plan, Thoughts
from instructfx.planners.router import route

FEW = 3  # values that fit into a sentence

COMPARATIVES: Mapping[str, tuple[str, str]] = {
    "bass": ("more bass", "less bass"),
    "body": ("fuller", "leaner"),
    "mud": ("thicker", "clearer in the low mids"),
    "warmth": ("warmer", "cooler"),
    "nasal": ("honkier", "less nasal"),
    "presence": ("more present", "further back"),
    "harshness": ("edgier", "less harsh"),
    "brightness": ("brighter", "darker"),
    "air": ("airier", "less airy"),
    "loudness": ("louder", "quieter"),
    "dynamics": ("more dynamic", "more even"),
    "punch": ("punchier", "gentler in the attacks"),
    "grit": ("grittier", "cleaner"),
    "space": ("roomier", "drier"),
    "echo": ("more echo", "less echo"),
    "width": ("wider", "narrower"),
    "balance": ("further right", "further left"),
    "movement": ("more movement", "steadier"),
    "pitch": ("higher", "lower"),
    "fidelity": ("more hi-fi", "more lo-fi"),
}
"""Axis -> what one calls more and less of it."""

OFFER = (
    'I can change tone ("warmer", "less harsh"), space ("small church", "drier"), grit, dynamics, width and '
    'echo, or set an effect ("cut 3 dB at 400 Hz", "drop the reverb", "go back").'
)
IMPOSSIBLE = {
    "space": "The room that was recorded with the track cannot be taken out.",
    "grit": "Distortion that was recorded with the track cannot be taken out.",
    "dynamics": "Dynamics that the recording has lost cannot be brought back.",
    "fidelity": "What the recording has lost cannot be brought back.",
}
REMOVABLE = ("echo", "movement")
"""Axes that go down again by turning down the effect that raised them, and in no other way."""
ORDER = "tone before dynamics before distortion, then movement, echo and room, then width and level"


def label(effect: str) -> str:
    """An effect as one says it in a sentence."""
    return EFFECTS.resolve(effect).label.lower()


def called(chain: Chain, slot_id: str) -> str:
    """A slot as one says it in a sentence: "the equaliser", or "equaliser 2" where there are two."""
    text = chain.labels[slot_id].lower()
    return text if chain.names.count(chain.slot(slot_id).effect.name) > 1 else f"the {text}"


def locked(chain: Chain, slot_id: str, setting: str = "") -> str:
    """That a slot, or one setting of it, is locked by the person."""
    what = called(chain, slot_id)
    if setting:
        what = f"{chain.slot(slot_id).effect.param(setting).label} of {what}"
    return f"{what[0].upper()}{what[1:]} is locked, so it stays as it is."


def off(chain: Chain, slot_id: str) -> str:
    """That a slot is switched off by the person."""
    what = called(chain, slot_id)
    return f"{what[0].upper()}{what[1:]} is bypassed; switch it on and I can use it."


def impossible(axis: str) -> str:
    """Why no effect can be added for a wish."""
    if axis in REMOVABLE:
        return f"There is no {' or '.join(map(label, EFFECTS.answering(axis, 1)))} in the chain to turn down."
    return IMPOSSIBLE.get(axis, "No effect here can do that.")


def undone(steps: int, request: PlanRequest) -> Plan:
    """The plan of going back by some turns."""
    if steps == len(request.earlier):
        reply = "Back to the dry track."
    else:
        reply = f'Back to how it was after "{request.earlier[-steps - 1].instruction}".'
    return Plan(undo=steps, reply=reply, thoughts=Thoughts(asked="Undo."), raw=request.instruction)


def with_reply(plan: Plan, intent: Intent, request: PlanRequest) -> Plan:
    """The plan with its thoughts and its reply."""
    notes = [note if note[:1].isupper() else f"{note[:1].upper()}{note[1:]}." for note in plan.notes]
    if intent.unknown and intent.understood:
        notes.append(f"I did not understand {_listed([f'“{word}”' for word in intent.unknown[:5]])}.")
    changes = plan.changes
    sentences = [sentence(plan, request)] if changes else []
    if not intent.understood:
        sentences = [f"I did not understand that, so nothing has changed. {OFFER}"]
    elif not changes and not notes:
        there = request.chain
        kept = _listed([called(there, each) if each in there.ids else f"the {label(each)}" for each in plan.keep])
        sentences = [f"I leave {kept} as it is." if kept else f"That asks for no change. {OFFER}"]
    reply = " ".join([*sentences, *notes])
    return replace(plan, notes=tuple(notes), thoughts=_thoughts(plan, intent), reply=reply, raw=intent.instruction)


def sentence(plan: Plan, request: PlanRequest) -> str:
    """What a plan does and what will be heard of it."""
    strong = sorted(plan.goal.axes.items(), key=lambda item: -abs(item[1]))
    strong = [(axis, value) for axis, value in strong if abs(value) >= 0.3][:3]
    heard = _listed([_degree(value) + COMPARATIVES[axis][value < 0] for axis, value in strong])
    now, after = request.chain, route(request.chain, plan)[1]
    deeds = [
        *(f"I removed {called(now, each)}" for each in plan.remove if each in now.ids),
        *(f"I bypassed {called(after, each)}" for each in plan.bypass if each in after.ids),
        *(f"I switched {called(after, each)} back on" for each in plan.enable if each in after.ids),
    ]
    if plan.order:
        standing = [called(after, each).removeprefix("the ") for each in after.ids]
        deeds.append(f"I put the chain in the order {', '.join(standing)}")
    if plan.add:
        deeds.append(f"I added {_listed([_added(move, now, after) for move in plan.add])}")
    adjusted = [_adjusted(move, request, after) for move in plan.adjust if move.slot in after.ids]
    if adjusted:
        deeds.append(f"I adjusted {_listed([adjusted[0], *(each.removeprefix('the ') for each in adjusted[1:])])}")
    if not deeds:
        return f"I re-tuned the chain: {heard}." if heard else "The chain stays as it is."
    done = _listed([deeds[0], *(deed.removeprefix("I ") for deed in deeds[1:])])
    return f"{done}: {heard}." if heard else f"{done}."


def _degree(value: float) -> str:
    return "a little " if abs(value) <= 0.6 else "much " if abs(value) >= 1.6 else ""


def _added(move: Move, before: Chain, after: Chain) -> str:
    """ "a filter (highpass 80 Hz)" where few values were named, else the noun alone; "a second filter"."""
    noun = EFFECTS[move.effect].words.noun or label(move.effect)
    count = len([each for each in before.of_effect(move.effect) if each.id in after.ids])
    if count:
        noun = f"{'a second' if count == 1 else 'another'} {label(move.effect)}"
    if move.after in after.ids:
        noun += f" after {called(after, move.after)}"
    named = [name for name in move.settings if name in move.pinned]
    if not 1 <= len(named) <= FEW:
        return noun
    return f"{noun} ({', '.join(_valued(move.effect, name, move.settings[name]) for name in named)})"


def _adjusted(move: Move, request: PlanRequest, after: Chain) -> str:
    """ "the reverb (mix 0.4 to 0.2)" where few values moved for good, else the name: the ear moves the others."""
    name_of_slot = called(after, move.slot)
    stored = request.chain.slot(move.slot).settings
    changed = [name for name, value in move.settings.items() if abs(stored[name] - value) > 1e-9]
    changed = [name for name in changed if name in move.pinned]
    if not 1 <= len(changed) <= FEW:
        return name_of_slot
    texts = [_valued(move.effect, name, move.settings[name], stored[name]) for name in changed]
    return f"{name_of_slot} ({', '.join(texts)})"


def _valued(effect: str, name: str, value: float, before: float | None = None) -> str:
    param = EFFECTS[effect].param(name)
    if param.kind in ("choice", "switch"):
        return f"{param.label} {param.shown(value)}"
    start = "" if before is None else f"{_short(before)} to "
    unit = f" {param.unit}" if param.unit and param.unit != param.label else ""
    return f"{param.label} {start}{_short(value)}{unit}"


def _short(value: float) -> str:
    """Three digits, and no powers of ten: 3400, 0.25."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 0.001 else "0"


def _thoughts(plan: Plan, intent: Intent) -> Thoughts:
    asked = [f"{AXES[axis].meaning} {value:+.2g}" for axis, value in plan.goal.axes.items()]
    asked += [f"{command.verb} {command.effect or 'everything'}" for command in intent.commands]
    chosen = [*(f"add {m.effect}" for m in plan.add), *(f"adjust {m.slot}" for m in plan.adjust)]
    chosen += [*(f"remove {name}" for name in plan.remove), *(f"keep {name}" for name in plan.keep)]
    settings = [
        f"{label(move.effect)}: " + ", ".join(_valued(move.effect, *setting) for setting in move.settings.items())
        for move in (*plan.add, *plan.adjust)
        if move.settings
    ]
    return Thoughts(
        asked="; ".join(asked) or "nothing that I know",
        effects="; ".join(chosen) or "none",
        order=ORDER if plan.add else "as it is",
        settings="; ".join(settings) or "as they are, for the ear to move",
    )


def _listed(words: Sequence[str]) -> str:
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
