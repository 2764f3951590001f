"""A checkpoint is loaded whole, and nothing else in the process changes."""

from __future__ import annotations

import importlib.util
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from instructfx.ears import clap
from instructfx.ears.checkpoints import Checkpoint
from instructfx.effects.device import CPU
from instructfx.errors import EarError

POSITION_IDS = "text_branch.embeddings.position_ids"

pytestmark = pytest.mark.usefixtures("one_thread")
no_torchvision = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is not None, reason="torchvision is installed here"
)


@pytest.fixture(scope="module")
def published(checkpoint: Checkpoint) -> dict[str, Any]:
    """What is in the checkpoint's file."""
    with torch.serialization.safe_globals(list(clap.HARMLESS)):
        return torch.load(checkpoint.path, weights_only=True)


def saved(content: object, checkpoint: Checkpoint, tmp_path: Path, **options: Any) -> Checkpoint:
    """A file of that content, with the tokenizer beside it."""
    (tmp_path / "roberta-base").symlink_to(checkpoint.tokenizer_folder)
    torch.save(content, tmp_path / "own.pt", **options)
    return replace(checkpoint, path=tmp_path / "own.pt")


def test_a_published_file_loads_whole_and_frozen(published: dict[str, Any], model: clap.Clap) -> None:
    state: dict[str, Tensor] = published["state_dict"]
    assert f"module.{POSITION_IDS}" in state
    assert isinstance(published["optimizer"]["lr"], np.float64)
    loaded = model.model.state_dict()
    assert {f"module.{name}" for name in loaded} == set(state) - {f"module.{POSITION_IDS}"}
    assert all(torch.equal(tensor, state[f"module.{name}"]) for name, tensor in loaded.items())
    assert not model.model.training
    assert not any(parameter.requires_grad for parameter in model.model.parameters())


def test_bare_weights_in_half_precision_without_prefix_and_position_ids_load(
    published: dict[str, Any], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    names = {name: name.removeprefix("module.") for name in published["state_dict"] if POSITION_IDS not in name}
    halves = {bare: published["state_dict"][name].half() for name, bare in names.items()}
    loaded = clap.load(saved(halves, checkpoint, tmp_path), CPU).model
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, halves[name].to(tensor.dtype)), name


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_numbers_of_numpy_beside_the_weights_are_harmless(zipped: bool, tmp_path: Path) -> None:
    run = {"lr": np.float64(1e-4), "loss": np.float32(0.5), "epoch": np.int64(15), "best": {"recall": np.float64(0.9)}}
    content = {**run, "state_dict": {"module.weight": torch.ones(2), f"module.{POSITION_IDS}": torch.arange(3)}}
    torch.save(content, tmp_path / "own.pt", _use_new_zipfile_serialization=zipped)
    assert [*clap._weights(tmp_path / "own.pt")] == ["weight"]


@pytest.mark.usefixtures("no_network")
def test_loading_leaves_the_process_as_it_was(
    checkpoint: Checkpoint, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    import transformers

    classes = (transformers.BertTokenizer, transformers.BartTokenizer, transformers.RobertaTokenizer)
    methods = [each.from_pretrained.__func__ for each in (*classes, transformers.RobertaModel)]
    path, handlers, modules = list(sys.path), list(logging.root.handlers), set(sys.modules)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    clap.load(checkpoint, CPU)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.initial_seed() == 5
    assert sys.path == path
    assert logging.root.handlers == handlers
    assert [each.from_pretrained.__func__ for each in (*classes, transformers.RobertaModel)] == methods
    assert not any(name.split(".")[0] == "torchvision" for name in set(sys.modules) - modules)
    assert capfd.readouterr().out == ""
    assert len(recwarn) == 0


@no_torchvision
def test_nobody_takes_the_stand_in_for_torchvision_afterwards(model: clap.Clap) -> None:
    from transformers.utils.import_utils import is_torchvision_available

    assert "torchvision" not in sys.modules
    assert not is_torchvision_available()
    with pytest.raises(ModuleNotFoundError):
        import torchvision  # noqa: F401


def test_the_first_load_of_a_process_leaves_it_as_it_was_and_needs_no_network(checkpoint: Checkpoint) -> None:
    code = f"""
import logging, socket, sys
from pathlib import Path
from instructfx.ears import clap
assert not {{"laion_clap", "transformers"}} & set(sys.modules), "imported too early"
from instructfx.ears.checkpoints import Checkpoint
import torch
def refused(*arguments, **options): raise AssertionError("the network was touched")
socket.getaddrinfo = socket.socket.connect = refused
seen = lambda: (sys.path[:], logging.root.handlers[:], torch.get_rng_state().tolist())
before = seen()
clap.load(Checkpoint(Path({str(checkpoint.path)!r}), {checkpoint.architecture!r}), torch.device("cpu"))
assert seen() == before
print("torchvision" in sys.modules)
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip() == str(importlib.util.find_spec("torchvision") is not None)


def test_a_broken_installation_of_the_library_is_one_line(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "laion_clap", None)
    with pytest.raises(EarError, match=r"^laion-clap does not import: .*; install InstructFX again$"):
        clap.load(checkpoint, CPU)
