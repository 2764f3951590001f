"""WAV and AIFF files built field by field, so that each field can lie."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 22_050


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    """A RIFF chunk, padded to an even length; `size` is what it says that it holds."""
    return name + struct.pack("<I", len(content) if size is None else size) + content + bytes(len(content) % 2)


def riff(chunks: bytes, magic: bytes = b"RIFF", size: int | None = None) -> bytes:
    """A WAV file of these chunks."""
    return magic + struct.pack("<I", 4 + len(chunks) if size is None else size) + b"WAVE" + chunks


def wav(
    samples: npt.NDArray[np.float64] | None = None,
    *,
    tag: int = 1,
    channels: int = 2,
    rate: int = RATE,
    bits: int = 16,
    align: int | None = None,
    byte_rate: int | None = None,
    fmt_size: int | None = None,
    data_size: int | None = None,
    riff_size: int | None = None,
    magic: bytes = b"RIFF",
    before: Sequence[bytes] = (),
) -> bytes:
    """A WAV of samples (frames, channels), half a second of noise unless given; every field says what it is told to.

    Samples are 16 bits (tag 1), 32 or 64 bits (tag 3), whatever the other fields say.
    """
    if samples is None:
        samples = 0.1 * np.random.default_rng(0).standard_normal((RATE // 2, 2))
    if tag == 3:
        with np.errstate(over="ignore", under="ignore"):
            content = samples.astype("<f8" if bits == 64 else "<f4").tobytes()
    else:
        content = np.round(samples * 32_767).clip(-32_768, 32_767).astype("<i2").tobytes()
    frame = channels * bits // 8 if align is None else align
    said = struct.pack(
        "<HHIIHH", tag, channels, rate, (rate * frame if byte_rate is None else byte_rate) % (1 << 32),
        frame % (1 << 16), bits,
    )  # fmt: skip
    chunks = chunk(b"fmt ", said, fmt_size) + b"".join(before) + chunk(b"data", content, data_size)
    return riff(chunks, magic, riff_size)


def aiff(
    content: bytes | None = None,
    *,
    channels: int = 2,
    frames: int | None = None,
    bits: int = 16,
    rate: bytes | None = None,
    sound_size: int | None = None,
) -> bytes:
    """An AIFF of 16-bit samples, half a second of noise unless given; every field says what it is told to."""
    if content is None:
        noise = 3000 * np.random.default_rng(0).standard_normal((RATE // 2, 2))
        content = noise.astype(">i2").tobytes()
    count = len(content) // 4 if frames is None else frames
    common = struct.pack(">hIh", channels if channels < 1 << 15 else channels - (1 << 16), count, _signed(bits))
    sound = bytes(8) + content
    chunks = b"COMM" + struct.pack(">I", 18) + common + (rate or extended(RATE))
    chunks += b"SSND" + struct.pack(">I", len(sound) if sound_size is None else sound_size) + sound
    return b"FORM" + struct.pack(">I", 4 + len(chunks)) + b"AIFF" + chunks


def extended(value: int) -> bytes:
    """A whole number from 0 as the 80 bits of an IEEE 754 extended float, as AIFF writes its rate."""
    if value == 0:
        return bytes(10)
    exponent = value.bit_length() - 1
    return struct.pack(">HQ", 16_383 + exponent, value << (63 - exponent))


def _signed(bits: int) -> int:
    return bits if bits < 1 << 15 else bits - (1 << 16)
