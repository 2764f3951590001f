"""The Python file: run as a musician runs it, where there is neither InstructFX nor torch, and compared by samples."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from exports_made import difference_db, hits, session_of, track_of

from instructfx.audio import Samples, load
from instructfx.audio.track import Track
from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.memoryless import Memoryless
from instructfx.exports import Exported, export
from instructfx.rendering.track import render_audio
from instructfx.sessions import Session

FIVE = ("eq", "compressor", "distortion", "delay", "reverb")
UNITS = (0.3, 0.7, 0.45, 0.6, 0.2, 0.8)  # where the settings stand, in turn
CLOSE_DB = {"eq": -110, "filter": -110, "reverb": -100, "five": -100}
"""Where it is not pedalboard's own: an equaliser that rings on, a room of 24 bits without its last -110 dB."""
BLOCKED = ("instructfx", "torch", "dasp_pytorch", "scipy", "soxr", "matplotlib", "mutagen")
RUNNER = f"""
import json, runpy, sys
for name in {BLOCKED}:
    sys.modules[name] = None  # so that importing it fails
for program, source, target in json.loads(sys.stdin.read()):
    sys.argv = [program, source, target]
    runpy.run_path(program, run_name="__main__")
"""


def telling(name: str) -> dict[str, float]:
    """Settings of an effect away from their defaults."""
    return {param.name: param.from_unit(UNITS[place % 6]) for place, param in enumerate(EFFECTS[name].params)}


def run(programs: list[tuple[Path, Path, Path]], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER],
        input=json.dumps([[str(path) for path in each] for each in programs]),
        capture_output=True, text=True, cwd=folder, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Rebuilt:
    """What the programs of one kind of track put out, what the render is, and the programs; by the chain's name."""

    found: dict[str, Samples]
    expected: dict[str, Samples]
    exported: dict[str, Exported]
    said: str


@pytest.fixture(scope="module", params=[(44_100, 2), (96_000, 1)], ids=str)
def rebuilt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    sample_rate, channels = request.param
    folder = tmp_path_factory.mktemp("programs")
    track = track_of(hits(1.0, sample_rate, channels), sample_rate, folder / "hits.wav")
    chains = {name: Chain().added(name, telling(name)) for name in EFFECTS}
    chains["five"] = Chain(tuple(chains[name].slots[0] for name in FIVE))
    exported = {
        name: export(session_of(track, chain), track, folder / name, "python") for name, chain in chains.items()
    }
    outputs = {name: folder / f"{name}.wav" for name in chains}
    said = run([(exported[name].path, track.path, outputs[name]) for name in chains], folder)
    found = {name: soundfile.read(path, dtype="float32", always_2d=True)[0].T for name, path in outputs.items()}
    expected = {name: render_audio(chain, track).samples for name, chain in chains.items()}
    return Rebuilt(found, expected, exported, said)


@pytest.mark.parametrize("name", [*EFFECTS, "five"])
def test_the_program_sounds_as_the_render_does(name: str, rebuilt: Rebuilt) -> None:
    found, expected = rebuilt.found[name], rebuilt.expected[name]
    assert found.shape == expected.shape
    assert difference_db(found, expected) < CLOSE_DB.get(name, -130)
    assert not any("limit" in note or "rebuilt" in note for note in rebuilt.exported[name].notes)
    assert rebuilt.said.count("dBFS") == len(rebuilt.found)


def test_a_program_says_what_can_be_read_and_turned(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "hits.wav")
    chain = Chain().added("compressor", {"threshold_db": -31.5}).added("gain", {"gain_db": 2})
    text = export(session_of(track, chain), track, tmp_path / "x.py", "python").path.read_text()
    assert "COMPRESSOR_THRESHOLD_DB = -31.5  # -60 to 0 dB: level above which it turns down" in text
    assert "GAIN_GAIN_DB = 2  # -24 to 24 dB" in text
    assert "apply_reverb" not in text
    assert "  1. make it warmer" in text
    assert "LEVEL_DB = " in text
    imported = {
        alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for alias in node.names
    }
    assert imported == {"math", "sys", "numpy", "numpy.typing", "pedalboard", "soundfile"}


def test_programs_follow_one_another_unharmed(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 1), 44_100, tmp_path / "hits.wav")
    chain = Chain().added("reverb", {})
    first, second, third = (
        export(session_of(track, each), track, tmp_path / f"{index}.py", "python").path.read_text()
        for index, each in enumerate((chain, Chain(), chain))
    )
    assert first == third != second


def test_long_sounds_are_shifted_in_the_same_segments(tmp_path: Path) -> None:
    track = track_of(hits(45, 8_000, 1), 8_000, tmp_path / "long.wav")
    chain = Chain().added("pitch_shift", {"semitones": 3})
    done = export(session_of(track, chain), track, tmp_path / "p.py", "python")
    run([(done.path, track.path, tmp_path / "out.wav")], tmp_path)
    assert difference_db(load(tmp_path / "out.wav").samples, render_audio(chain, track).samples) < -100


def test_bypassed_effects_are_named_and_not_heard(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "hits.wav")
    chain = Chain().added("distortion", {}).added("reverb", {}).bypassed("reverb", True)
    done = export(session_of(track, chain), track, tmp_path / "p.py", "python")
    assert "# Reverb is bypassed." in done.path.read_text()
    run([(done.path, track.path, tmp_path / "out.wav")], tmp_path)
    assert difference_db(load(tmp_path / "out.wav").samples, render_audio(chain, track).samples) < -100


