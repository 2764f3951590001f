"""Texts are read as the library reads them, and remembered."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from instructfx.ears.checkpoints import Checkpoint, models_folder
from instructfx.ears.clap import MAX_TOKENS, Clap
from instructfx.ears.fingerprint import _fingerprint, fingerprint
from instructfx.ears.text_cache import TextCache
from instructfx.ears.tokenizer import roberta_tokenizer
from instructfx.effects.device import CPU

TEXTS = (
    "this sound is warm",
    "this sound is not warm",
    "a dream fading under water",
    "",
    "más cálido",
    "dark " * 70 + "soft " * 30,
)

pytestmark = pytest.mark.usefixtures("one_thread")


def test_different_texts_have_different_embeddings_of_unit_length(model: Clap) -> None:
    read = model.read(TEXTS)
    assert read.shape == (len(TEXTS), 512)
    assert torch.allclose(read.norm(dim=-1), torch.ones(len(TEXTS)), atol=1e-5)
    assert torch.cdist(read, read).add(torch.eye(len(TEXTS))).min() > 1e-3


def test_texts_read_together_are_read_as_one_at_a_time_and_as_the_library_reads_them(both: tuple[Clap, Any]) -> None:
    together = both[0].read(TEXTS)
    for text, embedding in zip(TEXTS, together, strict=True):
        assert torch.allclose(both[0].read([text])[0], embedding, atol=1e-4)
    with torch.no_grad():
        assert torch.allclose(both[1].get_text_embedding(list(TEXTS), use_tensor=True), together, atol=1e-4)


def test_a_long_text_is_read_as_far_as_the_model_was_trained(model: Clap) -> None:
    beginning = "warm" + " warm" * (MAX_TOKENS - 3)  # beside the marks of its beginning and its end
    assert len(model.tokenizer(beginning)["input_ids"]) >= MAX_TOKENS
    read = model.read([f"{beginning} dark harsh", f"{beginning} soft" + " calm" * 2000, f"dark {beginning}"])
    assert torch.equal(read[0], read[1])
    assert not torch.allclose(read[0], read[2], atol=1e-4)


def test_several_threads_may_read_at_once(model: Clap, checkpoint: Checkpoint) -> None:
    fresh = Clap(model.model, roberta_tokenizer(checkpoint.tokenizer_folder, 1000), CPU)
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda index: fresh.read([TEXTS[index % 3]])[0], range(24)))
    for index, embedding in enumerate(read):
        assert torch.allclose(embedding, read[index % 3], atol=1e-6)


# What was read


class Reader:
    """Gives every text an embedding of its own and remembers which it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Tensor:
        self.asked += texts
        return torch.stack([self.of(text) for text in texts])

    @staticmethod
    def of(text: str) -> Tensor:
        return normalize(torch.randn(512, generator=torch.Generator().manual_seed(len(text))), dim=0)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def cache(tmp_path: Path) -> TextCache:
    return TextCache(tmp_path / "texts", "a" * 64)


def test_a_text_is_read_once(cache: TextCache, reader: Reader) -> None:
    first = cache.embeddings(["warm", "dark!", "warm"], reader)
    assert reader.asked == ["warm", "dark!"]
    assert torch.equal(first, torch.stack([reader.of("warm"), reader.of("dark!"), reader.of("warm")]))
    again = TextCache(cache.folder, cache.checkpoint_sha256).embeddings(["new", "dark!", "warm"], reader)
    assert reader.asked == ["warm", "dark!", "new"]
    assert torch.equal(again, torch.stack([reader.of(text) for text in ("new", "dark!", "warm")]))
    assert len(list(cache.folder.iterdir())) == 3


def test_another_checkpoint_reads_for_itself(cache: TextCache, reader: Reader) -> None:
    cache.embeddings(["warm"], reader)
    TextCache(cache.folder, "b" * 64).embeddings(["warm"], reader)
    assert reader.asked == ["warm", "warm"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: b"",
        lambda good: good[:-1],
        lambda good: good[:-4],
        lambda good: good + good[:4],
        lambda good: b"\xff" * len(good),
        lambda good: bytes(len(good)),
        lambda good: b"\x7f" + good[1:3] + b"\x7f" + good[4:],
    ],
    ids=["empty", "a byte short", "a number short", "too long", "not a number", "zeros", "huge"],
)
def test_a_damaged_embedding_is_read_anew_and_mended(damage: Any, cache: TextCache, reader: Reader) -> None:
    cache.embeddings(["warm"], reader)
    (file,) = cache.folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert torch.equal(cache.embeddings(["warm"], reader)[0], reader.of("warm"))
    cache.embeddings(["warm"], reader)
    assert reader.asked == ["warm", "warm"]


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be written into, not even by root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    tmp_path.chmod(0o500) if user else None
    yield tmp_path
    tmp_path.chmod(0o700) if user else None
    os.seteuid(user)


def test_a_folder_that_cannot_be_written_is_only_slower(locked: Path, reader: Reader) -> None:
    cache = TextCache(locked / "texts", "a" * 64)
    for _ in range(2):
        assert torch.equal(cache.embeddings(["warm"], reader)[0], reader.of("warm"))
    assert reader.asked == ["warm", "warm"]


def test_a_file_in_place_of_the_folder_is_only_slower(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "texts").write_text("")
    assert torch.equal(TextCache(tmp_path / "texts", "a").embeddings(["warm"], reader)[0], reader.of("warm"))


def test_a_disk_that_is_full_leaves_nothing_behind(
    cache: TextCache, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert torch.equal(cache.embeddings(["warm"], reader)[0], reader.of("warm"))
    assert list(cache.folder.iterdir()) == []


# Which checkpoint it was


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(tmp_path / "models"))
    path = tmp_path / "own.pt"
    path.write_bytes(b"weights")
    return path


def test_the_fingerprint_is_the_sha256_of_the_file_and_changes_with_it(weights: Path) -> None:
    before = fingerprint(weights)
    assert before == hashlib.sha256(b"weights").hexdigest()
    for number, content in enumerate((b"other weights", b"WEIGHTS", b"weights")):
        weights.write_bytes(content)
        os.utime(weights, ns=(0, number))
        assert fingerprint(weights) == hashlib.sha256(content).hexdigest()
    assert fingerprint(weights) == before


def test_the_fingerprint_is_remembered_by_the_next_process(weights: Path) -> None:
    before = fingerprint(weights)
    status = weights.stat()
    weights.write_bytes(b"WEIGHTS")
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))  # as if it were the same file
    _fingerprint.cache_clear()
    assert fingerprint(weights) == before


@pytest.mark.parametrize("damage", ["", "{", "[]", '"text"', "{}"])
def test_a_damaged_memory_of_the_fingerprint_is_made_anew(weights: Path, damage: str) -> None:
    before = fingerprint(weights)
    (remembered,) = (models_folder() / "fingerprints").iterdir()
    remembered.write_text(damage)
    _fingerprint.cache_clear()
    assert fingerprint(weights) == before
    assert before in remembered.read_text()


def test_a_models_folder_that_cannot_be_written_is_only_slower(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").write_text("")
    assert fingerprint(weights) == hashlib.sha256(b"weights").hexdigest()
