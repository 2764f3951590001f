"""The exact versions in requirements*.txt: written from pyproject.toml by `make lock`, and completed where installed.

    python tools/lock.py write     resolve what pyproject.toml declares; what is pinned already stays as it is
    python tools/lock.py missing   print what the installed packages still ask for, one requirement a line

`missing` is for systems other than the one that the versions were written on: there packages ask for more, as torch's
builds with CUDA do.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PINNED, PINNED_FOR_DEVELOPMENT = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
HEAD = "# Everything that InstructFX needs, exactly and complete. Written by `make lock` from pyproject.toml.\n"
HEAD_FOR_DEVELOPMENT = "# What extras, tests and checks need on top. Written by `make lock` from pyproject.toml.\n"

Requires = Callable[[str], Iterable[str] | None]
"""Canonical name of a package -> the requirements that it declares; None where it is not there."""


@dataclass(frozen=True)
class Declared:
    """What pyproject.toml declares. unused: canonical names of what others ask for in vain."""

    default: tuple[str, ...]
    extras: tuple[str, ...]
    development: tuple[str, ...]
    unused: frozenset[str]

    @property
    def everything(self) -> tuple[str, ...]:
        """With all extras, and what tests and checks need."""
        return (*self.default, *self.extras, *self.development)


def declared() -> Declared:
    """Read pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    return Declared(
        default=tuple(project["project"]["dependencies"]),
        extras=tuple(each for extra in extras for each in extra),
        development=tuple(project["dependency-groups"]["dev"]),
        unused=frozenset(canonicalize_name(name) for name in project["tool"]["instructfx"]["lock"]["unused"]),
    )


def wanted(roots: Iterable[str], requires: Requires, unused: frozenset[str]) -> Iterator[Requirement]:
    """Every requirement that applies here, from the roots through all that they bring, but for what is unused."""
    seen: set[tuple[str, str]] = set()
    waiting = [(root, "") for root in roots]
    while waiting:
        text, extra_of_asker = waiting.pop()
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if name in unused or (requirement.marker and not requirement.marker.evaluate({"extra": extra_of_asker})):
            continue
        yield requirement
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [(each, extra) for each in requires(name) or ()]


def installed(name: str) -> Iterable[str] | None:
    """What an installed package declares."""
    try:
        return metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return None


def pins(path: Path) -> dict[str, Version]:
    """Canonical name -> version, of one file."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    named = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): Version(version) for name, version in named}


def missing() -> list[str]:
    """What the installed ones of the pinned packages ask for here that is not there in a version that will do."""
    asks = {name: installed(name) for name in (*pins(PINNED), *pins(PINNED_FOR_DEVELOPMENT))}
    roots = [name for name, requires in asks.items() if requires is not None]
    lacking = set()
    for requirement in wanted(roots, asks.get, declared().unused):
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            version = None
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            requirement.marker = None
            lacking.add(str(requirement))
    return sorted(lacking)


def write() -> None:
    """Resolve with pip and write both files; what is pinned in them stays unless pyproject.toml forbids it."""
    asked = declared()
    kept = [each for path in (PINNED, PINNED_FOR_DEVELOPMENT) if path.exists() for each in ("-c", str(path))]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    report = subprocess.run([*command, *kept, *asked.everything], check=True, stdout=subprocess.PIPE).stdout
    found = {
        str(canonicalize_name(each["metadata"]["name"])): each["metadata"] for each in json.loads(report)["install"]
    }

    def names(roots: tuple[str, ...]) -> set[str]:
        def requires(name: str) -> Iterable[str]:
            return found[name].get("requires_dist", ())

        return {canonicalize_name(each.name) for each in wanted(roots, requires, asked.unused)}

    default = names(asked.default)
    lines = {name: f"{found[name]['name']}=={Version(found[name]['version']).public}\n" for name in found}
    PINNED.write_text(HEAD + "".join(lines[name] for name in sorted(default)), encoding="utf-8")
    more = sorted(names(asked.everything) - default)
    PINNED_FOR_DEVELOPMENT.write_text(
        f"{HEAD_FOR_DEVELOPMENT}-r {PINNED.name}\n" + "".join(lines[name] for name in more), encoding="utf-8"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["missing"]:
        sys.stdout.writelines(f"{each}\n" for each in missing())
    else:
        sys.exit(__doc__)
