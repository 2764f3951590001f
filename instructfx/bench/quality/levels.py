"""Nulls of neutral effects and their likeness at every sample rate, and how well the level law holds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import torch

from instructfx.audio import Samples, load, resample
from instructfx.audio.loudness import ABSOLUTE_GATE_LUFS, LoudnessMeter, to_lufs
from instructfx.audio.track import Track, inspect
from instructfx.bench.runner.report import table
from instructfx.chain import Chain
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.convolution import REFERENCE_RATE
from instructfx.effects.memoryless import as_tensors
from instructfx.locations import static_folder
from instructfx.rendering.track import rendering

ORIGINAL_RATE = 192_000
RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
SECONDS = 4
WIDE_HZ, NARROW_HZ = 16_000.0, 3_600.0  # of the noise: at rates that hold it, and at lower ones
LENGTHS_SECONDS = (0.05, 0.2, 0.4, 1.0, 10.0, 60.0)
HOUR_SECONDS, HOUR_RATE = 3600.0, 8_000
LEVELS_LUFS = (-75.0, -70.0, -50.0, -30.0, -14.0, -9.0, -7.0, -5.0)
TONE, ROOM, DYNAMICS = (EFFECTS.usual(role).name for role in ("tone", "room", "dynamics"))
CHAINS = {
    "a brighter equaliser and a room": Chain().added(TONE, {"high_shelf_gain_db": 5.0}).added(ROOM, {}),
    "a compressor": Chain().added(DYNAMICS, {"threshold_db": -24.0, "attack_ms": 30.0}),
}

EXPLANATION = """\
*Null*: the loudest that is left, in dB of the sound, when a neutral effect is taken from it, over {rates} rates from 8
to 192 kHz. *Unlike*: by how much a third of an octave between 50 Hz and 12 kHz is louder or softer than at 44.1 kHz,
in dB at most; settings are those of the contract tests, the sound is pink noise up to 16 kHz, at rates of 32 kHz and
less up to 3.6 kHz.

"""
LEVEL_EXPLANATION = """\

*Level*: loudness of a render less that of the dry track, over the span of the track, in LU; in brackets what a note
says is missing because peaks leave no room. Tracks are a drum loop, pushed into a soft wall where it is to be loud; the
hour is at 8 kHz in mono. Under 400 ms and at the gate of -70 LUFS energies are compared.

