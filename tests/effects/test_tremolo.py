"""The tremolo's physics, measured; and that it sounds the same wherever in the track it is heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray

from instructfx import open_session
from instructfx.audio import Audio
from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors
from instructfx.planners import PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.rendering.excerpt import Excerpt
from instructfx.rendering.preview import Preview
from instructfx.rendering.track import RenderOptions, render_audio

RATE = 44_100
TREMOLO = EFFECTS["tremolo"]
SHAPES = ("sine", "triangle", "square")


def gains(seconds: float, first_frame: int = 0, **settings: float | str) -> NDArray[np.float64]:
    """The gain of each channel over time, (2, frames): what it makes of a constant."""
    ones = torch.ones(1, 2, round(seconds * RATE))
    return TREMOLO.render(ones, RATE, as_tensors(TREMOLO.complete(settings)), first_frame)[0].double().numpy()


def swings(gain: NDArray[np.float64]) -> tuple[float, float]:
    """Frequency in Hz and phase in degrees of the strongest swing."""
    spectrum = np.fft.rfft((gain - gain.mean()) * np.hanning(len(gain)), 8 * len(gain))
    peak = int(np.abs(spectrum).argmax())
    return peak * RATE / (8 * len(gain)), float(np.degrees(np.angle(spectrum[peak])))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rate_hz", [0.5, 4.0, 20.0])
def test_it_swings_at_its_rate(rate_hz: float, shape: str) -> None:
    assert swings(gains(8, rate_hz=rate_hz, shape=shape)[0])[0] == pytest.approx(rate_hz, abs=0.02)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("depth", [0.0, 0.3, 1.0])
def test_the_level_falls_by_its_depth(depth: float, shape: str) -> None:
    gain = gains(1, rate_hz=5, depth=depth, shape=shape)
    assert gain.max() == pytest.approx(1, abs=1e-4)
    assert gain.min() == pytest.approx(1 - depth, abs=1e-3)


@pytest.mark.parametrize("phase_degrees", [0.0, 45.0, 90.0, 180.0])
def test_right_is_ahead_of_left_by_the_phase(phase_degrees: float) -> None:
    left, right = gains(4, rate_hz=5, phase_degrees=phase_degrees)
    apart = (swings(right)[1] - swings(left)[1]) % 360
    assert apart == pytest.approx(phase_degrees, abs=0.5)


def test_the_shapes_differ_as_they_are_called() -> None:
    """Share of the time near the two ends: most in a square, least in a triangle, whose values are spread evenly."""
    near = [float(np.mean(np.abs(gains(2, rate_hz=5, depth=1, shape=shape)[0] - 0.5) > 0.45)) for shape in SHAPES]
    assert near[1] == pytest.approx(0.1, abs=0.01)
    assert near[0] == pytest.approx(0.287, abs=0.01)
    assert near[2] > 0.95


def test_a_square_does_not_click() -> None:
    step = np.abs(np.diff(gains(1, rate_hz=20, depth=1, shape="square")[0])).max()
    assert step == pytest.approx(1 / (0.004 * RATE), rel=0.02)


def test_mono_is_swung_alike() -> None:
    sound = torch.randn(1, 1, 5_000, generator=torch.Generator().manual_seed(1))
    settings = as_tensors(TREMOLO.complete({"phase_degrees": 180}))
    both = TREMOLO.render(sound.expand(1, 2, -1), RATE, settings)
    assert torch.equal(TREMOLO.render(sound, RATE, settings), both[:, :1])


def test_a_part_of_the_track_sounds_as_it_does_in_the_whole() -> None:
    whole, part = gains(3, rate_hz=3.7), gains(0.5, first_frame=RATE, rate_hz=3.7)
    np.testing.assert_allclose(part, whole[:, RATE : RATE + part.shape[1]], atol=1e-6)


@pytest.fixture(scope="module")
def track_path(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tremolo") / "track.wav"
    soundfile.write(path, np.tile(music.samples, 3)[:, : 25 * RATE].T, RATE, "FLOAT")
    return path


def test_render_excerpt_and_preview_agree(track_path: Path) -> None:
    """Block by block over the whole track, or from the middle of it: the same samples, but for the level."""
    track, start = inspect(track_path), 7 * RATE + 123
    chain = Chain().added("tremolo", {"rate_hz": 2.3, "depth": 0.9, "phase_degrees": 90})
    render = render_audio(chain, track, RenderOptions(match_loudness=False)).samples
    dry = track.excerpt(start)
    there = render[:, start : start + dry.frames]
    excerpt = Excerpt(torch.from_numpy(dry.samples)[None], RATE, track.excerpt_from(start))
    for heard in (excerpt.heard(chain)[0].numpy(), Preview(dry, track.excerpt_from(start)).of(chain).samples):
        scale = np.vdot(there, heard) / np.vdot(there, there)
        assert np.abs(heard - scale * there).max() < 1e-3 * np.abs(heard).max()


def test_words_bring_it_and_turn_it(track_path: Path, tmp_path: Path) -> None:
    live = open_session(track_path, store=tmp_path, ear="perceptual")
    slow = live.say("add a slow tremolo").chain.slot("tremolo").settings
    assert slow["rate_hz"] < 4
    faster = live.say("a faster tremolo").chain.slot("tremolo").settings
    assert faster["rate_hz"] > slow["rate_hz"]
    less = live.say("less tremolo").chain.slot("tremolo").settings
    assert 0 < less["depth"] < faster["depth"]
    warmer = live.say("warmer").chain
    assert set(warmer.names) == {"eq", "tremolo"}
    assert warmer.slot("tremolo").settings == less


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("tremolo", {}),
        ("añade un trémolo", {}),
        ("make it pulsing", {}),
        ("like a helicopter", {"shape": 2.0, "rate_hz": 9.0}),
        ("a 7 Hz tremolo", {"rate_hz": 7.0}),
        ("tremolo at 3 Hz with 80 % depth", {"rate_hz": 3.0, "depth": 0.8}),
        ("an autopan", {"phase_degrees": 180.0}),
    ],
)
def test_what_it_is_called(words: str, settings: dict[str, float]) -> None:
    plan = BuiltinPlanner().plan(PlanRequest(words, Chain()))
    found = [move for move in (*plan.add, *plan.adjust) if move.effect == "tremolo"]
    assert len(found) == 1
    assert settings.items() <= found[0].settings.items()
