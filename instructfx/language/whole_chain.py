"""Commands to the whole chain: "remove everything but the reverb", "keep only the delay", "lose the rest"."""

from __future__ import annotations

from dataclasses import replace

from instructfx.effects import EFFECTS
from instructfx.language.band_commands import ONLY
from instructfx.language.commands import OUTRIGHT
from instructfx.language.groups import Group, Mods
from instructfx.language.intent_types import USUAL, Command, Verb, Which
from instructfx.language.scan import Clause


def ask_of_all(group: Group, phrase: str, commands: list[Command]) -> None:
    """Add what is asked of everything or of the rest: "remove everything", "keep the rest as it is"."""
    mods = group.mods
    degree = mods.degree or 1.0
    verb = OUTRIGHT.get(mods.verb) if mods.verb else None
    if mods.direction:
        commands.append(Command(phrase, "adjust", None, {}, {}, (), mods.direction * degree))
    elif mods.verb in ("raise", "lower"):
        amount = degree if mods.verb == "raise" else -degree
        commands.append(Command(phrase, "adjust", EFFECTS.usual("level").name, {}, {}, (), amount))
    elif verb is not None:
        if verb == "remove" and group.item.has("rest") and commands and _only_named(commands[-1]):
            commands[-1] = replace(commands[-1], verb="keep")  # "just the reverb, lose the rest"
        every = verb == "keep" and not group.item.has("rest")
        commands.append(_of_all(verb, phrase, Which("every") if every else USUAL))


def spared(made: Command, part: Clause, commands: list[Command], mods: Mods) -> Command:
    """ "Remove everything but the reverb" keeps the reverb."""
    before = commands[-1] if commands else None
    if part.link != "but" or mods.verb is not None or before is None:
        return made
    if before.effect is None and before.verb in ("remove", "bypass"):
        return replace(made, verb="keep", settings={}, changes={}, amount=0.0)
    return made


def left_alone(made: Command, part: Clause) -> list[Command]:
    """What goes where only one effect is to stay: "keep only the reverb"."""
    only = made.verb == "keep" and any(item.text in ONLY for item in part.items)
    return [_of_all("remove", made.phrase)] if only else []


def _of_all(verb: Verb, phrase: str, which: Which = USUAL) -> Command:
    return Command(phrase, verb, None, {}, {}, (), 0.0, which)


def _only_named(command: Command) -> bool:
    told = command.settings or command.changes or command.boosts or command.factors or command.amount
    return command.verb == "add" and not told
