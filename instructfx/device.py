"""Where tensors are computed: the processor, an NVIDIA GPU or Apple's."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor

from instructfx.errors import InstructionError

log = logging.getLogger(__name__)

CPU = torch.device("cpu")
NAMES = ("cpu", "cuda", "mps")


def device_named(name: str = "") -> torch.device:
    """The device of that name, or the fastest there is; InstructionError for one that is not there."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not name:
        return torch.device(next(each for each in ("cuda", "mps", "cpu") if there[each]))
    kind = name.partition(":")[0]
    if not there.get(kind, False):
        legal = ", ".join(each for each in NAMES if there[each])
        raise InstructionError(f"there is no device {name!r} here; there is {legal}")
    return torch.device(name)


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
