"""Dependencies are declared in pyproject.toml; the exact versions and the imports agree with it."""

from __future__ import annotations

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import lock  # noqa: E402

DECLARED = lock.declared()
PINNED = lock.pins(lock.PINNED)
NOT_DECLARED = {
    "pydantic_core",  # a part of pydantic, which asks for one version of it
    "torchvision",  # used where it is there
}
ALL_PINNED = PINNED | lock.pins(lock.PINNED_FOR_DEVELOPMENT)


@pytest.mark.parametrize("text", DECLARED.everything)
def test_what_is_declared_is_pinned_within_its_range(text: str) -> None:
    requirement = Requirement(text)
    assert requirement.specifier.contains(ALL_PINNED[canonicalize_name(requirement.name)])


@pytest.mark.parametrize(
    ("roots", "pinned"), [(DECLARED.default, PINNED), (DECLARED.everything, ALL_PINNED)], ids=["default", "everything"]
)
def test_what_is_pinned_is_what_the_declared_bring_along(roots: tuple[str, ...], pinned: dict[str, object]) -> None:
    wanted = list(lock.wanted(roots, lock.installed, DECLARED.unused))
    assert {canonicalize_name(each.name) for each in wanted} == set(pinned)
    wrong = [str(each) for each in wanted if not each.specifier.contains(ALL_PINNED[canonicalize_name(each.name)])]
    assert wrong == []


def test_every_pin_is_exact_and_names_no_build() -> None:
    for path in (lock.PINNED, lock.PINNED_FOR_DEVELOPMENT):
        for line in path.read_text().splitlines():
            assert line == "-r requirements.txt" or re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line), line


def test_torch_is_one_version_for_all() -> None:
    assert [each for each in DECLARED.everything if each.startswith("torch")] == ["torch==2.13.0"]
    assert str(PINNED["torch"]) == "2.13.0"


def test_nothing_is_missing_that_what_is_installed_asks_for() -> None:
    assert lock.missing() == []


def test_what_a_package_asks_for_on_another_system_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def asks_for_more(name: str) -> list[str]:
        return ["needed-elsewhere==2", "wandb", "scipy>=99"] if name == "torch" else []

    monkeypatch.setattr(lock, "installed", asks_for_more)
    assert lock.missing() == ["needed-elsewhere==2", "scipy>=99"]


def test_every_import_of_the_package_is_declared() -> None:
    declared = {canonicalize_name(Requirement(each).name) for each in (*DECLARED.default, *DECLARED.extras)}
    owners = metadata.packages_distributions()
    for path in (ROOT / "instructfx").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"instructfx"}:
                if name not in NOT_DECLARED:
                    assert declared & {canonicalize_name(each) for each in owners[name]}, f"{path} imports {name}"
