"""Every format goes out and comes back as it was."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio import MP3_RATES, WRITABLE, Audio, Samples, load, resample, save
from instructfx.audio.ogg import MOST_LOST_PAGES
from instructfx.bench.robustness.ogg_pages import later, packed, pages
from instructfx.errors import AudioError

LOSSLESS = (".wav", ".flac", ".aif", ".aiff")
LOSSY = (".ogg", ".mp3")
RATES = (8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000)
ONE_STEP_OF_24_BITS = 2.0**-23

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def tones(channels: int, sample_rate: int, seconds: float = 0.5) -> Audio:
    """A 440 Hz tone on the left and a 660 Hz tone on the right."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    pitches_hz = np.array([[440.0], [660.0]])[:channels]
    return Audio(np.float32(0.4 * np.sin(2 * np.pi * pitches_hz * time)), sample_rate)


def snr_db(original: Samples, copy: Samples) -> float:
    """Level of the original over that of the difference."""
    error = np.square(original.astype(float) - copy).mean()
    return float(10 * np.log10(np.square(original.astype(float)).mean() / max(error, 1e-20)))


@pytest.mark.parametrize("channels", [1, 2], ids=["mono", "stereo"])
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("extension", LOSSLESS)
def test_lossless_formats_keep_every_sample(tmp_path: Path, extension: str, rate: int, channels: int) -> None:
    sound = tones(channels, rate)
    save(sound, tmp_path / f"tone{extension}")
    loaded = load(tmp_path / f"tone{extension}")
    assert loaded.sample_rate == rate
    assert loaded.samples.shape == sound.samples.shape
    np.testing.assert_allclose(loaded.samples, sound.samples, atol=ONE_STEP_OF_24_BITS)


@pytest.mark.parametrize("channels", [1, 2], ids=["mono", "stereo"])
@pytest.mark.parametrize(
    ("extension", "rate"), [(".ogg", rate) for rate in RATES] + [(".mp3", rate) for rate in MP3_RATES]
)
def test_lossy_formats_keep_length_and_sound(tmp_path: Path, extension: str, rate: int, channels: int) -> None:
    sound = tones(channels, rate)
    save(sound, tmp_path / f"tone{extension}")
    loaded = load(tmp_path / f"tone{extension}")
    assert loaded.sample_rate == rate
    assert loaded.samples.shape == sound.samples.shape
    middle = slice(rate // 8, -rate // 8)  # encoders smear the abrupt ends of a tone
    assert snr_db(sound.samples[:, middle], loaded.samples[:, middle]) > 15  # also says that it comes back in time


@pytest.mark.parametrize("rate", [8_000, 12_000, 16_000, 24_000, 48_000])
def test_opus_is_read(tmp_path: Path, rate: int) -> None:
    sound = tones(2, rate)
    soundfile.write(tmp_path / "tone.opus", sound.samples.T, rate, format="OGG", subtype="OPUS")
    loaded = load(tmp_path / "tone.opus")
    assert loaded.sample_rate == rate
    assert loaded.samples.shape == sound.samples.shape
    middle = slice(rate // 8, -rate // 8)
    assert snr_db(sound.samples[:, middle], loaded.samples[:, middle]) > 15


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_wav_encoding_is_read(tmp_path: Path, subtype: str) -> None:
    sound = tones(2, 44_100)
    soundfile.write(tmp_path / "tone.wav", sound.samples.T, 44_100, subtype=subtype)
    assert snr_db(sound.samples, load(tmp_path / "tone.wav").samples) > 30  # 8 bits and u-law give about 40 dB


def test_a_wav_that_does_not_know_its_length_is_read(tmp_path: Path) -> None:
    """Programs that write to a pipe leave 0xFFFFFFFF as the size."""
    sound = tones(1, 44_100)
    save(sound, tmp_path / "tone.wav")
    content = bytearray((tmp_path / "tone.wav").read_bytes())
    size_at = content.find(b"data") + 4
    content[size_at : size_at + 4] = b"\xff" * 4
    (tmp_path / "piped.wav").write_bytes(content)
    assert load(tmp_path / "piped.wav").frames == sound.frames


def test_rf64_is_read(tmp_path: Path) -> None:
    sound = tones(2, 44_100)
    soundfile.write(tmp_path / "large.wav", sound.samples.T, 44_100, format="RF64", subtype="PCM_24")
    np.testing.assert_allclose(load(tmp_path / "large.wav").samples, sound.samples, atol=ONE_STEP_OF_24_BITS)


def test_the_content_counts_where_the_extension_is_another_readable_one(tmp_path: Path) -> None:
    sound = tones(1, 44_100)
    save(sound, tmp_path / "tone.wav")
    (tmp_path / "tone.wav").rename(tmp_path / "tone.mp3")
    assert load(tmp_path / "tone.mp3").frames == sound.frames


def test_extensions_in_capitals(tmp_path: Path) -> None:
    sound = tones(1, 44_100)
    save(sound, tmp_path / "TONE.WAV")
    assert load(tmp_path / "TONE.WAV").frames == sound.frames


@pytest.mark.parametrize(
    "name",
    ["día de los ñus.wav", "音楽.flac", "🎸 solo.ogg", "two  spaces .aiff", "-dash.wav", "a'b\"c$(d);&.mp3",
     "new\nline.wav", ".hidden.wav", "many.dots.in.it.wav", "%s{0}.wav"],
)  # fmt: skip
def test_odd_names_are_only_names(tmp_path: Path, name: str) -> None:
    sound = tones(1, 44_100)
    save(sound, tmp_path / name)
    assert load(tmp_path / name).frames == sound.frames
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_more_than_a_minute_of_ogg_is_written(tmp_path: Path) -> None:
    """One call with a minute or more of Vorbis crashes libsndfile."""
    rng = np.random.default_rng(4)
    sound = Audio(np.float32(0.1 * rng.standard_normal((1, 70 * 8_000))), 8_000)
    save(sound, tmp_path / "long.ogg")
    assert load(tmp_path / "long.ogg").frames == sound.frames


def test_what_is_beyond_full_scale_is_clipped_and_does_not_wrap(tmp_path: Path) -> None:
    loud = Audio(3 * tones(1, 44_100).samples, 44_100)
    save(loud, tmp_path / "loud.wav")
    loaded = load(tmp_path / "loud.wav").samples
    np.testing.assert_allclose(loaded, np.clip(loud.samples, -1, 1), atol=ONE_STEP_OF_24_BITS)


def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    save(tones(1, 44_100), tmp_path / "tone.wav")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "tone.wav")}
    assert len(modes) == 1


