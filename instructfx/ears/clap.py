"""CLAP by laion-clap (Wu et al. 2023): the real library and a checkpoint, loaded safely; sound and text to embeddings.

The library's own loader unpickles whatever a file holds, fetches half a gigabyte that the checkpoint then
overwrites, and takes any tokenizer for the right one. So the architecture is the library's, built by
`laion_clap.CLAP_Module`, and the loading is ours.
"""

from __future__ import annotations

import logging
import pickle
import re
import sys
import threading
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from instructfx.ears.checkpoints import Checkpoint, size_of
from instructfx.ears.tokenizer import roberta_tokenizer
from instructfx.ears.torchvision_stand_in import torchvision_available
from instructfx.effects.device import CPU, in_batches_that_fit
from instructfx.errors import EarError

SAMPLE_RATE = 48_000
CLIP_FRAMES = 480_000  # ten seconds
WINDOW, HOP = 1024, 480
MAX_TOKENS = 77
TEXT_WIDTH, HEADS = 768, 12  # of the text towers that laion's projection takes
AUDIO_WIDTHS = {96: "HTSAT-tiny", 128: "HTSAT-base", 256: "HTSAT-large"}
HARMLESS: tuple[Any, ...] = (
    np.float64().__reduce__()[0],  # numpy's maker of scalars, which has had several addresses
    np.dtype,
    np.dtypes.Float32DType,
    np.dtypes.Float64DType,
    np.dtypes.Int64DType,
)
"""What laion's checkpoints hold beside tensors: numbers of the training run."""

log = logging.getLogger(__name__)
_loading = threading.Lock()


