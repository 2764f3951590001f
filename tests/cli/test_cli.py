"""The command line as other programs call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import soundfile

from instructfx.audio import Audio, load, save
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.effects import EFFECTS
from instructfx.exports.tags import Tags, read_tags, write_tags

ROOT = Path(__file__).parents[2]
KEYS = [
    "index", "instruction", "route", "chain", "loss_before", "loss_after",
    "readings_before", "readings_after", "reply", "notes", "planner", "asked", "seconds", "file",
]  # fmt: skip


def instructfx(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "INSTRUCTFX_SESSIONS": str(folder / "sessions"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "instructfx", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


@pytest.fixture
def track(music: Audio, tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    save(Audio(music.samples[:, : 3 * music.sample_rate], music.sample_rate), path)
    return path


def test_refine_prints_one_json_object_a_turn_and_renders_each(track: Path, tmp_path: Path) -> None:
    few = ("--iterations", "5")
    done = instructfx("refine", track, "warmer", "in a small room", "--out", "out", "--json", *few, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    turns = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(turn) for turn in turns] == [KEYS, KEYS]
    assert [turn["route"] for turn in turns] == ["initialize_all", "reuse_and_initialize"]
    assert [slot["effect"] for slot in turns[1]["chain"]] == ["eq", "reverb"]
    assert set(turns[0]["chain"][0]) == {"id", "effect", "settings"}
    for turn in turns:
        rendered = load(tmp_path / turn["file"])
        assert rendered.sample_rate == 44_100
        assert rendered.seconds >= 3
        preset = json.loads((tmp_path / turn["file"]).with_suffix(".json").read_text())
        assert Chain.from_json(preset["chain"]) == Chain.from_json(turn["chain"])
    assert "refining" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_refine_renders_has_the_tags_of_the_track(
    track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tags(track, Tags(title=("A song",), artist=("One", "Two")))
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    out = tmp_path / "out"
    assert main(["refine", str(track), "high-pass at 80 Hz", "--out", str(out), "--planner", "builtin"]) == 0
    (rendered,) = out.glob("*.flac")
    tags = read_tags(rendered)
    assert (tags.title, tags.artist) == (("A song",), ("One", "Two"))


def test_what_a_decoder_says_of_bad_frames_is_not_shown(music: Audio, tmp_path: Path) -> None:
    path = tmp_path / "bad.mp3"
    soundfile.write(path, music.samples[:, : 3 * music.sample_rate].T, music.sample_rate)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(0)
    places = rng.integers(2000, len(content), len(content) // 30)
    heads = np.convolve(content == 255, np.ones(4), "full")[: len(content)] > 0  # of frames, which stay
    places = places[~heads[places]]
    content[places] = rng.integers(0, 255, len(places))
    path.write_bytes(content.tobytes())
    code = f"from instructfx.audio import load; load({str(path)!r})"
    loud = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "libmpg123" in loud.stderr, "the guard is guarded"
    done = instructfx("refine", path, "high-pass at 80 Hz", "--out", "out", "--planner", "builtin", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "session " in done.stderr
    assert "libmpg123" not in done.stderr


def test_what_changes_nothing_is_answered_and_makes_no_file(
    track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    answers = [
        [{"name": "answer", "arguments": {"text": "It is at -14.2 LUFS."}}],
        [{"name": "add_filter", "arguments": {"highpass_hz": 80}}, {"name": "describe_goal", "arguments": {}}],
    ]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    said = ["refine", str(track), "how loud is it?", "high-pass at 80 Hz", "--out", str(tmp_path / "out")]
    said += ["--planner", f"recorded:{tmp_path / 'answers.json'}"]
    assert main(said) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ['-  "how loud is it?"', "   It is at -14.2 LUFS."]
    assert told[2].startswith("   nothing changed, answered by recorded:answers.json")
    assert told[3] == '1. "high-pass at 80 Hz"'
    assert [path.name for path in sorted((tmp_path / "out").glob("*.flac"))] == ["01-high-pass-at-80-hz.flac"]
    assert main([*said, "--json"]) == 0
    answer, turn = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert list(answer) == [
        "index", "act", "instruction", "reply", "notes", "planner", "asked", "seconds", "file",
    ]  # fmt: skip
    assert (answer["index"], answer["act"], answer["reply"]) == (None, "question", "It is at -14.2 LUFS.")
    assert (answer["file"], list(turn)) == (None, KEYS)


def test_refine_speaks_plainly_without_json(
    track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    assert main(["refine", str(track), "high-pass at 80 Hz", "--out", str(tmp_path / "out")]) == 0
    assert "filter: highpass_hz 80" in capsys.readouterr().out
    assert (tmp_path / "out" / "01-high-pass-at-80-hz.flac").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["refine", "none.wav", "warmer", "--out", "out"], "no such file"),
        (["refine", "song.txt", "warmer", "--out", "out"], "accepted are"),
        (["refine", "song.wav", " ", "--out", "out"], "make it warmer"),
        (["refine", "song.wav", "warmer", "--out", "out", "--planner", "nobody"], "builtin"),
        (["refine", "song.wav", "warmer", "--out", "out", "--ear", "nobody"], "perceptual"),
        (["refine", "song.wav", "warmer", "--out", "song.wav"], "cannot write"),
        (["refine", "song.wav", "--out", "out"], "required"),
        (["refine", "song.wav", "warmer", "--out", "out", "--seed", "x"], "invalid int"),
        (["nonsense"], "invalid choice"),
        ([], "required"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(
    arguments: list[str],
    says: str,
    track: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    (tmp_path / "song.txt").write_text("la la la")
    try:
        status: object = main(arguments)
    except SystemExit as ended:  # argparse's own
        status = ended.code
    said = capsys.readouterr()
    assert status == 2
    assert says in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not list(tmp_path.glob("out/*"))


def test_bad_input_is_the_same_line_from_a_shell(tmp_path: Path) -> None:
    done = instructfx("refine", "none.wav", "warmer", "--out", "out", folder=tmp_path)
    assert done.returncode == 2
    assert "no such file" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_effects_lists_every_setting_with_its_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effects"]) == 0
    said = capsys.readouterr().out
    for effect in EFFECTS.values():
        assert f"{effect.name} - " in said
        for param in effect.params:
            assert f"  {param.name} " in said
            assert param.range_text() in said


def test_effects_as_json_are_tool_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effects", "--json"]) == 0
    tools = json.loads(capsys.readouterr().out)
    assert [tool["function"]["name"] for tool in tools] == [f"add_{name}" for name in EFFECTS]
    for tool in tools:
        schema = tool["function"]["parameters"]
        jsonschema.Draft202012Validator.check_schema(schema)
        name = tool["function"]["name"].removeprefix("add_")
        jsonschema.validate(EFFECTS[name].to_json(EFFECTS[name].defaults()), schema)
        first = EFFECTS[name].params[0]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({first.name: first.high + 1}, schema)


def test_doctor_says_that_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "BAD" not in said
    assert "a turn: initialize_all" in said


def test_version(tmp_path: Path) -> None:
    assert instructfx("--version", folder=tmp_path).stdout.startswith("InstructFX 0.")
