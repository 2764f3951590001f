"""The rooms of the package, floor by floor, and what imports what: for tests/test_architecture.py and the picture."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "instructfx"
DOORS = {"__init__", "__main__"}

FLOORS = (
    {"errors"},
    {"audio", "effects", "extras", "locations"},
    {"chain", "language"},
    {"rendering"},
    {"ears"},
    {"planners", "refine"},
    {"sessions"},
    {"store"},
    {"engine"},
    {"bundles"},
    {"exports"},
    {"studio.workers", "bench.registry"},
    {"studio.visits", "bench.runner"},
    {"studio.page", "bench.quality", "bench.serving"},
    {"studio.web", "bench.robustness"},
    {"bench.pages"},
    {"cli"},
)
"""From what knows nothing to what knows all. A room imports itself and rooms on floors before its own."""

FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name within the package ("chain.diff"), but for the package's own two doors."""
    paths = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in sorted(PACKAGE.rglob("*.py"))}
    return {name.removesuffix(".__init__"): path for name, path in paths.items() if name not in DOORS}


def room(module: str) -> str | None:
    """The room that a module is in; None for one that only holds rooms ("studio").

    Raises LookupError where no floor has such a room.
    """
    rooms = [room for room in FLOOR_OF if f"{module}.".startswith(f"{room}.")]
    if not rooms and not any(room.startswith(f"{module}.") for room in FLOOR_OF):
        raise LookupError(f"{module} is in no room: give it a floor in tools/rooms.py")
    return rooms[0] if rooms else None


def libraries(path: Path) -> Iterator[str]:
    """All that a file imports, by its dotted name, wherever in the file; names of a package as modules of it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def imports() -> dict[str, set[str]]:
    """What each module imports of the package's other modules."""
    known = modules()

    def ours(name: str) -> str:
        """From `instructfx.chain.diff.told` to `chain.diff`; empty for what is not ours."""
        first, _, module = name.partition(".")
        while first == "instructfx" and module and module not in known:
            module = module.rpartition(".")[0]
        return module if first == "instructfx" else ""

    return {
        module: {name for name in map(ours, libraries(path)) if name and name != module}
        for module, path in known.items()
    }


@cache
def arrows() -> Counter[tuple[str, str]]:
    """(room, room that it imports) -> number of imports of modules."""
    return Counter(
        (here, there)
        for module, names in imports().items()
        for here, there in ((room(module), room(name)) for name in names)
        if here and there and here != there
    )


def lines() -> Counter[str]:
    """Room -> its lines of Python."""
    counted: Counter[str] = Counter()
    for module, path in modules().items():
        if here := room(module):
            counted[here] += len(path.read_text().splitlines())
    return counted
