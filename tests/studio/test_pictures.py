import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from instructfx.chain import Chain
from instructfx.ears.goal import Goal
from instructfx.effects.eq import magnitude
from instructfx.effects.memoryless import as_tensors
from instructfx.planners.plan import Plan
from instructfx.refine import Refined, Step
from instructfx.sessions import Provenance, Turn
from instructfx.studio.workers.pictures import (
    AxisChange,
    Curve,
    comparison_picture,
    decay_picture,
    decays_of,
    readings_of,
    readings_picture,
    response_of,
    spectrum_of,
    spectrum_picture,
    trajectory_picture,
)
from instructfx.studio.workers.pictures.decay import decay_of_response
from instructfx.studio.workers.pictures.svg import VARIABLES

RATE = 44_100
EQ = Chain().added("eq", {"low_shelf_gain_db": 6, "high_shelf_gain_db": -3})
ROOM = EQ.added("reverb", {"decay_seconds": 1.2})


def at(curve: Curve, hz: float) -> float:
    return float(np.interp(np.log(hz), np.log(curve.frequencies_hz), curve.levels_db))


def white(seconds: float, channels: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(4)
    return 0.1 * torch.randn(channels, round(seconds * RATE), generator=generator)


def test_a_sine_at_full_scale_reads_0_db_in_its_band_and_silence_elsewhere() -> None:
    sine = torch.sin(2 * torch.pi * 1000 * torch.arange(2 * RATE) / RATE)[None]
    curve = spectrum_of(sine, RATE)
    assert at(curve, 1000) == pytest.approx(0, abs=0.1)
    assert at(curve, 3000) < -60
    assert spectrum_of(sine.expand(2, -1), RATE).levels_db == pytest.approx(curve.levels_db, abs=1e-6)


def test_white_noise_rises_by_3_db_an_octave() -> None:
    curve = spectrum_of(white(20), RATE)
    levels = [at(curve, hz) for hz in (250, 500, 1000, 2000, 4000, 8000)]
    np.testing.assert_allclose(np.diff(levels), 3.01, atol=0.5)
    # A third octave around 1 kHz holds 231.6 of 22,050 Hz; 0.1 is -20 dB of mean square.
    assert at(curve, 1000) == pytest.approx(-20 + 3.01 + 10 * np.log10(231.6 / 22_050), abs=0.4)


@pytest.mark.parametrize(("frames", "rate"), [(1, 44_100), (100, 8_000), (5000, 96_000), (0, 44_100)])
def test_short_sounds_and_odd_rates_have_a_spectrum_too(frames: int, rate: int) -> None:
    curve = spectrum_of(torch.full((2, frames), 0.5), rate)
    assert np.isfinite(curve.levels_db).all()
    assert curve.frequencies_hz[-1] <= rate / 2


def test_the_equaliser_moves_the_spectrum_as_its_curve_says() -> None:
    noise = white(10)
    curve = response_of(EQ, RATE)
    assert curve is not None
    exact = 20 * torch.log10(magnitude(as_tensors(EQ.slot("eq").settings), RATE, torch.tensor(curve.frequencies_hz))[0])
    np.testing.assert_allclose(curve.levels_db, exact, atol=1e-4)
    moved = spectrum_of(EQ.apply(noise[None], RATE)[0], RATE)
    assert at(moved, 60) - at(spectrum_of(noise, RATE), 60) == pytest.approx(at(curve, 60), abs=0.3)
    assert response_of(EQ.bypassed("eq", True), RATE) is None
    assert response_of(Chain(), RATE) is None


def test_two_equalisers_are_drawn_as_one_curve() -> None:
    other = {"low_shelf_gain_db": 6, "mid_q": 2}
    drawn = [response_of(chain, RATE) for chain in (EQ, Chain().added("eq", other), ROOM.added("eq", other))]
    one, two, both = (np.array(curve.levels_db) for curve in drawn if curve)
    np.testing.assert_allclose(both, one + two, atol=1e-4)


def test_the_reverberation_time_of_an_exponential_decay_is_found() -> None:
    time = np.arange(2 * RATE) / RATE
    taps = np.random.default_rng(1).standard_normal((2, len(time))) * 10 ** (-3 * time / 0.8)
    found = decay_of_response(taps, RATE, 0.8)
    assert found.rt60_seconds == pytest.approx(0.8, rel=0.02)
    assert found.levels_db[0] == 0
    assert np.interp(0.4, found.times_seconds, found.levels_db) == pytest.approx(-30, abs=0.7)


def test_the_decay_is_that_of_the_reverb_in_the_chain() -> None:
    even = ROOM.adjusted("reverb", {"decay_seconds": 2, "damping": 0, "pre_delay_ms": 100})
    (found,) = decays_of(even, RATE)
    assert found.rt60_seconds == pytest.approx(2, rel=0.05)
    assert np.interp(0.09, found.times_seconds, found.levels_db) > -0.1
    for silent in (EQ, even.bypassed("reverb", True), even.adjusted("reverb", {"mix": 0})):
        assert decays_of(silent, RATE) == []


def test_each_of_two_reverbs_has_its_own_decay() -> None:
    even = {"damping": 0, "decay_seconds": 0.6}
    two = ROOM.adjusted("reverb", {"damping": 0}).added("eq", {}).added("reverb", even)
    found = decays_of(two, RATE)
    assert [each.name for each in found] == ["Reverb 1", "Reverb 2"]
    assert [each.rt60_seconds for each in found] == pytest.approx([1.2, 0.6], rel=0.1)
    shown = decay_picture(found)
    for each in found:
        assert f"{each.name}: RT60 {each.rt60_seconds:.2f} s" in shown
    (alone,) = decays_of(two.without("reverb"), RATE)
    assert alone.name == "Reverb"


@pytest.mark.parametrize("seconds", [0.1, 10])
def test_the_shortest_and_the_longest_room_are_drawn(seconds: float) -> None:
    (found,) = decays_of(ROOM.adjusted("reverb", {"decay_seconds": seconds, "damping": 0}), RATE)
    assert found.rt60_seconds == pytest.approx(seconds, rel=0.1)
    assert f"RT60 {found.rt60_seconds:.2f} s" in decay_picture([found])


def taken(wishes: dict[str, float], after: dict[str, float]) -> Turn:
    before = dict.fromkeys(after, 0.5)
    changed = {name: 0.5 + change for name, change in after.items()}
    refined, made = Refined(EQ, 1.0, 0.5), Provenance("builtin", "perceptual", 0)
    return Turn("t", None, 1, "said", "x", Plan(), Goal(axes=wishes), "reuse_all", refined, before, changed, made, 1.0)


def test_wishes_come_first_and_what_did_not_move_is_left_out() -> None:
    moved = {"bass": 0.01, "air": -1.4, "warmth": 0.02, "mud": 0.3, "space": 0.9}
    found = readings_of(taken({"warmth": 1.0, "space": 1.2}, moved))
    assert [each.name for each in found] == ["space", "warmth", "air", "mud"]
    assert (found[0].wish, found[2].wish) == (1.2, None)
    assert found[2].change == pytest.approx(-1.4)
    many = {f"axis_{number}": 0.1 * number for number in range(1, 21)}
    assert len(readings_of(taken({"axis_1": 1.0}, many))) == 8
    assert readings_of(taken({"axis_1": 1.0}, many))[0].name == "axis_1"


def pictures(width: int) -> dict[str, str]:
    before = Curve(tuple(np.geomspace(20, 20_000, 121)), tuple(np.linspace(-20, -70, 121)))
    after = spectrum_of(white(1), RATE)
    equaliser, decays = response_of(EQ, RATE), decays_of(ROOM.added("reverb", {"decay_seconds": 4}), RATE)
    losses = 1 + np.random.default_rng(1).random(500) - np.linspace(0, 1, 500)
    steps = tuple(Step(number, EQ, float(loss)) for number, loss in enumerate(losses))
    readings = [
        AxisChange("warmth", 0.9, 1.0),
        AxisChange("harshness", -12.5),
        *(AxisChange(f"axis_{n}", n) for n in range(6)),
    ]
    names = ("3. my $favourite$ <b>", "12. 明るく 😀 _x_ " + "and on " * 12)
    return {
        "spectrum": spectrum_picture(before, after, equaliser, width),
        "no equaliser": spectrum_picture(before, after, None, width),
        "comparison": comparison_picture(before, after, names, width),
        "readings": readings_picture(readings, width),
        "nothing moved": readings_picture([], width),
        "decay": decay_picture(decays[:1], width),
        "two decays": decay_picture(decays, width),
        "many decays": decay_picture(3 * decays, width),
        "trajectory": trajectory_picture(Refined(EQ, 2.5, float(losses.min()), steps), width),
        "no steps": trajectory_picture(Refined(EQ, 1.0, 1.0), width),
    }


@pytest.fixture(scope="module", params=[360, 700])
def drawn(request: pytest.FixtureRequest) -> dict[str, str]:
    return pictures(request.param)


def test_every_picture_is_whole_small_and_its_own(drawn: dict[str, str]) -> None:
    every: list[str] = []
    for name, text in drawn.items():
        root = ElementTree.fromstring(text)
        assert len(text.encode()) < 40_000, name
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(set(ids)) == len(ids)
        every += ids
        referred = [each for pair in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text) for each in pair if each]
        assert {*referred, *(root.get("aria-labelledby") or "?").split()} <= set(ids), name
        assert not re.search(r"<script|<style|<metadata|http(?!://www.w3.org/2000/svg)|font-family: (?!inherit)", text)
        outside = re.sub(r"var\([^)]*\)", "", text).replace("url(#", "")
        assert not re.search(r"#[0-9a-fA-F]{3,6}\b", outside), name
        assert set(re.findall(r"var\((--[a-z-]+),", text)) <= set(VARIABLES.values())
        title, about = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
        assert title is not None
        assert title.text
        assert about is not None
        assert (about.text or "").endswith(".")
    assert len(set(every)) == len(every)


