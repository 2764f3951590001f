"""What laion-clap imports from torchvision, for installations without it.

laion-clap names torchvision in code that this project never runs: frozen batch norms and image transforms.
Building torchvision for a CPU drags in CUDA, so names are enough.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

import torch

TRANSFORMS = (
    "CenterCrop",
    "Compose",
    "InterpolationMode",
    "Normalize",
    "RandomResizedCrop",
    "Resize",
    "ToTensor",
)


class FrozenBatchNorm2d(torch.nn.Module):
    """Stands where torchvision has its class of that name; laion-clap only asks whether a layer is one."""


class Transform:
    """Stands where torchvision has an image transform; sound is never passed through one."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        raise NotImplementedError("image transforms need torchvision, which is not installed")


@contextmanager
def torchvision_available() -> Iterator[None]:
    """Within the block `import torchvision` works: the real one where it imports, else a stand-in.

    The stand-in is gone afterwards, so nobody else takes it for the real one.
    """
    before = {name: module for name, module in sys.modules.items() if _is_torchvision(name)}
    try:
        import_module("torchvision.ops.misc")
        import_module("torchvision.transforms")
        import_module("torchvision.datasets")
    except (ImportError, RuntimeError, OSError, AttributeError):  # what a build for another torch raises
        pass
    else:
        yield
        return
    _forget()
    sys.modules.update(_stand_in())
    try:
        yield
    finally:
        _forget()
        sys.modules.update(before)


def _forget() -> None:
    for name in [name for name in sys.modules if _is_torchvision(name)]:
        del sys.modules[name]


def _is_torchvision(name: str) -> bool:
    return name == "torchvision" or name.startswith("torchvision.")


def _stand_in() -> dict[str, ModuleType]:
    names = ("torchvision", "torchvision.ops", "torchvision.ops.misc", "torchvision.transforms", "torchvision.datasets")
    modules = {name: ModuleType(name) for name in names}
    for name, module in modules.items():
        module.__spec__ = ModuleSpec(name, None)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    modules["torchvision.ops.misc"].FrozenBatchNorm2d = FrozenBatchNorm2d  # type: ignore[attr-defined]
    for name in TRANSFORMS:
        setattr(modules["torchvision.transforms"], name, Transform)
    return modules
