"""Whole files: the chain's sound, as loud as the track, peaks safe, tail kept, memory bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import scipy.signal
import torch

from instructfx.audio import WRITABLE, Audio, Samples, load, resample, save
from instructfx.audio.track import Track, inspect
from instructfx.audio.true_peak import true_peak_dbtp
from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS
from instructfx.errors import AudioError, Cancelled
from instructfx.rendering.track import RenderOptions, render_audio, render_file

RATE = 44_100
OWN_LEVEL = RenderOptions(match_loudness=False)


def chain_of(**settings: dict[str, float]) -> Chain:
    return Chain(tuple(Slot(EFFECTS[name], values) for name, values in settings.items()))


def track_of(samples: Samples, folder: Path, sample_rate: int = RATE, name: str = "track.wav") -> Track:
    save(Audio(samples, sample_rate), folder / name)
    return inspect(folder / name)


def lufs(audio: Audio) -> float:
    """By pyloudnorm, not by the meter under test."""
    return float(pyloudnorm.Meter(audio.sample_rate).integrated_loudness(audio.samples.T.astype(float)))


def while_it_plays(audio: Audio, track: Track) -> Audio:
    """Without the tail that the chain adds behind the track."""
    return Audio(audio.samples[:, : track.frames], audio.sample_rate)


@pytest.fixture
def track(music: Audio, tmp_path: Path) -> Track:
    """Three seconds of stereo music."""
    return track_of(music.samples[:, : 3 * RATE], tmp_path)


CHAINS = {
    "nothing": chain_of(),
    "eq": chain_of(eq={"treble_gain_db": -9, "low_shelf_gain_db": 4}),
    "eq, compressor, reverb": chain_of(
        eq={"mid_gain_db": 5}, compressor={"threshold_db": -30}, reverb={"decay_seconds": 0.7}
    ),
    "delay, chorus": chain_of(delay={"delay_seconds": 0.2}, chorus={}),
    "pitch shift, delay": chain_of(pitch_shift={"semitones": 5}, delay={"delay_seconds": 0.2, "feedback": 0.5}),
    "distortion, width, gain": chain_of(
        distortion={"drive_db": 20}, stereo_width={"width": 1.6}, gain={"gain_db": -14}
    ),
}
every_chain = pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)


# The sound


@every_chain
def test_the_file_is_the_chain_on_the_whole_track(chain: Chain, track: Track) -> None:
    """But for one gain, where peaks called for it, and for what the limiter took off the highest."""
    dry = load(track.path)
    expected = chain.render(torch.from_numpy(dry.samples)[None], RATE)[0].numpy()
    rendered = render_audio(chain, track, OWN_LEVEL)
    assert (rendered.sample_rate, rendered.channels) == (RATE, 2)
    assert rendered.frames == expected.shape[1]
    gain = float((rendered.samples * expected).sum() / np.square(expected).sum())
    assert gain <= 1.0001  # only ever turned down, for the peaks
    quiet = np.abs(expected) < 0.3 * np.abs(expected).max()  # where no limiter acts
    np.testing.assert_allclose((rendered.samples / gain)[quiet], expected[quiet], atol=1e-4)


@pytest.mark.parametrize("frames", [1, 2, 100, 5_000, 131_073, 262_145], ids=lambda frames: f"{frames} frames")
def test_tracks_of_any_length_keep_their_echoes(frames: int, tmp_path: Path, noise: Audio) -> None:
    """Blocks of one frame, and tails longer than the track, change nothing."""
    samples = np.tile(noise.samples, (1, 4))[:, :frames]
    chain = chain_of(delay={"delay_seconds": 0.1, "feedback": 0.5, "mix": 0.5}, compressor={"threshold_db": -20})
    track = track_of(samples, tmp_path)
    expected = chain.render(torch.from_numpy(load(track.path).samples)[None], RATE)[0].numpy()
    np.testing.assert_allclose(render_audio(chain, track, OWN_LEVEL).samples, expected, atol=1e-4)


def test_the_tail_is_kept(track: Track) -> None:
    chain = chain_of(reverb={"decay_seconds": 1.0, "mix": 0.5})
    rendered = render_audio(chain, track)
    assert rendered.frames == track.frames + round(chain.tail_seconds * RATE)
    tail = rendered.samples[:, track.frames :]
    assert np.abs(tail[:, : RATE // 5]).max() > 1e-3
    assert np.abs(tail[:, -RATE // 50 :]).max() < 1e-3


@pytest.mark.parametrize(("sample_rate", "channels"), [(8_000, 1), (22_050, 2), (96_000, 2), (192_000, 1)])
def test_rate_and_channels_are_the_tracks_own(sample_rate: int, channels: int, music: Audio, tmp_path: Path) -> None:
    samples = resample(music.samples[:channels, :RATE], RATE, sample_rate)
    chain = chain_of(eq={"high_shelf_gain_db": 6}, compressor={}, delay={"delay_seconds": 0.1}, reverb={})
    track = track_of(samples, tmp_path, sample_rate)
    report = render_file(chain, track, tmp_path / "out.wav")
    rendered = load(tmp_path / "out.wav")
    assert (rendered.sample_rate, rendered.channels) == (sample_rate, channels)
    assert rendered.frames == report.frames == track.frames + round(chain.tail_seconds * sample_rate)


@pytest.mark.parametrize("extension", WRITABLE)
def test_every_format_is_written(extension: str, track: Track, tmp_path: Path) -> None:
    chain = chain_of(eq={"treble_gain_db": 3})
    report = render_file(chain, track, tmp_path / f"out{extension}")
    rendered = load(tmp_path / f"out{extension}")
    assert rendered.frames == report.frames == track.frames
    assert lufs(rendered) == pytest.approx(track.loudness_lufs, abs=0.3)  # lossy encoders change a little


def test_two_renders_are_the_same_to_the_last_bit(track: Track, tmp_path: Path) -> None:
    chain = CHAINS["eq, compressor, reverb"]
    for name in ("one.wav", "two.wav"):
        render_file(chain, track, tmp_path / name)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_the_file_and_the_memory_hold_the_same(track: Track, tmp_path: Path) -> None:
    chain = CHAINS["eq, compressor, reverb"]
    render_file(chain, track, tmp_path / "out.wav")
    np.testing.assert_allclose(load(tmp_path / "out.wav").samples, render_audio(chain, track).samples, atol=2.0**-23)


# The level


@every_chain
def test_the_result_is_as_loud_as_the_dry_track(chain: Chain, track: Track) -> None:
    wanted = track.loudness_lufs + (chain.slot("gain").settings["gain_db"] if "gain" in chain.names else 0)
    assert lufs(while_it_plays(render_audio(chain, track), track)) == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize("gain_db", [-12.0, -3.0, 3.0])
def test_the_gain_effect_is_heard_as_gain(gain_db: float, track: Track) -> None:
    rendered = render_audio(chain_of(gain={"gain_db": gain_db}), track)
    assert lufs(rendered) - track.loudness_lufs == pytest.approx(gain_db, abs=0.1)


def test_without_matching_the_level_is_the_chains_own(track: Track) -> None:
    rendered = render_audio(chain_of(compressor={"threshold_db": 0, "makeup_gain_db": 2}), track, OWN_LEVEL)
    assert lufs(rendered) - track.loudness_lufs == pytest.approx(2, abs=0.1)


def hot(seconds: float = 3.0, sample_rate: int = RATE) -> Samples:
    """Loud, dense, and full of peaks near full scale."""
    rng = np.random.default_rng(16)
    return np.float32(np.clip(0.35 * rng.standard_normal((2, round(seconds * sample_rate))), -0.99, 0.99))


BOOSTS = {
    "bass": {"low_shelf_gain_db": 20.0},
    "presence": {"high_mid_gain_db": 20.0, "treble_gain_db": 10.0},
    "air": {"high_shelf_gain_db": 20.0},
    "everything": {"low_shelf_gain_db": 20.0, "mid_gain_db": 20.0, "high_shelf_gain_db": 20.0},
}


@pytest.mark.parametrize("options", [RenderOptions(), OWN_LEVEL], ids=["matched", "own level"])
@pytest.mark.parametrize("boost", BOOSTS.values(), ids=BOOSTS)
def test_true_peaks_stay_under_minus_one(boost: dict[str, float], options: RenderOptions, tmp_path: Path) -> None:
    track = track_of(hot(), tmp_path)
    for name in ("out.wav", "out.flac"):
        render_file(chain_of(eq=boost), track, tmp_path / name, options)
        assert true_peak_dbtp(load(tmp_path / name)) < -1


@pytest.mark.parametrize("gain_db", [6.0, 24.0])
def test_true_peaks_stay_under_minus_one_when_gain_is_asked_for(gain_db: float, track: Track) -> None:
    assert true_peak_dbtp(render_audio(chain_of(gain={"gain_db": gain_db}), track)) < -1


@pytest.mark.parametrize("boost", BOOSTS.values(), ids=BOOSTS)
def test_true_peaks_by_another_meter(boost: dict[str, float], tmp_path: Path) -> None:
    """Four times oversampled by scipy, whose filter is not ours."""
    rendered = render_audio(chain_of(eq=boost), track_of(hot(), tmp_path))
    dense = scipy.signal.resample_poly(rendered.samples, 4, 1, axis=1)
    assert 20 * np.log10(np.abs(dense).max()) < -1


def test_loud_bass_is_not_turned_down_for_peaks_it_does_not_have(tmp_path: Path) -> None:
    """A 40 Hz tone at -3 dBFS comes back at its own level, though it is cut into blocks."""
    tone = np.float32(0.7 * np.sin(2 * np.pi * 40 * np.arange(4 * RATE) / RATE))
    rendered = render_audio(chain_of(), track_of(np.stack([tone, tone]), tmp_path))
    np.testing.assert_allclose(rendered.samples[0], tone, atol=1e-4)


def test_the_report_says_what_was_done(tmp_path: Path) -> None:
    track = track_of(hot(), tmp_path)
    quiet = render_file(chain_of(gain={"gain_db": -20}), track, tmp_path / "quiet.wav")
    assert quiet.gain_db == pytest.approx(0, abs=0.1)
    assert quiet.limited_db == 0
    peaky = render_file(chain_of(eq=BOOSTS["everything"]), track, tmp_path / "peaky.wav")
    assert peaky.gain_db < -10
    assert 0 < peaky.limited_db <= 6


def test_a_chain_that_falls_silent_is_not_turned_up_without_end(tmp_path: Path) -> None:
    bass = np.float32(0.3 * np.sin(2 * np.pi * 50 * np.arange(RATE) / RATE))[None]
    track = track_of(bass, tmp_path)
    for asked in ({}, {"gain": {"gain_db": -24.0}}):
        report = render_file(chain_of(filter={"highpass_hz": 8_000}, **asked), track, tmp_path / "out.wav")
        assert (report.gain_db, report.limited_db) == (0, 0)
        assert np.abs(load(tmp_path / "out.wav").samples).max() < 0.002


# Progress, cancelling, failing


def test_progress_rises_to_one(track: Track, tmp_path: Path) -> None:
    shares: list[float] = []
    render_file(CHAINS["eq"], track, tmp_path / "out.wav", on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert shares[0] > 0


@pytest.mark.parametrize("after", [0, 1])
def test_nothing_is_left_when_cancelled(after: int, music: Audio, tmp_path: Path) -> None:
    track = track_of(music.samples, tmp_path)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled, match="nothing was written"):
        render_file(CHAINS["eq"], track, tmp_path / "out.wav", cancelled=cancelled)
    assert asked == after + 1
    assert [path.name for path in tmp_path.iterdir()] == ["track.wav"]


def test_what_was_there_stays_when_cancelled(track: Track, tmp_path: Path) -> None:
    render_file(CHAINS["nothing"], track, tmp_path / "out.wav")
    before = (tmp_path / "out.wav").read_bytes()
    with pytest.raises(Cancelled):
        render_file(CHAINS["eq"], track, tmp_path / "out.wav", cancelled=lambda: True)
    assert (tmp_path / "out.wav").read_bytes() == before


def test_nothing_is_left_when_the_chain_fails(track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def push(self, block: torch.Tensor) -> torch.Tensor:
            return block * torch.inf

        def finish(self) -> torch.Tensor:
            return torch.zeros(0)

    monkeypatch.setattr(Chain, "stream", lambda *arguments: Broken())
    with pytest.raises(AudioError, match="the chain eq puts out samples that are no numbers; lower its gains"):
        render_file(CHAINS["eq"], track, tmp_path / "out.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["track.wav"]


@pytest.mark.parametrize("name", ["out.txt", "out", "out.m4a"])
def test_a_refused_format_costs_no_work(name: str, track: Track, tmp_path: Path) -> None:
    shares: list[float] = []
    with pytest.raises(AudioError, match="the extension must be one of"):
        render_file(CHAINS["eq"], track, tmp_path / name, on_progress=shares.append)
    assert shares == []
    assert [path.name for path in tmp_path.iterdir()] == ["track.wav"]


def test_a_track_that_is_gone_is_an_audio_error(track: Track, tmp_path: Path) -> None:
    track.path.unlink()
    with pytest.raises(AudioError, match="no such file"):
        render_file(CHAINS["eq"], track, tmp_path / "out.wav")
    assert list(tmp_path.iterdir()) == []


def test_no_raw_sound_is_left_in_the_temporary_folder(
    track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    render_file(CHAINS["eq"], track, tmp_path / "out.wav")
    with pytest.raises(Cancelled):
        render_file(CHAINS["eq"], track, tmp_path / "out.wav", cancelled=lambda: True)
    assert list((tmp_path / "tmp").iterdir()) == []


# Memory


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    """Peak resident memory of a fresh process, one minute and then eight, which are 54 MB more of floats."""
    code = (
        "import sys\n"
        "from instructfx.bench.runner.memory import peak_mb\n"
        "from instructfx.chain import Chain\n"
        "from instructfx.rendering.track import render_file\n"
        "from instructfx.audio.track import inspect\n"
        "slots = [{'effect': 'eq', 'settings': {'mid_gain_db': 3}}, {'effect': 'compressor'},\n"
        "         {'effect': 'reverb', 'settings': {'decay_seconds': 0.5}}]\n"
        "peaks_mb = []\n"
        "for path in sys.argv[1:3]:\n"
        "    render_file(Chain.from_json(slots), inspect(path), sys.argv[3])\n"
        "    peaks_mb.append(peak_mb())\n"
        "print(peaks_mb[1] - peaks_mb[0])\n"
    )
    minute = np.tile(hot(6, 16_000), (1, 10))
    paths = [tmp_path / "short.wav", tmp_path / "long.wav", tmp_path / "out.wav"]
    for minutes, path in zip((1, 8), paths[:2], strict=True):
        save(Audio(np.tile(minute, (1, minutes)), 16_000), path)
    command = [sys.executable, "-c", code, *map(str, paths)]
    grown_mb = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert grown_mb < 25
