"""The dry track stays as it is, bit for bit; and what leaves the limiter is as loud as the law says, or it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from exports_made import session_of

from instructfx.audio import Audio, Samples, load
from instructfx.audio.loudness import loudness_lufs
from instructfx.audio.track import Track, inspect
from instructfx.audio.true_peak import true_peak_dbtp
from instructfx.chain import Chain
from instructfx.exports import export
from instructfx.rendering.preview import Preview
from instructfx.rendering.track import render_audio, render_file, rendering

RATE = 44_100
BITS = {"PCM_16": 16, "PCM_24": 24}
NOTHING = {
    "empty": Chain(),
    "bypassed": Chain().added("eq", {"mid_gain_db": 9}).bypassed("eq", True),
}


def written(samples: Samples, path: Path, subtype: str) -> Track:
    soundfile.write(path, samples.T, RATE, subtype)
    return inspect(path)


def full_scale_noise(seconds: float = 1.0) -> Samples:
    """Clipped at full scale, so that true peaks go beyond."""
    rng = np.random.default_rng(3)
    return np.float32(np.clip(0.6 * rng.standard_normal((2, round(seconds * RATE))), -1, 1))


@pytest.mark.parametrize("chain", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("subtype", BITS)
def test_where_nothing_is_heard_every_file_is_the_track_bit_for_bit(chain: Chain, subtype: str, tmp_path: Path) -> None:
    track = written(full_scale_noise(), tmp_path / "in.wav", subtype)
    came = soundfile.read(track.path, dtype="int32")[0]
    kept = ("wav16", "wav24", "wav32f", "flac") if subtype == "PCM_16" else ("wav24", "wav32f", "flac")
    for name in kept:
        done = export(session_of(track, chain), track, tmp_path / "out", name)
        found = load(done.path).samples.T.astype(np.float64) * 2**31
        assert np.array_equal(found, came), name
        assert not done.notes
    render_file(chain, track, tmp_path / "page.flac")
    assert np.array_equal(soundfile.read(tmp_path / "page.flac", dtype="int32")[0], came)


def test_a_dry_track_beyond_full_scale_is_itself_in_floats_and_only_lower_in_whole_numbers(tmp_path: Path) -> None:
    samples = 1.5 * full_scale_noise()
    track = written(samples, tmp_path / "in.wav", "FLOAT")
    floats = export(session_of(track, Chain()), track, tmp_path / "a.wav", "wav32f")
    assert np.array_equal(load(floats.path).samples, samples)
    whole = export(session_of(track, Chain()), track, tmp_path / "b.wav", "wav24")
    np.testing.assert_allclose(load(whole.path).samples, samples / 1.5, atol=2.0**-22)
    assert any("3.5 dB lower" in note and "wav32f" in note for note in whole.notes)


def test_24_bits_of_a_render_are_the_nearest_ones(tmp_path: Path) -> None:
    track = written(0.2 * full_scale_noise(0.3), tmp_path / "in.wav", "PCM_24")
    chain = Chain().added("gain", {"gain_db": 6})
    render_file(chain, track, tmp_path / "out.flac")
    found = soundfile.read(tmp_path / "out.flac", dtype="int32")[0].T >> 8
    assert np.array_equal(found, np.rint(render_audio(chain, track).samples.astype(np.float64) * 2**23))


def master(music: Audio, drive_db: float) -> Samples:
    """As loud as a master is that was pushed into a wall."""
    pushed = np.tanh(music.samples[:, : 4 * RATE] * 10 ** (drive_db / 20))
    return np.float32(0.98 * pushed / np.abs(pushed).max())


@pytest.mark.parametrize(
    "chain",
    [
        Chain().added("eq", {"high_shelf_gain_db": 6}),
        Chain().added("eq", {"low_shelf_gain_db": 5, "high_shelf_gain_db": -4}),
        Chain().added("reverb", {}),
        Chain().added("chorus", {}).added("delay", {}),
    ],
    ids=["bright", "warm", "reverb", "chorus, delay"],
)
def test_a_loud_master_is_as_loud_after_the_limiter(chain: Chain, music: Audio, tmp_path: Path) -> None:
    track = written(master(music, 11.5), tmp_path / "in.wav", "PCM_24")
    assert -9 < track.loudness_lufs < -5
    with rendering(chain, track) as rendered:
        found = Audio(np.concatenate(list(rendered.blocks()), axis=1), RATE)
    assert rendered.level.limited_db > 1  # else this tests nothing
    heard = loudness_lufs(Audio(found.samples[:, : track.frames], RATE))
    assert heard == pytest.approx(track.loudness_lufs - max(rendered.level.short_lu, 0.0), abs=0.1)
    assert heard > track.loudness_lufs - 0.5
    assert true_peak_dbtp(found) < -1


def test_what_peaks_leave_no_room_for_is_said(tmp_path: Path) -> None:
    track = written(full_scale_noise(), tmp_path / "in.wav", "PCM_24")
    chain = Chain().added("gain", {"gain_db": 12})
    with rendering(chain, track) as rendered:
        found = Audio(np.concatenate(list(rendered.blocks()), axis=1), RATE)
    missing = track.loudness_lufs + 12 - loudness_lufs(found)
    assert rendered.level.short_lu == pytest.approx(missing, abs=0.1)
    assert missing > 3
    done = export(session_of(track, chain), track, tmp_path / "out.flac", "flac")
    assert any(f"{missing:.1f} LU quieter" in note for note in done.notes)


def test_a_preview_is_as_loud_as_the_excerpt_after_its_limiter(music: Audio) -> None:
    dry = Audio(master(music, 11.5), RATE)
    preview = Preview(dry).of(Chain().added("eq", {"high_shelf_gain_db": 6}))
    assert np.abs(preview.samples).max() < 0.9
    assert loudness_lufs(preview) == pytest.approx(loudness_lufs(dry), abs=0.3)
