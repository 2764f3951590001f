"""A PostgreSQL server of our own on a free loopback port, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

START_SECONDS = 60


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a server with an empty database `postgres`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    control = Path(shutil.which("pg_ctl") or (found[-1] if found else ""))
    if not control.name:
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    as_server: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        if not shutil.which("runuser"):
            pytest.skip("PostgreSQL does not run as root, and there is no runuser")
        as_server = ["runuser", "-u", "postgres", "--"]
    folder = Path(tempfile.mkdtemp(prefix="instructfx-postgresql-"))
    folder.chmod(0o755)
    data = folder / "data"
    if as_server:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str | Path) -> None:
        done = subprocess.run(
            [*as_server, *map(str, command)], cwd="/", capture_output=True, text=True, timeout=START_SECONDS
        )
        assert done.returncode == 0, done.stdout + done.stderr

    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    try:
        run(control.with_name("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N")
        run(control, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of our own for what is in the making: what others leave in the machine's is no fault of a store here."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rows.sqlite'}"
        return
    import psycopg

    server = request.getfixturevalue("postgresql")
    plain = server.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE DATABASE one_test")
    yield server.removesuffix("postgres") + "one_test"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP DATABASE one_test WITH (FORCE)")
