"""The floors of tools/rooms.py: imports run down them only; and docs/architecture.md and its picture say the same."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from draw_architecture import PICTURE
from rooms import FLOOR_OF, FLOORS, PACKAGE, ROOT, arrows, imports, libraries, modules

MAP = ROOT / "docs" / "architecture.md"
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

OWNERS = {
    "gradio": "studio",
    "litellm": "planners/llm.py",
    "laion_clap": "ears/clap.py",
    "skopt": "refine/bayes.py",
    "sqlmodel": "store",
    "sqlalchemy": "store",
    "alembic": "store",
    "jsonschema": "bundles",
    "pyarrow": "bundles/dataset",
    "mutagen": "exports/tags.py",
    "librosa": "bench/quality/features.py",
}
"""Library -> the only place that may import it."""


def test_rooms_import_lower_floors_only() -> None:
    assert len(FLOOR_OF) == sum(map(len, FLOORS)), "a room is on two floors"
    upwards = [f"{here} imports {there}" for here, there in sorted(arrows()) if FLOOR_OF[here] <= FLOOR_OF[there]]
    assert not upwards


def test_no_modules_import_each_other_in_a_circle() -> None:
    handing_on = {module for module, path in modules().items() if path.name == "__init__.py"}
    graph = {module: names - handing_on for module, names in imports().items() if module not in handing_on}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_each_library_has_one_owner() -> None:
    elsewhere = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in modules().values()
        for name in libraries(path)
        if not str(path.relative_to(PACKAGE)).startswith(OWNERS.get(name.split(".")[0], ""))
    ]
    assert not elsewhere


def test_files_stay_readable() -> None:
    long = {name: lines for name, path in modules().items() if (lines := len(path.read_text().splitlines())) > 300}
    assert not long


def test_no_two_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for path in modules().values()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert not [name for name, count in names.items() if count > 1]


def test_the_picture_shows_the_arrows_of_today() -> None:
    drawn = set(re.findall(r"<title>(\S+) imports (\S+)</title>", PICTURE.read_text()))
    assert drawn == set(arrows()), "run make map"


def test_the_map_names_every_room() -> None:
    named = set(re.findall(r"^\| `([a-z_/]+?)(?:/|\.py)?`", MAP.read_text(), re.MULTILINE))
    assert named == {room.replace(".", "/") for room in FLOOR_OF}


def test_the_map_names_files_that_are_there() -> None:
    named = re.findall(r"`([\w/]+(?:\.\w+|/))`", MAP.read_text())
    places = (PACKAGE, ROOT / "static")
    assert named
    assert not [name for name in named if not (ROOT / name).exists() and not any(any(p.rglob(name)) for p in places)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_what_is_there(page: Path) -> None:
    text = page.read_text()
    for path in re.findall(r"\binstructfx/[\w/.]+\w", text):
        assert (ROOT / path).exists(), path
    for name in re.findall(r"(?<![\w/.-])instructfx(?:\.\w+)+", text):
        assert pkgutil.resolve_name(name), name


def test_fetching_checkpoints_needs_no_torch() -> None:
    code = "import sys, instructfx.ears.fetching\nsys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, instructfx.cli\n"
        "try: instructfx.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'gradio', 'pedalboard', 'skopt', 'sqlmodel', 'litellm'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "refine" in done.stdout
