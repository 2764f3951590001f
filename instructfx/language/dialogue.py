"""Speech acts: what a sentence, or a part of one, does beside asking for a change of sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from instructfx.language.dialogue_patterns import classes, dialogue_patterns
from instructfx.language.grammar import Role, roles
from instructfx.language.intent_types import LEAST_HZ, TWEAKS, Beyond, Reference, Topic
from instructfx.language.lexicon import LONGEST_PHRASE
from instructfx.language.numbers import UNITS, read_number
from instructfx.language.patterns import Match
from instructfx.language.rejections import rejecting
from instructfx.language.words import Token

SENTENCE_ENDS: Final = frozenset(".!?\n…;")
PLACED: Final = ("turn", "version", "rather", "offer")  # references that say more than an act
BARE: Final = ("more", "más")  # behind a "no", of what was asked less of
LISTED: Final = frozenset(("section", "separate"))  # of what cannot be done, what is told part by part
ASKED: Final = frozenset(("identify", "offtopic"))  # of what cannot be done, what is asked and not asked for
PART_ENDS: Final = frozenset(",:()—–")
YES_OR_NO: Final = frozenset(("is", "are", "was", "were", "does", "did", "has", "have", "isn't", "hasn't", "didn't"))
JOINTS: Final = frozenset(("but", "and", "then", "pero", "y", "luego", "entonces"))


@dataclass(frozen=True)
class Span:
    """Some tokens of an instruction, [start, end)."""

    start: int
    end: int


@dataclass(frozen=True)
class DialogueActs:
    """What was recognised, and what is left to be read as wishes and commands.

    said holds the names of acts of [[act]]: greeting, acknowledgement, dissatisfied, undo. asked is (topic, span) of a
    question.
    """

    said: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    app: tuple[Beyond, ...] = ()
    asked: tuple[tuple[Topic, Span], ...] = ()
    left: tuple[Token, ...] = ()


def read_acts(tokens: Sequence[Token]) -> DialogueActs:
    """The speech acts of an instruction in its normal form. Each token is claimed by one of them or is left."""
    said: list[str] = []
    references: list[Reference] = []
    beyond: list[Beyond] = []
    app: list[Beyond] = []
    asked: list[tuple[Topic, Span]] = []
    left: list[Token] = []
    for sentence in _sentences(tokens):
        topic = _topic(tokens, sentence)
        words = _words(tokens, sentence)
        whole = _whole(words)
        asks = tokens[sentence.end - 1].key == "?" or words[0] in YES_OR_NO
        if (
            topic is not None and asks and (isinstance(whole, Reference) or whole == "undo")
        ):  # "is it worse than it was?"
            whole = None
        rather = rejecting(tokens) if sentence.start == 0 else None
        ended = whole == "dissatisfied" and sentence.end < len(tokens)  # "no. Brighter."
        if rather and (ended or _turns(whole) or rather.words in BARE):
            return DialogueActs(references=(rather,))
        if whole is not None:
            _note(whole, said, references)
        elif talk := dialogue_patterns().app.find(words):
            app.append(talk.meaning)
        elif (found := dialogue_patterns().beyond.find(words)) and not (topic and found.meaning.key not in ASKED):
            beyond.append(found.meaning)
            left += _around(tokens, sentence, found)
        elif topic is not None:
            asked.append((topic, sentence))
        elif rather:
            return DialogueActs(references=(rather,))
        else:
            left += [Token(",", ",", "mark")] if left else []
            left += _parts(tokens, sentence, said, references, app)
    return DialogueActs(tuple(said), tuple(references), tuple(beyond), tuple(app), tuple(asked), tuple(left))


def _whole(words: Sequence[str]) -> str | Reference | None:
    """What a part does that does nothing else, whatever is said around it: "well, half of that, I think"."""
    lead, tail = classes()["lead"], classes()["tail"]
    begun = list(words)
    while end := next((end for end in lead.ends(begun, 0) if end < len(begun)), 0):
        begun = begun[end:]
    short = list(begun)
    while start := next((at for at in range(1, len(short)) if len(short) in set(tail.ends(short, at))), 0):
        short = short[:start]
    ways = dict.fromkeys((tuple(words), tuple(begun), tuple(short)))
    return next((meaning for each in ways if (meaning := _meaning(each)) is not None), None)


def _meaning(words: Sequence[str]) -> str | Reference | None:
    """What words mean that are an act, or a reference to what was done."""
    found = dialogue_patterns().acts.find(words)
    meant = dialogue_patterns().references.find(words)
    if found and not (meant and meant.meaning.kind in PLACED):
        return found.meaning
    if meant is None:
        return None
    rest = next(
        (
            meant.named[name]
            for name in ("rest", "sided", "turned", "swapped", "figure", "length", "number", "effect", "quality")
            if name in meant.named
        ),
        meant.meaning.words,
    )
    number = read_number(meant.named.get("number", ""))
    if meant.meaning.kind in ("exchange", "order"):
        rest = " ".join(meant.named.get(name, "") for name in ("effect", "swapped")).strip()
    amount = meant.meaning.amount * _degree(meant.named.get("degree", ""))
    if number is not None and meant.meaning.kind in ("share", "turn", "ago"):
        amount = 0.01 * number if meant.meaning.kind == "share" else number
    return replace(meant.meaning, words=rest, amount=amount, place_hz=_hertz(meant.named.get("placed", "")))


def _degree(phrase: str) -> float:
    """How much "a bit" is of a whole; 1 where nothing is said."""
    readings = roles().get(tuple(phrase.split()), ())
    return next((value for role, value, _ in readings if role == "degree"), 1.0)


def _hertz(words: str) -> float:
    """The frequency that is named; 0 where none is."""
    figure, _, unit = words.partition(" ")
    _, factor = UNITS.get(unit, ("", 1.0))
    value = factor * (read_number(figure) or 0.0)
    return 1000.0 * value if 0 < value < LEAST_HZ else value  # "the 3 boost"


def _turns(whole: str | Reference | None) -> bool:
    """Whether words turn what was set, if they do not ask for something else: "narrower"."""
    return isinstance(whole, Reference) and whole.kind in TWEAKS


def _note(meaning: str | Reference, said: list[str], references: list[Reference]) -> None:
    if isinstance(meaning, Reference):
        if meaning.kind == "share":  # "overshot, come back halfway" says one thing in two ways
            references[:] = [each for each in references if each.kind != "share"]
        references.append(meaning)
    else:
        said.append(meaning)


def _parts(
    tokens: Sequence[Token], sentence: Span, said: list[str], references: list[Reference], app: list[Beyond]
) -> list[Token]:
    """The tokens of a sentence without the parts that are acts of their own: "good, but the mud is still there"."""
    left: list[Token] = []
    for part, joint in _split(tokens, sentence):
        words = _words(tokens, part)
        if joint and (talk := dialogue_patterns().app.find(words)):
            app.append(talk.meaning)
            continue
        meaning = _whole(words) if len(words) <= MOST_WORDS else None
        tweaked = bool(references) and references[-1].kind in TWEAKS and _turns(meaning)
        if meaning is None or (isinstance(meaning, Reference) and not tweaked and (joint or meaning.kind == "instead")):
            left += tokens[max(part.start - 1, sentence.start) : part.end]
            continue
        _note(meaning, said, references)
    return left


MOST_WORDS: Final = 9
"""Of a part that is nothing but an act: longer ones say something."""


def _topic(tokens: Sequence[Token], sentence: Span) -> Topic | None:
    """What a sentence asks; None where it asks nothing, or only politely asks for something to be done."""
    words = _words(tokens, sentence)
    marked = sentence.end > sentence.start and tokens[sentence.end - 1].key == "?"
    known = dialogue_patterns()
    if any(known.proposals.find(_words(tokens, part)) for part, _ in _split(tokens, sentence)):
        return None
    asks = known.asking.find(words) is not None
    if not (asks or marked):
        return None
    if not asks and (_requests(tokens, sentence) or len(words) < 2 or _only_wishes(words)):
        return None
    found = dialogue_patterns().topics.find(words)
    return found.meaning if found else "other"


def _requests(tokens: Sequence[Token], sentence: Span) -> bool:
    """Whether a part of a sentence asks politely for something to be done: "hi, how about a bit more bass?"."""
    return any(dialogue_patterns().please.find(_words(tokens, part)) for part, _ in _split(tokens, sentence))


def _only_wishes(words: Sequence[str]) -> bool:
    """Whether a sentence with a question mark has no verb that asks: "a bit brighter?"."""
    return not any(word in ASKS for word in words)


ASKS: Final = frozenset((
    "what", "what's", "which", "why", "how", "when", "where", "who", "is", "are", "was", "were", "does", "do", "did",
    "has", "have", "should", "would", "might", "isn't", "doesn't", "que", "cual", "por", "como", "cuanto", "cuanta",
    "donde", "esta", "hay", "es", "suena", "deberia", "falta", "faltan", "sobra", "sobran", "hace", "necesita",
    "tiene", "conviene", "convendria", "queda", "estan", "son", "suenan", "lleva", "sirve", "vale", "ha", "han",
    "quien", "cuando", "cuantos", "cuantas", "cuales", "sigue", "siguen",
    "era", "eran", "estaba", "sonaba", "tenia",
))  # fmt: skip


def _sentences(tokens: Sequence[Token]) -> list[Span]:
    spans, start = [], 0
    for at, token in enumerate(tokens):
        if token.kind == "mark" and token.key in SENTENCE_ENDS:
            spans.append(Span(start, at + 1))
            start = at + 1
    spans.append(Span(start, len(tokens)))
    return [span for span in spans if _words(tokens, span)]


def _split(tokens: Sequence[Token], sentence: Span) -> list[tuple[Span, bool]]:
    """The parts of a sentence between commas and joints, each with whether a joint stands before it."""
    parts: list[tuple[Span, bool]] = []
    start, joint = sentence.start, False
    for at in range(sentence.start, sentence.end):
        token = tokens[at]
        mark = token.kind == "mark" and token.key in PART_ENDS
        if mark or (token.kind == "word" and token.key in JOINTS):
            parts.append((Span(start, at), joint))
            start, joint = at + 1, not mark
    parts.append((Span(start, sentence.end), joint))
    return [(span, joint) for span, joint in parts if _words(tokens, span) or joint]


def _around(tokens: Sequence[Token], sentence: Span, found: Match[Beyond]) -> list[Token]:
    """What a sentence says beside what cannot be done: its other parts."""
    numbers = [at for at in range(sentence.start, sentence.end) if tokens[at].kind != "mark"]
    first, last = numbers[found.start], numbers[min(found.end, len(numbers)) - 1]
    left: list[Token] = []
    for part, joint in _split(tokens, sentence):
        beside = part.end <= first or part.start > last
        refused = dialogue_patterns().beyond.find(_words(tokens, part)) is not None
        told = _commands(tokens, part) or (not joint and found.meaning.key not in LISTED)
        if beside and not refused and told:
            left += [*tokens[part.start : part.end], Token(",", ",", "mark")]
    return left


def _commands(tokens: Sequence[Token], part: Span) -> bool:
    """Whether a part begins with a verb of its own: "and make it warmer"; "clicks and pops" does not."""
    words = _words(tokens, part)
    starts = [tuple(words[:length]) for length in range(1, LONGEST_PHRASE + 1)]
    return any(role in COMMANDING for key in starts for role, _, _ in roles().get(key, ()))


COMMANDING: Final[frozenset[Role]] = frozenset(
    ("make", "raise", "lower", "cut", "add", "remove", "bypass", "enable", "keep", "turn", "more", "less", "degree")
)


def _words(tokens: Sequence[Token], span: Span) -> list[str]:
    return [token.key for token in tokens[span.start : span.end] if token.kind != "mark"]
