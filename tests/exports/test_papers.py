"""The reverb as a file, the sheets and the bundle."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from exports_made import hits, session_of, track_of

from instructfx.audio.track import Track
from instructfx.bundles import import_bundle
from instructfx.chain import Chain, preset
from instructfx.chain.format import settings_of
from instructfx.effects import EFFECTS
from instructfx.errors import ExportError
from instructfx.exports import FORMATS, at_turn, export
from instructfx.sessions import BlindAnswer, Remarks, Session
from instructfx.store import Store

BEGUN = datetime(2026, 2, 3, 4, 5)


@pytest.fixture
def track(tmp_path: Path) -> Track:
    return track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "My song.wav")


@pytest.mark.parametrize(("sample_rate", "channels"), [(44_100, 1), (96_000, 2)])
def test_the_reverb_is_its_answer_to_a_click(sample_rate: int, channels: int, tmp_path: Path) -> None:
    track = track_of(hits(0.5, sample_rate, channels), sample_rate, tmp_path / "a.wav")
    chain = Chain().added("eq", {"mid_gain_db": 9}).added("reverb", {"decay_seconds": 0.5, "mix": 0.3})
    done = export(session_of(track, chain), track, tmp_path / "out", "reverb")
    assert done.path.name == "a-warmer-room.wav"
    assert done.notes == ("the file holds the reverb alone; mix in 30 % of it",)
    info = soundfile.info(done.path)
    assert (info.samplerate, info.channels, info.subtype) == (sample_rate, channels, "FLOAT")
    room = soundfile.read(done.path, always_2d=True)[0].T
    assert np.allclose(np.square(room).sum(axis=1), 44_100 / sample_rate, atol=1e-4)
    click = torch.zeros(1, channels, 2 * sample_rate)
    click[..., 0] = 1
    wet = Chain().added("reverb", {"decay_seconds": 0.5, "mix": 1}).apply(click, sample_rate)[0].numpy()
    frames = min(wet.shape[1], room.shape[1])
    assert np.abs(wet[:, :frames] - room[:, :frames]).max() < 1e-5


def test_without_a_reverb_there_is_one_line(track: Track, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r'no reverb, so it has no impulse response; it has eq\. Say "add reverb"\.'):
        export(session_of(track, Chain().added("eq", {})), track, tmp_path / "out", "reverb")
    assert not list((tmp_path / "out").iterdir())


def every_effect() -> Chain:
    chain = Chain()
    for name, effect in EFFECTS.items():
        chain = chain.added(name, {param.name: param.from_unit(0.61) for param in effect.params})
    return chain.bypassed("chorus", True)


def test_the_sheet_has_every_setting_and_every_word(track: Track, tmp_path: Path) -> None:
    session = session_of(track, every_effect(), "make it warmer", "too dark,\na bit brighter")
    text = export(session, track, tmp_path, "sheet", begun_at=BEGUN).path.read_text(encoding="utf-8")
    assert text.startswith("My song.wav\n0:00, 44100 Hz, stereo, ")
    assert "session of 2026-02-03 04:05 UTC" in text
    for number, slot in enumerate(session.chain.slots, start=1):
        off = " (bypassed)" if slot.bypassed else ""
        assert f"\n{number}. {slot.effect.label}{off}\n" in text
        for reading in settings_of(slot):
            assert re.search(rf"^   {re.escape(reading.label)} +{re.escape(reading.text)}", text, re.MULTILINE)
    assert '1. "make it warmer"\n   I did that.' in text
    assert '2. "too dark, a bit brighter"' in text


def shown(pdf: bytes) -> str:
    """The text of a PDF whose fonts number their letters by sixteen bits of Unicode."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    pages = []
    for stream in streams:
        try:
            pages.append(zlib.decompress(stream))
        except zlib.error:
            continue
    lines = []
    for drawn in re.findall(rb"\[((?:\((?:\\.|[^\\()])*\)|[^\]()])*)\]\s*TJ", b"\n".join(pages), re.DOTALL):
        strings = re.findall(rb"\(((?:\\.|[^\\()])*)\)", drawn, re.DOTALL)
        lines.append(re.sub(rb"\\(.)", rb"\1", b"".join(strings)).replace(b"\0", b"").decode("latin-1"))
    return "\n".join(lines)


