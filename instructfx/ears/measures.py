"""The measures behind the axes that are not tone: each Analysis -> (batch,), differentiable, in steps.

None of them changes with gain. A step is what the docstring says; tests hold it to known processing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from instructfx.ears.analysis import FRAME_RATE, SAMPLE_RATE, SILENCE, WINDOW, Analysis, band_weights
from instructfx.rendering.level import k_power_of_bins

PITCH_WINDOW = 16_384
PITCH_BINS = 48  # an octave
ACTIVE_DB = 40.0  # frames and bands further below the loudest do not count
CONTRAST_DB = 60.0  # crushing shows in what lies far below


def level_lufs(analysis: Analysis) -> Tensor:
    """K-weighted level of the whole sound, ungated, in LUFS (ITU-R BS.1770-4)."""
    weights = k_power_of_bins(WINDOW, SAMPLE_RATE, analysis.left.device)
    # A Hann window's mean square is 3/8; the one-sided spectrum holds half of the power.
    energy = 2 / 0.375 * (analysis.spectrum * weights).sum(dim=1) / WINDOW
    return -0.691 + 10 * torch.log10(energy + SILENCE)


def loudness(analysis: Analysis) -> Tensor:
    """Level in LUFS / 3: a step is 3 LU, about the least change that everybody calls louder."""
    return level_lufs(analysis) / 3


def dynamics(analysis: Analysis) -> Tensor:
    """Range of level: a step is 2 dB between the loudest moments and the average, over frames of 46 ms.

    The crest factor of the level itself, as a 4-norm over the mean, so that what clips a waveform and leaves
    its envelope alone hardly counts.
    """
    level = analysis.power.sum(dim=1)
    relative = level / (level.mean(dim=1, keepdim=True) + SILENCE)
    return 10 / 2 * torch.log10(relative.pow(4).mean(dim=1).pow(0.25) + SILENCE)


def punch(analysis: Analysis) -> Tensor:
    """Strength of attacks: a step is 4 dB of rise within 46 ms, over the steepest rises.

    Spectral flux in dB over bands (Bello et al. 2005), averaged with weights that grow with the rise itself.
    """
    levels = _band_levels(analysis)
    rise = (levels[..., 2:] - levels[..., :-2]).clamp(min=0).mean(dim=1)
    weights = rise.square()
    return (rise * weights).sum(dim=1) / (weights.sum(dim=1) + SILENCE) / 4


def grit(analysis: Analysis) -> Tensor:
    """Distortion: a step is 0.8 dB less of frame crest factor plus a fifth of the spectral contrast.

    Clipping flattens the waveform within 46 ms, which compression and equalisers hardly do, and its
    intermodulation fills the valleys between partials (spectral contrast after Jiang et al. 2002).
    """
    weights = _activity(_decibels(analysis.level))
    crest = (analysis.crest_db * weights).sum(dim=1) / (weights.sum(dim=1) + SILENCE)
    return -(crest + 0.2 * _contrast_db(analysis)) / 0.8


def _contrast_db(analysis: Analysis) -> Tensor:
    """Arithmetic over geometric mean of the power within each band, in dB, over bands and frames in use."""
    bands = band_weights(analysis.left.device).to(analysis.left)
    wide = bands[(bands > 0).sum(dim=1) >= 6]
    power = analysis.power
    floor = 1e-9 * power.amax(dim=(1, 2), keepdim=True) + SILENCE
    arithmetic = torch.log10(wide @ power + floor)
    geometric = wide @ torch.log10(power + floor)
    loud = arithmetic.detach() - arithmetic.detach().amax(dim=(1, 2), keepdim=True)
    weights = (10 * loud + CONTRAST_DB).clamp(min=0)
    return 10 * ((arithmetic - geometric) * weights).sum(dim=(1, 2)) / (weights.sum(dim=(1, 2)) + SILENCE)


def space(analysis: Analysis) -> Tensor:
    """Reverberance: a step is 2 dB less modulation of the band levels between 2 and 16 Hz.

    A room smooths the envelope (modulation transfer, Houtgast and Steeneken 1985). Compression smooths it
    too, which no measure of the sound alone can tell apart in full.
    """
    levels = _band_levels(analysis)
    window = torch.hann_window(levels.shape[-1], device=levels.device)
    modulation = torch.fft.rfft((levels - levels.mean(dim=-1, keepdim=True)) * window).abs().square()
    rates_hz = torch.fft.rfftfreq(levels.shape[-1], 1 / FRAME_RATE, device=levels.device)
    heard = modulation[..., (rates_hz >= 2) & (rates_hz <= 16)].sum(dim=-1).mean(dim=1)
    return -5 * torch.log10(heard / levels.shape[-1] + SILENCE)


def echo(analysis: Analysis) -> Tensor:
    """Distinct repeats: a step is 0.1 of repeat level, from the cepstrum's peaks between 50 ms and 2 s.

    An echo of relative level g after t ripples the log spectrum, which makes a peak of g at quefrency t
    (Bogert, Healy and Tukey 1963); equalisers only change the cepstrum near zero.
    """
    frames = analysis.sound.shape[-1]
    log_power = torch.log(torch.fft.rfft(analysis.sound, 2 * frames).abs().square() + SILENCE)
    cepstrum = torch.fft.irfft(log_power)[:, int(0.05 * SAMPLE_RATE) : min(2 * SAMPLE_RATE, frames)]
    if cepstrum.shape[1] == 0:
        return torch.zeros(len(cepstrum), device=cepstrum.device)
    strongest = cepstrum.clamp(min=0).topk(min(4, cepstrum.shape[1]), dim=1).values
    return strongest.sum(dim=1) / 0.1


def width(analysis: Analysis) -> Tensor:
    """Stereo: a step is a tenth more of the energy in the side signal; mono reads 0."""
    both = analysis.power.mean(dim=(1, 2))
    side = (both - 2 * analysis.cross.mean(dim=(1, 2))).clamp(min=0) / 2
    return side / (both + SILENCE) / 0.1


def balance(analysis: Analysis) -> Tensor:
    """Right against left: a step is 3 dB."""
    left, right = analysis.left.mean(dim=(1, 2)), analysis.right.mean(dim=(1, 2))
    return 10 / 3 * torch.log10((right + 1e-4 * left + SILENCE) / (left + 1e-4 * right + SILENCE))


def movement(analysis: Analysis) -> Tensor:
    """Modulation: a step is 0.15 dB more of small falls in level from frame to frame, over bands in use.

    Chorus and phaser make the bands of a held sound waver by a decibel or so; falls beyond 1.5 dB belong to
    notes that end and count no more than that.
    """
    levels = _band_levels(analysis)
    fall = (levels[..., :-1] - levels[..., 1:]).clamp(min=0, max=1.5)
    weights = _activity(levels, dims=(1, 2))[..., :-1]
    return (fall * weights).sum(dim=(1, 2)) / (weights.sum(dim=(1, 2)) + SILENCE) / 0.15


def pitch(analysis: Analysis) -> Tensor:
    """Height: a step is two semitones of the centre of the spectrum's peaks on a logarithmic axis, 40 Hz to 5 kHz.

    Only what stands out of its octave counts, so that tone matters less than where the partials lie; still, 6 dB
    of equaliser or 10 dB of drive move the reading by up to a step. Notes that leave the range do not count.
    """
    frames = analysis.sound.unfold(-1, min(PITCH_WINDOW, analysis.sound.shape[-1]), PITCH_WINDOW // 2)
    window = torch.hann_window(frames.shape[-1], device=frames.device)
    power = torch.fft.rfft(frames * window, PITCH_WINDOW).abs().square().mean(dim=1)
    octaves = torch.arange(0, 8 * PITCH_BINS, device=power.device) / PITCH_BINS
    position = 40 * 2**octaves * PITCH_WINDOW / SAMPLE_RATE
    below = position.floor().long().clamp(max=power.shape[1] - 2)
    part = (position - below).clamp(max=1)
    levels = _decibels(power[:, below] * (1 - part) + power[:, below + 1] * part)
    around = torch.nn.functional.avg_pool1d(
        levels[:, None], PITCH_BINS + 1, 1, PITCH_BINS // 2, count_include_pad=False
    )[:, 0]
    strength = (levels - levels.amax(dim=1, keepdim=True) + ACTIVE_DB).clamp(min=0) / ACTIVE_DB
    weights = ((levels - around).clamp(min=0) * strength)[:, : 7 * PITCH_BINS]
    return 6 * (weights * octaves[: 7 * PITCH_BINS]).sum(dim=1) / (weights.sum(dim=1) + SILENCE)


def fidelity(analysis: Analysis) -> Tensor:
    """Bandwidth: a step is three of 32 bands that rise above -60 dB of the strongest.

    A soft count, so that it has a gradient; noise and crushing are heard by grit.
    """
    levels = _decibels(analysis.spectrum @ band_weights(analysis.left.device).to(analysis.left).T)
    above = levels - levels.amax(dim=1, keepdim=True) + 60
    return torch.sigmoid(above / 4).sum(dim=1) / 3


MEASURES: Mapping[str, Callable[[Analysis], Tensor]] = {
    measure.__name__: measure
    for measure in (
        loudness, dynamics, punch, grit, space, echo, width, balance, movement, pitch, fidelity,
    )
}  # fmt: skip
"""Axis -> its measure, for all axes that are not tone."""


def _decibels(power: Tensor) -> Tensor:
    return 10 * torch.log10(power + SILENCE)


def _band_levels(analysis: Analysis) -> Tensor:
    """Band levels over time in dB, (batch, bands, frames), floored 50 dB below each band's loudest frame."""
    power = band_weights(analysis.left.device).to(analysis.left) @ analysis.power
    return _decibels(power + 1e-5 * power.amax(dim=-1, keepdim=True))


def _activity(levels: Tensor, dims: tuple[int, ...] = (1,)) -> Tensor:
    """Weights that fall to zero at ACTIVE_DB below the loudest; no gradient flows through them."""
    levels = levels.detach()
    return (levels - levels.amax(dim=dims, keepdim=True) + ACTIVE_DB).clamp(min=0) / ACTIVE_DB