@dataclass(frozen=True)
class Clap:
    """Both towers of one checkpoint, frozen. Embeddings have 512 values and unit length."""

    model: Any
    tokenizer: Any
    device: torch.device

    def power(self, samples: Tensor) -> Tensor:
        """Mono sound (batch, 480000) at 48 kHz -> power spectrogram (batch, frames, 513), as the model was trained."""
        window = torch.hann_window(WINDOW, dtype=samples.dtype, device=samples.device)
        transform = torch.stft(samples, WINDOW, HOP, window=window, pad_mode="reflect", return_complex=True)
        return torch.view_as_real(transform).square().sum(dim=-1).transpose(1, 2)

    @property
    def bands_hz(self) -> Tensor:
        """Centres of the 64 mel bands, (64,)."""
        weights: Tensor = self.model.audio_branch.logmel_extractor.melW
        frequencies_hz = torch.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE, device=weights.device)
        return frequencies_hz @ weights / weights.sum(dim=0)

    def hear_power(self, power: Tensor) -> Tensor:
        """Power spectrogram (batch, frames, 513) -> embeddings (batch, 512), differentiable.

        Where the device's memory is full it goes on with fewer sounds at a time, then on the processor, and says so.
        """
        try:
            return in_batches_that_fit(self._hear, power)
        except torch.OutOfMemoryError:
            if self.device == CPU:
                raise
        log.warning("the memory of %s does not hold one sound; CLAP goes on on the processor", self.device)
        self.model.to(CPU)
        return self._hear(power)

    def to(self, device: torch.device) -> Clap:
        """The same towers on a device: they are moved, not copied."""
        return Clap(self.model.to(device), self.tokenizer, device)

    def _hear(self, power: Tensor) -> Tensor:
        branch = self.model.audio_branch
        weights = branch.logmel_extractor.melW
        image = branch.logmel_extractor(power[:, None].to(weights))
        image = branch.bn0(image.transpose(1, 3)).transpose(1, 3)
        features = branch.forward_features(branch.reshape_wav2img(image))["embedding"]
        return torch.nn.functional.normalize(self.model.audio_projection(features), dim=-1).to(power)

    def hear(self, samples: Tensor) -> Tensor:
        """Mono sound (batch, 480000) at 48 kHz -> embeddings (batch, 512), differentiable."""
        return self.hear_power(self.power(samples))

    def read(self, texts: Sequence[str]) -> Tensor:
        """Texts -> embeddings (texts, 512)."""
        tokens = self.tokenizer(list(texts), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        with torch.no_grad():
            embedded: Tensor = self.model.get_text_embedding(dict(tokens))
        return embedded


def clip(samples: Tensor) -> Tensor:
    """(batch, channels, frames) at 48 kHz -> mono (batch, 480000): the mean of the channels, its first ten seconds.

    Shorter sounds are repeated as often as they fit and then padded with silence, as in the model's training.
    """
    mono = samples[..., :CLIP_FRAMES].mean(dim=1)
    frames = mono.shape[-1]
    if frames < CLIP_FRAMES:
        mono = mono.repeat(1, CLIP_FRAMES // frames)
        mono = torch.nn.functional.pad(mono, (0, CLIP_FRAMES - mono.shape[-1]))
    return mono


def load(checkpoint: Checkpoint, device: torch.device) -> Clap:
    """Both towers on a device.

    Raises EarError: no such file, damaged, truncated, code in it, another architecture, no usable tokenizer.
    """
    name = checkpoint.path.name
    with _loading:
        state = _weights(checkpoint.path)
        text_config = _text_config(state, name)
        _check_architecture(state, checkpoint)
        tokenizer = roberta_tokenizer(checkpoint.tokenizer_folder, text_config["vocab_size"])
        model = _architecture(checkpoint.architecture, text_config, tokenizer)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise EarError(f"{name} does not fit {checkpoint.architecture}: {_first_reason(error)}") from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in model.state_dict().values()):
        raise EarError(f"{name} has weights that are not finite numbers; {_AGAIN}")
    model.eval().requires_grad_(False)
    return Clap(model.to(device), tokenizer, device)


def _weights(path: Path) -> dict[str, Tensor]:
    """The checkpoint's tensors under the library's names; nothing in the file is executed."""
    if size_of(path) is None:
        raise EarError(f"there is no checkpoint at {path}; run `python -m instructfx clap download`")
    damaged = f"{path.name} is damaged or truncated; {_AGAIN}"
    try:
        with torch.serialization.safe_globals(list(HARMLESS)):
            loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError as error:
        if "Weights only load failed" in str(error) and "GLOBAL" in str(error):
            raise EarError(f"{path.name} holds code beside its weights and was not opened") from error
        raise EarError(damaged) from error
    except PermissionError as error:
        raise EarError(f"no permission to read {path}; change its permissions") from error
    except Exception as error:  # what comes out of a damaged pickle is of many kinds
        raise EarError(damaged) from error
    state = loaded.get("state_dict", loaded) if isinstance(loaded, Mapping) else None
    if not isinstance(state, Mapping) or not state or not all(isinstance(each, Tensor) for each in state.values()):
        raise EarError(f"{path.name} is not a CLAP checkpoint: it has no state_dict of tensors")
    named = {str(name).removeprefix("module."): tensor for name, tensor in state.items()}
    named.pop("text_branch.embeddings.position_ids", None)  # a buffer that transformers no longer keeps
    return named


def _text_config(state: Mapping[str, Tensor], name: str) -> dict[str, int]:
    """The text tower's size, read off its weights."""
    try:
        words = state["text_branch.embeddings.word_embeddings.weight"].shape
        inner = state["text_branch.encoder.layer.0.intermediate.dense.weight"].shape
        places = state["text_branch.embeddings.position_embeddings.weight"].shape
        kinds = state["text_branch.embeddings.token_type_embeddings.weight"].shape
    except KeyError as error:
        raise EarError(f"{name} is not a CLAP checkpoint with a RoBERTa text tower: it lacks {error}") from error
    if {len(shape) for shape in (words, inner, places, kinds)} != {2} or words[1] != TEXT_WIDTH:
        raise EarError(f"{name} is not a CLAP checkpoint with a RoBERTa text tower {TEXT_WIDTH} wide")
    layers = {found[1] for name in state if (found := re.match(r"text_branch\.encoder\.layer\.(\d+)\.", name))}
    return {
        "vocab_size": words[0],
        "hidden_size": TEXT_WIDTH,
        "num_attention_heads": HEADS,
        "num_hidden_layers": len(layers),
        "intermediate_size": inner[0],
        "max_position_embeddings": places[0],
        "type_vocab_size": kinds[0],
    }


def _check_architecture(state: Mapping[str, Tensor], checkpoint: Checkpoint) -> None:
    """That the audio tower is the one asked for, read off its weights."""
    name, asked = checkpoint.path.name, checkpoint.architecture
    if any("fusion_model" in each for each in state):
        raise EarError(f"{name} is a fusion checkpoint; this needs one that was trained without fusion")
    first = state.get("audio_branch.patch_embed.proj.weight")
    found = AUDIO_WIDTHS.get(len(first)) if first is not None and first.ndim else None
    if found and found != asked:
        raise EarError(f"{name} holds the weights of {found}, not of {asked}; set INSTRUCTFX_CLAP_MODEL={found}")


def _architecture(name: str, text_config: Mapping[str, int], tokenizer: Any) -> Any:
    """The untrained model, from the library's own constructor."""
    import transformers
    from transformers.utils.import_utils import is_torchvision_available

    is_torchvision_available()  # asked now, while the answer is true; it is remembered
    with torch.random.fork_rng(devices=[]):
        config = transformers.RobertaConfig(**dict[str, Any](text_config), layer_norm_eps=1e-5)
        text_tower = transformers.RobertaModel(config)
    given: dict[type, Any] = {
        transformers.BertTokenizer: None,  # the library's training code asks for these two as it is imported
        transformers.BartTokenizer: None,
        transformers.RobertaTokenizer: tokenizer,
        transformers.RobertaModel: text_tower,
    }
    with (
        torchvision_available(),
        _left_as_found(),
        warnings.catch_warnings(),
        torch.random.fork_rng(devices=[]),
        _from_pretrained(given),
    ):
        warnings.simplefilter("ignore")
        try:
            import laion_clap
        except ImportError as error:
            raise EarError(f"laion-clap does not import: {error}; install InstructFX again") from error

        return laion_clap.CLAP_Module(enable_fusion=False, device="cpu", amodel=name, tmodel="roberta").model


@contextmanager
def _from_pretrained(given: Mapping[type, Any]) -> Iterator[None]:
    """Within the block `from_pretrained` of these classes gives what is given here, and fetches nothing."""
    for each, value in given.items():
        each.from_pretrained = staticmethod(lambda *names, value=value, **options: value)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for each in given:
            del each.from_pretrained  # type: ignore[attr-defined]


@contextmanager
def _left_as_found() -> Iterator[None]:
    """Undoes what importing laion_clap does to everybody.

    It puts its own folder on the path, where its `training` and `evaluate` would be anyone's, and logs through the
    root logger, which gives that a handler.
    """
    path, handlers = list(sys.path), list(logging.root.handlers)
    try:
        yield
    finally:
        sys.path[:] = path
        logging.root.handlers[:] = handlers


def _first_reason(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines()[1:] if line.strip()]
    return lines[0].rstrip(".")[:160] if lines else str(error)[:160]


_AGAIN = "run `python -m instructfx clap verify`, then download it again"

__all__ = ["CLIP_FRAMES", "SAMPLE_RATE", "Clap", "clip", "load"]
