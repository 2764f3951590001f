"""Who lacks the library of an extra is told what to install, in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from instructfx.bench.quality.features import features
from instructfx.cli import main
from instructfx.errors import InstructFXError
from instructfx.store import Store
from instructfx.studio.web.server import serve


def lacks(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Without a library, as where its extra was not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)


def told(feature: str, library: str, extra: str) -> str:
    return (
        f'{feature} needs {library}, which is not installed: pip install "instructfx[{extra}]" '
        "(in a checkout: make extras)"
    )


def test_parquet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lacks(monkeypatch, "pyarrow")
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    out = str(tmp_path / "tables")
    assert main(["sessions", "export", "--all", "--out", out, "--format", "parquet"]) == 2
    assert capsys.readouterr().err == f"instructfx: {told('Parquet', 'pyarrow', 'tables')}\n"
    assert main(["sessions", "export", "--all", "--out", out, "--format", "csv"]) == 0


def test_postgresql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lacks(monkeypatch, "psycopg")
    with pytest.raises(InstructFXError) as error:
        Store(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert str(error.value) == told("PostgreSQL", "psycopg", "postgres")


def test_tools_for_assistants(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    lacks(monkeypatch, "mcp")
    monkeypatch.setenv("INSTRUCTFX_MCP", "1")
    assert serve("127.0.0.1", 0) == 2
    assert caplog.messages == [told("INSTRUCTFX_MCP=1", "mcp", "mcp")]


def test_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks(monkeypatch, "librosa")
    with pytest.raises(InstructFXError) as error:
        features(np.zeros(4096))
    assert str(error.value) == told("this measure", "librosa", "bench")
