"""A checkpoint as laion publishes them, in the true architecture, with random weights and a tiny tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import ByteLevelBPETokenizer

from instructfx.ears import clap
from instructfx.ears.checkpoints import Checkpoint
from instructfx.ears.tokenizer import roberta_tokenizer

VOCABULARY = 1_000
WORDS = """this sound is warm bright dark soft harsh calm heavy wide narrow distant close not a dream fading under
water small church with less reverb punchy gritty clean like an old radio make it warmer brighter softer louder"""
TEXT = {
    "hidden_size": 768,
    "num_attention_heads": 12,
    "num_hidden_layers": 2,
    "intermediate_size": 256,
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
}


def write_tokenizer(folder: Path) -> None:
    """Train a byte-level BPE tokenizer and save it in RoBERTa's two files."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator([WORDS] * 20, vocab_size=VOCABULARY, special_tokens=special, show_progress=False)
    tokenizer.save_model(str(folder))


def state_of(architecture: str, folder: Path, seed: int = 0) -> dict[str, Any]:
    """Random weights of an architecture, under the names of laion's files."""
    write_tokenizer(folder / "roberta-base")
    tokenizer = roberta_tokenizer(folder / "roberta-base", VOCABULARY)
    torch.manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = clap._architecture(architecture, {"vocab_size": VOCABULARY, **TEXT}, tokenizer)
    return {f"module.{name}": tensor for name, tensor in model.state_dict().items()}


def write_checkpoint(
    folder: Path, architecture: str = "HTSAT-tiny", seed: int = 0, position_ids: bool = True
) -> Checkpoint:
    """A whole checkpoint file with its tokenizer beside it."""
    state = state_of(architecture, folder, seed)
    if position_ids:
        state["module.text_branch.embeddings.position_ids"] = torch.arange(514)[None]
    path = folder / f"random-{architecture}-{seed}.pt"
    # The published files hold numbers of the training run beside the weights, some of them numpy's.
    run = {"epoch": 15, "name": "random", "optimizer": {"lr": np.float64(1e-4)}}
    torch.save({**run, "state_dict": state}, path)
    return Checkpoint(path, architecture)
