"""What room a word asks for, by the acoustics of its impulse response: how long, how bright, and of which size."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from instructfx.bench.quality.room_measures import measured_room
from instructfx.chain import Chain
from instructfx.planners import PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.plan import Plan
from instructfx.planners.router import route


@cache
def room(said: str) -> tuple[float, float]:
    """Reverberation time in seconds and spectral centroid in Hz of the room that the words build."""
    plan = BuiltinPlanner().plan(PlanRequest(said))
    assert isinstance(plan, Plan)
    measures = measured_room(route(Chain(), plan)[1])
    return measures["rt60_seconds"], measures["centroid_hz"]


def test_larger_places_ring_longer() -> None:
    sizes = ["room", "bathroom", "tunnel", "hall", "church", "cathedral"]
    times = [room(f"put it in a {place}")[0] for place in sizes]
    assert all(longer > 1.05 * shorter for shorter, longer in pairwise(times))
    assert room("put it in a cave")[0] > room("put it in a hall")[0]


@pytest.mark.parametrize("place", ["bathroom", "hall", "church", "cave", "cathedral"])
def test_a_size_said_of_a_place_is_heard(place: str) -> None:
    small, plain, huge = (room(f"put it in a {size}{place}")[0] for size in ("small ", "", "huge "))
    assert small < 0.75 * plain
    assert huge > 1.2 * plain


WORDS = (
    "church", "cathedral", "cave", "hall", "plate", "spring", "dark", "bright", "warm", "cold", "hollow", "metallic",
    "big", "tiny", "dreamy", "eerie", "boomy", "crisp", "soft", "airy", "sad", "happy", "muddy", "clear", "underwater",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_no_room_is_brighter_than_people_make_theirs(word: str) -> None:
    """Theirs have their centre at 0.9 to 4.2 kHz; a plate of steel is the brightest."""
    seconds, centroid_hz = room(f"add a {word} reverb")
    assert 1000 < centroid_hz < (5600 if word == "plate" else 5000)
    assert 0.4 < seconds < 7


def test_a_plain_reverb_is_neither_dark_nor_bright() -> None:
    _, dark_hz = room("add a dark reverb")
    _, plain_hz = room("add reverb")
    _, bright_hz = room("add a bright reverb")
    assert 2500 < plain_hz < 3700
    assert dark_hz < 0.6 * plain_hz
    assert bright_hz > 1.2 * plain_hz


def test_stone_walls_ring_brighter_than_a_cave_and_tiles_brighter_than_both() -> None:
    tiles, stone, earth = (room(f"put it in a {place}")[1] for place in ("bathroom", "church", "cave"))
    assert tiles > 1.3 * stone > 1.3 * 1.3 * earth


@pytest.mark.parametrize("word", ["dark", "bright", "warm", "spacious", "muffled", "clear", "deep", "dreamy", "church"])
def test_it_does_not_matter_how_a_room_is_asked_for(word: str) -> None:
    assert room(f"give it a reverb that sounds {word}") == pytest.approx(room(f"add a {word} reverb"), rel=0.01)


@pytest.mark.parametrize(("english", "spanish"), [("dark", "oscura"), ("bright", "brillante"), ("warm", "cálida")])
def test_nor_in_which_language(english: str, spanish: str) -> None:
    assert room(f"añade una reverb {spanish}") == pytest.approx(room(f"add a {english} reverb"), rel=0.01)
