"""Level of hits shorter than a gating block, of loops, of tails, and of recordings under the gate of -70 LUFS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio import Samples
from instructfx.audio.track import Track, inspect
from instructfx.chain import Chain
from instructfx.rendering.track import rendering

RATE = 44_100


def hit(seconds: float, peak: float = 0.5) -> Samples:
    """A burst of noise that has died away within fifty milliseconds, in stereo."""
    rng = np.random.default_rng(8)
    time = np.arange(round(seconds * RATE)) / RATE
    burst = rng.standard_normal((2, len(time))) * np.exp(-time / 0.008)
    return np.float32(peak * burst / np.abs(burst).max())


def written(samples: Samples, folder: Path) -> Track:
    soundfile.write(folder / "in.wav", samples.T, RATE, "FLOAT")
    return inspect(folder / "in.wav")


def levels(chain: Chain, track: Track) -> tuple[float, float, float]:
    """The gain and the limiting of a render in dB, and how much louder its RMS is over the span of the track."""
    dry = soundfile.read(track.path, always_2d=True)[0].T
    with rendering(chain, track) as rendered:
        found = np.concatenate(list(rendered.blocks()), axis=1)[:, : track.frames].astype(np.float64)
    louder_db = 10 * np.log10(max(float(np.square(found).sum()), 1e-30) / float(np.square(dry).sum()))
    return rendered.level.gain_db, rendered.level.limited_db, louder_db


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.39, 0.41, 1.0])
@pytest.mark.parametrize("name", ["reverb", "delay"])
def test_a_hit_keeps_its_level_with_a_room_or_an_echo_behind_it(name: str, seconds: float, tmp_path: Path) -> None:
    gain_db, limited_db, louder_db = levels(Chain().added(name, {"mix": 0.25}), written(hit(seconds), tmp_path))
    assert 0.5 < gain_db < 3
    assert limited_db == 0
    assert abs(louder_db) < 1.2


@pytest.mark.parametrize("before", [0.42, 0.91, 1.52])
@pytest.mark.parametrize("floor_dbfs", [-200.0, -80.0])
@pytest.mark.parametrize("name", ["reverb", "delay"])
def test_a_hit_within_the_last_tenth_of_a_second_is_measured(
    name: str, floor_dbfs: float, before: float, tmp_path: Path
) -> None:
    """Steps of 100 ms that the track does not fill count as well, dry and wet over the same span."""
    floor = np.random.default_rng(3).standard_normal((2, round(before * RATE)))
    late = np.concatenate([np.float32(10 ** (floor_dbfs / 20) * floor), hit(0.06)], axis=1)
    gain_db, limited_db, louder_db = levels(Chain().added(name, {"mix": 0.25}), written(late, tmp_path))
    assert 0.5 < gain_db < 3
    assert limited_db == 0
    assert abs(louder_db) < 1.2


def test_lengths_around_a_gating_block_are_no_edge(tmp_path: Path) -> None:
    gains = [levels(Chain().added("reverb", {}), written(hit(each), tmp_path))[0] for each in (0.395, 0.4, 0.405)]
    assert max(gains) - min(gains) < 0.3


@pytest.mark.parametrize(
    ("name", "settings"),
    [("delay", {"mix": 1.0}), ("reverb", {"mix": 1.0}), ("reverb", {"mix": 1.0, "pre_delay_ms": 200})],
)
def test_what_comes_behind_the_hit_alone_is_not_lifted_for_it(
    name: str, settings: dict[str, float], tmp_path: Path
) -> None:
    """The span of the track is silent or nearly so: the tail is what is heard, and it has the energy of the hit."""
    gain_db, limited_db, _ = levels(Chain().added(name, settings), written(hit(0.05), tmp_path))
    assert gain_db < 6
    assert limited_db == 0


@pytest.mark.parametrize("rms_dbfs", [-60.0, -70.0, -78.0, -90.0])
@pytest.mark.parametrize(
    ("name", "settings"),
    [("reverb", {"mix": 0.4}), ("distortion", {"drive_db": 20}), ("stereo_width", {"width": 0.5}), ("chorus", {})],
)
def test_quiet_recordings_are_matched_as_loud_ones_are(
    name: str, settings: dict[str, float], rms_dbfs: float, tmp_path: Path
) -> None:
    noise = np.random.default_rng(2).standard_normal((2, 2 * RATE))
    track = written(np.float32(10 ** (rms_dbfs / 20) * noise), tmp_path)
    assert levels(Chain().added(name, settings), track)[2] == pytest.approx(0, abs=0.7)  # K-weighting, RMS without


def test_a_chain_that_goes_under_the_gate_on_the_way_is_matched(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).standard_normal((2, 2 * RATE)) * np.linspace(0.5, 1.5, 2 * RATE)
    track = written(np.float32(10 ** (-64 / 20) * noise), tmp_path)
    quieter = Chain().added("stereo_width", {"width": 0}).added("compressor", {"threshold_db": -60, "ratio": 20})
    assert track.loudness_lufs > -64
    assert levels(quieter, track)[2] == pytest.approx(0, abs=1)
