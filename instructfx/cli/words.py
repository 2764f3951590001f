"""`instructfx words`: what a word or a phrase means to the rack, and why."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instructfx.language import Command, Intent, Wish
    from instructfx.language.lexicon import Entry, Family, Lexicon

WIDTH = 110
COLUMN = 12
LIKE_IT = 8  # words of the same family that are shown for each language
LANGUAGES = {"en": "English", "es": "Spanish", "": "English and Spanish"}
FORMS = {
    "comparative": "more of it", "superlative": "most of it", "ish": "a little of it", "noun": "as a noun",
    "verb": "as a verb", "adverb": "as an adverb",
}  # fmt: skip


def add_commands(commands: Any) -> None:
    """Add `words` to the subparsers of the command line."""
    words = commands.add_parser("words", help="what a word or a phrase means to the rack, and why")
    words.add_argument("words", metavar="WORD", nargs="*", help='"warm", "crujiente", "a bit less boomy"; none: a list')
    words.set_defaults(run=_words)


def _words(options: argparse.Namespace) -> int:
    from instructfx.language import understand
    from instructfx.language.lexicon import lexicon

    words = lexicon()
    if not options.words:
        sys.stdout.write("".join(_listed(words)))
        return 0
    phrase = " ".join(options.words)
    intent = understand(phrase)
    sys.stdout.write("".join(_explained(phrase, intent, words)))
    return 0 if intent.understood else 1


def _explained(phrase: str, intent: Intent, words: Lexicon) -> Iterator[str]:
    """The phrase as one would read it, word by word, and what the built-in planner does for it."""
    yield f"{phrase}\n"
    for mended in _mended(phrase, words):
        yield _line("slip", mended)
    for wish in intent.wishes:
        yield from _wish(wish, _entry(wish.phrase, words), words)
    for command in intent.commands:
        yield _line("order", f'"{command.phrase}": {_ordered(command)}')
    if intent.undo:
        yield _line("order", f"go back by {intent.undo}")
    for word in intent.unknown:
        near = _near(word, words)
        yield _line("unknown", f'"{word}"{f"; near it: {near}" if near else ""}')
    if not intent.understood:
        yield _line("so", "nothing would change. Add the word to a family of instructfx/language/lexicon.toml with the")
        yield _line(
            "", "same meaning (docs/lexicon.md), or let a language model plan (--planner) or CLAP listen (--ear)."
        )
        return
    yield _line("the rack", _made(intent.instruction))


def _wish(wish: Wish, entry: Entry | None, words: Lexicon) -> Iterator[str]:
    family = words.families[wish.families[0]]
    form = FORMS.get(entry.form, "") if entry and entry.family == family.name else ""
    language = LANGUAGES[entry.language] if entry else ""
    facts = ", ".join(fact for fact in (language, form, family.kind, "said as a complaint" * wish.complaint) if fact)
    yield _line("wish", f'"{wish.phrase}": {_amount(wish, family)}{family.name} ({facts})')
    yield _line("is heard as", _axes(wish.axes))
    effects = ", ".join(family.effects if not family.opposite or _sign(wish, family) > 0 else wish.effects)
    yield _line("made with", effects or "no effect of its own")
    for effect, settings in wish.settings.items():
        yield _line("known by", f"{effect} {', '.join(f'{name} {value:g}' for name, value in settings.items())}")
    for code, name in (("en", "English"), ("es", "Spanish")):
        if family.words[code]:
            more = len(family.words[code]) - LIKE_IT
            shown = ", ".join(family.words[code][:LIKE_IT])
            yield _line(name, shown + (f" and {more} more" if more > 0 else ""))
    if family.opposite:
        yield _line("opposite", f"{family.opposite} ({', '.join(words.families[family.opposite].words['en'][:4])})")
    yield _line("because", family.source or "this project's own judgement")


def _sign(wish: Wish, family: Family) -> float:
    return next((value / family.axes[axis] for axis, value in wish.axes.items() if value and axis in family.axes), 1.0)


def _amount(wish: Wish, family: Family) -> str:
    strongest = max(family.axes, key=lambda axis: abs(family.axes[axis]))
    times = wish.axes.get(strongest, 0.0) / family.axes[strongest]
    return "" if abs(times - 1) < 0.01 else "away from " if abs(times + 1) < 0.01 else f"{times:.2g} x "


def _axes(axes: Mapping[str, float]) -> str:
    """Steps of which 1 is clearly audible, strongest first, and what one calls them."""
    from instructfx.planners.phrases import Voice

    found = sorted(((axis, value) for axis, value in axes.items() if value), key=lambda item: -abs(item[1]))
    called = Voice().compared
    return ", ".join(f"{axis} {value:+.2g} ({called(axis, value, degree=False)})" for axis, value in found) or "no axis"


def _ordered(command: Command) -> str:
    values = [f"{name} {value:g}" for name, value in command.settings.items()]
    values += [f"{name} {value:+g}" for name, value in command.changes.items()]
    values += [f"{boost.gain_db:+g} dB at {boost.frequency_hz:g} Hz" for boost in command.boosts]
    values += [f"{command.amount:+g}"] if command.amount else []
    return f"{command.verb} {command.effect or 'every effect'}{': ' if values else ''}{', '.join(values)}"


def _entry(phrase: str, words: Lexicon) -> Entry | None:
    """The reading of the word that a wish is made of: the last one of its phrase that has a family."""
    from instructfx.language.words import split_phrase

    keys = split_phrase(phrase)
    found = [reading[0] for at in range(len(keys)) if (reading := words.phrase_at(keys, at)) and reading[0].family]
    return found[-1] if found else words.spanish_verb(keys[-1]) if keys else None


def _mended(phrase: str, words: Lexicon) -> Iterator[str]:
    """Slips of the finger, and the words that they are taken for."""
    from instructfx.language.grammar import roles
    from instructfx.language.words import split_phrase

    plain = words.ignored | words.sources | words.common
    for key in split_phrase(phrase):
        known = (key,) in words.entries or (key,) in roles() or key in plain or words.spanish_verb(key)
        meant = None if known else words.corrected(key)
        if meant:
            yield f'"{key}" is taken for "{meant}"'


def _near(word: str, words: Lexicon) -> str:
    """Words of the lexicon that are written alike."""
    import difflib

    from instructfx.language.words import fold

    listed = [keys[0] for keys, entry in words.entries.items() if len(keys) == 1 and entry.listed]
    return ", ".join(difflib.get_close_matches(fold(word), listed, n=3, cutoff=0.7))


def _made(instruction: str) -> str:
    """What the built-in planner does for it, from no effects: its own words and its starting settings."""
    from instructfx.planners import PlanRequest, Reply
    from instructfx.planners.builtin import BuiltinPlanner

    plan = BuiltinPlanner().plan(PlanRequest(instruction))
    if isinstance(plan, Reply):
        return plan.text
    starts = f" It starts from {plan.thoughts.settings}." if plan.add else ""
    return f"{plan.reply}{starts}"


def _line(head: str, text: str) -> str:
    wrapped = textwrap.wrap(text, WIDTH - COLUMN - 2) or [""]
    return "".join(f"  {head if index == 0 else '':{COLUMN}}{line}\n" for index, line in enumerate(wrapped))


def _listed(words: Lexicon) -> Iterator[str]:
    """Every family by kind, with the number of its words."""
    kinds: dict[str, list[str]] = {}
    for family in words.families.values():
        kinds.setdefault(family.kind, []).append(family.name)
    counts = [sum(len(family.words[code]) for family in words.families.values()) for code in ("en", "es")]
    yield f"{counts[0]} English and {counts[1]} Spanish words and phrases in {len(words.families)} families:\n"
    for kind, names in kinds.items():
        yield _line(kind, ", ".join(names))
    yield "Say `instructfx words WORD` for what one means, and see docs/lexicon.md to add one.\n"