def test_axes_have_units_and_values_their_digits(drawn: dict[str, str]) -> None:
    told = {name: " ".join(ElementTree.fromstring(text).itertext()) for name, text in drawn.items()}
    for words in ("Frequency (Hz)", "Level (dB)", "Equaliser (dB)", "Before", "After"):
        assert words in told["spectrum"]
    assert "Equaliser" not in told["no equaliser"]
    for words in ("1.0 = one clearly audible step", "Wished", "Warmth", "+0.9", "−12.5", "(wished 1.0)"):
        assert words in told["readings"]
    for words in ("Time (s)", "Energy left (dB)", "T30 fit", "set to 1.20 s at 1 kHz"):
        assert words in told["decay"]
    for words in ("Step", "Loss", "Before", "best 0."):
        assert words in told["trajectory"]
    assert "3. my $favourite$ <b>" in told["comparison"]
    assert "Nothing moved" in told["nothing moved"]


def test_the_same_picture_is_drawn_twice_alike() -> None:
    readings = [AxisChange("warmth", 0.9, 1.0)]
    assert readings_picture(readings) == readings_picture(readings)
    assert readings_picture(readings) != readings_picture(readings, 360)


@pytest.mark.parametrize("width", [340, 620])
def test_a_search_of_one_step_has_whole_steps_and_no_tick_twice(width: int) -> None:
    refined = Refined(EQ, 0.065, 0.065, (Step(1, EQ, 0.065),))
    told = re.findall(r"<text[^>]*>([^<]+)</text>", trajectory_picture(refined, width))
    ticks = [each for each in told if re.fullmatch(r"[−\d.]+", each)]
    assert len(ticks) == len(set(ticks)) > 1
    assert "1" in ticks


