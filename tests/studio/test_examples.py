"""What the page proposes to say suits the track and the chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from instructfx.audio.track import Track
from instructfx.chain import Chain
from instructfx.studio.page.examples import EXAMPLES, MOST_SHOWN, sources_of, suitable

VOICE, LESS, WIDE, KICK = "more presence for the voice", "less reverb", "wider and airier", "more weight in the kick"


def track(name: str, channels: int = 2) -> Track:
    return Track(Path(name), name, "0" * 64, 44_100, channels, 44_100, -18.0, 0)


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("groove.flac", {"drums"}),
        ("03_Lead Vocals (dry).wav", {"voice"}),
        ("kick-bass-loop.wav", {"drums", "bass"}),
        ("Grand Piano.wav", {"keys"}),
        ("heartbeat.wav", set()),
        ("Subbass.wav", set()),
        ("take 7.wav", set()),
    ],
)
def test_a_name_tells_what_a_track_is_of(name: str, sources: set[str]) -> None:
    assert sources_of(name) == sources


def test_a_voice_is_spoken_of_where_there_is_one_alone() -> None:
    assert VOICE not in suitable()
    assert VOICE not in suitable(track("groove.flac"))
    assert KICK in suitable(track("groove.flac"))
    assert {VOICE} == suitable(track("vocals.wav")) & {VOICE, KICK}


def test_width_needs_two_channels_and_less_reverb_a_reverb() -> None:
    assert WIDE in suitable(track("take.wav"))
    assert WIDE not in suitable(track("take.wav", channels=1))
    assert LESS not in suitable(track("take.wav"), Chain())
    room = Chain().added("reverb", {})
    assert LESS in suitable(track("take.wav"), room)
    assert LESS not in suitable(track("take.wav"), room.bypassed("reverb", True))


def test_there_are_some_for_every_track_and_never_too_many() -> None:
    for name in ("take.wav", "drums voice guitar strings keys bass.wav"):
        for channels in (1, 2):
            shown = suitable(track(name, channels), Chain().added("reverb", {}))
            assert 4 <= len(shown) <= MOST_SHOWN
    assert len({each.words for each in EXAMPLES}) == len(EXAMPLES)
