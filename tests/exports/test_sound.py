"""The whole track as a file: decoded again and held against the render."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from exports_made import difference_db, hits, session_of, track_of

from instructfx.audio import Audio, load, resample
from instructfx.audio.loudness import loudness_lufs
from instructfx.audio.true_peak import true_peak_dbtp
from instructfx.chain import Chain
from instructfx.errors import AudioError, Cancelled, ExportError
from instructfx.exports import FORMATS, export
from instructfx.exports.formats import mp3_rate
from instructfx.exports.sound import ENCODINGS, _container, dithered
from instructfx.rendering.track import render_audio

SOUND = ("wav16", "wav24", "wav32f", "flac", "mp3")
CHAIN = Chain().added("eq", {"mid_gain_db": 5}).added("delay", {"mix": 0.4})
SUBTYPES = {"wav16": "PCM_16", "wav24": "PCM_24", "wav32f": "FLOAT", "flac": "PCM_24", "mp3": "MPEG_LAYER_III"}
STEP_DB = {"wav16": -6.02 * 15, "wav24": -6.02 * 23, "wav32f": -140.0, "flac": -6.02 * 23}
"""How far from the render a format may be, RMS in dBFS: about one step of its bits."""


@pytest.mark.parametrize("sample_rate", [44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_holds_the_render(sample_rate: int, channels: int, tmp_path: Path) -> None:
    track = track_of(hits(1.0, sample_rate, channels), sample_rate, tmp_path / "a.wav")
    session = session_of(track, CHAIN)
    render = render_audio(CHAIN, track)
    for name in SOUND:
        shares: list[float] = []
        path = export(session, track, tmp_path / "out", name, shares.append).path
        info = soundfile.info(path)
        assert (info.channels, info.subtype, path.suffix) == (channels, SUBTYPES[name], FORMATS[name].suffix)
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        if name == "mp3":
            continue
        found = load(path)
        assert (found.sample_rate, found.frames) == (sample_rate, render.frames)
        error = np.sqrt(np.square(found.samples.astype(np.float64) - render.samples).mean())
        assert 20 * np.log10(max(error, 1e-12)) < STEP_DB[name]
    assert len(list((tmp_path / "out").iterdir())) == len(SOUND)


def test_floats_are_the_render_itself(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "a.wav")
    path = export(session_of(track, CHAIN), track, tmp_path / "a.out.wav", "wav32f").path
    assert np.array_equal(load(path).samples, render_audio(CHAIN, track).samples)


@pytest.mark.parametrize(
    ("sample_rate", "written"), [(44_100, 44_100), (96_000, 48_000), (22_050, 22_050), (10_000, 11_025)]
)
def test_mp3_is_in_step_with_the_render_and_as_loud(sample_rate: int, written: int, tmp_path: Path) -> None:
    bins = np.fft.rfft(hits(2.0, sample_rate, 2))
    bins[:, 2 * 3500 :] = 0  # above 3.5 kHz nothing that a low rate or an encoder would take away
    track = track_of(np.fft.irfft(bins), sample_rate, tmp_path / "a.wav")
    done = export(session_of(track, CHAIN), track, tmp_path / "x.mp3", "mp3")
    found, render = load(done.path), render_audio(CHAIN, track)
    expected = resample(render.samples, sample_rate, written)
    assert found.sample_rate == written
    assert bool(done.notes) == (written != sample_rate)
    assert abs(found.seconds - render.seconds) < 0.06
    assert abs(loudness_lufs(found) - loudness_lufs(render)) < 0.1
    frames = min(found.frames, expected.shape[1])
    assert difference_db(found.samples[:, :frames], expected[:, :frames]) < -20
    assert b"LAME" in done.path.read_bytes()[:4000]


def test_mp3_rates_are_ones_that_mp3_has() -> None:
    rates = {8_000: 8_000, 44_100: 44_100, 88_200: 44_100, 96_000: 48_000, 176_400: 44_100, 192_000: 48_000}
    rates |= {37_800: 44_100, 64_000: 48_000, 9_000: 11_025}
    assert {rate: mp3_rate(rate) for rate in rates} == rates


def test_dither_turns_distortion_into_noise(tmp_path: Path) -> None:
    time = np.arange(1 << 17) / 44_100
    quiet = np.float32(0.4 / 32768 * np.sin(2 * np.pi * 1000 * time))[None]  # less than half a step of 16 bits
    rounded = np.round(32768 * quiet)
    assert not rounded.any()
    found = dithered(np.random.default_rng(1), quiet)
    assert found.dtype == np.int16
    tone = np.abs(np.fft.rfft(found[0] * np.hanning(found.shape[1])))
    heard = int(np.argmax(tone))
    assert abs(heard * 44_100 / found.shape[1] - 1000) < 1  # it survives, below the noise
    error = found - 32768.0 * quiet
    assert abs(error.mean()) < 0.01
    assert abs(error.std() - 0.5) < 0.01  # two uniform steps and the rounding: sqrt(3 / 12)
    loud = dithered(np.random.default_rng(1), np.array([[1.0, -1.0]], np.float32))
    assert loud.max() == 32767
    assert loud.min() >= -32768


def test_the_16_bit_file_is_dithered_and_the_same_each_time(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 1), 44_100, tmp_path / "a.wav")
    session, render = session_of(track, Chain()), render_audio(Chain(), track)
    first, second = (load(export(session, track, tmp_path / name, "wav16").path) for name in ("1.wav", "2.wav"))
    assert np.array_equal(first.samples, second.samples)
    error = 32768 * (first.samples.astype(np.float64) - render.samples)
    assert 0.48 < error.std() < 0.52


def test_hot_peaks_are_limited_in_every_format_and_said(tmp_path: Path) -> None:
    samples = hits(1.0, 44_100, 2)
    samples[:, ::2000] = 0.95
    track = track_of(samples, 44_100, tmp_path / "a.wav")
    session = session_of(track, Chain().added("gain", {"gain_db": 6}))
    for name in SOUND:
        done = export(session, track, tmp_path / "out", name)
        assert any("limited" in note for note in done.notes)
        assert true_peak_dbtp(load(done.path)) < (-1.0 if name != "mp3" else 0.0)


def test_large_waves_get_the_header_for_large_waves() -> None:
    hour = 3600 * 192_000 * 2
    assert [_container(ENCODINGS[name], hour) for name in SOUND] == ["WAV", "WAV", "RF64", "FLAC", "MP3"]


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    track = track_of(hits(1.0, 44_100, 1), 44_100, tmp_path / "a.wav")
    for name in FORMATS:
        calls = []
        with pytest.raises(Cancelled, match="nothing was written"):
            export(session_of(track, CHAIN), track, tmp_path / "out", name, calls.append, lambda: True)
        assert not list((tmp_path / "out").iterdir())


def test_a_stop_while_writing_leaves_nothing(tmp_path: Path) -> None:
    track = track_of(hits(1.0, 44_100, 1), 44_100, tmp_path / "a.wav")
    shares: list[float] = []
    with pytest.raises(Cancelled):
        export(
            session_of(track, CHAIN), track, tmp_path / "out", "flac", shares.append, lambda: bool(shares[-1:] >= [0.8])
        )
    assert not list((tmp_path / "out").iterdir())


FULL = """
import resource, signal, sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from exports_made import session_of
from instructfx.chain import Chain
from instructfx.errors import InstructFXError
from instructfx.exports import FORMATS, export
from instructfx.audio.track import inspect
folder = Path(sys.argv[3])
track = inspect(folder / "a.wav")
session = session_of(track, Chain().added("eq", {"mid_gain_db": 3}).added("reverb", {}))
import instructfx.exports.page, instructfx.exports.script, instructfx.exports.sound, instructfx.bundles.writing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for name in FORMATS:
    for limit in (700, 9000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            export(session, track, folder / "out", name)
        except InstructFXError as error:
            sys.stdout.write(f"{name} {error}\\n")
"""


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    track_of(hits(1.0, 44_100, 2), 44_100, tmp_path / "a.wav")
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tests), str(tests.parent), str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    refused = [line.split()[0] for line in done.stdout.splitlines()]
    assert set(refused) >= {*SOUND, "python", "reverb", "pdf", "session", "preset"}, done.stdout
    whole = {path.suffix for path in (tmp_path / "out").iterdir()}
    assert whole <= {".txt", ".json"}, "what did fit"
    assert all(line.count("instructfx-") == 0 for line in done.stdout.splitlines())
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 8_000, 1), 8_000, tmp_path / "a.wav")
    session = session_of(track, CHAIN)
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "folder.flac").mkdir()
    for target, says in [
        (tmp_path / "taken" / "x.flac", "cannot write"),
        (tmp_path / "x.wav", "must end in .flac"),
        (tmp_path / "x\0y.flac", "null character"),
        (tmp_path / ("x" * 300 + ".flac"), "too long"),
    ]:
        with pytest.raises(ExportError, match=says) as refused:
            export(session, track, target, "flac")
        assert "\n" not in str(refused.value)
    with pytest.raises(ExportError, match="there is no format 'ogg'; there are wav16"):
        export(session, track, tmp_path, "ogg")
    assert export(session, track, tmp_path / "folder.flac", "flac").path.parent.name == "folder.flac"


def test_a_broken_track_says_so(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 8_000, 1), 8_000, tmp_path / "a.wav")
    track.path.write_bytes(track.path.read_bytes()[:2000])
    with pytest.raises(AudioError, match="truncated"):
        export(session_of(track, CHAIN), track, tmp_path / "out", "flac")
    assert not list((tmp_path / "out").iterdir())


def test_nothing_in_a_folder_is_replaced(tmp_path: Path) -> None:
    audio = Audio(hits(0.5, 8_000, 1), 8_000)
    track = track_of(audio.samples, 8_000, tmp_path / "song.flac")
    before = track.path.read_bytes()
    session = session_of(track, CHAIN, "!!!")  # words that say nothing: the track's own name
    names = [export(session, track, tmp_path, "flac").path.name for _ in range(2)]
    assert names == ["song (2).flac", "song (3).flac"]
    assert track.path.read_bytes() == before
    replaced = export(session, track, tmp_path / names[0], "flac").path
    assert replaced.name == names[0]
