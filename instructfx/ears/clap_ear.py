"""The ear of CLAP: what a text asks of a sound, judged by a model that learned both from recordings."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from instructfx.audio import resample
from instructfx.ears import analysis, clap
from instructfx.ears.checkpoints import Checkpoint, chosen_checkpoint, models_folder, size_of, status_of
from instructfx.ears.fingerprint import fingerprint
from instructfx.ears.goal import NOTHING_STANDS, Goal, Standing
from instructfx.ears.objective import Anchored, Avoiding, Directional, Guided, Judge, Similarity, zero_movement
from instructfx.ears.perceptual import PerceptualEar, PerceptualObjective, tone_objective
from instructfx.ears.prompts import caption, contrary
from instructfx.ears.text_cache import TextCache
from instructfx.effects.device import device_named
from instructfx.errors import EarError, InstructionError
from instructfx.rendering.level import k_power_of_bins

Loss = Literal["usual", "similarity", "guided", "directional", "contrast", "anchored"]
HARM_WEIGHT = 0.005  # of the perceptual ear's tonal loss beside CLAP's, which is about 1
LOUDNESS_STEP_LU = 3.0

_loading = threading.Lock()


@dataclass(frozen=True)
class ClapObjective:
    """The loss on sound that texts mean; (batch, channels, frames) at 48 kHz -> (batch,).

    judge(e) + weight * (tonal loss of the perceptual ear + (change of loudness / 3 LU)^2). All of it is a function
    of the mono sound's power over time and frequency, so a search may multiply that instead of filtering. The sound
    and the model are on a device; embeddings, long-term spectra and losses are few numbers and on the processor.
    """

    model: clap.Clap
    judge: Judge
    harm: PerceptualObjective
    loudness_before_lu: Tensor
    weight: float

    sample_rate: int = clap.SAMPLE_RATE

    @property
    def frequencies_hz(self) -> Tensor:
        """Of the bins of `power`."""
        return torch.fft.rfftfreq(clap.WINDOW, 1 / clap.SAMPLE_RATE)

    @property
    def bands_hz(self) -> Tensor:
        """Centres of the bands that the model tells apart."""
        return self.model.bands_hz.cpu()

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.model.device

    def to(self, device: torch.device) -> ClapObjective:
        """The same loss on a device; the model is moved, for whoever else holds it too."""
        return replace(self, model=self.model.to(device))

    def __call__(self, samples: Tensor, moved: Tensor | None = None) -> Tensor:
        power = self.power(samples)
        embeddings = self.embed(power)
        still = zero_movement(embeddings) if moved is None else moved
        return self.judge(embeddings, still) + self.harm_of(power)

    def power(self, samples: Tensor) -> Tensor:
        """(batch, channels, frames) -> mono power (batch, frames, bins): what a linear effect multiplies."""
        return self.model.power(clap.clip(samples).to(self.model.device))

    def embed(self, power: Tensor) -> Tensor:
        """(batch, 512), on the processor."""
        return self.model.hear_power(power).cpu()

    def harm_of(self, power: Tensor) -> Tensor:
        """What the sound strays from the perceptual ear's idea of the goal, weighted, (batch,)."""
        if not self.weight:
            return torch.zeros(power.shape[0])
        spectrum = power.mean(dim=1).cpu()
        louder = _loudness_lu(spectrum) - self.loudness_before_lu
        tonal = self.harm.loss_of_spectrum(spectrum @ _regridding().to(spectrum))
        return self.weight * (tonal + (louder / LOUDNESS_STEP_LU).square())


