# SPDX-License-Identifier: GPL-3.0-or-later
"""Instruments for the project's own sample tracks.

Each instrument is a function ``(freq_hz, dur_s, velocity, rng)`` that returns one
note as float64 of shape ``(frames, 2)``, columns left and right, at `RATE`.
``velocity`` runs from 0 to 1. Values are linear amplitude, near 1.0 at the peak of
the loudest note; `dur_s` is the time the note is held (for drums: the decay time).
Randomness comes only from `rng`, so equal seeds give equal samples.

Sources: K. Karplus, A. Strong, "Digital Synthesis of Plucked-String and Drum
Timbres", Computer Music Journal 7(2), 1983; D. Jaffe, J. Smith, "Extensions of the
Karplus-Strong Plucked-String Algorithm", same issue; J. Chowning, "The Synthesis of
Complex Audio Spectra by Means of Frequency Modulation", JAES 21(7), 1973;
N. Fletcher, T. Rossing, "The Physics of Musical Instruments", 2nd ed., 1998.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, iirpeak, lfilter, sosfilt

Audio = NDArray[np.float64]
Instrument = Callable[[float, float, float, Generator], Audio]

RATE: Final = 44100
TAU: Final = 2.0 * np.pi

# Frequency (Hz), Q and gain (linear) of the first body modes. Guitar: air mode,
# top plate, then plate modes (Fletcher & Rossing, ch. 9). Bowed strings: A0, B1-,
# B1+ and the broad "bridge hill" near 2.5 kHz (ch. 10).
GUITAR_BODY: Final = (
    (101.0, 9.0, 0.9),
    (196.0, 11.0, 1.1),
    (283.0, 12.0, 0.5),
    (412.0, 14.0, 0.6),
    (655.0, 10.0, 0.4),
    (1130.0, 6.0, 0.4),
    (2450.0, 3.0, 0.5),
)
BOWED_BODY: Final = (
    (276.0, 8.0, 0.3),
    (460.0, 9.0, 0.4),
    (545.0, 9.0, 0.35),
    (1050.0, 3.0, 0.5),
    (2500.0, 1.6, 0.7),
)


def _seconds(dur_s: float) -> Audio:
    """Time axis in seconds, shape ``(frames,)``, for `dur_s` seconds."""
    return np.arange(max(1, round(dur_s * RATE)), dtype=np.float64) / RATE


def _gate(frames: int, attack_s: float, release_s: float) -> Audio:
    """Raised-cosine rise and fall at the ends of a note, shape ``(frames,)``."""
    env = np.ones(frames)
    rise = min(frames // 2, round(attack_s * RATE))
    fall = min(frames // 2, round(release_s * RATE))
    env[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / max(1, rise))
    env[frames - fall :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fall + 1) / fall)
    return env


def _noise(frames: int, low_hz: float, high_hz: float, rng: Generator) -> Audio:
    """Gaussian noise of unit RMS between two corner frequencies (Butterworth)."""
    sos = butter(2, (low_hz, high_hz), "bandpass", fs=RATE, output="sos")
    noise: Audio = sosfilt(sos, rng.standard_normal(frames + 2048))[2048:]
    noise /= np.sqrt(np.mean(noise**2) + 1e-12)
    return noise


def _pan(mono: Audio, position: float) -> Audio:
    """Equal-power pan of ``(frames,)`` to ``(frames, 2)``; -1 is left, 1 is right."""
    angle = (position + 1.0) * np.pi / 4.0
    sides = np.sqrt(2.0) * np.array([np.cos(angle), np.sin(angle)])
    out: Audio = mono[:, None] * sides
    return out


def _key_position(freq_hz: float, centre_hz: float) -> float:
    """Left-to-right place of a key on a keyboard: 0.25 per octave, within 0.5."""
    return float(np.clip(0.25 * np.log2(freq_hz / centre_hz), -0.5, 0.5))


def _body(signal: Audio, modes: tuple[tuple[float, float, float], ...], shift: float) -> Audio:
    """Add parallel body resonances; `shift` scales every mode's frequency."""
    out = signal.copy()
    for freq_hz, quality, gain in modes:
        b, a = iirpeak(freq_hz * shift, quality, fs=RATE)
        out += gain * lfilter(b, a, signal)
    return out