def test_the_trajectory_marks_its_best_step_even_where_few_steps_are_drawn() -> None:
    losses = [1.0] * 5000
    losses[3333] = 0.25
    text = trajectory_picture(Refined(EQ, 1.5, 0.25, tuple(Step(n, EQ, loss) for n, loss in enumerate(losses))))
    assert "best 0.25" in text
    assert "The best step is number 3334." in text
    assert len(text.encode()) < 40_000


@pytest.mark.browser
def test_nothing_is_cut_off_and_colours_and_fonts_follow_the_page(drawn: dict[str, str], chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 740, "height": 600})
    page.set_content(
        "<style>:root{--ink:rgb(1,2,3)} .dark{--ink:rgb(250,251,252)} body{font-family:Some,sans-serif}</style>"
        f"<body>{''.join(drawn.values())}"
    )
    cut = page.evaluate(
        """() => [...document.querySelectorAll('svg.picture')].flatMap(svg => {
            const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(text => {
                const each = text.getBoundingClientRect();
                return each.left < box.left - 1 || each.right > box.right + 1
                    || each.top < box.top - 1 || each.bottom > box.bottom + 1;
            }).map(text => text.textContent); })"""
    )
    assert cut == []
    inked = "[...document.querySelectorAll('.picture text')].map(text => getComputedStyle(text).fill)"
    assert "rgb(1, 2, 3)" in page.evaluate(inked)
    page.evaluate("document.body.classList.add('dark')")
    assert "rgb(250, 251, 252)" in page.evaluate(inked)
    families = "[...document.querySelectorAll('.picture text')].map(text => getComputedStyle(text).fontFamily)"
    assert set(page.evaluate(families)) == {"Some, sans-serif"}
    page.close()
