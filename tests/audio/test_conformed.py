"""A stretch of a file in another format: what is heard of it there, and that nothing is left where that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from instructfx.audio.conformed import conform
from instructfx.errors import AudioError

HZ = 1000.0


def tone(path: Path, seconds: float, rate: int, levels: tuple[float, ...]) -> Path:
    wave = np.sin(2 * np.pi * HZ * np.arange(round(seconds * rate)) / rate)
    soundfile.write(path, np.stack([level * wave for level in levels], axis=1), rate, subtype="FLOAT")
    return path


def read(path: Path) -> tuple[Any, int]:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.T, rate


def test_another_rate_and_number_of_channels_sound_the_same(tmp_path: Path) -> None:
    source = tone(tmp_path / "mono.wav", 2.0, 48_000, (0.5,))
    shares: list[float] = []
    path = conform(source, tmp_path / "to", (44_100, 2), (0, 3 * 44_100), "mono.wav", shares.append)
    (left, right), rate = read(path)
    assert (path.suffix, rate, len(left)) == (".flac", 44_100, 2 * 44_100)
    np.testing.assert_array_equal(left, right)
    expected = 0.5 * np.sin(2 * np.pi * HZ * np.arange(len(left)) / 44_100)
    np.testing.assert_allclose(left[200:-200], expected[200:-200], atol=1e-3)
    assert shares[-1] == pytest.approx(2 / 3)


def test_sides_are_averaged_into_one(tmp_path: Path) -> None:
    source = tone(tmp_path / "stereo.wav", 1.0, 44_100, (0.5, 0.1))
    (mixed,), _ = read(conform(source, tmp_path / "to", (44_100, 1), (0, 44_100), "stereo.wav"))
    assert np.abs(mixed).max() == pytest.approx(0.3, abs=1e-3)
    cancelling = tone(tmp_path / "sides.wav", 1.0, 44_100, (0.5, -0.5))
    with pytest.raises(AudioError, match="sides is silent"):
        conform(cancelling, tmp_path / "gone", (44_100, 1), (0, 44_100), "sides")
    assert list(tmp_path.glob("gone*")) == []


@pytest.mark.parametrize("name", ["take.wav", "take.flac", "take.ogg"])
def test_a_stretch_begins_and_ends_where_it_should(tmp_path: Path, name: str) -> None:
    samples = np.random.default_rng(0).uniform(-0.3, 0.3, (30_000, 2)).astype(np.float32)
    soundfile.write(tmp_path / name, samples, 44_100)
    whole, _ = read(tmp_path / name)
    for first, frames in ((0, 10_000), (12_345, 10_000), (20_000, 10_000), (20_000, 99_000)):
        found, _ = read(conform(tmp_path / name, tmp_path / "to", (44_100, 2), (first, frames), name))
        np.testing.assert_allclose(found, whole[:, first : first + frames], atol=2**-23)


def test_what_goes_beyond_full_scale_is_not_clipped(tmp_path: Path) -> None:
    source = tone(tmp_path / "hot.wav", 1.0, 44_100, (1.7, 1.7))
    path = conform(source, tmp_path / "to", (44_100, 2), (0, 44_100), "hot.wav")
    assert path.suffix == ".wav"
    np.testing.assert_array_equal(read(path)[0], read(source)[0])
    assert list(tmp_path.glob("to*")) == [path]


def test_who_is_told_how_far_it_is_may_end_it(tmp_path: Path) -> None:
    source = tone(tmp_path / "long.wav", 1.0, 44_100, (0.5,))

    def enough(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conform(source, tmp_path / "to", (22_050, 1), (0, 22_050), "long.wav", enough)
    assert list(tmp_path.iterdir()) == [source]
