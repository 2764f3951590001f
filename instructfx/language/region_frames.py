"""What is asked of a part of the spectrum: a shelf or band, a pass filter where all of it is to go, or to leave it."""

from __future__ import annotations

from instructfx.effects import EFFECTS
from instructfx.language.band_commands import ONLY, without
from instructfx.language.commands import verb_and_amount
from instructfx.language.eq_commands import AREAS, NOTCH_DB, PLAIN_DB
from instructfx.language.groups import Group, Mods
from instructfx.language.intent_types import Command, Region
from instructfx.language.lexicon import Family
from instructfx.language.regions import around, boost_of
from instructfx.language.scan import Clause
from instructfx.language.wishes import KEEPING

ROLLED = frozenset(("roll off", "rolloff"))
"""Words that lower a part, and of a part that frequencies bound take all of it."""
ARTICLES = frozenset(("los", "las", "el", "la"))


def region_of(area: str) -> Region:
    """The region of a part of the spectrum that has a name."""
    hertz, shape = AREAS[area]
    return Region(high_hz=hertz) if shape == "low shelf" else Region(hertz) if shape == "high shelf" else around(hertz)


def spoken_region(part: Clause) -> Region | None:
    """Where in the spectrum the qualities of a clause are meant: "brighten above 8 kHz", "warm it up around 200 Hz"."""
    named = next((item.region for item in part.items if item.region), None)
    if named is not None:
        return named
    hertz = [at for at, item in enumerate(part.items) if item.quantity and item.quantity.unit == "hz"]
    quantity = part.items[hertz[0]].quantity if len(hertz) == 1 and hertz[0] else None
    beside = bool(hertz) and part.items[hertz[0] - 1].has("at")
    return around(quantity.value) if quantity and beside else None


def keeps_only(group: Group, part: Clause) -> bool:
    """Whether nothing but a region is to be left: "keep only what is above 300 Hz"."""
    return group.mods.verb in KEEPING and any(item.text in ONLY for item in part.items)


def leaves_alone(group: Group, part: Clause, spoken: bool) -> bool:
    """Whether a part of the spectrum is to stay as it is: "don't touch the bass", "without more bass", "but not the
    bass". spoken: something was asked before, of which it may be an exception."""
    mods = group.mods
    if mods.verb in KEEPING:
        return True
    moved = mods.verb in ("raise", "lower", "cut", "add", "lack") or mods.direction != 0 or mods.has("losing")
    if moved and mods.has("without", "never"):
        return True
    asked = mods.has("enough", "too", "so", "as", "copula") or (mods.verb == "lack" and not mods.has("not"))
    if moved and mods.has("not") and mods.verb != "remove" and not asked:
        return True
    excepted = part.link == "but" and mods == Mods()
    denied = mods.flags == {"not"} and (mods.verb is None or _with_article(part))
    return spoken and (excepted or (denied and not mods.direction and mods.degree is None))


def _with_article(part: Clause) -> bool:
    """ "Pero no los graves" leaves them alone, where "no bass" has none."""
    texts = [item.text for item in part.items]
    return any(text == "no" and texts[at + 1] in ARTICLES for at, text in enumerate(texts[:-1]))


def region_command(group: Group, region: Region, part: Clause, phrase: str) -> Command | None:
    """What is asked of a region that frequencies name; None where nothing says what."""
    gone = group.item.has("remove") and group.mods.verb != "lack"  # "nothing above 8k"
    if not group.mods.said and not gone:
        return None
    verb, amount = verb_and_amount(group.mods)
    whole = gone or verb in ("remove", "bypass") or _rolls_off(part)
    if whole and region.side != "between":
        return pass_filter(without(region), phrase)
    gain_db = NOTCH_DB if whole else PLAIN_DB * (amount or 1.0)
    tone = EFFECTS.usual("tone").name
    return Command(phrase, "adjust", tone, {}, {}, (boost_of(region, round(gain_db, 3)),), 0.0)


def fault_passed(group: Group, family: Family, region: Region, part: Clause) -> dict[str, float]:
    """The setting of a pass filter that takes a fault out on one side of a frequency: "roll off the rumble below 60";
    none where a fault is only to be less, or lies between two."""
    gone = group.mods.verb == "remove" or _rolls_off(part)
    return without(region) if gone and family.kind == "fault" and region.side != "between" else {}


def _rolls_off(part: Clause) -> bool:
    return any(item.text in ROLLED for item in part.items)


def pass_filter(settings: dict[str, float], phrase: str) -> Command:
    """A command to the pass filter."""
    effect = EFFECTS.usual("band")
    clamped = {name: effect.param(name).clamp(hertz) for name, hertz in settings.items()}
    return Command(phrase, "adjust", effect.name, clamped, {}, (), 0.0)
