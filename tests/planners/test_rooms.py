"""What room a word asks for, by the acoustics of its impulse response: how long, how bright, and of which size."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from instructfx.bench.quality.room_measures import measured_room
from instructfx.chain import Chain
from instructfx.effects.reverb import KINDS
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


@pytest.mark.parametrize(
    ("said", "kind", "decay_seconds"),
    [
        ("add a freeverb", "freeverb", 1.5),
        ("freeverb with 3 s decay", "freeverb", 3.0),
        ("añade una reverb algorítmica", "freeverb", 1.5),
        ("add a reverb", "diffuse", 1.5),
        ("put it in a hall", "diffuse", 3.2),
    ],
)
def test_the_kind_of_room_can_be_said(said: str, kind: str, decay_seconds: float) -> None:
    found = kinds(Chain(), said)
    assert found == [(kind, decay_seconds)]


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("diffuse", "make it a freeverb", "freeverb"),
        ("diffuse", "switch the reverb to freeverb", "freeverb"),
        ("diffuse", "set the reverb kind to freeverb", "freeverb"),
        ("diffuse", "cambia el tipo de reverb a freeverb", "freeverb"),
        ("freeverb", "set the reverb kind to diffuse", "diffuse"),
        ("freeverb", "a longer reverb", "freeverb"),
        ("freeverb", "more of that kind", "freeverb"),
        ("diffuse", "un tipo de reverb más cálida", "diffuse"),
    ],
)
def test_a_room_becomes_one_of_another_kind(before: str, said: str, after: str) -> None:
    one = Chain().added("reverb", {"decay_seconds": 2.0, "kind": list(KINDS).index(before)})
    ((kind, decay_seconds),) = kinds(one, said)
    assert kind == after
    assert (decay_seconds == 2) == (before != after)


def kinds(chain: Chain, said: str) -> list[tuple[str, float]]:
    """The kind and the decay in seconds of each reverb after the words."""
    plan = BuiltinPlanner().plan(PlanRequest(said, chain=chain))
    assert isinstance(plan, Plan)
    slots = route(chain, plan)[1].of_effect("reverb")
    return [(list(KINDS)[round(slot.settings["kind"])], slot.settings["decay_seconds"]) for slot in slots]
