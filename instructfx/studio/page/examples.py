"""What the page proposes to say: only what suits the track that is open and the chain that plays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from instructfx.audio.track import Track
    from instructfx.chain import Chain

Source = Literal["drums", "voice", "guitar", "strings", "keys", "bass"]
NAMED: Mapping[Source, str] = {
    "drums": "drum|beat|groove|kick|snare|perc|break|hat",
    "voice": "voc|vox|voice|sing|speech|spoken|podcast|interview|talk|rap|choir",
    "guitar": "guitar|gtr|git|acoustic|strum",
    "strings": "string|violin|viola|cello|orchest|quartet",
    "keys": "piano|keys|rhodes|organ|synth|pad",
    "bass": "bass|808",
}
"""What names of files call a source, from the beginning of a word."""
MOST_SHOWN = 9


@dataclass(frozen=True)
class Example:
    """Words to say. sources: the only ones that they are for, all where none is named; stereo: for two channels alone;
    role: for a chain alone that has an effect of that role."""

    words: str
    sources: frozenset[Source] = frozenset()
    stereo: bool = False
    role: str = ""


def _for(words: str, *sources: Source) -> Example:
    return Example(words, frozenset(sources))


EXAMPLES = (
    Example("less reverb", role="room"),
    _for("more presence for the voice", "voice"),
    _for("less of the sharp s", "voice"),
    _for("tighter and punchier", "drums", "bass"),
    _for("more weight in the kick", "drums"),
    _for("more body", "guitar", "strings", "keys"),
    _for("more pick attack", "guitar"),
    _for("silkier highs", "strings"),
    Example("make it warmer"),
    Example("a bit brighter"),
    Example("put it in a small church"),
    Example("too harsh, soften it"),
    Example("wider and airier", stereo=True),
    Example("add some grit"),
    Example("like an old radio"),
    Example("a slow, dreamy echo"),
    Example("underwater"),
)


def sources_of(name: str) -> frozenset[Source]:
    """What a track is of, as far as its file's name tells."""
    return frozenset(
        source for source, words in NAMED.items() if re.search(rf"(?<![a-z])({words})", name, re.IGNORECASE)
    )


def suitable(track: Track | None = None, chain: Chain | None = None) -> frozenset[str]:
    """The words to propose, the most particular ones first, up to `MOST_SHOWN`; without a track those for any."""
    sources = sources_of(track.name) if track else frozenset[Source]()
    roles = {slot.effect.role for slot in chain.slots if slot.heard} if chain else set[str]()
    found = [
        each.words
        for each in EXAMPLES
        if (not each.sources or each.sources & sources)
        and (not each.stereo or track is None or track.channels == 2)
        and (not each.role or each.role in roles)
    ]
    return frozenset(found[:MOST_SHOWN])