"""


def measure(say: Callable[[str], None]) -> str:
    """The page."""
    rows = []
    for effect in EFFECTS.values():
        say(f"{effect.name} at {len(RATES)} rates")
        likeness = {rate: _unlike_db(effect, rate) for rate in RATES if rate != REFERENCE_RATE}
        null_db = max(_null_db(effect, rate) for rate in RATES)
        low = max(value for rate, value in likeness.items() if rate < REFERENCE_RATE)
        high = max(value for rate, value in likeness.items() if rate > REFERENCE_RATE)
        rows.append([effect.name, f"{max(null_db, -200):.0f}", f"{low:.2f}", f"{high:.2f}"])
    page = "## Levels\n\n" + EXPLANATION.format(rates=len(RATES))
    page += table(["effect", "null, dB", "unlike below 44.1 kHz, dB", "unlike above, dB"], rows) + LEVEL_EXPLANATION
    for name, chain in CHAINS.items():
        page += f"With {name}:\n\n{table(_heads(), list(_level_rows(chain, say)))}\n"
    return page


# Effects


def _pink(sample_rate: int) -> Samples:
    frames = SECONDS * ORIGINAL_RATE
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal((2, frames)))
    hz = np.fft.rfftfreq(frames, 1 / ORIGINAL_RATE)
    highest_hz = WIDE_HZ if sample_rate > 2 * WIDE_HZ else NARROW_HZ
    sound: npt.NDArray[np.float64] = np.fft.irfft(
        spectrum * ((hz > 20) & (hz < highest_hz)) / np.sqrt(np.maximum(hz, 20))
    )
    return (0.2 * sound / sound.std()).astype(np.float32)


def _rendered(effect: Effect, dry: Samples, sample_rate: int, settings: dict[str, float]) -> Samples:
    with torch.no_grad():
        found = effect.render(torch.from_numpy(dry)[None], sample_rate, as_tensors(settings))
    return np.asarray(found[0].numpy())


def _null_db(effect: Effect, sample_rate: int) -> float:
    dry = resample(_pink(sample_rate), ORIGINAL_RATE, sample_rate)
    settings = effect.complete({**effect.telling, **effect.rest})
    left = np.square(_rendered(effect, dry, sample_rate, settings).astype(np.float64) - dry).mean()
    return float(10 * np.log10(left / np.square(dry).mean() + 1e-30))


def _unlike_db(effect: Effect, sample_rate: int) -> float:
    pink = _pink(sample_rate)
    highest_hz = min(WIDE_HZ if sample_rate > 2 * WIDE_HZ else NARROW_HZ, 13_000)
    levels = [
        _thirds_db(_rendered(effect, resample(pink, ORIGINAL_RATE, rate), rate, effect.complete(effect.telling)), rate)
        for rate in (sample_rate, REFERENCE_RATE)
    ]
    bands = sum(_centres_hz() * 2 ** (1 / 6) <= highest_hz)
    return float(np.abs(levels[0][:bands] - levels[1][:bands]).max())


def _centres_hz() -> npt.NDArray[np.float64]:
    return np.asarray(1000 * 2 ** (np.arange(-13, 12) / 3))


def _thirds_db(sound: Samples, sample_rate: int) -> npt.NDArray[np.float64]:
    sound = sound[:, sample_rate // 2 :]
    power = np.square(np.abs(np.fft.rfft(sound.astype(np.float64)))).sum(axis=0) / (sound.shape[1] * sample_rate)
    hz = np.fft.rfftfreq(sound.shape[1], 1 / sample_rate)
    bands = [power[(hz >= each * 2 ** (-1 / 6)) & (hz < each * 2 ** (1 / 6))].sum() for each in _centres_hz()]
    return np.asarray(10 * np.log10(np.array(bands) + 1e-30))


# Tracks


def _heads() -> list[str]:
    return ["length", *(f"{level:g} LUFS" for level in LEVELS_LUFS)]


def _level_rows(chain: Chain, say: Callable[[str], None]) -> Iterator[list[str]]:
    groove = load(static_folder() / "samples" / "groove.flac")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "track.wav"
        for seconds in (*LENGTHS_SECONDS, HOUR_SECONDS):
            say(f"levels of {seconds:g} s")
            hour = seconds == HOUR_SECONDS
            rate = HOUR_RATE if hour else groove.sample_rate
            loop = resample(groove.samples[:1] if hour else groove.samples, groove.sample_rate, rate)
            cells = []
            for level_lufs in LEVELS_LUFS:
                sound = _at_level(loop[:, : round(min(seconds, 10.0) * rate)], rate, level_lufs)
                _write(sound, rate, seconds, path)
                cells.append(_error(chain, inspect(path)))
            yield [f"{seconds:g} s", *cells]


def _at_level(sound: Samples, sample_rate: int, level_lufs: float) -> Samples:
    """At a loudness: turned down, or pushed into a wall until it is as loud as that."""
    low, high = -80.0, 60.0
    for _ in range(24):
        middle = (low + high) / 2
        pushed = np.tanh(10 ** (middle / 20) * sound).astype(np.float32)
        louder = _energy_lufs(pushed, sample_rate) > level_lufs
        low, high = (low, middle) if louder else (middle, high)
    return 0.98 * pushed


def _energy_lufs(sound: Samples, sample_rate: int) -> float:
    meter = LoudnessMeter(sample_rate, sound.shape[0], sound.shape[1])
    meter.push(sound)
    return float(to_lufs(meter.momentary().mean()))


def _write(sound: Samples, sample_rate: int, seconds: float, path: Path) -> None:
    left = round(seconds * sample_rate)
    with soundfile.SoundFile(path, "w", sample_rate, sound.shape[0], "FLOAT") as file:
        while left > 0:
            file.write(sound[:, :left].T)
            left -= sound.shape[1]


def _error(chain: Chain, track: Track) -> str:
    whole = LoudnessMeter(track.sample_rate, track.channels)
    span = LoudnessMeter(track.sample_rate, track.channels, track.frames)
    left = track.frames
    with rendering(chain, track) as rendered:
        for block in rendered.blocks():
            whole.push(block[:, :left])
            span.push(block[:, :left])
            left -= min(block.shape[1], left)
    if min(track.loudness_lufs, whole.integrated_lufs()) > ABSOLUTE_GATE_LUFS and track.seconds >= 0.4:
        error = whole.integrated_lufs() - track.loudness_lufs
    else:
        error = float(to_lufs(span.momentary().mean())) - _energy_lufs(load(track.path).samples, track.sample_rate)
    short = rendered.level.short_lu
    return f"{error:+.2f}" + (f" ({short:.1f})" if short > 0.2 else "")
