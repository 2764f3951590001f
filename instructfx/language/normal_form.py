"""The normal form of an instruction: tokens without fillers and reasons, slips respelled, number words as figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from instructfx.language.dislocation import with_object_in_place
from instructfx.language.lexicon import lexicon
from instructfx.language.numerals import with_figures
from instructfx.language.tables import table
from instructfx.language.word_forms import in_known_words
from instructfx.language.words import Token, tokenise

Words = tuple[str, ...]

SPANISH: Final = frozenset(
    ("el", "la", "los", "las", "un", "una", "mas", "que", "por", "con", "falta", "faltan", "se", "le")
)
"""Words by which an instruction may be Spanish, where a slip in English is a word in Spanish."""
LIKENING: Final = frozenset(("like", "as", "if", "though", "como", "si"))
CONSEQUENT: Final = frozenset(("it", "it's", "that", "i", "i'm", "you", "my", "we"))
SHARED: Final = frozenset(("mix", "wet", "dry", "feedback", "depth", "mezcla", "humedo", "seco", "profundidad"))
"""Of what one sets a share."""
COUNTING: Final = frozenset(("every", "each", "all", "an", "cada"))


@dataclass(frozen=True)
class _Tables:
    """normal_form.toml."""

    fillers: frozenset[str]
    reasons: tuple[Words, ...]
    excuses: tuple[Words, ...]
    heard_on: Mapping[Words, Words]
    stated: frozenset[str]
    respelled: Mapping[str, str]
    english: Mapping[str, str]
    rewritten: Mapping[Words, Words]
    said_behind: Mapping[Words, Words]
    roughly: frozenset[str]
    further: frozenset[str]
    shares: Mapping[Words, Words]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    data = table("normal_form.toml")
    return _Tables(
        fillers=frozenset(data["fillers"]),
        reasons=tuple(tuple(each.split()) for each in data["reasons"]),
        excuses=tuple(tuple(each.split()) for each in data["excuses"]),
        heard_on={tuple(each.split()): () for each in data["heard_on"]},
        stated=frozenset(data["stated"]),
        respelled=data["respelled"],
        english=data["english"],
        rewritten=_by_phrase(data["rewritten"]),
        said_behind={
            tuple(phrase.split()): tuple(entry["in_front"].split())
            for entry in data["said_behind"]
            for phrase in entry["phrases"]
        },
        roughly=frozenset(data["roughly"]),
        further=frozenset(data["further"]),
        shares=_by_phrase(data["shares"]),
    )


def _by_phrase(data: Mapping[str, str]) -> Mapping[Words, Words]:
    return {tuple(before.split()): tuple(after.split()) for before, after in data.items()}


def normal_form(instruction: str) -> list[Token]:
    """The tokens of an instruction as the later stages read them."""
    tokens = in_known_words(_without_excuse(_respelled(_without_fillers(tokenise(instruction)))))
    asked = _outright(_without_reasons(_rewritten(_without_consequence(_without_listening(tokens)))))
    return with_object_in_place(_as_shares(_further(_exactly(with_figures(asked)))))


def _without_fillers(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without sounds of thinking, but for those that are spoken of: "take out every um"."""
    fillers = _tables().fillers
    spoken_of = [False, *(token.key in COUNTING for token in tokens)]
    return [token for token, named in zip(tokens, spoken_of, strict=False) if named or token.key not in fillers]


def _respelled(tokens: Sequence[Token]) -> list[Token]:
    spanish = any(token.key in SPANISH for token in tokens)
    known = _tables().respelled if spanish else {**_tables().respelled, **_tables().english}
    found = []
    for token, following in zip_longest(tokens, tokens[1:]):
        counted = len(token.key) == 1 and following is not None and following.kind == "number"
        if token.key == "its" and following is not None and following.key in _tables().stated:
            token = _token("it's")
        elif token.kind == "word" and token.key in known and not counted:
            token = _token(known[token.key])
        found.append(token)
    return found