def test_two_of_an_effect_are_two_calls_with_constants_of_their_own(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "hits.wav")
    chain = Chain().added("eq", {"mid_gain_db": 6}).added("reverb", {"decay_seconds": 0.3, "mix": 0.2})
    chain = chain.added("eq", {"treble_gain_db": -9}).added("reverb", {"decay_seconds": 0.6, "mix": 0.4})
    done = export(session_of(track, chain), track, tmp_path / "p.py", "python")
    text = done.path.read_text()
    for line in (
        "\nEQ_MID_GAIN_DB = 6 ",
        "\nEQ_2_TREBLE_GAIN_DB = -9 ",
        "\n# Equaliser 2: ",
        "\nROOM = (",
        "\nROOM_2 = (",
    ):
        assert line in text
    assert text.count("    samples = apply_eq(") == text.count("    samples = apply_reverb(") == 2
    run([(done.path, track.path, tmp_path / "out.wav")], tmp_path)
    assert difference_db(load(tmp_path / "out.wav").samples, render_audio(chain, track).samples) < CLOSE_DB["reverb"]


def test_a_large_room_lies_beside_the_program(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "hits.wav")
    chain = Chain().added("reverb", {"decay_seconds": 8, "mix": 0.5})
    done = export(session_of(track, chain), track, tmp_path / "p.py", "python")
    assert [path.name for path in done] == ["p.py", "p-room.wav"]
    assert done.path.stat().st_size < 20_000
    assert any("p-room.wav" in note for note in done.notes)
    run([(done.path, track.path, tmp_path / "out.wav")], tmp_path)
    assert difference_db(load(tmp_path / "out.wav").samples, render_audio(chain, track).samples) < -90


def test_the_room_is_the_same_size_at_another_rate_and_in_mono(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "hits.wav")
    chain = Chain().added("reverb", {"decay_seconds": 0.5, "high_cut_hz": 5000, "mix": 1.0})
    done = export(session_of(track, chain), track, tmp_path / "p.py", "python")
    click = np.zeros((1, 48_000), np.float32)
    click[0, 0] = 0.5
    for rate in (44_100, 48_000):
        soundfile.write(tmp_path / f"{rate}.wav", click.T, rate, "FLOAT")
    pairs = [(done.path, tmp_path / f"{rate}.wav", tmp_path / f"out{rate}.wav") for rate in (44_100, 48_000)]
    run(pairs, tmp_path)
    spectra = []
    for _, _, path in pairs:
        sound, rate = soundfile.read(path, always_2d=True)
        assert sound.shape[1] == 1
        spectra.append(np.abs(np.fft.rfft(sound[:, 0], rate))[100:4000])  # a bin is one Hz at either rate
    errors = 20 * np.log10(spectra[1] / spectra[0])
    assert abs(float(np.median(errors))) < 0.1


def test_what_cannot_be_rebuilt_is_left_out_and_said(tmp_path: Path) -> None:
    exciter = Effect("exciter", "Exciter", "Adds air.", EFFECTS["gain"].params, Memoryless(lambda samples, _: samples))
    track = track_of(hits(0.5, 44_100, 1), 44_100, tmp_path / "hits.wav")
    session = session_of(track, Chain((Slot(exciter, {"gain_db": 3}), *Chain().added("gain", {}).slots)))
    done = export(session, track, tmp_path / "p.py", "python")
    assert done.notes == ("Exciter cannot be rebuilt on pedalboard and is left out of the program",)
    text = done.path.read_text()
    assert f"Note: {done.notes[0]}." in text
    assert "# Exciter cannot be rebuilt on pedalboard: gain_db +3.0 dB." in text
    said = run([(done.path, track.path, tmp_path / "out.wav")], tmp_path)
    assert f"Note: {done.notes[0]}." in said


@pytest.mark.parametrize("words", ['"""; import os #', "\\", "line\nline\r\x00\u2028", "\ud800", "'''", "{x} %s"])
def test_hostile_words_stay_words(words: str, tmp_path: Path) -> None:
    track = track_of(hits(0.5, 8_000, 1), 8_000, tmp_path / "hits.wav")
    session = named(session_of(track, Chain().added("gain", {}), words), f"{words}.wav")
    done = export(session, track, tmp_path / "p.py", "python")
    tree = ast.parse(done.path.read_text(encoding="utf-8"))
    assert isinstance(tree.body[0], ast.Expr)
    assert all(not isinstance(node, ast.Import) or node.names[0].name != "os" for node in tree.body)
    run([(done.path, track.path, tmp_path / "out.wav")], tmp_path)


def named(session: Session, name: str) -> Session:
    from dataclasses import replace

    return replace(session, dry=replace(session.dry, name=name))


def test_a_wrong_call_is_one_line(tmp_path: Path) -> None:
    track: Track = track_of(hits(0.5, 8_000, 1), 8_000, tmp_path / "hits.wav")
    done = export(session_of(track, Chain()), track, tmp_path / "p.py", "python")
    called = subprocess.run([sys.executable, done.path], capture_output=True, text=True, timeout=60)
    assert (called.returncode, called.stderr) == (1, "usage: python p.py in.wav out.wav\n")