@dataclass(frozen=True)
class ClapEar:
    """Loads its checkpoint when it first listens, once a process, and again where the file has been replaced.

    loss chooses the objective: "usual" is anchored where the goal has an anchor, else guided where it has a negative,
    else similarity, and anchored too goes away from a negative; "contrast" is directional from "not X" to "X" and reads
    no anchor. weight is that of the perceptual ear beside it. Raises EarError where there is no checkpoint, or none
    that may be looked at.
    """

    checkpoint: Checkpoint = field(default_factory=chosen_checkpoint)
    device: torch.device = field(default_factory=lambda: device_named(os.environ.get("INSTRUCTFX_DEVICE", "")))
    loss: Loss = "usual"
    negative: str = ""
    weight: float = HARM_WEIGHT

    name = "clap"
    sample_rate = clap.SAMPLE_RATE
    reads = True
    threads = 2  # its layers are large, and two are what the smallest machines have

    def __post_init__(self) -> None:
        if size_of(self.checkpoint.path) is None:
            raise EarError(
                f"the ear clap needs its checkpoint, and there is none at {self.checkpoint.path}. "
                "Run `python -m instructfx clap download` (2.4 GB), or use --ear perceptual."
            )

    @property
    def model(self) -> clap.Clap:
        """Both towers, loaded on first use. Raises EarError as `clap.load` does."""
        return _loaded(self.checkpoint, self.device)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the checkpoint."""
        return fingerprint(self.checkpoint.path)

    def objective(self, goal: Goal, before: Tensor, standing: Standing = NOTHING_STANDS) -> ClapObjective:
        """The loss of a goal after the sound `before`, (1, channels, frames) at 48 kHz."""
        model = self.model
        with torch.no_grad():
            power = model.power(clap.clip(before).to(model.device))
            judge = self._judge(goal, power)
            spectrum = power.mean(dim=1).cpu()
            harm = tone_objective(goal, spectrum @ _regridding().to(spectrum), standing)
        return ClapObjective(model, judge, harm, _loudness_lu(spectrum), self.weight)

    def describe(self, audio: Tensor) -> dict[str, float]:
        """The perceptual ear's readings of one sound, (1, channels, frames) at 48 kHz."""
        samples = resample(audio[0].detach().cpu().numpy(), self.sample_rate, analysis.SAMPLE_RATE)
        return PerceptualEar().describe(torch.from_numpy(samples)[None])

    def with_loss(self, loss: str, avoid: str = "") -> ClapEar:
        """The same ear with another loss; InstructionError for one that there is none of or that cannot avoid."""
        chosen = loss_named(loss)
        if avoid and chosen not in ("usual", "guided"):
            raise InstructionError(f"the loss {loss} reads no words to avoid; take usual or guided, or avoid nothing")
        return replace(self, loss=chosen)

    def _judge(self, goal: Goal, power: Tensor) -> Judge:
        target, anchor, negative = map(caption, (goal.target, goal.anchor, self.negative or goal.negative))
        usual: Loss = "anchored" if anchor else "guided" if negative else "similarity"
        loss = usual if self.loss == "usual" else self.loss
        if not target:
            return _indifferent
        if loss == "similarity":
            return Similarity(self._read(target)[0])
        if loss == "guided":
            return Guided(*self._read(target, negative or contrary(goal.target)))
        if not anchor or loss == "contrast":
            anchor = contrary(goal.target)
        direction = Directional(self.model.hear_power(power)[0].cpu(), *self._read(target, anchor))
        judge = Anchored(direction) if loss == "anchored" else direction
        return Avoiding(judge, self._read(negative)[0]) if negative and self.loss == "usual" else judge

    def _read(self, *texts: str) -> Tensor:
        cache = TextCache(models_folder() / "texts", self.fingerprint)
        return cache.embeddings(texts, self.model.read)


def loss_named(name: str) -> Loss:
    """The loss of that name; InstructionError lists the names."""
    for loss in get_args(Loss):
        if loss == name:
            return loss
    raise InstructionError(f"there is no loss {name!r}; there is {', '.join(get_args(Loss))}")


def _indifferent(embeddings: Tensor, moved: Tensor) -> Tensor:
    """For goals without a text: only the perceptual ear has a say."""
    return zero_movement(embeddings)


def _loaded(checkpoint: Checkpoint, device: torch.device) -> clap.Clap:
    """The checkpoint's file as it is now; of several threads that ask one loads and the others wait."""
    found = status_of(checkpoint.path)
    with _loading:
        return _load(checkpoint, device, found and (found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=2)
def _load(checkpoint: Checkpoint, device: torch.device, state: tuple[int, int] | None) -> clap.Clap:
    return clap.load(checkpoint, device)


@lru_cache(maxsize=1)
def _regridding() -> Tensor:
    """From CLAP's bins to the perceptual ear's, (513, bins): linear between neighbours."""
    ours = torch.fft.rfftfreq(clap.WINDOW, 1 / clap.SAMPLE_RATE)
    places = analysis.frequencies_hz() / ours[1]
    distances = (places[None, :] - torch.arange(len(ours))[:, None]).abs()
    return (1 - distances).clamp(min=0)


def _loudness_lu(spectrum: Tensor) -> Tensor:
    """K-weighted level of long-term power (batch, 513), (batch,), up to a constant."""
    weights = k_power_of_bins(clap.WINDOW, clap.SAMPLE_RATE).to(spectrum)
    return 10 * torch.log10(spectrum @ weights + analysis.SILENCE)
