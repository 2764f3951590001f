"""A file that was listened to once: format, loudness, digest, and the seconds that tell most."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from instructfx.audio import Audio, load, save
from instructfx.audio.loudness import loudness_lufs
from instructfx.audio.track import EXCERPT_SECONDS, inspect

RATE = 8_000


def hiss(level: float, seconds: float, seed: int = 1) -> np.ndarray:
    return np.float32(level * np.random.default_rng(seed).standard_normal((1, round(seconds * RATE))))


def inspected(tmp_path: Path, *parts: np.ndarray) -> tuple[float, Audio]:
    """Where the excerpt of these parts, one after the other, starts in seconds, and the excerpt."""
    save(Audio(np.concatenate(parts, axis=1), RATE), tmp_path / "track.wav")
    track = inspect(tmp_path / "track.wav")
    return track.excerpt_start / RATE, track.excerpt()


def test_what_is_known_of_a_track(tmp_path: Path, music: Audio) -> None:
    save(music, tmp_path / "track.flac")
    track = inspect(tmp_path / "track.flac")
    assert (track.name, track.sample_rate, track.channels, track.frames) == ("track.flac", 44_100, 2, music.frames)
    assert track.seconds == music.seconds
    assert track.sha256 == hashlib.sha256((tmp_path / "track.flac").read_bytes()).hexdigest()
    assert track.loudness_lufs == pytest.approx(loudness_lufs(load(tmp_path / "track.flac")), abs=1e-6)


def test_messages_call_an_upload_by_its_own_name(tmp_path: Path, music: Audio) -> None:
    save(music, tmp_path / "x1y2.wav")
    assert inspect(tmp_path / "x1y2.wav", name="My song.wav").name == "My song.wav"


def test_the_excerpt_is_not_the_silent_intro(tmp_path: Path) -> None:
    start, excerpt = inspected(tmp_path, hiss(1e-6, 15), hiss(0.1, 20), hiss(1e-6, 5))
    assert 14.8 <= start <= 25
    assert excerpt.seconds == EXCERPT_SECONDS


def test_the_excerpt_is_not_a_short_burst(tmp_path: Path) -> None:
    """One loud second among quiet ones tells less than ten steady ones."""
    start, _ = inspected(tmp_path, hiss(0.01, 12), hiss(0.5, 1), hiss(0.01, 12), hiss(0.1, 15))
    assert 25 <= start <= 30


def test_the_excerpt_is_the_loud_part_not_the_quiet_one(tmp_path: Path) -> None:
    start, _ = inspected(tmp_path, hiss(0.02, 15), hiss(0.2, 15), hiss(0.02, 15))
    assert 14.8 <= start <= 20  # gating blocks of 400 ms blur the edge


@pytest.mark.parametrize("seconds", [0.05, 0.4, 3, 9.9, 10])
def test_the_excerpt_of_a_short_track_is_all_of_it(tmp_path: Path, seconds: float) -> None:
    start, excerpt = inspected(tmp_path, hiss(0.1, seconds))
    assert start == 0
    np.testing.assert_array_equal(excerpt.samples, load(tmp_path / "track.wav").samples)


def test_the_excerpt_is_cut_at_the_frame(tmp_path: Path) -> None:
    """Across the blocks in which a file is read, too."""
    save(Audio(np.concatenate([hiss(1e-6, 31), hiss(0.1, 25)], axis=1), RATE), tmp_path / "track.wav")
    track = inspect(tmp_path / "track.wav")
    stop = track.excerpt_start + round(EXCERPT_SECONDS * RATE)
    assert track.excerpt_start < 1 << 18 < stop  # the excerpt lies across the end of the first block
    np.testing.assert_array_equal(
        track.excerpt().samples, load(tmp_path / "track.wav").samples[:, track.excerpt_start : stop]
    )


@pytest.mark.data
@pytest.mark.parametrize("name", ["piano", "guitar", "drums"])
def test_recordings_of_ten_seconds_are_heard_whole(recordings: Path, name: str) -> None:
    track = inspect(recordings / f"{name}.flac")
    assert track.excerpt().frames == track.frames
    assert -40 < track.loudness_lufs < -5


def test_memory_does_not_grow_with_the_length_of_a_track(tmp_path: Path) -> None:
    """Ten minutes of 44.1 kHz stereo are 212 MB as floats."""
    second = Audio(np.float32(0.1 * np.random.default_rng(1).standard_normal((2, 44_100))), 44_100)
    save(second, tmp_path / "short.wav")
    save(Audio(np.tile(second.samples, (1, 600)), 44_100), tmp_path / "long.wav")
    code = (
        "import sys\n"
        "from instructfx.bench.runner.memory import peak_mb\n"
        "from instructfx.audio.track import inspect\n"
        "inspect(sys.argv[1])\n"
        "before = peak_mb()\n"
        "inspect(sys.argv[2])\n"
        "print(peak_mb() - before)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "short.wav"), str(tmp_path / "long.wav")]
    grown_mb = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert grown_mb < 100