def _without_excuse(tokens: Sequence[Token]) -> list[Token]:
    """The tokens behind an excuse at the beginning: "sorry to be a pain, but ..."."""
    keys = tuple(token.key for token in tokens)
    excused = any(keys[: len(each)] == each for each in _tables().excuses)
    behind = next((at for at, key in enumerate(keys) if key in ("but", "pero")), None)
    ended = any(token.kind == "mark" and token.key in ".?!" for token in tokens[: behind or 0])
    return list(tokens) if not excused or behind is None or ended else list(tokens[behind + 1 :])


def _without_listening(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without what one listens on, where nothing is to sound like it."""
    likened = any(token.key in LIKENING for token in tokens)
    return list(tokens) if likened else _replaced(tokens, _tables().heard_on)


def _without_consequence(tokens: Sequence[Token]) -> list[Token]:
    """ "So wide it makes me dizzy" is too wide: what comes of it is no wish."""
    keys = [token.key for token in tokens]
    for at, key in enumerate(keys):
        follows = [i for i in range(at + 2, min(at + 5, len(keys))) if keys[i] in CONSEQUENT and key == "so"]
        if follows and (keys[follows[0] - 1],) in lexicon().entries:
            end = next((i for i in range(follows[0], len(keys)) if tokens[i].kind == "mark"), len(keys))
            return [*tokens[:at], Token("too", "too", "word"), *tokens[at + 1 : follows[0]], *tokens[end:]]
    return list(tokens)


def _rewritten(tokens: Sequence[Token]) -> list[Token]:
    return _replaced(tokens, _tables().rewritten)


def _replaced(tokens: Sequence[Token], table: Mapping[Words, Words]) -> list[Token]:
    """The longest phrase that begins at a token is put into other words."""
    longest = max(map(len, table))
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        keys = tuple(token.key for token in tokens[at : at + longest])
        length = next((length for length in range(len(keys), 0, -1) if keys[:length] in table), 0)
        found += [_token(word) for word in table[keys[:length]]] if length else [tokens[at]]
        at += length or 1
    return found


def _token(text: str) -> Token:
    return Token(text, text, "mark" if text == "%" else "number" if text.lstrip("-")[:1].isdigit() else "word")


def _outright(tokens: Sequence[Token]) -> list[Token]:
    """ "Some crackle would be nice" is "add some crackle", "the echo can go" is "remove the echo"."""
    found: list[Token] = []
    part: list[Token] = []
    for token in (*tokens, None):
        if token is None or token.kind == "mark":
            keys = tuple(each.key for each in part)
            behind = _tables().said_behind
            ending = next((each for each in behind if keys[-len(each) :] == each and len(keys) > len(each)), ())
            if ending:
                part = [*map(_token, behind[ending]), *part[: -len(ending)]]
            found += part
            part = []
            found += [token] if token else []
        else:
            part.append(token)
    return found


def _exactly(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without words that only say that a number is rough: "roughly 2.2 seconds"."""
    return [
        token
        for token, following in zip_longest(tokens, tokens[1:])
        if not (token.key in _tables().roughly and following is not None and following.kind == "number")
    ]


def _further(tokens: Sequence[Token]) -> list[Token]:
    """ "Another 2 dB" is by 2 dB."""
    return [
        _token("by")
        if token.key in _tables().further and following is not None and following.kind == "number"
        else token
        for token, following in zip_longest(tokens, tokens[1:])
    ]


def _as_shares(tokens: Sequence[Token]) -> list[Token]:
    """Fractions that a share is set to as percent: "mix of the delay to a third"."""
    if not any(token.key in SHARED for token in tokens):
        return list(tokens)
    return _replaced(tokens, _tables().shares)


def _without_reasons(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without what follows "so I can ..." and "than ..." up to the next mark."""
    reasons = _tables().reasons
    longest = max(map(len, reasons))
    found: list[Token] = []
    skipping = False
    for at, token in enumerate(tokens):
        keys = tuple(each.key for each in tokens[at : at + longest])
        begins = at > 0 and any(keys[: len(reason)] == reason for reason in reasons)
        skipping = (skipping and token.kind != "mark") or begins
        if not skipping:
            found.append(token)
    return found
