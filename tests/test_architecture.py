"""The arrows of docs/architecture.md: imports follow them and never run back."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "instructfx"

LAYERS = (
    {"errors", "extras", "interrupts", "locations", "naming", "scratch"},
    {"containers", "device"},
    {"audio"},
    {"loudness", "peaks", "signature", "track"},
    {"effects"},
    {"chain"},
    {"between", "differences", "listening", "preset", "settings_text"},
    {"language", "ears"},
    {"planners", "refine"},
    {"router", "recipes", "remarks", "wishes"},
    {"session"},
    {"store", "render", "preview"},
    {"engine"},
    {"by_hand", "comparing", "takes"},
    {"live"},
    {"bundles", "doctor", "bench", "exports", "judge", "replay", "story", "studio"},
    {"corpus", "instructfx2fx"},
    {
        "cli",
        "cli_bench",
        "cli_bundles",
        "cli_clap",
        "cli_exports",
        "cli_judge",
        "cli_progress",
        "cli_replay",
        "cli_sessions",
        "cli_studio",
        "cli_words",
    },
    {"__main__"},
)
"""From what knows nothing to what knows all; a module may import its own layer and those above it in this list."""

OWNERS = {
    "gradio": "studio",
    "litellm": "planners/llm.py",
    "laion_clap": "ears/clap.py",
    "skopt": "refine/bayes.py",
    "sqlmodel": "store",
    "sqlalchemy": "store",
    "alembic": "store",
    "jsonschema": "bundles",
    "pyarrow": "corpus",
    "mutagen": "exports/tags.py",
    "librosa": "bench/features.py",
}
"""Library -> the only place that may import it."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(part: str) -> int:
    return next(index for index, names in enumerate(LAYERS) if part in names)


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_arrows(path: Path) -> None:
    for name in imports(path):
        parts = name.split(".")
        known = {name for names in LAYERS for name in names}
        if parts[0] == "instructfx" and len(parts) > 1 and parts[1] in known:
            assert layer(parts[1]) <= layer(part(path)), f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_owner(path: Path) -> None:
    place = str(path.relative_to(PACKAGE))
    for name in imports(path):
        owner = OWNERS.get(name.split(".")[0])
        assert owner is None or place.startswith(owner), f"{place} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_readable(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


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