def test_saving_makes_missing_folders(tmp_path: Path) -> None:
    save(tones(1, 44_100), tmp_path / "new" / "folder" / "tone.wav")
    assert (tmp_path / "new" / "folder" / "tone.wav").is_file()


@pytest.mark.parametrize(("low", "high"), [(8_000, 48_000), (44_100, 48_000), (44_100, 192_000)])
def test_resampling_there_and_back_keeps_a_tone(low: int, high: int) -> None:
    sound = tones(2, low)
    back = resample(resample(sound.samples, low, high), high, low)
    assert back.shape == sound.samples.shape
    middle = slice(low // 8, -low // 8)
    assert snr_db(sound.samples[:, middle], back[:, middle]) > 80  # soxr's HQ is 20 bits, less what its edges ring


def test_every_writable_extension_is_tested() -> None:
    assert set(WRITABLE) == set(LOSSLESS + LOSSY)


# M4A and AAC


@needs_ffmpeg
@pytest.mark.parametrize("extension", [".m4a", ".aac", ".mp4"])
def test_aac_is_read_through_ffmpeg(tmp_path: Path, extension: str) -> None:
    sound = tones(2, 44_100, seconds=1)
    save(sound, tmp_path / "tone.wav")
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(tmp_path / "tone.wav"),
        "-c:a",
        "aac",
        str(tmp_path / f"t{extension}"),
    ]
    subprocess.run(command, check=True)
    loaded = load(tmp_path / f"t{extension}")
    assert (loaded.channels, loaded.sample_rate) == (2, 44_100)
    assert abs(loaded.seconds - sound.seconds) < 0.06  # raw AAC keeps the encoder's one or two padded frames


