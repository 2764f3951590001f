"""Which device computes, and what happens when its memory is full."""

from __future__ import annotations

import logging

import pytest
import torch
from torch import Tensor

from instructfx.effects.device import device_named, in_batches_that_fit
from instructfx.errors import InstructionError


def there_are(patch: pytest.MonkeyPatch, gpus: int = 0, mps: bool = False) -> None:
    patch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    patch.setattr(torch.cuda, "device_count", lambda: gpus)
    patch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("gpus", "mps", "fastest"), [(0, False, "cpu"), (1, False, "cuda"), (2, False, "cuda"), (0, True, "mps")]
)
def test_the_fastest_there_is_is_taken_unless_another_is_named(
    gpus: int, mps: bool, fastest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there_are(monkeypatch, gpus, mps)
    assert device_named() == device_named("") == torch.device(fastest)
    assert device_named("cpu") == torch.device("cpu")
    assert device_named(fastest) == torch.device(fastest)


def test_one_of_several_gpus_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there_are(monkeypatch, gpus=2)
    assert device_named("cuda:1") == torch.device("cuda", 1)


@pytest.mark.parametrize(
    "name", ["cuda", "cuda:0", "mps", "abacus", "CPU ", "cpu:x", "cpu:1", "cuda:", ":", "xpu", "meta"]
)
def test_a_device_that_is_not_there_is_one_line_that_names_the_others(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there_are(monkeypatch)
    with pytest.raises(InstructionError) as caught:
        device_named(name)
    assert str(caught.value) == f"there is no device {name!r} here; there is cpu"


@pytest.mark.parametrize(
    ("gpus", "mps", "name", "others"),
    [
        (1, False, "cuda:1", "cuda, cpu"),
        (1, False, "mps", "cuda, cpu"),
        (2, False, "cuda:2", "cuda, cpu, cuda:0, cuda:1"),
        (0, True, "cuda", "mps, cpu"),
    ],
)
def test_the_others_are_all_that_are_there(
    gpus: int, mps: bool, name: str, others: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there_are(monkeypatch, gpus, mps)
    with pytest.raises(InstructionError, match=f"there is no device '{name}' here; there is {others}$"):
        device_named(name)


class Memory:
    """Holds so many rows; squares them and remembers how many it was given."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.given: list[int] = []

    def __call__(self, batch: Tensor) -> Tensor:
        self.given.append(len(batch))
        if len(batch) > self.rows:
            raise torch.OutOfMemoryError("no more memory")
        return batch.square().sum(dim=1)


@pytest.mark.parametrize(
    ("rows", "given"),
    [(9, [7]), (4, [7, 4, 3]), (3, [7, 4, 2, 2, 3]), (1, [7, 4, 2, 1, 1, 2, 1, 1, 3, 2, 1, 1, 1])],
)
def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_stays_in_order(
    rows: int, given: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    memory, batch = Memory(rows), torch.arange(14.0).reshape(7, 2)
    with caplog.at_level(logging.WARNING):
        assert torch.equal(in_batches_that_fit(memory, batch), batch.square().sum(dim=1))
    assert memory.given == given
    assert ("7 sounds do not fit into the device's memory at once; going on with 4" in caplog.text) == (rows < 7)


def test_gradients_pass_through_the_halves() -> None:
    batch = torch.ones(3, 2, requires_grad=True)
    in_batches_that_fit(Memory(1), batch).sum().backward()
    assert torch.equal(batch.grad, torch.full((3, 2), 2.0))  # type: ignore[arg-type]


def test_where_one_row_does_not_fit_the_error_stays_what_it_is() -> None:
    memory = Memory(0)
    with pytest.raises(torch.OutOfMemoryError, match="no more memory"):
        in_batches_that_fit(memory, torch.ones(4, 2))
    assert memory.given == [4, 2, 1]


def test_other_errors_are_not_taken_for_full_memory() -> None:
    calls = []

    def broken(batch: Tensor) -> Tensor:
        calls.append(len(batch))
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        in_batches_that_fit(broken, torch.ones(4, 2))
    assert calls == [4]
