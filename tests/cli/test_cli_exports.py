"""`instructfx export`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exports_made import hits, session_of, track_of

from instructfx.audio import load
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.exports import FORMATS
from instructfx.store import Store


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a stored session of two turns."""
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    store = Store()
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "song.wav")
    stored, _ = store.create("a" * 48, track)
    for turn in session_of(track, Chain().added("eq", {"mid_gain_db": 4}), "warmer", "brighter").turns:
        stored = stored.with_turn(turn)
        store.add_turn(stored, turn)
    return stored.id


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_list_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    status, said, _ = run(capsys, "export", "--list")
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == list(FORMATS)
    assert all(FORMATS[line.split()[0]].help in line for line in said.splitlines())


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "reverb"])
def test_every_format_is_written_and_named(
    name: str, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said, errors = run(capsys, "export", session, "--format", name, "--out", tmp_path / "out")
    assert (status, errors) == (0, "")
    path = Path(said.splitlines()[0])
    assert path.parent == tmp_path / "out"
    assert path.name.startswith("song-warmer-brighter")
    assert path.name.endswith(FORMATS[name].suffix)
    assert path.stat().st_size > 100


def test_a_turn_and_a_name_can_be_chosen(session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "new" / "dry.FLAC"
    status, said, _ = run(capsys, "export", session, "--format", "flac", "--turn", "0", "--out", target)
    assert (status, said) == (0, f"{target}\n")
    assert load(target).frames == 22_050
    run(capsys, "export", session, "--format", "preset", "--turn", "1", "--out", tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text())["chain"][0]["effect"] == "eq"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ID", "--format", "ogg", "--out", "out"], "there is no format 'ogg'; there are wav16, wav24"),
        (["f" * 48, "--format", "flac", "--out", "out"], "no session of that id"),
        (["ID", "--format", "flac", "--turn", "9", "--out", "out"], "no turn 9; it has 2"),
        (["ID", "--format", "flac", "--turn", "-1", "--out", "out"], "no turn -1"),
        (["ID", "--format", "reverb", "--out", "out"], "no reverb"),
        (["ID", "--format", "flac", "--out", "song.wav"], "must end in .flac"),
        (["ID", "--format", "flac", "--out", "song.wav/x.flac"], "cannot write"),
        (["ID", "--format", "flac", "--out", "/proc/x.flac"], "cannot write"),
        (["ID", "--format", "flac"], "say which session"),
        (["--format", "flac", "--out", "out"], "say which session"),
        ([], "say which session"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    arguments: list[str], says: str, session: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    status, said, errors = run(capsys, "export", *(session if each == "ID" else each for each in arguments))
    assert (status, said) == (2, "")
    assert says in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.glob("out/*"))
