"""A device that computes on the processor and is none: what forgets to follow the sound fails on it, without a GPU.

Its tensors say that they are on "meta" and hold numbers all the same. As on a real device, an operation on a tensor
here and one there fails, and so does `numpy()`; doubles fail too, as on Apple's. What crosses over is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map

ELSEWHERE = torch.device("meta")
DOUBLES = (torch.float64, torch.complex128)
CROSSINGS = ("aten::_to_copy", "aten::copy_")


class _There(Tensor):
    """A tensor elsewhere: `held` has its numbers."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> _There:
        there: _There = Tensor._make_wrapper_subclass(
            cls, held.shape, strides=held.stride(), storage_offset=held.storage_offset(), dtype=held.dtype,
            layout=held.layout, device=ELSEWHERE,
        )  # fmt: skip
        there.held = held
        return there

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Sequence[type], given: tuple[Any, ...] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        raise AssertionError(f"{function} on a tensor elsewhere, outside of `elsewhere()`")


@dataclass
class Traffic(TorchDispatchMode):
    """Runs every operation where its tensors are; sent and fetched are the numbers of elements that crossed over."""

    doubles: bool

    def __post_init__(self) -> None:
        super().__init__()
        self.sent: list[int] = []
        self.fetched: list[int] = []

    def __torch_dispatch__(
        self, function: Any, types: Sequence[type], given: tuple[Any, ...] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        named = dict(named or {})
        tensors = [each for each in tree_leaves((given, named)) if isinstance(each, Tensor)]
        there = [each for each in tensors if isinstance(each, _There)]
        device = named.get("device")
        name = function.name().split(".")[0]
        if device is not None and torch.device(device) == ELSEWHERE:
            named["device"] = torch.device("cpu")
        if name == "aten::_local_scalar_dense" and there:
            self.fetched.append(1)
        leaves = bool(there) if device is None else torch.device(device) == ELSEWHERE
        if name in CROSSINGS:
            self._count(name, tensors, leaves)
        elif there:
            here = [each for each in tensors if not isinstance(each, _There) and each.ndim]
            assert not here, f"{name} of tensors on two devices"
        out = function(*tree_map(_held, given), **tree_map(_held, named))
        if not leaves:
            return out
        out = tree_map(self._there, out)
        return return_and_correct_aliasing(function, given, named, out) if there else out

    def _count(self, name: str, tensors: list[Tensor], leaves: bool) -> None:
        source = tensors[1] if name == "aten::copy_" else tensors[0]
        goal = isinstance(tensors[0], _There) if name == "aten::copy_" else leaves
        if isinstance(source, _There) and not goal:
            self.fetched.append(source.numel())
        if not isinstance(source, _There) and goal:
            self.sent.append(source.numel())

    def _there(self, out: Any) -> Any:
        if not isinstance(out, Tensor):
            return out
        assert self.doubles or out.dtype not in DOUBLES, "double precision on a device that has none"
        return out if isinstance(out, _There) else _There(out.resolve_conj().resolve_neg())


def _held(value: Any) -> Any:
    return value.held if isinstance(value, _There) else value


@contextmanager
def elsewhere(doubles: bool = False) -> Iterator[Traffic]:
    """Within the block ELSEWHERE is a device; without `doubles` it computes in single precision only."""
    with Traffic(doubles) as traffic:
        yield traffic
