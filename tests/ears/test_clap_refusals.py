"""Files that are no usable checkpoint are refused in one clear line, and nothing in them is run."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from clap_checkpoint import TEXT, VOCABULARY, write_tokenizer
from huggingface_hub import constants

from instructfx.ears import clap
from instructfx.ears.checkpoints import Checkpoint
from instructfx.ears.tokenizer import KNOWN_SIZE, roberta_tokenizer
from instructfx.effects.device import CPU
from instructfx.errors import EarError

AGAIN = "run `python -m instructfx clap verify`, then download it again"

pytestmark = pytest.mark.usefixtures("one_thread", "no_network")


def refusal(path: Path, architecture: str = "HTSAT-tiny") -> str:
    """The one line that loading ends in."""
    with pytest.raises(EarError) as caught:
        clap.load(Checkpoint(path, architecture), CPU)
    line = str(caught.value)
    assert "\n" not in line
    assert path.name in line
    assert len(line) < 300
    return line


def text_tower(width: int = TEXT["hidden_size"]) -> dict[str, torch.Tensor]:
    """The four weights of a text tower that say how large it is."""
    prefix = "module.text_branch."
    return {
        f"{prefix}embeddings.word_embeddings.weight": torch.zeros(VOCABULARY, width),
        f"{prefix}embeddings.position_embeddings.weight": torch.zeros(514, width),
        f"{prefix}embeddings.token_type_embeddings.weight": torch.zeros(1, width),
        f"{prefix}encoder.layer.0.intermediate.dense.weight": torch.zeros(256, width),
    }


@pytest.fixture
def whole(checkpoint: Checkpoint) -> bytearray:
    """The bytes of a checkpoint that loads."""
    return bytearray(checkpoint.path.read_bytes())


@pytest.fixture
def path(tmp_path: Path, checkpoint: Checkpoint) -> Path:
    """Where a checkpoint may be put: there is a tokenizer beside it."""
    (tmp_path / "roberta-base").symlink_to(checkpoint.tokenizer_folder)
    return tmp_path / "own.pt"


# Code


@dataclass
class Bomb:
    """Pickled, a call that makes a folder."""

    path: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("form", ["zip", "legacy", "pickle"])
@pytest.mark.parametrize("place", ["whole", "beside", "within"])
def test_code_in_a_file_is_not_run(form: str, place: str, path: Path, tmp_path: Path) -> None:
    bomb = Bomb(tmp_path / "ran")
    state = {"module.weight": torch.ones(2)}
    content = {
        "whole": bomb,
        "beside": {"name": bomb, "state_dict": state},
        "within": {"state_dict": {**state, "module.bias": bomb}},
    }[place]
    if form == "pickle":
        path.write_bytes(pickle.dumps(content, protocol=2))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    assert refusal(path) == "own.pt holds code beside its weights and was not opened"
    assert not (tmp_path / "ran").exists()
    pickle.loads(path.read_bytes()) if form == "pickle" else torch.load(path, weights_only=False)
    assert (tmp_path / "ran").exists(), "the file is harmless, so nothing was shown"


# Damage


def test_a_file_that_is_cut_in_half_is_truncated(path: Path, whole: bytearray) -> None:
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path) == f"own.pt is damaged or truncated; {AGAIN}"


def test_weights_overwritten_with_ones_are_noticed_although_the_archive_is_whole(path: Path, whole: bytearray) -> None:
    middle = len(whole) // 2
    whole[middle : middle + 65_536] = b"\xff" * 65_536
    path.write_bytes(whole)
    assert refusal(path) == f"own.pt has weights that are not finite numbers; {AGAIN}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"This is a text.\n",
        b"<!DOCTYPE html>\n<title>404</title>",
        b"PK\x03\x04",
        b"RIFF....WAVEfmt ",
        bytes(5000),
    ],
    ids=["nothing", "text", "page", "zip", "wave", "zeros"],
)
def test_another_file_is_damaged(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    assert refusal(path) == f"own.pt is damaged or truncated; {AGAIN}"


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_whatever_is_damaged_the_answer_is_one_line(zipped: bool, path: Path) -> None:
    torch.save({"epoch": 1, "state_dict": {f"module.{n}": torch.ones(9) for n in range(4)}}, path,
               _use_new_zipfile_serialization=zipped)  # fmt: skip
    good = path.read_bytes()
    rng = random.Random(7)
    for _ in range(150):
        bad = bytearray(good)
        place = rng.randrange(len(bad))
        bad[place : place + rng.choice([1, 4, 40])] = rng.randbytes(rng.choice([0, 1, 4, 40]))
        path.write_bytes(bad[: rng.choice([place, len(bad)])])
        refusal(path)


# Something else


def test_no_file_says_how_to_get_one(tmp_path: Path) -> None:
    line = refusal(tmp_path / "none.pt")
    assert line == f"there is no checkpoint at {tmp_path}/none.pt; run `python -m instructfx clap download`"
    assert refusal(tmp_path).startswith(f"there is no checkpoint at {tmp_path}; ")


@pytest.mark.parametrize(
    "content",
    [torch.ones(3), [torch.ones(3)], 5, {}, {"epoch": 3}, {"state_dict": {}}, {"state_dict": {"epoch": 3}}],
    ids=["tensor", "list", "number", "empty", "no weights", "empty weights", "numbers"],
)
def test_a_file_without_named_weights_is_no_checkpoint(content: object, path: Path) -> None:
    torch.save(content, path)
    assert refusal(path) == "own.pt is not a CLAP checkpoint: it has no state_dict of tensors"


@pytest.mark.parametrize("missing", ["word_embeddings", "position_embeddings", "layer.0.intermediate"])
def test_weights_of_something_else_are_said_by_what_is_missing(missing: str, path: Path) -> None:
    torch.save({name: tensor for name, tensor in text_tower().items() if missing not in name}, path)
    line = refusal(path)
    assert line.startswith("own.pt is not a CLAP checkpoint with a RoBERTa text tower: it lacks 'text_branch.")
    assert missing in line


@pytest.mark.parametrize("width", [200, 1024])
def test_a_text_tower_of_another_width_is_refused(width: int, path: Path) -> None:
    torch.save(text_tower(width), path)
    assert refusal(path) == "own.pt is not a CLAP checkpoint with a RoBERTa text tower 768 wide"


def test_weights_without_an_audio_tower_do_not_fit(path: Path) -> None:
    torch.save(text_tower(), path)
    line = refusal(path)
    assert line.startswith('own.pt does not fit HTSAT-tiny: Missing key(s) in state_dict: "logit_scale_a')


def test_another_architecture_is_named_beside_the_one_asked_for(checkpoint: Checkpoint) -> None:
    assert refusal(checkpoint.path, "HTSAT-base") == (
        f"{checkpoint.path.name} holds the weights of HTSAT-tiny, not of HTSAT-base; "
        "set INSTRUCTFX_CLAP_MODEL=HTSAT-tiny"
    )


def test_a_fusion_checkpoint_is_refused(path: Path) -> None:
    torch.save({**text_tower(), "module.audio_branch.patch_embed.fusion_model.local_att.0.weight": torch.ones(1)}, path)
    assert "own.pt is a fusion checkpoint" in refusal(path)


@pytest.fixture
def locked(path: Path) -> Iterator[Path]:
    """A checkpoint that may not be read, not even by root."""
    torch.save(text_tower(), path)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield path
    os.seteuid(user)


def test_a_file_that_may_not_be_read_is_said(locked: Path) -> None:
    assert "permission" in refusal(locked)


# The tokenizer


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's cache, empty."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_no_tokenizer_is_an_error_instead_of_one_of_five_tokens(
    hub: Path, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    from transformers import RobertaTokenizer

    assert len(RobertaTokenizer.from_pretrained("roberta-base", local_files_only=True)) == 5
    (tmp_path / "alone.pt").symlink_to(checkpoint.path)
    with pytest.raises(
        EarError, match=rf"missing from {tmp_path}/roberta-base; run `python -m instructfx clap download`"
    ):
        clap.load(replace(checkpoint, path=tmp_path / "alone.pt"), CPU)


def test_a_tokenizer_in_the_cache_of_the_hub_is_found(hub: Path, tmp_path: Path) -> None:
    commit = "e2da8e2f811d1448a5b465c236feacd80ffbac7b"
    write_tokenizer(hub / "models--roberta-base" / "snapshots" / commit)
    (hub / "models--roberta-base" / "refs").mkdir()
    (hub / "models--roberta-base" / "refs" / "main").write_text(commit)
    tokenizer = roberta_tokenizer(tmp_path / "none", VOCABULARY)
    assert tokenizer.decode(tokenizer("a warm sound")["input_ids"], skip_special_tokens=True) == "a warm sound"


@pytest.mark.parametrize("vocabulary", [300, KNOWN_SIZE])
def test_a_tokenizer_of_another_vocabulary_is_an_error(vocabulary: int, checkpoint: Checkpoint) -> None:
    with pytest.raises(
        EarError, match=rf"is not the checkpoint's: it has \d+ tokens and the checkpoint {vocabulary}; run"
    ):
        roberta_tokenizer(checkpoint.tokenizer_folder, vocabulary)


@pytest.mark.parametrize("damage", ["empty", "no merges", "no vocabulary", "truncated", "other words"])
def test_a_damaged_tokenizer_is_an_error(damage: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = tmp_path / "roberta-base"
    shutil.copytree(checkpoint.tokenizer_folder, folder)
    vocabulary = (folder / "vocab.json").read_text()
    for name in {
        "empty": ("vocab.json", "merges.txt"),
        "no merges": ("merges.txt",),
        "no vocabulary": ("vocab.json",),
    }.get(damage, ()):
        (folder / name).unlink()
    if damage == "truncated":
        (folder / "vocab.json").write_text(vocabulary[:500])
    if damage == "other words":
        (folder / "vocab.json").write_text(json.dumps({"warm": 0, "dark": 1}))
    with pytest.raises(EarError, match=r"tokenizer .*; run `python -m instructfx clap download`$"):
        roberta_tokenizer(folder, VOCABULARY)
