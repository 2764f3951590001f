"""laion-clap imports with torchvision, without it, and beside one that was built for another torch."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from instructfx.ears.torchvision_stand_in import TRANSFORMS, torchvision_available

FILES = {
    "__init__.py": "from torchvision import datasets, ops, transforms",
    "ops/__init__.py": "",
    "ops/misc.py": "class FrozenBatchNorm2d: pass",
    "transforms.py": " = ".join(TRANSFORMS) + " = object",
    "datasets.py": "",
}
BROKEN = "raise RuntimeError('operator torchvision::nms does not exist')"


def imported() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.split(".")[0] == "torchvision"}


@pytest.fixture(autouse=True)
def _nothing_imported() -> Iterator[None]:
    before = imported()
    for name in before:
        del sys.modules[name]
    yield
    for name in imported():
        del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a torchvision that imports."""
    folder = tmp_path / "torchvision"
    for name, code in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def uses() -> type:
    """Import what laion-clap imports."""
    for name in TRANSFORMS:
        assert hasattr(importlib.import_module("torchvision.transforms"), name)
    importlib.import_module("torchvision.datasets")
    return importlib.import_module("torchvision.ops.misc").FrozenBatchNorm2d


def test_the_real_one_is_used_and_left_alone(installed: Path) -> None:
    with torchvision_available():
        assert uses().__module__ == "torchvision.ops.misc"
        during = imported()
    assert Path(during["torchvision"].__file__ or "") == installed / "__init__.py"
    assert imported() == during


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("__init__.py", BROKEN),
        ("ops/misc.py", BROKEN),
        ("transforms.py", "import a_module_that_is_nowhere"),
        ("datasets.py", "raise OSError('libcudart.so: cannot open shared object file')"),
        ("__init__.py", "import torch; torch.ops.torchvision_of_another_torch.nms.default"),
    ],
)
def test_one_that_does_not_import_gives_way_to_the_stand_in_and_is_as_broken_afterwards(
    installed: Path, file: str, code: str
) -> None:
    (installed / file).write_text(code)
    with torchvision_available():
        assert issubclass(uses(), torch.nn.Module)
    assert imported() == {}
    with pytest.raises((RuntimeError, ImportError, OSError, AttributeError)):
        uses()


def test_what_others_have_imported_of_a_half_broken_one_is_theirs_again_afterwards(installed: Path) -> None:
    (installed / "__init__.py").write_text("")
    (installed / "datasets.py").write_text(BROKEN)
    theirs = importlib.import_module("torchvision.transforms")
    before = imported()
    with torchvision_available():
        assert sys.modules["torchvision.transforms"] is not theirs
        uses()
    assert imported() == before
    assert sys.modules["torchvision.transforms"] is theirs


@pytest.mark.skipif(importlib.util.find_spec("torchvision") is not None, reason="torchvision is installed here")
def test_without_an_installation_the_stand_in_is_there_within_the_block_only() -> None:
    with torchvision_available():
        assert not isinstance(torch.nn.BatchNorm2d(1), uses())
    assert imported() == {}
    with pytest.raises(ModuleNotFoundError), torchvision_available():
        importlib.import_module("a_module_that_is_nowhere")
    assert imported() == {}
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("torchvision")


@pytest.mark.skipif(importlib.util.find_spec("torchvision") is not None, reason="torchvision is installed here")
def test_an_image_transform_of_the_stand_in_says_that_it_is_none() -> None:
    with torchvision_available():
        resize = importlib.import_module("torchvision.transforms").Resize
    with pytest.raises(NotImplementedError, match="torchvision, which is not installed"):
        resize(size=[1001, 64])