@needs_ffmpeg
@pytest.mark.parametrize("content", [b"this is a text\n" * 500, bytes(5_000)], ids=["text", "zeros"])
def test_ffmpeg_is_given_what_is_not_audio(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.m4a").write_bytes(content)
    with pytest.raises(AudioError, match=r"a\.m4a is truncated or not audio.*WAV or FLAC"):
        load(tmp_path / "a.m4a")


@needs_ffmpeg
def test_ffmpeg_is_given_a_truncated_m4a(tmp_path: Path) -> None:
    save(tones(2, 44_100, seconds=3), tmp_path / "tone.wav")
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "tone.wav"), "-movflags", "+faststart"]
    subprocess.run([*command, str(tmp_path / "tone.m4a")], check=True)
    content = (tmp_path / "tone.m4a").read_bytes()
    (tmp_path / "cut.m4a").write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioError, match=r"cut\.m4a is truncated or not audio"):
        load(tmp_path / "cut.m4a")


def test_without_ffmpeg_an_m4a_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AudioError, match=r"needs ffmpeg, which is not installed.*convert it to WAV or FLAC"):
        load(tmp_path / "a.m4a")


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for ffmpeg is a shell script")
@pytest.mark.parametrize("name", ["a.m4a", "-y.m4a", "día.aac"])
def test_what_ffmpeg_decodes_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """With a stand-in for ffmpeg that copies its input, the argument after -i, to its output, the last one."""
    sound = tones(2, 48_000)
    save(sound, tmp_path / "tone.wav")
    (tmp_path / "tone.wav").rename(tmp_path / name)
    script = tmp_path / "bin" / "ffmpeg"
    script.parent.mkdir()
    script.write_text(
        '#!/bin/sh\nfor word; do [ "$last" = -i ] && from="$word"; last="$word"; done\n'
        'exec /bin/cp -- "${from#file:}" "${last#file:}"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    monkeypatch.chdir(tmp_path)
    np.testing.assert_allclose(load(name).samples, sound.samples, atol=ONE_STEP_OF_24_BITS)


@needs_ffmpeg
@pytest.mark.parametrize("late", [0, 2], ids=["from the start", "later"])
def test_flac_in_ogg_that_was_cut_within_a_frame(tmp_path: Path, late: int) -> None:
    """The frame whose beginning is gone is no sound and is not counted."""
    samples = 0.1 * np.random.default_rng(0).standard_normal((66_150, 1))
    soundfile.write(tmp_path / "in.wav", samples, 22_050, "PCM_16")
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "in.wav", "-c:a", "flac", "-page_duration", "1", "whole.oga"]
    subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
    single = pages((tmp_path / "whole.oga").read_bytes())
    packets = [(page[27 + page[26] :], int.from_bytes(page[6:14], "little")) for page in single]
    heads = sum(position == 0 for _, position in packets)
    crossed = packed(packets, heads + late)
    (tmp_path / "crossed.oga").write_bytes(crossed)
    assert load(tmp_path / "crossed.oga").samples.shape == (1, 66_150)
    found, kept = pages(crossed), heads + MOST_LOST_PAGES + 2
    assert found[kept][5] == 1, "it goes on from a page that is left out"
    missing = int.from_bytes(found[kept][6:14], "little")
    (tmp_path / "cut.oga").write_bytes(b"".join([*found[:heads], *found[kept:]]))
    cut = load(tmp_path / "cut.oga").samples
    assert cut.shape == (1, 66_150 - missing)
    assert np.abs(cut - samples[missing:].T).max() < 1e-4


@needs_ffmpeg
def test_flac_in_ogg_that_was_cut_from_a_stream(tmp_path: Path) -> None:
    """Its positions, and those in its frames, begin where the stream was cut."""
    samples = 0.1 * np.random.default_rng(0).standard_normal((66_150, 1))
    soundfile.write(tmp_path / "in.wav", samples, 22_050, "PCM_16")
    whole = tmp_path / "whole.oga"
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "in.wav", "-c:a", "flac", "-page_duration", "100000", whole]
    subprocess.run(command, check=True, timeout=60)
    found = pages(whole.read_bytes())
    heads = sum(page[6:14] == bytes(8) for page in found)
    kept = heads + MOST_LOST_PAGES + 2
    missing = int.from_bytes(found[kept - 1][6:14], "little")
    cut = tmp_path / "cut.oga"
    cut.write_bytes(b"".join([*found[:heads], *found[kept:]]))
    assert load(cut).samples.shape == (1, 66_150 - missing)
    assert np.abs(load(cut).samples - samples[missing:].T).max() < 1e-4
    moved = tmp_path / "moved.oga"
    moved.write_bytes(later(whole.read_bytes()))
    assert load(moved).samples.shape == (1, 66_150)
