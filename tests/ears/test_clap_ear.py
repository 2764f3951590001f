"""The ear of CLAP: when it loads its checkpoint, and what it judges by."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from instructfx.ears import clap, clap_ear
from instructfx.ears.checkpoints import Checkpoint
from instructfx.ears.clap_ear import ClapEar, Loss
from instructfx.ears.goal import Goal
from instructfx.ears.objective import Anchored, Directional, Guided, Similarity
from instructfx.effects.device import CPU
from instructfx.errors import EarError

# Loading


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Checkpoint]]:
    """What has been loaded, by a loader that only takes its time."""
    done: list[Checkpoint] = []
    meeting = threading.Event()

    def load(checkpoint: Checkpoint, device: Any) -> clap.Clap:
        meeting.wait(0.2)
        if not checkpoint.path.exists():
            raise EarError("there is no checkpoint")
        done.append(checkpoint)
        return clap.Clap(object(), object(), device)

    monkeypatch.setattr(clap, "load", load)
    clap_ear._load.cache_clear()
    yield done
    clap_ear._load.cache_clear()


@pytest.fixture
def ear(tmp_path: Path) -> ClapEar:
    path = tmp_path / "own.pt"
    path.write_bytes(b"weights")
    return ClapEar(Checkpoint(path, "HTSAT-tiny"), CPU)


def test_threads_that_listen_at_once_load_once(ear: ClapEar, loads: list[Checkpoint]) -> None:
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: ear.model, range(4)))
    assert len(loads) == 1
    assert all(model is models[0] for model in models)


@pytest.mark.parametrize("contents", [b"other weights", b"WEIGHTS"], ids=["another size", "the same size"])
def test_a_file_that_was_replaced_is_loaded_anew(ear: ClapEar, loads: list[Checkpoint], contents: bytes) -> None:
    first, path = ear.model, ear.checkpoint.path
    assert ear.model is first
    path.write_bytes(contents)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))
    second = ear.model
    assert second is not first
    assert ear.model is second
    assert len(loads) == 2


def test_a_file_that_is_gone_is_missed(ear: ClapEar, loads: list[Checkpoint]) -> None:
    assert ear.model
    ear.checkpoint.path.unlink()
    with pytest.raises(EarError, match="there is no checkpoint"):
        assert ear.model


def test_a_checkpoint_that_may_not_be_looked_at_is_one_clear_line(
    ear: ClapEar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(self: Path, **options: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", forbidden)
    with pytest.raises(EarError, match=r"^cannot look at .*own\.pt: Permission denied; check its permissions$"):
        ClapEar(ear.checkpoint, CPU)


# Judging


@pytest.mark.parametrize("loss", ["usual", "similarity", "guided", "directional", "contrast", "anchored"])
@pytest.mark.parametrize("words", ["", "!!!", " . "])
def test_where_no_words_are_left_clap_has_no_say(
    words: str, loss: Loss, checkpoint: Checkpoint, model: clap.Clap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clap_ear, "_loaded", lambda *which: model)
    monkeypatch.setattr(clap_ear.TextCache, "embeddings", lambda *texts: pytest.fail("a text was read"))
    objective = ClapEar(checkpoint, CPU, loss).objective(Goal(words, anchor="warm"), torch.ones(1, 1, 48_000))
    assert torch.equal(objective.judge(torch.rand(2, 512), torch.ones(2)), torch.zeros(2))


@pytest.mark.parametrize(("anchor", "negative", "kind"), [("!!!", "", Similarity), ("?", "harsh", Guided)])
def test_other_texts_without_words_do_not_count(
    anchor: str, negative: str, kind: type, checkpoint: Checkpoint, model: clap.Clap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clap_ear, "_loaded", lambda *which: model)
    goal = Goal("warm", anchor=anchor, negative=negative)
    assert isinstance(ClapEar(checkpoint, CPU).objective(goal, torch.ones(1, 1, 48_000)).judge, kind)


@pytest.mark.parametrize(("loss", "kind"), [("usual", Anchored), ("anchored", Anchored), ("directional", Directional)])
def test_a_goal_with_an_anchor_is_judged_by_the_loss_that_is_named(
    loss: Loss, kind: type, checkpoint: Checkpoint, model: clap.Clap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clap_ear, "_loaded", lambda *which: model)
    goal = Goal("warm", anchor="cold")
    assert isinstance(ClapEar(checkpoint, CPU, loss).objective(goal, torch.ones(1, 1, 48_000)).judge, kind)