@pytest.mark.parametrize("count", [0, 2, 60])
def test_the_page_is_one_a4_page_with_the_chain_and_the_words(count: int, track: Track, tmp_path: Path) -> None:
    said = [f"wish number {number} " + "and so on " * 20 for number in range(1, count + 1)]
    session = session_of(track, every_effect(), *said)
    if count == 0:
        session = replace(session, turns=(), head=None)
    pdf = export(session, track, tmp_path, "pdf", begun_at=BEGUN).path.read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page\n") == 1
    box = [float(side) for side in re.search(rb"/MediaBox \[ *([\d. ]+)\]", pdf)[1].split()]  # type: ignore[index]
    assert np.allclose(box, [0, 0, 595.4, 841.7], atol=0.5)
    text = shown(pdf)
    assert "My song.wav" in text
    assert ("Equaliser" in text) == (count > 0)
    if count == 60:
        assert "60. " in text
        assert "turns are in the sheet as text" in text


@pytest.mark.parametrize("words", ["$x_1$ \\frac{", "暖かい 🎸", "\u202eabc\x00", "x" * 3000])
def test_any_words_fit_on_the_page(words: str, track: Track, tmp_path: Path) -> None:
    session = session_of(track, Chain().added("eq", {"low_shelf_gain_db": 6}), words[:2000])
    session = replace(session, dry=replace(session.dry, name=f"{words}.wav"))
    assert export(session, track, tmp_path / "x.pdf", "pdf").path.stat().st_size > 5000


def test_presets_are_the_chain(track: Track, tmp_path: Path) -> None:
    session = session_of(track, every_effect())
    assert preset.load(export(session, track, tmp_path, "preset").path) == session.chain


def test_the_bundle_is_the_session(track: Track, tmp_path: Path) -> None:
    session = session_of(track, every_effect(), "warmer", "brighter")
    remarks = Remarks(answers=(BlindAnswer(session.turns[1].id, session.turns[0].id, "this"),))
    path = export(session, track, tmp_path / "out", "session", remarks=remarks).path
    assert path.name == "My song-warmer-brighter.ifx.zip"
    store = Store(tmp_path / "store")
    brought = import_bundle(path, store).session
    assert [turn.instruction for turn in brought.turns] == ["warmer", "brighter"]
    assert brought.chain == session.chain
    assert [answer.better for answer in store.answers(brought.id)] == ["this"]


def test_an_earlier_turn_can_be_taken(track: Track, tmp_path: Path) -> None:
    first = session_of(track, Chain().added("gain", {"gain_db": 3}), "louder")
    both = session_of(track, Chain().added("reverb", {}), "louder", "roomy")
    session: Session = replace(both, turns=(first.turns[0], both.turns[1]))
    chains = [preset.load(export(at_turn(session, n), track, tmp_path, "preset").path).names for n in (0, 1, 2)]
    assert chains == [(), ("gain",), ("reverb",)]
    with pytest.raises(ExportError, match="no turn 3; it has 2, and 0 is the dry track"):
        at_turn(session, 3)


@pytest.mark.parametrize("name", ["CON.wav", "a/b\\c:d.wav", "x" * 400, "..", "…𝒜\u0301" * 90, "song. . ."])
def test_hostile_names_of_tracks_make_files(name: str, track: Track, tmp_path: Path) -> None:
    session = session_of(track, Chain().added("reverb", {}), "../../x")
    session = replace(session, dry=replace(session.dry, name=name))
    formats = FORMATS if "\u0301" in name else ("wav16", "preset")  # all of them are named in one place
    for each in formats:
        done = export(session, track, tmp_path / "out", each)
        assert all(path.parent == tmp_path / "out" for path in done)
    assert len(list((tmp_path / "out").iterdir())) == len(formats)
