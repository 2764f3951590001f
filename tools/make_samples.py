# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the demo's sample tracks from the scores in ``tools/scores``.

Usage: ``python tools/make_samples.py [--out static/samples] [--only groove]``.

A score is a TOML file. Its top level holds ``tempo_bpm``, ``beats_per_bar``,
``seconds``, ``seed`` and optionally ``swing``. Each ``[[part]]`` names an
``instrument`` of `synth`, a ``level_db`` and a ``pan`` (-1 left to 1 right), and
lists in ``bars`` the names of its patterns, one per bar. A pattern is one of:

* a grid, if the part has ``pitch_hz`` and ``decay_s``: one sign per sixteenth, a
  digit 1 to 9 for a hit of that strength, a dot for none;
* notes: ``C3+E3:1.5@7`` is a chord of 1.5 beats at strength 7, ``-:0.5`` a rest.
"""

import argparse
import logging
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyloudnorm
import soundfile
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt
from synth import INSTRUMENTS, RATE, Audio

LOG: Final = logging.getLogger("make_samples")
HERE: Final = Path(__file__).resolve().parent
TARGET_LUFS: Final = -18.0
CEILING_DBTP: Final = -1.6
MAX_BYTES: Final = 1_000_000
LEAD_IN_S: Final = 0.03
SEMITONES: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True)
class Note:
    """One note: onset and length in beats from the start, pitch in Hz, 0..1."""

    onset: float
    length: float
    freq_hz: float
    velocity: float
    rank: int = 0


def pitch_hz(name: str) -> float:
    """Frequency in Hz of a note name such as ``F#3`` or ``Bb1``; A4 is 440 Hz."""
    match = re.fullmatch(r"([A-G])([#b]?)(-?\d)", name)
    if match is None:
        raise ValueError(f"not a note name: {name!r}")
    letter, sign, octave = match.groups()
    step = SEMITONES[letter] + {"": 0, "#": 1, "b": -1}[sign]
    return float(440.0 * 2.0 ** ((step - 9) / 12.0 + int(octave) - 4))


def grid_notes(pattern: str, freq_hz: float, beats: float) -> Iterator[Note]:
    """Hits of one bar of a step grid; `beats` is the length of the bar."""
    steps = pattern.replace(" ", "")
    if len(steps) != round(4 * beats):
        raise ValueError(f"grid of {len(steps)} steps in a bar of {beats} beats")
    for index, step in enumerate(steps):
        if step != ".":
            yield Note(index / 4.0, 0.25, freq_hz, int(step) / 9.0)


def pitched_notes(pattern: str, beats: float, ring: bool) -> Iterator[Note]:
    """Read the notes of one bar of `beats` beats.

    With `ring` a note sounds on to the end of the bar, or to the next stroke of the
    same pitch, as on strings left open.
    """
    events: list[tuple[float, float, list[str], float]] = []
    now = 0.0
    for token in pattern.split():
        match = re.fullmatch(r"([^:]+):([\d.]+)(?:@([1-9]))?", token)
        if match is None:
            raise ValueError(f"cannot read note {token!r}")
        names, length, strength = match.groups()
        if names != "-":
            velocity = int(strength or 6) / 9.0
            events.append((now, float(length), names.split("+"), velocity))
        now += float(length)
    if abs(now - beats) > 1e-6:
        raise ValueError(f"{now} beats in a bar of {beats}: {pattern!r}")
    for onset, length, chord, velocity in events:
        for rank, name in enumerate(chord):
            later = [on for on, _, other, _ in events if on > onset and name in other]
            end = min(later, default=beats) if ring else onset + length
            yield Note(onset, end - onset, pitch_hz(name), velocity, rank)


def part_notes(part: dict[str, Any], beats: float) -> Iterator[Note]:
    """All notes of a part, with onsets in beats from the start of the track."""
    for bar, name in enumerate(part["bars"]):
        pattern = part["pattern"][name]
        if "pitch_hz" in part:
            notes = grid_notes(pattern, part["pitch_hz"], beats)
        else:
            notes = pitched_notes(pattern, beats, part.get("ring", False))
        for note in notes:
            yield Note(
                note.onset + bar * beats,
                note.length,
                note.freq_hz,
                note.velocity,
                note.rank,
            )


def swung(onset: float, swing: float) -> float:
    """Delay every second sixteenth; `swing` is 0.5 for straight, 0.67 for triplets.

    Takes and returns a position in beats.
    """
    odd = round(onset * 4.0) % 2 == 1 and abs(onset * 4.0 - round(onset * 4.0)) < 1e-6
    return onset + (swing - 0.5) * 0.5 if odd else onset


