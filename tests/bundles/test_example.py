"""The example that comes with the project: a bundle from another day, and perhaps another machine, sounds the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instructfx.cli.main import main

EXAMPLE = Path(__file__).parents[2] / "sessions" / "examples" / "guitar.ifx.zip"


def test_the_example_is_imported_and_sounds_as_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path))
    assert main(["sessions", "import", str(EXAMPLE)]) == 0
    imported = capsys.readouterr().out.strip()
    main(["replay", str(EXAMPLE), "--json"])  # the last bits may differ between machines
    turns = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [turn["instruction"] for turn in turns][:3] == ["make it warmer", "add some grit", "go back"]
    assert all(turn["compared"] and turn["level_db"] < 0.05 for turn in turns)
    assert main(["sessions", "show", imported]) == 0
    assert "made by: bundle " in capsys.readouterr().out
