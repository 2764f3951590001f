"""Commands to effects that come without numbers: "some verb", "less delay", "leave the EQ alone"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext
from instructfx.language.grammar import Role
from instructfx.language.groups import Group, Mods
from instructfx.language.intent_types import USUAL, Command, Verb, Which
from instructfx.language.lexicon import Family, SettingWord

OUTRIGHT: Mapping[Role, Verb] = {
    "keep": "keep",
    "untouched": "keep",
    "lock": "lock",
    "unlock": "unlock",
    "bypass": "bypass",
    "enable": "enable",
    "remove": "remove",
}
"""What is done with a whole effect, as the words say it."""
_TIMES: Mapping[float, float] = {2.0: 1.5, 3.0: 2.0, 0.5: -0.5}


def verb_and_amount(mods: Mods) -> tuple[Verb, float]:
    """What is asked of a named effect, and how much more or less of it."""
    degree = mods.degree if mods.degree is not None else 1.0
    outright = OUTRIGHT.get(mods.verb) if mods.verb else None
    if outright is not None and outright != "remove":
        return outright, 0.0
    denied = mods.has("not")
    barred = (denied and mods.verb == "add") or (mods.has("never") and mods.direction > 0)
    if barred and not mods.has("enough", "too"):
        return "keep", 0.0  # "don't add reverb", "I don't want more of it"
    if mods.has("enough"):
        return "adjust", degree if denied else 0.0
    if mods.has("too"):
        return ("add", 0.35) if denied and mods.verb != "remove" else ("adjust", -degree)
    if mods.times is not None:
        return "adjust", _TIMES.get(mods.times, mods.times - 1.0)
    if mods.has("not", "without") and mods.has("so", "as"):
        return "adjust", -1.0
    if mods.verb == "remove" or mods.has("never", "without") or denied:
        if mods.verb == "remove" and mods.degree is not None and mods.degree <= 0.5:
            return "adjust", -degree
        return "remove", 0.0
    if mods.direction:
        return "adjust", mods.direction * degree
    if mods.verb == "lack" or mods.verb == "raise":
        return "adjust", degree
    if mods.verb == "lower":
        return "adjust", -degree
    if mods.verb == "cut":
        return ("adjust", -degree) if mods.degree is not None else ("remove", 0.0)
    if mods.time or mods.speed:
        return "adjust", 0.0
    return "add", mods.degree if mods.degree is not None else 0.0


def _blamed(mods: Mods) -> bool:
    """Whether a length or a speed is said to be too much: "too long", "the echo is very fast"."""
    stated = mods.has("copula") and mods.degree is not None and not mods.has("make", "not") and not mods.direction
    return mods.has("too") or stated


def command(group: Group, phrase: str) -> Command | None:
    """The command of one group that names an effect."""
    entry = group.item.entry
    nickname = entry.nickname if entry else None
    if nickname is None:
        return None
    mods = group.mods
    verb, amount = verb_and_amount(mods)
    settings = dict(nickname.settings) if verb in ("add", "adjust") and amount >= 0 else {}
    change = NO_CHANGE
    effect = EFFECTS[nickname.effect]
    length = effect.words.meant_by("s")
    if mods.time and length:
        way = -mods.time if _blamed(mods) or mods.direction < 0 else mods.time
        change = _step(nickname.effect, length, way * (mods.degree or 1.0))
        amount = 0.0
    speed = mods.speed * (mods.degree or 1.0) * (-1.0 if _blamed(mods) or mods.direction < 0 else 1.0)
    if speed and "rate_hz" in effect.defaults():
        change = change.beside(_step(nickname.effect, "rate_hz", speed))
        amount = 0.0
    elif speed and length and effect.role == "echo":
        change = change.beside(_step(nickname.effect, length, -speed))
        amount = 0.0
    if mods.size is not None and effect.role == "room":
        decay = effect.param("decay_seconds")
        settings["decay_seconds"] = round(decay.clamp(settings.get("decay_seconds", decay.default) * mods.size), 3)
        if mods.size > 1.0:
            settings["decay_seconds"] = round(decay.clamp(settings["decay_seconds"] * 1.4), 3)
    if change != NO_CHANGE and verb == "add":
        verb = "adjust"
    told = mods.verb == "add" or mods.has("turn")
    if group.item.which.side and group.item.which.neighbour and group.item.which.definite and told and verb == "add":
        return Command(phrase, "move", nickname.effect, {}, {}, (), 0.0, group.item.which)
    return Command(
        phrase, verb, nickname.effect, settings, change.added, (), round(amount, 4), group.item.which, (), change.times
    )


@dataclass(frozen=True)
class _Change:
    """By how much settings are to change, and by how many times."""

    added: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)

    def beside(self, other: _Change) -> _Change:
        return _Change({**self.added, **other.added}, {**self.times, **other.times})

    def asked(self, phrase: str, effect: str, which: Which = USUAL, instead: tuple[str, ...] = ()) -> Command:
        return Command(phrase, "adjust", effect, {}, self.added, (), 0.0, which, instead, self.times)


NO_CHANGE = _Change()
STEP_TIMES = 1.6  # of what is heard in ratios, a time or a rate: a plain "longer"


EXCHANGES = frozenset(("swap", "exchange", "trade", "replace", "substitute", "cambia", "intercambia"))
IT = Which("it")
"""The slot that was spoken of last."""


def alone_command(mods: Mods, phrase: str, context: DialogueContext) -> Command | None:
    """What modifiers ask that stand alone: of the effect that was spoken of last, or of what the last turn asked."""
    if mods.verb == "remove" and mods.has("not"):
        return None  # "no thanks" removes nothing
    verb = OUTRIGHT.get(mods.verb) if mods.verb else None
    if verb is not None and not mods.direction:
        if any(word in EXCHANGES for word in phrase.split()):
            return None  # "swap them" removes nothing
        return Command(phrase, verb, None, {}, {}, (), 0.0, IT)
    if mods.time or mods.speed or mods.size:
        return _compared(mods, phrase, context)
    if not (mods.direction or mods.has("too") or mods.verb in ("raise", "lower")) or mods.has("not", "never"):
        return None
    sign = -1.0 if mods.has("too") or mods.verb == "lower" else mods.direction or 1.0
    degree = mods.degree if mods.degree is not None else 1.0
    effect = EFFECTS.usual("level").name if mods.verb in ("raise", "lower") else None
    return Command(phrase, "adjust", effect, {}, {}, (), sign * degree)


def _compared(mods: Mods, phrase: str, context: DialogueContext) -> Command | None:
    """A bare comparative of length, speed or size: "longer", "slower", "bigger"."""
    degree = mods.degree if mods.degree is not None else 1.0
    sign = -1.0 if _blamed(mods) or mods.has("not") or mods.direction < 0 else 1.0
    for effect in context.spoken:
        timed = EFFECTS[effect].words.meant_by("s")
        if mods.speed and "rate_hz" in EFFECTS[effect].defaults():
            return _step(effect, "rate_hz", sign * mods.speed * degree, mods.times).asked(phrase, effect)
        if timed and (mods.time or mods.speed or EFFECTS[effect].role == "room"):
            way = mods.time or -mods.speed or (1.0 if (mods.size or 1.0) > 1.0 else -1.0)
            return _step(effect, timed, sign * way * degree, mods.times).asked(phrase, effect)
    return None


def spoken_command(group: Group, family: Family, phrase: str, context: DialogueContext) -> Command | None:
    """What is said of the effect spoken of last: how fast it moves ("it wobbles too fast"), or a comparative for which
    it has a colour ("deeper" of a chorus)."""
    if group.mods.speed:
        return _compared(group.mods, phrase, context) if family.kind == "motion" else None
    spoken = next(iter(context.spoken), "")
    if not spoken:
        return None
    if family.kind == "size" and EFFECTS[spoken].role == "room":  # "too big": the room, and not the sound
        size = 2.0 if family.axes.get("space", 0.0) > 0 else 0.5
        return _compared(replace(group.mods, size=size), phrase, context)
    colour = next((each for each in EFFECTS[spoken].words.colours if each.alone and family.name in each.families), None)
    if colour is None:
        return None
    degree = group.mods.degree if group.mods.degree is not None else 1.0
    sign = -degree if group.mods.has("too", "not") or group.mods.direction < 0 else degree
    changes = {name: round(sign * change, 6) for name, change in colour.changes.items()}
    return Command(phrase, "adjust", spoken, {}, changes, (), 0.0)


def _step(effect: str, name: str, amount: float, times: float | None = None) -> _Change:
    """A change of a setting that is heard: so many times it, else STEP_TIMES of it, or an eighth of its range."""
    param = EFFECTS[effect].param(name)
    if times:
        return _Change(times={name: round(times if amount > 0 else 1 / times, 6)})
    if param.scale == "log":
        return _Change(times={name: round(STEP_TIMES**amount, 6)})
    return _Change({name: round(0.125 * (param.high - param.low) * amount, 6)})


def sharing(setting: str) -> tuple[str, ...]:
    """The effects that have a setting of that name."""
    return tuple(name for name, effect in EFFECTS.items() if any(param.name == setting for param in effect.params))


def setting_command(
    group: Group, word: SettingWord, spoken: str | None, phrase: str, which: Which = USUAL
) -> Command | None:
    """The command of a setting with a direction and no number: "more feedback", "longer decay"."""
    mods = group.mods
    effect = spoken if spoken in word.effects else word.effects[0]
    degree = mods.degree if mods.degree is not None else 1.0
    sign = mods.direction or mods.time or mods.speed
    if mods.verb in ("raise", "lack") or (mods.has("not") and mods.has("enough")):
        sign = 1.0
    elif mods.verb in ("lower", "cut") or mods.has("too"):
        sign = -(sign or 1.0) if mods.has("too") else -1.0
    if mods.speed and word.param in ("attack_ms", "release_ms", "delay_seconds", "decay_seconds"):
        sign = -sign
    told = spoken in word.effects
    if mods.times is not None:
        which = which if told else USUAL
        times = {word.param: mods.times}
        return Command(phrase, "adjust", effect, {}, {}, (), 0.0, which, () if told else sharing(word.param), times)
    if not sign:
        return None
    change = _step(effect, word.param, sign * degree)
    return change.asked(phrase, effect, which if told else USUAL, () if told else sharing(word.param))