def render_part(part: dict[str, Any], score: dict[str, Any], frames: int, rng: Generator) -> Audio:
    """Sound of one part, float64 of shape ``(frames, 2)``."""
    beat_s = 60.0 / score["tempo_bpm"]
    play = INSTRUMENTS[part["instrument"]]
    out = np.zeros((frames, 2))
    for note in part_notes(part, score["beats_per_bar"]):
        start_s = LEAD_IN_S + beat_s * swung(note.onset, score.get("swing", 0.5))
        start_s += 1e-3 * note.rank * part.get("strum_ms", 0.0)
        start_s += 1e-3 * rng.normal(0.0, 1.0) * part.get("timing_ms", 0.0)
        velocity = note.velocity + rng.normal(0.0, 1.0) * part.get("velocity_spread", 0)
        held_s = part.get("decay_s", note.length * beat_s * part.get("gate", 1.0))
        start = max(0, round(start_s * RATE))
        sound = play(note.freq_hz, held_s, float(np.clip(velocity, 0.05, 1.0)), rng)
        stop = min(frames, start + len(sound))
        out[start:stop] += sound[: max(0, stop - start)]
    pan = np.full(frames, float(part.get("pan", 0.0)))
    time_s = np.arange(frames) / RATE
    depth = part.get("autopan_depth", 0.0)
    pan += depth * np.sin(2.0 * np.pi * part.get("autopan_hz", 0.0) * time_s)
    angle = (np.clip(pan, -1.0, 1.0) + 1.0) * np.pi / 4.0
    sides = np.sqrt(2.0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    out *= sides * 10.0 ** (part["level_db"] / 20.0)
    return out


def true_peak_dbtp(audio: Audio) -> float:
    """Highest level between samples in dBTP, by 4-times oversampling (BS.1770)."""
    peak = np.max(np.abs(resample_poly(audio, 4, 1, axis=0)))
    return float(20.0 * np.log10(peak + 1e-12))


def finish(mix: Audio, fade_out_s: float) -> Audio:
    """Remove DC and rumble, fade both ends, set the loudness, respect the ceiling.

    Takes and returns float64 of shape ``(frames, 2)``; full scale is 1.0.
    """
    sos = butter(2, 28.0, "highpass", fs=RATE, output="sos")
    audio: Audio = sosfilt(sos, mix, axis=0)
    rise, fall = round(0.01 * RATE), round(fade_out_s * RATE)
    audio[:rise] *= np.linspace(0.0, 1.0, rise)[:, None]
    audio[-fall:] *= (0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, fall)))[:, None]
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(audio)
    gain_db = TARGET_LUFS - loudness
    spare_db = CEILING_DBTP - true_peak_dbtp(audio) - gain_db
    if spare_db < 0.0:
        LOG.warning("peaks hold the track %.1f dB below the target", -spare_db)
    audio *= 10.0 ** ((gain_db + min(0.0, spare_db)) / 20.0)
    return audio


def to_pcm16(audio: Audio, rng: Generator) -> NDArray[np.int16]:
    """Round to 16 bit with triangular dither of two steps peak to peak."""
    dither = rng.random(audio.shape) - rng.random(audio.shape)
    steps = np.clip(np.round(audio * 32767.0 + dither), -32768.0, 32767.0)
    pcm: NDArray[np.int16] = steps.astype(np.int16)
    return pcm


def render(score: dict[str, Any]) -> NDArray[np.int16]:
    """Render a parsed score; int16 of shape ``(frames, 2)`` at `RATE`."""
    frames = round(score["seconds"] * RATE)
    mix = np.zeros((frames, 2))
    for index, part in enumerate(score["part"]):
        rng = np.random.default_rng([score["seed"], index])
        sound = render_part(part, score, frames, rng)
        rms_db = 20.0 * np.log10(np.sqrt(np.mean(sound**2)) + 1e-12)
        LOG.debug("part %s: %.1f dB RMS", part["instrument"], rms_db)
        mix += sound
    rng = np.random.default_rng([score["seed"], len(score["part"])])
    return to_pcm16(finish(mix, score.get("fade_out_s", 0.6)), rng)


def main() -> None:
    """Render every score (or one of them) to a FLAC file of the same name."""
    parser = argparse.ArgumentParser(description="Render the demo's sample tracks.")
    parser.add_argument("--out", type=Path, default=HERE.parent / "static/samples")
    parser.add_argument("--scores", type=Path, default=HERE / "scores")
    parser.add_argument("--only", help="name of the one score to render")
    parser.add_argument("--verbose", action="store_true", help="log part levels")
    args = parser.parse_args()
    level = logging.DEBUG if args.verbose else logging.INFO
    logging.basicConfig(format="%(levelname)s %(message)s")
    LOG.setLevel(level)
    args.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.scores.glob("*.toml")):
        if args.only not in (None, path.stem):
            continue
        pcm = render(tomllib.loads(path.read_text(encoding="utf-8")))
        target = args.out / f"{path.stem}.flac"
        soundfile.write(target, pcm, RATE, subtype="PCM_16", compression_level=1.0)
        audio = pcm / 32768.0
        size = target.stat().st_size
        LOG.info(
            "%s: %.2f s, %d bytes, %.1f LUFS, %.1f dBTP",
            target.name,
            len(pcm) / RATE,
            size,
            pyloudnorm.Meter(RATE).integrated_loudness(audio),
            true_peak_dbtp(audio),
        )
        if size >= MAX_BYTES:
            raise SystemExit(f"{target.name} has {size} bytes, over {MAX_BYTES}")


if __name__ == "__main__":
    main()
