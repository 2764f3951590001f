"""Whatever the bytes of a file are, listening to it ends well or in one clear line."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructfx.audio.containers import BY_FFMPEG, BY_SNDFILE
from instructfx.audio.track import Track, inspect
from instructfx.bench.robustness.bad_audio import FORMATS, good
from instructfx.bench.robustness.riff import aiff, wav
from instructfx.errors import AudioError

FIELD = st.one_of(st.integers(0, 4), st.integers(0, 70_000), st.integers(0, (1 << 32) - 1))
SHORT = st.one_of(st.integers(0, 4), st.integers(0, 65_535))


def heard(content: bytes, suffix: str) -> Track | None:
    """The track in these bytes; None where they are refused, in one line that names the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"any{suffix}"
        path.write_bytes(content)
        try:
            track = inspect(path)
            assert len(track.excerpt().samples) == track.channels
        except AudioError as error:
            message = str(error)
            assert f"any{suffix}" in message
            assert "\n" not in message
            assert folder not in message
            return None
        assert track.frames > 0
        assert np.isfinite(track.loudness_lufs)
        return track


@pytest.mark.parametrize("suffix", BY_SNDFILE)
@given(content=st.binary(max_size=400))
def test_any_bytes(suffix: str, content: bytes) -> None:
    heard(content, suffix)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg here")
@pytest.mark.parametrize("suffix", BY_FFMPEG)
@settings(max_examples=5)
@given(content=st.binary(max_size=400))
def test_any_bytes_for_ffmpeg(suffix: str, content: bytes) -> None:
    assert heard(content, suffix) is None


@pytest.mark.parametrize("suffix", FORMATS)
@given(
    patches=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    kept=st.floats(0, 1),
    called=st.sampled_from(BY_SNDFILE),
)
def test_a_good_file_with_other_bytes_in_it(
    suffix: str, patches: list[tuple[float, bytes]], kept: float, called: str
) -> None:
    content = bytearray(good(suffix))
    for place, patch in patches:
        start = int(place**4 * (len(content) - len(patch)))  # most of them near the start, where the headers are
        content[start : start + len(patch)] = patch
    heard(bytes(content[: max(1, int(len(content) * min(1.0, 2 * kept)))]), called)


@settings(max_examples=150)
@given(
    tag=st.one_of(st.sampled_from((1, 3, 6, 7, 0xFFFE)), SHORT), channels=SHORT, rate=FIELD, bits=SHORT,
    align=st.none() | SHORT, fmt_size=st.none() | FIELD, data_size=st.none() | FIELD, riff_size=st.none() | FIELD,
)  # fmt: skip
def test_a_wav_whose_header_says_anything(
    tag: int,
    channels: int,
    rate: int,
    bits: int,
    align: int | None,
    fmt_size: int | None,
    data_size: int | None,
    riff_size: int | None,
) -> None:
    track = heard(
        wav(
            tag=tag, channels=channels, rate=rate, bits=bits, align=align,
            fmt_size=fmt_size, data_size=data_size, riff_size=riff_size,
        ),
        ".wav",
    )  # fmt: skip
    if track:
        assert 1 <= track.channels <= 2
        assert 8_000 <= track.sample_rate <= 192_000


@settings(max_examples=80)
@given(channels=SHORT, frames=FIELD, bits=SHORT, rate=st.binary(min_size=10, max_size=10), sound_size=st.none() | FIELD)
def test_an_aiff_whose_header_says_anything(
    channels: int, frames: int, bits: int, rate: bytes, sound_size: int | None
) -> None:
    heard(aiff(channels=channels, frames=frames, bits=bits, rate=rate, sound_size=sound_size), ".aiff")


@given(
    st.lists(st.floats(width=32), min_size=2, max_size=40),
    st.sampled_from((8_000, 44_100, 192_000)),
)
def test_any_samples(values: list[float], rate: int) -> None:
    samples = np.array(values[: len(values) // 2 * 2]).reshape(-1, 2)
    track = heard(wav(samples, tag=3, bits=32, rate=rate), ".wav")
    if track:
        assert np.isfinite(samples).all()
        assert np.abs(samples).max() >= 10 ** (-90 / 20)
