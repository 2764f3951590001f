"""`instructfx clap` as a person types it, against a mirror on this machine."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_server import Answer, Server, serving

from instructfx.cli import clap
from instructfx.cli.main import main
from instructfx.ears import checking, checkpoints
from instructfx.ears.checking import CheckProgress

ROOT = Path(__file__).parents[2]
WEIGHTS = random.Random(0).randbytes(300_000)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, server: Server) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "*",
        "INSTRUCTFX_MODELS": str(tmp_path / "models"),
        "INSTRUCTFX_CLAP_MIRROR": server.address,
    }


@pytest.fixture
def tiny(server: Server, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a published checkpoint of 300 kB, which only the mirror has as yet."""
    for name in ("INSTRUCTFX_CLAP_CHECKPOINT", "INSTRUCTFX_CLAP_MODEL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    weights = server.publish("tiny.pt", WEIGHTS)
    tokenizer = (server.publish("roberta-base/vocab.json", b"{}"), server.publish("roberta-base/merges.txt", b"a b\n"))
    monkeypatch.setattr(checkpoints, "MUSIC", weights)
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", (weights,))
    monkeypatch.setattr(checking, "TOKENIZER", tokenizer)
    return tmp_path / "models" / "tiny.pt"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "instructfx", "clap", *arguments]


def test_download_and_then_verify(tiny: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clap", "download"]) == 0
    said = capsys.readouterr()
    names = ("roberta-base/vocab.json", "roberta-base/merges.txt", "tiny.pt")
    assert said.out == "".join(f"fetched and checked: {tiny.parent / name}\n" for name in names)
    assert said.err.startswith(f"fetching 0 MB into {tiny.parent}: roberta-base/vocab.json, roberta-base/merges.txt, t")
    assert f"from {server.address}/tiny.pt\n" in said.err
    assert tiny.read_bytes() == WEIGHTS

    assert main(["clap", "verify"]) == 0
    said = capsys.readouterr()
    assert [line.split(":")[0] for line in said.out.splitlines()] == [
        str(tiny), str(tiny.parent / "roberta-base/vocab.json"), str(tiny.parent / "roberta-base/merges.txt"),
    ]  # fmt: skip
    assert said.out.count("as published") == 3
    assert said.err == ""

    asked = len(server.asked)
    assert main(["clap", "download"]) == 0
    assert capsys.readouterr().out == f"already there and checked: {tiny}\n"
    assert len(server.asked) == asked


def test_download_fetches_only_what_is_missing(tiny: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    main(["clap", "download"])
    tiny.write_bytes(b"x" * len(WEIGHTS))
    server.asked.clear()
    assert main(["clap", "verify"]) == 2
    assert "tiny.pt is damaged" in capsys.readouterr().err
    assert main(["clap", "download"]) == 0
    assert server.asked == [("/tiny.pt", "")]
    assert tiny.read_bytes() == WEIGHTS


def test_verify_of_a_checkpoint_of_ones_own(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["clap", "download"])
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(tiny.rename(tiny.with_name("own.pt"))))
    capsys.readouterr()
    assert main(["clap", "verify"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert "own.pt: SHA-256 " in first
    assert "nothing to compare it with" in first
    assert main(["clap", "download"]) == 0
    assert capsys.readouterr().out == f"already there: {tiny.with_name('own.pt')}\n"


def test_verify_with_nothing_there_says_what_to_do(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clap", "verify"]) == 2
    assert capsys.readouterr().err == (
        f"instructfx: there is no checkpoint at {tiny}; run `python -m instructfx clap download`\n"
    )


def test_a_truncated_mirror_is_one_line_and_status_2(server: Server, settings: dict[str, str], tmp_path: Path) -> None:
    server.files["/roberta-base/vocab.json"] = b"{}"
    done = subprocess.run(command("download"), capture_output=True, text=True, timeout=60, env=settings)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    announced, _, line = done.stderr.splitlines()
    assert announced.startswith("fetching 2,354 MB into ")
    assert line.startswith("instructfx: what 127.0.0.1 has as roberta-base/vocab.json is 2 bytes long, not 898,823")
    assert [path.name for path in (tmp_path / "models").rglob("*") if path.is_file()] == [".download.lock"]


def test_ctrl_c_keeps_what_has_arrived(server: Server, settings: dict[str, str], tmp_path: Path) -> None:
    server.files["/roberta-base/vocab.json"] = b"x" * 898_823
    server.script = [Answer(cut_after=200_000, holding=True)]
    part = tmp_path / "models" / "roberta-base" / "vocab.json.part"
    with subprocess.Popen(command("download"), stderr=subprocess.PIPE, text=True, env=settings) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (part.exists() and part.stat().st_size):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "instructfx: interrupted; run the same command again to continue"
    assert "Traceback" not in said
    assert 0 < part.stat().st_size <= 200_000
    assert not part.with_name("vocab.json").exists()


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks = iter(range(10_000))
    monkeypatch.setattr(clap.time, "monotonic", lambda: float(next(ticks)))
    steps = [CheckProgress("music.pt", "fetching", done, 2_000_000_000) for done in range(0, 2_000_000_001, 20_000_000)]
    lines = clap._Bar()
    for step in steps:
        lines.show(step)
    lines.clear()
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 10
    assert said[0] == "fetching music.pt:  10%  200 of 2,000 MB  20.0 MB/s  1:30 left"
    assert said[-1].startswith("fetching music.pt: 100%  2,000 of 2,000 MB")

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    bar = clap._Bar()
    for step in steps[:51]:
        bar.show(step)
    bar.clear()
    drawn = capsys.readouterr().err.split("\r\033[K")
    assert drawn[-2] == "fetching [#########---------]  50%  1,000 of 2,000 MB  20.0 MB/s  0:50 left"
    assert drawn[-1] == ""
    assert max(map(len, drawn)) < 80
