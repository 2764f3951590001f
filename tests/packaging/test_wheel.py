"""The wheel holds all that the program reads, and works outside the checkout."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import hatchling.build
import pytest
from gradio_client import Client

from instructfx import __version__, locations
from instructfx.store import default_folder

ROOT = Path(__file__).parents[2]
START_SECONDS = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return folder / hatchling.build.build_wheel(str(folder))


def tracked(folder: str) -> set[str]:
    """The project's files in a folder: not what an editor or Python left there."""
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix not in (".pyc", ".pyi"))
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_the_wheel_holds_the_package_and_the_page_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert names == tracked("instructfx") | {f"instructfx/{name}" for name in tracked("static")}
    assert {"instructfx/static/studio.js", "instructfx/static/samples/guitar.flac"} <= names


def test_the_wheel_declares_its_command_and_extras(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        told = f"instructfx-{__version__}.dist-info"
        command = opened.read(f"{told}/entry_points.txt").decode()
        about = opened.read(f"{told}/METADATA").decode()
    assert "instructfx = instructfx.cli:main" in command
    assert re.findall(r"^Provides-Extra: (.*)$", about, re.M) == ["bench", "mcp", "postgres", "tables"]
    assert "Requires-Dist: torch==2.13.0\n" in about


def test_a_checkout_keeps_sessions_and_page_beside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INSTRUCTFX_SESSIONS", raising=False)
    assert locations.is_checkout()
    assert default_folder() == ROOT / "sessions"
    assert locations.static_folder() == ROOT / "static"


def test_an_installation_keeps_sessions_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "instructfx" / "static").mkdir(parents=True)
    monkeypatch.setattr(locations, "PACKAGE", tmp_path / "instructfx")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("INSTRUCTFX_SESSIONS", raising=False)
    assert locations.static_folder() == tmp_path / "instructfx" / "static"
    if sys.platform == "linux":
        assert default_folder() == tmp_path / "data" / "instructfx" / "sessions"
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "mine"))
    assert default_folder() == tmp_path / "mine"


@pytest.mark.slow
def test_an_installed_wheel_refines_and_serves(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, which borrows the libraries of this one, and an empty folder."""
    venv.create(tmp_path / "venv", with_pip=True)
    program = tmp_path / "venv" / "bin"
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text("".join(f"{each}\n" for each in site.getsitepackages()))
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "INSTRUCTFX_EAR": "perceptual",
        "NO_PROXY": "*",
    }

    def run(*command: str) -> str:
        return subprocess.run(
            command, cwd=empty, env=environment, check=True, capture_output=True, text=True, timeout=600
        ).stdout

    run(str(program / "pip"), "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    home = Path(run(str(program / "python"), "-c", "import instructfx; print(instructfx.__file__)").strip()).parent
    assert home == packages / "instructfx"
    assert "studio" in run(str(program / "instructfx"), "--help")
    sample = home / "static" / "samples" / "guitar.flac"
    (turn,) = run(str(program / "instructfx"), "refine", str(sample), "warmer", "--out", "out", "--json").splitlines()
    assert (empty / json.loads(turn)["file"]).is_file()

    with (tmp_path / "studio.log").open("w") as log:
        command = [str(program / "instructfx"), "studio", "--port", "0"]
        studio = subprocess.Popen(command, cwd=empty, env=environment, stderr=log)
    try:
        url = address(studio, tmp_path / "studio.log")
        client = Client(url, verbose=False)
        opened = client.predict(sample="guitar", api_name="/open")
        assert "warmer" in client.predict(opened["session"], "make it warmer", api_name="/say")["turn"]["reply"].lower()
        client.close()
    finally:
        studio.terminate()
        studio.wait(60)
    assert (tmp_path / "data" / "instructfx" / "sessions" / "instructfx.sqlite").is_file()
    assert {path.name for path in empty.iterdir()} == {"out"}


def address(studio: subprocess.Popen[bytes], log: Path) -> str:
    """Where the studio says it is, once it does."""
    for _ in range(10 * START_SECONDS):
        found = re.search(r"open (http://\S+)", log.read_text())
        if found:
            return found[1]
        assert studio.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())