def string_loop(excitation: Audio, freq_hz: float, t60_s: float, loss: float, frames: int) -> Audio:
    """Sound an extended Karplus-Strong string, shape ``(frames,)``.

    The loop is a delay of whole samples, a one-pole loss filter and the tuning
    allpass of Jaffe & Smith (1983); their product is one rational filter,
    ``A / (A - g B z^-N)``, so a single recursive filter renders the note.

    `t60_s` is the 60 dB decay time of the lowest partials. `loss` (Hz) sets how
    quickly high partials die; the pole solves ``p / (1 - p)^2 = loss / freq_hz``,
    which keeps the loss per second (not per period) the same at every pitch.
    """
    ratio = loss / freq_hz
    pole = (2.0 * ratio + 1.0 - np.sqrt(4.0 * ratio + 1.0)) / (2.0 * ratio)
    omega = TAU * freq_hz / RATE
    lag = np.arctan2(pole * np.sin(omega), 1.0 - pole * np.cos(omega)) / omega
    remain = RATE / freq_hz - lag
    whole = int(remain - 0.3)
    frac = remain - whole
    tune = np.sin((1.0 - frac) * omega / 2.0) / np.sin((1.0 + frac) * omega / 2.0)
    feedback = 10.0 ** (-3.0 / (freq_hz * t60_s)) * (1.0 - pole)
    poles = np.convolve([1.0, -pole], [1.0, tune])
    loop = np.zeros(whole + 3)
    loop[:3] = poles
    loop[whole : whole + 2] -= feedback * np.array([tune, 1.0])
    source = np.zeros(frames)
    used = min(frames, excitation.size)
    source[:used] = excitation[:used]
    out: Audio = lfilter(poles, loop, source)
    return out


def _pluck(freq_hz: float, velocity: float, pulse_s: float, place: float, rng: Generator) -> Audio:
    """Excitation of a plucked string: a short pulse and one period of noise.

    `place` is the pick position as a part of the string length; the delayed
    negative copy makes the comb of Jaffe & Smith (1983), section on pick position.
    `pulse_s` is the contact time in seconds. Shape is ``(frames,)``.
    """
    period = round(RATE / freq_hz)
    width = max(3, round(pulse_s * RATE * (1.35 - 0.5 * velocity)))
    burst = np.zeros(2 * period + width)
    burst[:width] = np.hanning(width + 2)[1:-1] * 2.0 / width
    noise = rng.standard_normal(period) * np.hanning(period)
    burst[:period] += 0.25 * noise / np.sqrt(period)
    cutoff = freq_hz * (0.7 + 1.1 * velocity)
    burst = sosfilt(butter(1, cutoff, fs=RATE, output="sos"), burst)
    delay = max(1, round(place * period))
    comb: Audio = burst.copy()
    comb[delay:] -= burst[:-delay]
    return comb


