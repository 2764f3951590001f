"""Where tensors are computed: the processor, an NVIDIA GPU or Apple's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from instructfx.errors import InstructionError

log = logging.getLogger(__name__)

CPU = torch.device("cpu")
THREADS = 1
"""How many threads share a sum unless an ear wants more: the last digits depend on it, and searches on those."""


def device_named(name: str = "") -> torch.device:
    """The device of that name, or the fastest there is; InstructionError for one that is not there."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    there = ["cuda"] * bool(gpus) + ["mps"] * torch.backends.mps.is_available() + ["cpu"]
    numbered = [f"cuda:{index}" for index in range(gpus)]
    if name and name not in there + numbered:
        legal = ", ".join(there + numbered * (gpus > 1))
        raise InstructionError(f"there is no device {name!r} here; there is {legal}")
    return torch.device(name or there[0])


@contextmanager
def threads(count: int = THREADS) -> Iterator[None]:
    """As long as the block runs, torch computes with so many threads, and numpy and scipy with one, however many cores
    there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        with threadpool_limits(1, "blas"):
            yield
    finally:
        torch.set_num_threads(before)


def has_doubles(device: torch.device) -> bool:
    """Whether a device computes in double precision, which Apple's do not."""
    return device.type != "mps"


def brought(values: Tensor, to: Tensor) -> Tensor:
    """values in the type and on the device of another tensor; differentiable.

    First the type, then the device, and backwards the other way: doubles never leave the processor.
    """
    return values.to(to.dtype).to(to.device)


def in_batches_that_fit(work: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
    """work(batch), in halves of halves where the device's memory does not hold it whole.

    torch.OutOfMemoryError where not even one row fits.
    """
    try:
        return work(batch)
    except torch.OutOfMemoryError:
        rows = batch.shape[0]
        if rows == 1:
            raise
        log.warning("%d sounds do not fit into the device's memory at once; going on with %d", rows, (rows + 1) // 2)
    return torch.cat([in_batches_that_fit(work, part) for part in batch.split((rows + 1) // 2)])
