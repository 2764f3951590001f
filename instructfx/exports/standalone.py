"""Every effect on pedalboard, numpy and soundfile alone: what preset files are made of.

`script.py` copies the functions that a chain needs into the file, as they stand here. So nothing in this module may
need anything else of InstructFX, and its comments are for whoever reads such a file. An effect's function is called
`apply_` and its name, and takes its settings by theirs; an effect without one is left out of preset files, which
then say so.
"""

from __future__ import annotations

import base64
import io
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pedalboard
import soundfile
from pedalboard.io import StreamResampler

Samples = npt.NDArray[np.float32]  # (channels, frames)


def on_board(plugins: Sequence[pedalboard.Plugin], samples: Samples, sample_rate: int, mix: float = 1.0) -> Samples:
    """Through pedalboard's plugins; mix is the share of what comes out of them, 0 to 1."""
    wet = pedalboard.Pedalboard(list(plugins)).process(samples, sample_rate, buffer_size=8192)
    return np.float32(1 - mix) * samples + np.float32(mix) * wet


def convolved(samples: Samples, taps: npt.NDArray[np.float64]) -> Samples:
    """The sound through an impulse response (channels or 1, taps), a million frames at a time; as long as it was."""
    frames = samples.shape[1]
    block = min(frames, 1 << 20)
    size = 1 << (block + taps.shape[1] - 1).bit_length()
    response = np.fft.rfft(taps, size)
    sound = np.zeros((samples.shape[0], frames + size), dtype=np.float32)
    for start in range(0, frames, block):
        part = np.fft.rfft(samples[:, start : start + block], size)
        sound[:, start : start + size] += np.fft.irfft(part * response, size)
    return sound[:, :frames]


def apply_filter(samples: Samples, sample_rate: int, *, highpass_hz: float, lowpass_hz: float) -> Samples:
    """Two first-order sections each way: 12 dB an octave, 3 dB down at the cutoff."""
    shift = math.sqrt(math.sqrt(2) - 1)  # each of the two is 1.5 dB down there

    def shifted(cutoff_hz: float, factor: float) -> float:
        warped = math.tan(math.pi * min(cutoff_hz, 0.49 * sample_rate) / sample_rate)
        return sample_rate / math.pi * math.atan(factor * warped)

    plugins: list[pedalboard.Plugin] = [pedalboard.HighpassFilter(shifted(highpass_hz, shift)) for _ in range(2)]
    if lowpass_hz < 0.49 * sample_rate:
        plugins += [pedalboard.LowpassFilter(shifted(lowpass_hz, 1 / shift)) for _ in range(2)]
    return on_board(plugins, samples, sample_rate)