def guitar(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Steel-string guitar: two string polarisations, body, pick noise, two sides.

    The sides hear slightly different body modes, as two microphones would.
    """
    frames = round((dur_s + 0.12) * RATE)
    hit = _pluck(freq_hz, velocity, 1.7e-4, rng.uniform(0.11, 0.16), rng)
    t60 = float(np.interp(freq_hz, [80.0, 330.0, 900.0], [9.0, 7.0, 4.0]))
    tone = string_loop(hit, freq_hz * 1.00025, t60, 24.0, frames)
    tone += 0.6 * string_loop(hit, freq_hz * 0.9997, 0.6 * t60, 30.0, frames)
    tone /= np.max(np.abs(tone))
    scrape = _noise(min(frames, 400), 2200.0, 12000.0, rng)
    tone[: scrape.size] += 0.035 * scrape * np.exp(-np.arange(scrape.size) / 70.0)
    tone *= _gate(frames, 0.0002, 0.11) * (0.15 + 0.85 * velocity)
    return np.stack([_body(tone, GUITAR_BODY, 0.97), _body(tone, GUITAR_BODY, 1.04)], axis=1)


def bass(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Electric bass played with the finger: one duller, heavier plucked string."""
    frames = round((dur_s + 0.06) * RATE)
    hit = _pluck(freq_hz, velocity, 6e-4, 0.19, rng)
    tone = string_loop(hit, freq_hz, 4.0, 75.0, frames)
    tone /= np.max(np.abs(tone))
    return _pan(tone * _gate(frames, 0.001, 0.06) * (0.2 + 0.8 * velocity), 0.0)


def epiano(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """FM electric piano (Chowning, 1973): a 1:1 body and a 1:14 tine.

    Modulation indices stay at 2 or less and fall with time; the tine's index also
    falls with pitch, so its side bands stay below half the sample rate.
    """
    t = _seconds(dur_s + 0.09)
    phase = TAU * freq_hz * (1.0 + rng.normal(0.0, 3e-4)) * t
    decay = np.exp(-t / (1.6 * (220.0 / freq_hz) ** 0.4))
    index = (0.4 + 1.6 * velocity) * np.exp(-t / 0.7)
    body = decay * np.sin(phase + index * np.sin(phase))
    ring = 0.55 * velocity * min(1.0, 300.0 / freq_hz) * np.exp(-t / 0.13)
    tine = 0.45 * decay * np.sin(phase + ring * np.sin(14.0 * phase))
    tone = (body + tine) * _gate(t.size, 0.002, 0.09) * (0.15 + 0.85 * velocity)
    return _pan(tone, _key_position(freq_hz, 260.0))


def mallet(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Soft-mallet vibraphone: modal synthesis of a tuned bar, partials 1:4:10.

    Partial ratios and the shorter ring of the upper ones follow Fletcher &
    Rossing, ch. 19. A dull knock stands for the yarn head meeting the bar.
    """
    t = _seconds(dur_s + 0.25)
    ring_s = 1.5 * (350.0 / freq_hz) ** 0.6
    tone = np.zeros(t.size)
    for ratio, gain, part in ((1.0, 1.0, 1.0), (4.0, 0.22, 0.3), (10.0, 0.07, 0.08)):
        if ratio * freq_hz < 16000.0:
            level = gain * velocity ** (0.5 * np.log2(ratio))
            tone += level * np.exp(-t / (ring_s * part)) * np.sin(TAU * ratio * freq_hz * t)
    knock = _noise(t.size, 150.0, 1200.0, rng) * np.exp(-t / 0.006)
    tone = (tone + 0.05 * knock) * _gate(t.size, 0.002, 0.22)
    return _pan(tone * (0.1 + 0.9 * velocity), _key_position(freq_hz, 440.0))


def strings(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Bowed section of five players with own tuning, vibrato, onset and seat.

    Each player is a sum of harmonics up to 13 kHz, with 1/k levels as of the
    Helmholtz sawtooth under a softening tilt, so nothing aliases. Harmonics come
    from the recurrence ``sin(kx) = 2 cos(x) sin((k-1)x) - sin((k-2)x)``.
    """
    t = _seconds(dur_s + 0.35)
    out = np.zeros((t.size, 2))
    count = int(13000.0 / freq_hz)
    tilt_hz = 1400.0 + 4400.0 * velocity
    for seat in np.linspace(-0.55, 0.55, 5):
        pitch = freq_hz * 2.0 ** (rng.normal(0.0, 4.0) / 1200.0)
        rate = rng.normal(5.3, 0.3)
        depth = (2.0 ** (rng.uniform(7.0, 12.0) / 1200.0) - 1.0) * pitch / rate
        swell = np.clip((t - 0.15) / 0.5, 0.0, 1.0)
        phase = TAU * (pitch * t + rng.uniform())
        phase += depth * swell * np.sin(TAU * (rate * t + rng.uniform()))
        twice, older, wave = 2.0 * np.cos(phase), np.zeros(t.size), np.sin(phase)
        player = wave.copy()
        for k in range(2, count + 1):
            wave, older = twice * wave - older, wave
            player += np.exp(-(k - 1) * freq_hz / tilt_hz) / k * wave
        player += 0.008 * _noise(t.size, 1200.0, 6000.0, rng)
        player *= _gate(t.size, rng.uniform(0.11, 0.17), rng.uniform(0.28, 0.34))
        out += _pan(_body(player, BOWED_BODY, rng.uniform(0.95, 1.05)), float(seat))
    return out * (0.1 + 0.9 * velocity) / 6.0


def kick(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Bass drum: a sine that falls to `freq_hz`, and a short beater click."""
    t = _seconds(5.0 * dur_s)
    phase = TAU * freq_hz * (t + 2.4 * 0.022 * (1.0 - np.exp(-t / 0.022)))
    click = _noise(t.size, 1500.0, 6000.0, rng) * np.exp(-t / 0.003)
    tone = np.sin(phase) * np.exp(-t / dur_s) + 0.10 * velocity * click
    return _pan(tone * _gate(t.size, 0.001, 0.05) * velocity, 0.0)


def snare(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Snare drum: circular-membrane modes (Bessel ratios) and a wire rattle."""
    t = _seconds(6.0 * dur_s)
    tone = np.zeros(t.size)
    for ratio, gain in ((1.0, 1.0), (1.593, 0.6), (2.136, 0.35), (2.296, 0.3)):
        pitch = ratio * freq_hz * (t + 0.002 * (1.0 - np.exp(-t / 0.012)))
        tone += gain * np.sin(TAU * pitch) * np.exp(-t * ratio / (0.75 * dur_s))
    wires = _noise(t.size, 1700.0, 11000.0, rng) * np.exp(-t / dur_s)
    stick = _noise(t.size, 3000.0, 9000.0, rng) * np.exp(-t / 0.003)
    tone = 0.4 * tone + 0.3 * velocity * wires + 0.12 * velocity * stick
    return _pan(tone * _gate(t.size, 0.0006, 0.04) * velocity, 0.0)


def hat(freq_hz: float, dur_s: float, velocity: float, rng: Generator) -> Audio:
    """Hi-hat: sixty fixed plate modes from `freq_hz` up to 16 kHz, plus noise."""
    t = _seconds(6.0 * dur_s)
    cymbal = np.random.default_rng(60)
    tone = np.zeros(t.size)
    for mode_hz in cymbal.uniform(freq_hz, 16000.0, 60):
        decay = np.exp(-t / (dur_s * cymbal.uniform(0.5, 1.2))) * freq_hz / mode_hz
        tone += decay * np.sin(TAU * (mode_hz * t + cymbal.uniform()))
    hiss = _noise(t.size, freq_hz, 17000.0, rng) * np.exp(-t / (0.6 * dur_s))
    tone = 0.11 * tone + 0.17 * hiss
    return _pan(tone * _gate(t.size, 0.0008, 0.02) * velocity, 0.0)


INSTRUMENTS: Final[dict[str, Instrument]] = {
    play.__name__: play for play in (guitar, bass, epiano, mallet, strings, kick, snare, hat)
}
