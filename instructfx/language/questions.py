"""What a question speaks of: an effect, a setting, a quality with its sign, a number, what it compares with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from instructfx.language.dialogue_patterns import dialogue_patterns
from instructfx.language.intent_types import LEAST_HZ, Question, Reference, Topic
from instructfx.language.lexicon import lexicon
from instructfx.language.numbers import read_number
from instructfx.language.numeric_commands import REDUCTION
from instructfx.language.scan import Item, scan
from instructfx.language.words import Token, fold, split_phrase

COMPARABLE: Final[frozenset[Topic]] = frozenset(("quality", "amount", "changed", "meaning", "there", "other"))
"""Topics that are a comparison where something to compare with is named: "is it as loud as the original?"."""
CARRIED: Final[frozenset[Topic]] = frozenset(
    ("why", "changed", "amount", "quality", "there", "meaning", "advice", "compared", "speed", "wetness", "reduction")
)
"""Topics in which one thing can stand for another: "is it too bright? and the bass?"."""
OPEN: Final = frozenset(
    (
        "which",
        "what",
        "what's",
        "whats",
        "how",
        "or",
        "as",
        "same",
        "cual",
        "cuales",
        "cuanto",
        "cuanta",
        "o",
        "u",
        "tan",
        "igual",
    )
)
"""Words of questions that are not answered with yes or no; "que" asks only at the beginning: "más que antes"."""
OF_EFFECTS: Final[frozenset[Topic]] = frozenset(("speed", "wetness", "reduction", "there", "compared", "amount"))
"""Topics behind which a setting alone asks how it is set: "how fast is the phaser? and the depth?"."""
MEASURED: Final[frozenset[Topic]] = frozenset(
    ("loudness", "tempo", "key", "width", "extreme", "clipping", "chain", "place")
)
"""Topics that a noun alone says: "and the true peak?"."""
WHAT_IS: Final = (("what's", "the"), ("cual", "es", "el"))
MOST_CARRIED: Final = 5  # words of a question that only says what else is asked about


def question(topic: Topic, tokens: Sequence[Token], instruction: str) -> Question:
    """A question with what it speaks of. What it compares with is read from the words as they were said: the normal
    form leaves "than before" out, which a wish does without."""
    words = lexicon()
    items = scan([token for token in tokens if token.key != "?"], words)
    nicknames = [i.entry.nickname for i in items if i.entry and i.entry.nickname and i.text not in REDUCTION]
    named = dict.fromkeys(nickname.effect for nickname in nicknames)
    effect, also = [*named, "", ""][:2]
    setting = next((i.entry.setting for i in items if i.entry and i.entry.setting), None)
    numbers = [i.quantity for i in items if i.quantity and (i.quantity.unit == "hz" or not i.quantity.unit)]
    targets = [-abs(i.quantity.value) for i in items if i.quantity and i.quantity.unit == "lufs"]
    against = _against(split_phrase(instruction)) or _against([token.key for token in tokens])
    compared: Topic = "compared" if against and topic in COMPARABLE else topic
    keys = [token.key for token in tokens]
    counted = dialogue_patterns().counted.get(compared)
    found = counted.find(keys) if counted else None
    way = keys[found.start : found.end] if found else []  # "han bajado los graves" asks about the bass
    way = ["mean"] if topic == "meaning" else way  # "what do you mean by boxy" asks about boxy
    qualities = [
        (at, item.entry.family)
        for at, item in enumerate(items)
        if item.entry and item.entry.family and fold(item.text) not in way
    ]
    qualities.sort(key=lambda each: not _compares(items, each[0]))  # "is the low end tighter": the tightness
    place, family = next(iter(qualities), (0, ""))
    place = place if family else next((at for at, item in enumerate(items) if item.entry), 0)
    number = found.meaning if found else 0
    if compared == "compared" and place > 0 and items[place - 1].has("less"):
        number = -1
    sign = number if number and compared == "compared" else 1
    return Question(
        topic=compared,
        phrase=" ".join(token.text for token in tokens),
        effect=effect,
        family=family,
        axes={axis: sign * value for axis, value in words.families[family].axes.items()} if family else {},
        also=also,
        setting=setting.param if setting else "",
        frequency_hz=next((each.value for each in numbers if each.value >= LEAST_HZ), 0.0),
        whole=any(item.has("sofar") for item in items),
        against=against if compared == "compared" else None,
        directed=bool(number) or any(_compares(items, at) for at in range(len(items))),
        past=dialogue_patterns().past.find(keys) is not None,
        open=keys[:1] == ["que"] or any(key in OPEN for key in keys),
        too=any(item.has("too") for item in items),
        number=number,
        loudness_lufs=targets[0] if targets else _target(keys),
        source=next((item.text for item in items if item.kind == "source"), ""),
    )


def _compares(items: Sequence[Item], at: int) -> bool:
    """Whether what stands there is compared: "louder", "more bass"."""
    entry = items[at].entry
    led = at > 0 and items[at - 1].has("more", "less")
    return entry is not None and (led or entry.form == "comparative")


def _target(keys: Sequence[str]) -> float | None:
    """The loudness in LUFS of where it is to be played."""
    found = dialogue_patterns().targets.find(keys)
    return found.meaning if found else None


def _against(words: Sequence[str]) -> Reference | None:
    """What is named to compare with."""
    found = dialogue_patterns().baselines.find(words)
    if found is None:
        return None
    number = read_number(found.named.get("number", ""))
    amount = number if found.meaning.kind == "turn" and number is not None else found.meaning.amount
    return replace(found.meaning, amount=amount, words=found.named.get("effect", ""))


def asked_again(tokens: Sequence[Token], before: Question) -> Question | None:
    """A question of which only what is new was said, after another: "and the true peak?", "¿y los graves?", "and now?".
    None where the words are no such question, or say which way something is to go."""
    known, keys = dialogue_patterns(), [token.key for token in tokens if token.kind != "mark"]
    if known.again.find(keys):
        return before
    led = known.also.find(keys)
    if not led or tokens[-1].key != "?" or not 0 < len(keys) - led.end <= MOST_CARRIED:
        return None
    rest = [token for token in tokens if token.kind != "mark"][led.end :]
    alone = [known.topics.find([*asking, *(token.key for token in rest)]) for asking in WHAT_IS]
    own = next((each.meaning for each in alone if each and each.meaning in MEASURED), None)
    if own:
        return question(own, rest, "")
    new = question(before.topic, tokens, "")
    if before.topic == "loudness" and new.loudness_lufs is not None:
        return replace(before, loudness_lufs=new.loudness_lufs)
    if any(item.has("make", "add", "degree", "raise", "lower") for item in scan(tokens, lexicon())):
        return None
    if before.topic in OF_EFFECTS and new.setting and not new.family:
        return replace(new, topic="amount", effect=new.effect or before.effect)
    if before.topic in CARRIED and (new.effect or new.family or new.setting):
        return replace(new, against=before.against, open=before.open, directed=new.directed or before.directed)
    if new.number and before.number:
        return new
    return replace(new, topic="amount") if new.effect or new.axes else None