def apply_eq(
    samples: Samples,
    sample_rate: int,
    *,
    low_shelf_gain_db: float,
    low_shelf_cutoff_frequency_hz: float,
    low_shelf_q: float,
    low_mid_gain_db: float,
    low_mid_cutoff_frequency_hz: float,
    low_mid_q: float,
    mid_gain_db: float,
    mid_cutoff_frequency_hz: float,
    mid_q: float,
    high_mid_gain_db: float,
    high_mid_cutoff_frequency_hz: float,
    high_mid_q: float,
    treble_gain_db: float,
    treble_cutoff_frequency_hz: float,
    treble_q: float,
    high_shelf_gain_db: float,
    high_shelf_cutoff_frequency_hz: float,
    high_shelf_q: float,
) -> Samples:
    """Six bands: the same filters as pedalboard's LowShelfFilter, PeakFilter and HighShelfFilter.

    They are computed here as one response, in double precision, because pedalboard's own are off by up to -33 dB
    where a band is low and narrow and the sample rate high. At 44.1 kHz you may use pedalboard's in their place.
    """
    bands = (
        ("low shelf", low_shelf_gain_db, low_shelf_cutoff_frequency_hz, low_shelf_q),
        ("peak", low_mid_gain_db, low_mid_cutoff_frequency_hz, low_mid_q),
        ("peak", mid_gain_db, mid_cutoff_frequency_hz, mid_q),
        ("peak", high_mid_gain_db, high_mid_cutoff_frequency_hz, high_mid_q),
        ("peak", treble_gain_db, treble_cutoff_frequency_hz, treble_q),
        ("high shelf", high_shelf_gain_db, high_shelf_cutoff_frequency_hz, high_shelf_q),
    )
    size = 1 << 20  # half of it holds the longest ringing that these bands can have
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(size // 2 + 1, dtype=np.complex128)
    for shape, gain_db, cutoff_hz, q in bands:
        b, a = biquad(shape, gain_db, min(cutoff_hz, 0.45 * sample_rate), q, sample_rate)
        response *= (b[0] + b[1] * delay + b[2] * delay**2) / (a[0] + a[1] * delay + a[2] * delay**2)
    return convolved(samples, np.fft.irfft(response, size)[None, : size // 2])


def biquad(
    shape: str, gain_db: float, cutoff_hz: float, q: float, sample_rate: int
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Coefficients b and a of one band, by Robert Bristow-Johnson's Audio EQ Cookbook."""
    gain = 10 ** (gain_db / 40)
    turn = 2 * math.pi * cutoff_hz / sample_rate
    alpha, cos = math.sin(turn) / (2 * q), math.cos(turn)
    if shape == "peak":
        return (1 + alpha * gain, -2 * cos, 1 - alpha * gain), (1 + alpha / gain, -2 * cos, 1 - alpha / gain)
    side = -1 if shape == "high shelf" else 1
    up, down, slope = gain + 1, gain - 1, 2 * math.sqrt(gain) * alpha
    b = (up - side * down * cos + slope, side * 2 * (down - side * up * cos), up - side * down * cos - slope)
    a = (up + side * down * cos + slope, -side * 2 * (down + side * up * cos), up + side * down * cos - slope)
    return (gain * b[0], gain * b[1], gain * b[2]), a


def apply_compressor(
    samples: Samples,
    sample_rate: int,
    *,
    threshold_db: float,
    ratio: float,
    attack_ms: float,
    release_ms: float,
    makeup_gain_db: float,
    mix: float,
) -> Samples:
    """A feed-forward compressor, then its make-up gain; a mix below 1 is parallel compression."""
    plugins = [pedalboard.Compressor(threshold_db, ratio, attack_ms, release_ms), pedalboard.Gain(makeup_gain_db)]
    return on_board(plugins, samples, sample_rate, mix)


def apply_distortion(samples: Samples, sample_rate: int, *, drive_db: float, mix: float) -> Samples:
    """A hyperbolic tangent."""
    return on_board([pedalboard.Distortion(drive_db)], samples, sample_rate, mix)


def apply_bitcrush(samples: Samples, sample_rate: int, *, bit_depth: float, mix: float) -> Samples:
    """Samples rounded to fewer levels."""
    return on_board([pedalboard.Bitcrush(bit_depth)], samples, sample_rate, mix)


def apply_pitch_shift(samples: Samples, sample_rate: int, *, semitones: float) -> Samples:
    """Rubber Band, twenty seconds at a time, cross-faded over 50 ms: memory stays bounded, and the pitch true."""
    if semitones == 0:
        return samples
    segment, fade, context = int(20 * sample_rate), int(0.05 * sample_rate), int(0.25 * sample_rate)
    fade_in = np.linspace(0, 1, fade, dtype=np.float32)
    shortest = int(0.1 * sample_rate)
    parts: list[Samples] = []
    start, fading = 0, samples[:, :0]
    while True:
        first, stop = max(start - context, 0), start + segment + fade + context
        dry = samples[:, first:stop]
        frames = dry.shape[1]
        dry = np.pad(dry, ((0, 0), (0, max(shortest - frames, 0))))
        shifted = pedalboard.time_stretch(
            dry, sample_rate, pitch_shift_in_semitones=semitones, preserve_formants=False
        )[:, start - first : frames]
        faded = min(fading.shape[1], shifted.shape[1])
        ramp = fade_in[:faded]
        shifted[:, :faded] = (1 - ramp) * fading[:, :faded] + ramp * shifted[:, :faded]
        if stop >= samples.shape[1]:
            return np.concatenate([*parts, shifted], axis=1)
        parts.append(shifted[:, :segment])
        fading = shifted[:, segment : segment + fade]
        start += segment


def apply_chorus(
    samples: Samples,
    sample_rate: int,
    *,
    rate_hz: float,
    depth: float,
    centre_delay_ms: float,
    feedback: float,
    mix: float,
) -> Samples:
    """A modulated delay."""
    return on_board([pedalboard.Chorus(rate_hz, depth, centre_delay_ms, feedback, 1.0)], samples, sample_rate, mix)


def apply_phaser(
    samples: Samples,
    sample_rate: int,
    *,
    rate_hz: float,
    depth: float,
    centre_frequency_hz: float,
    feedback: float,
    mix: float,
) -> Samples:
    """A chain of moving all-pass filters."""
    centre_hz = min(centre_frequency_hz, 0.49 * sample_rate)
    return on_board([pedalboard.Phaser(rate_hz, depth, centre_hz, feedback, 1.0)], samples, sample_rate, mix)


def apply_delay(samples: Samples, sample_rate: int, *, delay_seconds: float, feedback: float, mix: float) -> Samples:
    """Echoes."""
    return on_board([pedalboard.Delay(delay_seconds, feedback, 1.0)], samples, sample_rate, mix)


def apply_reverb(samples: Samples, sample_rate: int, *, room: str, room_peak: float, mix: float) -> Samples:
    """Convolution with the room's impulse response. (pedalboard.Convolution changes its level and cuts its end.)"""
    taps = room_peak * room_at(sample_rate, room)[: samples.shape[0]]
    return np.float32(1 - mix) * samples + np.float32(mix) * convolved(samples, taps)


def room_at(sample_rate: int, room: str) -> npt.NDArray[np.float64]:
    """An impulse response, (channels, taps): room is a FLAC file in base 85, or the name of a file beside this one."""
    kept = Path(__file__).with_name(room) if room.endswith(".wav") else io.BytesIO(base64.b85decode(room))
    data, room_rate = soundfile.read(kept, always_2d=True)
    taps: npt.NDArray[np.float64] = np.ascontiguousarray(data.T)
    if room_rate == sample_rate:
        return taps
    resampler = StreamResampler(room_rate, sample_rate, len(taps))
    parts = [resampler.process(taps.astype(np.float32)), resampler.process()]
    return np.concatenate(parts, axis=1).astype(np.float64) * room_rate / sample_rate


def apply_stereo_width(samples: Samples, sample_rate: int, *, width: float) -> Samples:
    """Scales what differs between the sides; mono stays as it is."""
    mid = samples.mean(axis=0, keepdims=True)
    return mid + np.float32(width) * (samples - mid)


def apply_panner(samples: Samples, sample_rate: int, *, pan: float) -> Samples:
    """Constant-power balance, unity in the middle; mono stays as it is."""
    if len(samples) == 1:
        return samples
    angle = (pan + 1) * math.pi / 4
    return samples * np.array([[math.cos(angle)], [math.sin(angle)]], dtype=np.float32) * np.float32(math.sqrt(2))


def apply_limiter(samples: Samples, sample_rate: int, *, threshold_db: float, release_ms: float) -> Samples:
    """A fast, hard compressor, and a clipper for what slips through."""
    plugins = [pedalboard.Compressor(threshold_db, 100.0, 0.1, release_ms), pedalboard.Clipping(threshold_db)]
    return on_board(plugins, samples, sample_rate)


def apply_gain(samples: Samples, sample_rate: int, *, gain_db: float) -> Samples:
    """Louder or quieter."""
    return samples * np.float32(10 ** (gain_db / 20))


def main(process: Callable[[Samples, int], Samples], notes: Sequence[str] = ()) -> None:
    """`python preset.py in.wav out.wav`; a WAV is written in floating point, so that nothing clips in it."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: python {Path(sys.argv[0]).name} in.wav out.wav")
    with soundfile.SoundFile(sys.argv[1]) as source:
        samples, sample_rate = source.read(dtype="float32", always_2d=True), source.samplerate
    sound = process(np.ascontiguousarray(samples.T), sample_rate).T
    subtype = "FLOAT" if sys.argv[2].lower().endswith(".wav") else None
    with soundfile.SoundFile(sys.argv[2], "w", sample_rate, sound.shape[1], subtype) as target:
        for start in range(0, len(sound), 65536):
            target.write(sound[start : start + 65536])
    peak_db = 20 * math.log10(max(float(np.abs(sound).max()), 1e-6))
    sys.stdout.write(f"{sys.argv[2]}: {len(sound) / sample_rate:.1f} s, peak {peak_db:+.1f} dBFS\n")
    if peak_db > 0:
        sys.stdout.write("That is above full scale: lower LEVEL_DB, unless the file is a WAV, which does not clip.\n")
    for note in notes:
        sys.stdout.write(f"Note: {note}.\n")
