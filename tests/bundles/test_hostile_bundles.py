"""Bundles from strangers: each is refused with one clear line, and nothing of it is left anywhere."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import struct
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lived_sessions import changed, document_of, lived, run

from instructfx.audio import Audio, save
from instructfx.audio.track import inspect
from instructfx.bundles import document, export_bundle, import_bundle, reading
from instructfx.bundles.archive import unpacked_bytes
from instructfx.bundles.format import memory_bytes
from instructfx.errors import AudioError, InstructFXError, StoreError
from instructfx.store import Store

Document = dict[str, Any]


@pytest.fixture(scope="module")
def good(mono: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with which nothing is wrong."""
    folder = tmp_path_factory.mktemp("good")
    save(Audio(mono.samples[:, :22_050], mono.sample_rate), folder / "song.wav")
    live = lived(inspect(folder / "song.wav"), folder / "s")
    export_bundle(live._store, live.session.id, folder / "good.ifx.zip")
    return folder / "good.ifx.zip"


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Path], str]:
    """Imports a bundle as a person does; what is said, after looking that nothing was kept."""
    scratch, home = tmp_path / "scratch", tmp_path / "home"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(home))

    def refuse(bundle: Path) -> str:
        status, out, err = run(capsys, "sessions", "import", bundle)
        assert (status, out, err.count("\n")) == (2, "", 1), err
        assert len(err) < 600
        assert err.startswith("instructfx: ")
        assert all(character.isprintable() for character in err.strip())
        assert Store().listed() == ()
        assert list((home / "audio").iterdir()) == []
        assert list(scratch.iterdir()) == []
        return err

    return refuse


def zipped(target: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target


def members_of(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def audio_member(bundle: Path) -> str:
    return next(name for name in members_of(bundle) if name != "session.json")


def with_audio(bundle: Path, target: Path, audio: bytes, extension: str) -> Path:
    """The same session on another track, its checksums right."""
    sha256 = hashlib.sha256(audio).hexdigest()
    name = f"audio/{sha256}{extension}"
    document = document_of(bundle)
    document["session"]["dry"]["sha256"] = sha256
    document["files"] = {name: {"sha256": sha256, "bytes": len(audio)}}
    return zipped(target, [("session.json", json.dumps(document).encode()), (name, audio)])


def test_a_track_that_is_too_long_is_refused_before_it_is_unpacked(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "home")
    heard: list[Path] = []
    monkeypatch.setattr(reading, "inspect", lambda path, name: heard.append(path))
    says_less = document_of(good)
    says_less["session"]["dry"]["frames"] = 100
    members = members_of(good)
    lying = [("session.json", json.dumps(says_less).encode()), (audio_member(good), members[audio_member(good)])]
    with pytest.raises(AudioError, match=r"song\.wav is 0 seconds long; up to 0 are accepted here"):
        import_bundle(zipped(tmp_path / "lies.zip", lying), store, longest_seconds=0.4)
    monkeypatch.setattr(reading, "scratch_folder", lambda: pytest.fail("unpacked"))
    with pytest.raises(AudioError, match=r"song\.wav is 0 seconds long; up to 0 are accepted here"):
        import_bundle(good, store, longest_seconds=0.4)
    assert (heard, store.listed(), unpacked_bytes(good)) == ([], (), sum(map(len, members.values())))


# Members


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "/etc/cron.d/evil", "C:\\evil.txt", "C:/evil.txt", "audio/../../evil.wav", "audio\\evil.wav",
        "audio/", "audio/evil.wav", "session.json/", "./session.json", "SESSION.JSON", "session.json ",
        f"audio/{'0' * 64}.wav/", f"audio/{'0' * 64}.exe", f"audio/{'0' * 64}", f"audio/{'A' * 64}.wav",
        "\N{RIGHT-TO-LEFT OVERRIDE}nosj.noisses", "x" * 5000,
    ],
)  # fmt: skip
def test_no_name_is_a_path(name: str, good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    bundle = zipped(tmp_path / "x.zip", [("session.json", members_of(good)["session.json"]), (name, b"evil")])
    before = sorted(tmp_path.rglob("*evil*"))
    assert "x.zip" in refused(bundle)
    assert sorted(tmp_path.rglob("*evil*")) == before


def test_names_that_end_at_a_null_are_refused(good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    bundle = zipped(tmp_path / "x.zip", [("session.jsonX.exe", members_of(good)["session.json"])])
    bundle.write_bytes(bundle.read_bytes().replace(b"session.jsonX.exe", b"session.json\0.exe"))
    assert "holds 'session.json\\x00.exe'" in refused(bundle)


def test_members_twice_many_and_more_are_refused(good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    text = members_of(good)["session.json"]
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped(tmp_path / "x.zip", [("session.json", text), ("session.json", text)])
    assert "holds session.json twice" in refused(twice)
    many = zipped(tmp_path / "y.zip", [(f"{number}.txt", b"") for number in range(4)])
    assert "more than 3 files" in refused(many)
    three = zipped(tmp_path / "z.zip", [(f"audio/{digit * 64}.wav", b"x") for digit in "012"])
    assert "more than 2 audio files" in refused(three)
    members = [*members_of(good).items(), (f"audio/{'0' * 64}.wav", b"x")]
    assert "its audio is not the one" in refused(zipped(tmp_path / "o.zip", members))
    none = zipped(tmp_path / "n.zip", [(audio_member(good), b"x")])
    assert "holds no session.json" in refused(none)


def test_links_are_refused(good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    link = zipfile.ZipInfo(audio_member(good))
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    text = members_of(good)["session.json"]
    assert "is a link" in refused(zipped(tmp_path / "x.zip", [("session.json", text), (link, b"/etc/passwd")]))


def test_encrypted_and_strange_packing_are_refused(good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    data = bytearray(good.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1
    (tmp_path / "e.zip").write_bytes(data)
    assert "is encrypted" in refused(tmp_path / "e.zip")
    with zipfile.ZipFile(tmp_path / "l.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("session.json", b"{}")
    assert "packed in a way" in refused(tmp_path / "l.zip")


# Bombs and lies about sizes


def test_bombs_are_refused_before_they_are_unpacked(good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    started = time.monotonic()
    text = zipped(tmp_path / "x.zip", [("session.json", b'{"a":"' + b" " * (60 << 20) + b'"}')])
    assert text.stat().st_size < 100_000
    assert "zip bomb" in refused(text)
    members = [("session.json", members_of(good)["session.json"]), (audio_member(good), bytes(60 << 20))]
    assert "zip bomb" in refused(zipped(tmp_path / "y.zip", members))
    assert "session.json of 68157440 bytes" in refused(zipped(tmp_path / "z.zip", [("session.json", bytes(65 << 20))]))
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("said", [1, 1000, 400_000])
def test_a_lie_about_the_size_is_caught(said: int, good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    for offset, signature in ((24, b"PK\x01\x02"), (22, b"PK\x03\x04")):
        data = bytearray(good.read_bytes())
        first = data.index(signature)
        data[first + offset : first + offset + 4] = struct.pack("<L", said)
        (tmp_path / "x.zip").write_bytes(data)
        if signature == b"PK\x01\x02":
            assert "damaged" in refused(tmp_path / "x.zip")


def test_a_list_of_millions_of_members_is_not_read(tmp_path: Path, refused: Callable[[Path], str]) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 500 << 20, 0, 0)
    (tmp_path / "x.zip").write_bytes(bytes(1000) + end)
    assert "list of files is" in refused(tmp_path / "x.zip")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    (tmp_path / "y.zip").write_bytes(bytes(1000) + locator + end)
    assert "more than 3 files" in refused(tmp_path / "y.zip")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"no zip file at all" * 100])
def test_what_is_no_zip_file_is_said(content: bytes, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert "is no zip file" in refused(tmp_path / "x.zip")


def test_folders_and_files_that_are_not_there_are_said(tmp_path: Path, refused: Callable[[Path], str]) -> None:
    Store()
    assert "cannot read" in refused(tmp_path)
    assert "cannot read" in refused(tmp_path / "none.zip")


# The audio


def test_audio_that_is_not_the_one_is_refused(
    good: Path, noise: Audio, tmp_path: Path, refused: Callable[[Path], str]
) -> None:
    members = members_of(good)
    name = audio_member(good)
    text = members["session.json"]
    save(noise, tmp_path / "n.wav")
    other = (tmp_path / "n.wav").read_bytes()
    assert "its audio is not the one" in refused(zipped(tmp_path / "a.zip", [("session.json", text), (name, other)]))
    longer = bytearray(members[name])
    longer[-1] ^= 1
    assert "the SHA-256 of its audio" in refused(
        zipped(tmp_path / "b.zip", [("session.json", text), (name, bytes(longer))])
    )
    renamed = name.replace(".wav", ".mp3")
    assert "its audio is not the one" in refused(
        zipped(tmp_path / "c.zip", [("session.json", text), (renamed, members[name])])
    )
    assert "export it with its track" in refused(zipped(tmp_path / "d.zip", [("session.json", text)]))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("sample_rate", 48_000, "its sample_rate is 44100, session.json says 48000"),
        ("channels", 2, "its channels is 1"),
        ("frames", 22_051, "its frames is 22050"), ("loudness_lufs", -3.0, "session.json says -3.0"),
        ("sha256", "0" * 64, "its audio is not the one"),
    ],
)  # fmt: skip
def test_audio_must_be_what_the_session_says(
    field: str, value: object, said: str, good: Path, tmp_path: Path, refused: Callable[[Path], str]
) -> None:
    bundle = changed(good, tmp_path / "x.zip", lambda document: document["session"]["dry"].update({field: value}))
    assert said in refused(bundle)


def test_audio_that_nobody_could_use_is_refused(good: Path, tmp_path: Path, refused: Callable[[Path], str]) -> None:
    garbage = b"RIFF" + os.urandom(5000)
    assert "is not audio that can be read" in refused(with_audio(good, tmp_path / "x.zip", garbage, ".wav"))


@pytest.mark.parametrize("extension", [".m4a", ".aac", ".mp4"])
def test_a_playlist_cannot_pass_for_audio(
    extension: str, noise: Audio, good: Path, tmp_path: Path, refused: Callable[[Path], str]
) -> None:
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed")
    save(noise, tmp_path / "secret.flac")
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{tmp_path}/secret.flac\n#EXT-X-ENDLIST\n".encode()
    assert "truncated or not audio" in refused(with_audio(good, tmp_path / "x.zip", playlist, extension))


# session.json


def answered(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["session"]["exchanges"][0]
    return found


def turns(document: Document) -> list[Document]:
    found: list[Document] = document["session"]["turns"]
    return found


def reverb(document: Document) -> Document:
    chain = turns(document)[-1]["refined"]["chain"]
    found: Document = next(slot["settings"] for slot in chain if slot["effect"] == "reverb")
    return found


def swapped(document: Document) -> None:
    made = turns(document)
    made[0], made[1] = made[1], made[0]


WRONG: list[tuple[str, Callable[[Document], Any], str]] = [
    ("another format", lambda d: d.update(format="ableton"), "its format must be 'instructfx-session'"),
    ("no format", lambda d: d.update(format=None), "its format must be"),
    ("a later version", lambda d: d.update(version=6), "is of version 6; this InstructFX reads 5"),
    ("an earlier version", lambda d: d.update(version=0), "is of version 0; there are 1 to 5"),
    ("no version", lambda d: d.pop("version"), "'version' is a required property"),
    ("version one in words", lambda d: d.update(version="1"), "is of version '1'; there are 1 to 5"),
    ("version true", lambda d: d.update(version=True), "is of version True; there are 1 to 5"),
    ("a list", lambda d: "[]", "session.json is not a session of InstructFX"),
    ("text", lambda d: "warmer", "is not JSON that can be read"),
    ("nothing after it", lambda d: json.dumps(d)[:-1], "is not JSON that can be read"),
    ("no UTF-8", lambda d: b'{"format": "\xff"}', "is not JSON that can be read"),
    ("deep", lambda d: "[" * 100_000 + "]" * 100_000, "nested too deeply"),
    ("rather deep", lambda d: '{"format": ' + "[" * 900 + "]" * 900 + "}", "nested more than 24 deep"),
    *(
        (f"millions of {named}", lambda d, part=part, count=count: f"[{part * count}0]", "would take more than 256 MB")
        for named, part, count in (
            ("empty lists", "[],", 1_000_000), ("lists", "[0.5,1.5,300],", 800_000), ("objects", '{"a":1},', 900_000),
            ("numbers", "300,", 6_000_000),
        )
    ),
    ("a long wide text", lambda d: f'"\N{GUITAR}{"a" * 40_000_000}"', "would take more than 256 MB"),
    ("a long escaped text", lambda d: f'"\\ud83c\\udfb8{"a" * 40_000_000}"', "would take more than 256 MB"),
    ("a long text", lambda d: d["session"].update(origin="a" * 1_000_001), "a text of 1000001 characters"),
    ("NaN", lambda d: json.dumps(d).replace('"seed": 3', '"seed": NaN', 1), "NaN is not a number"),
    ("infinity", lambda d: json.dumps(d).replace('"seed": 3', '"seed": -Infinity', 1), "-Infinity is not a number"),
    ("1e999", lambda d: json.dumps(d).replace('"seed": 3', '"seed": 1e999', 1), "1e999 is too large"),
    ("long numbers", lambda d: json.dumps(d).replace('"seed": 3', f'"seed": 1{"0" * 5000}', 1), "5001 digits"),
    ("large numbers", lambda d: turns(d)[0]["readings_after"].update(bass=1e300), "readings_after.bass"),
    ("large losses", lambda d: turns(d)[0]["refined"].update(loss_after=1e300), "loss_after"),
    ("large seeds", lambda d: turns(d)[0]["provenance"].update(seed=10**30), "provenance.seed"),
    ("endless searches", lambda d: turns(d)[0]["provenance"]["options"]["gradient"].update(spectral_steps=10**8),
     "spectral_steps: 100000000 is greater than the maximum of 10000"),
    ("more keys", lambda d: d.update(more=1), "'more' was unexpected"),
    ("more keys in a turn", lambda d: turns(d)[0].update(__class__="x"), "'__class__' was unexpected"),
    ("no turns", lambda d: d["session"].pop("turns"), "'turns' is a required property"),
    ("turns of another kind", lambda d: d["session"].update(turns={}), "session.turns"),
    ("no plan", lambda d: turns(d)[0].pop("plan"), "'plan' is a required property"),
    ("a setting beyond its range", lambda d: reverb(d).update(mix=7), "settings.mix: 7 is greater than the maximum"),
    ("a setting below its range", lambda d: reverb(d).update(decay_seconds=-1), "-1 is less than the minimum of 0.1"),
    ("a setting that is text", lambda d: reverb(d).update(mix="1"), "settings.mix: '1' is not of type 'number'"),
    ("a setting that is none", lambda d: reverb(d).update(evil=1), "'evil' was unexpected"),
    ("a setting of a step", lambda d: turns(d)[0]["refined"]["steps"][2]["chain"][0]["settings"].update(mid_q=99),
     "turns[0].refined.steps[2].chain[0].settings.mid_q: must be a number from 0.1 to 6"),
    ("markup as an effect", lambda d: turns(d)[0]["refined"]["chain"][0].update(effect="<b>x"), "must be the name"),
    ("the id of another effect", lambda d: turns(d)[0]["refined"]["chain"][0].update(effect="rm"), "is called rm"),
    ("an alias of an effect", lambda d: turns(d)[0]["refined"]["chain"][0].update(effect="equalizer"), "no alias"),
    ("an effect twice", lambda d: turns(d)[0]["refined"]["chain"].append(turns(d)[0]["refined"]["chain"][0]),
     "has an id of its own"),
    ("a lock on nothing", lambda d: turns(d)[0]["refined"]["chain"][0].update(locked=["evil"]), "no setting 'evil'"),
    ("an unknown route", lambda d: turns(d)[0].update(route="up"), "turns[0].route"),
    ("an unknown kind", lambda d: turns(d)[0].update(kind="evil"), "turns[0].kind"),
    ("two turns of one id", lambda d: turns(d)[1].update(id=turns(d)[0]["id"]), "two turns of the id"),
    ("a parent that is not there", lambda d: turns(d)[1].update(parent_id="f" * 32), "does not come before it"),
    ("a parent that comes later", lambda d: turns(d)[0].update(parent_id=turns(d)[1]["id"]), "does not come before"),
    ("its own parent", lambda d: turns(d)[1].update(parent_id=turns(d)[1]["id"]), "does not come before it"),
    ("exchanges of another kind", lambda d: d["session"].update(exchanges={}), "session.exchanges"),
    ("an unknown act", lambda d: answered(d).update(act="evil"), "exchanges[0].act"),
    ("more keys in an exchange", lambda d: answered(d).update(evil=1), "'evil' was unexpected"),
    ("a long answer", lambda d: answered(d).update(reply="x" * 20_001), "exchanges[0].reply"),
    ("a time of another zone", lambda d: answered(d).update(said_at="2026-01-01T00:00:00+14:00"), "a time in UTC"),
    ("a time that there is not", lambda d: answered(d).update(said_at="2026-13-41T00:00:00Z"), "said_at"),
    ("an exchange after nothing", lambda d: answered(d).update(after_id="f" * 32), "a turn that does not come before"),
    ("an exchange after a later turn", lambda d: answered(d).update(after_id=turns(d)[3]["id"]), "does not come befor"),
    ("an exchange after too many", lambda d: answered(d).update(turns=9), "something was answered after 9 turns"),
    ("an exchange twice", lambda d: d["session"]["exchanges"].append(answered(d)), "two exchanges of one id"),
    ("turns out of order", swapped, "turn 1 says that it is turn 2"),
    ("a turn left out", lambda d: turns(d).pop(1), "turn 2 says that it is turn 3"),
    ("an index of 0", lambda d: turns(d)[0].update(index=0), "turns[0].index"),
    ("an unknown head", lambda d: d["session"].update(head="f" * 32), "its head is none of its turns"),
    ("no head", lambda d: d["session"].update(head=None), "which of its turns plays now"),
    ("a head that is no id", lambda d: d["session"].update(head="../x"), "session.head must be an id"),
    ("an answer about nothing", lambda d: d["answers"][0].update(turn_id="f" * 32), "a turn that it does not have"),
    ("a comparison with nothing", lambda d: d["answers"][0].update(against_id="f"), "a turn that it does not have"),
    ("a mark of 5", lambda d: d["judgements"][0].update(chain_of_thought=5), "chain_of_thought: 5 is greater"),
    ("a judgement of nothing", lambda d: d["judgements"][0].update(turn_id="f"), "a turn that it does not have"),
    ("a signature of nothing", lambda d: d["signatures"].update(f=next(iter(d["signatures"].values()))), "a turn that"),
    ("a long instruction", lambda d: turns(d)[0].update(instruction="x" * 2001), "turns[0].instruction"),
    ("a long reply", lambda d: turns(d)[0]["plan"].update(reply="x" * 20_001), "plan.reply"),
    ("control characters", lambda d: turns(d)[0]["plan"].update(reply="\x1b]0;evil\x07"), "control characters"),
    ("half of a character", lambda d: turns(d)[0]["plan"].update(reply="\ud800"), "control characters"),
    ("an excerpt outside", lambda d: d["session"]["dry"].update(excerpt_start=10**6), "excerpt begins at frame 10000"),
    ("a turn heard outside", lambda d: turns(d)[0]["provenance"].update(excerpt_start=10**6), "excerpt begins at"),
    ("a chosen excerpt outside", lambda d: d["session"].update(excerpt_start=10**6), "excerpt begins at frame 10000"),
    ("a name of nothing", lambda d: d["names"].update(f="x"), "a turn that it does not have"),
    ("a long name of a turn", lambda d: d["names"].update({turns(d)[0]["id"]: "x" * 81}), "names."),
    ("a share of nothing", lambda d: turns(d)[0].update(kind="edited", share=0.5), "an amount of no turn"),
    ("a share of words", lambda d: turns(d)[1].update(share=0.5), "an amount of no turn"),
    ("a take of more than there are", lambda d: turns(d)[0].update(take=2), "a take or an amount of no turn"),
    ("a giant step", lambda d: turns(d)[0]["provenance"]["turn_options"].update(step_size=9), "9 is greater"),
    ("a file elsewhere", lambda d: d.update(files={"../x": {"sha256": "0" * 64, "bytes": 1}}), "files: '../x'"),
    ("a planner's script", lambda d: turns(d)[0]["provenance"].update(planner="<script>"), "planner must be a name"),
    ("a judge's script", lambda d: d["judgements"][0].update(model="<img src=x>"), "model must be a name"),
    *(
        (f"the name {name[:12]!a}", lambda d, name=name: d["session"]["dry"].update(name=name),
         "session.dry.name" if not name else "session.dry.name must be the track's name")
        for name in ("", "../song.wav", "a\\b.wav", "<script>alert(1)</script>.wav", "a\nb.wav", "x" * 201,
                     "\N{RIGHT-TO-LEFT OVERRIDE}vaw.gnos", "song.wav\n", "a\N{ZERO WIDTH SPACE}b")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [wrong[1:] for wrong in WRONG], ids=[wrong[0] for wrong in WRONG])
def test_what_is_wrong_with_a_session_is_said(
    change: Callable[[Document], Any], said: str, good: Path, tmp_path: Path, refused: Callable[[Path], str]
) -> None:
    started = time.monotonic()
    assert said in refused(changed(good, tmp_path / "x.zip", change))
    assert time.monotonic() - started < 20


def test_a_large_session_that_is_well_formed_is_looked_through_in_bounded_time(
    good: Path, tmp_path: Path, refused: Callable[[Path], str]
) -> None:
    def grow(document: Document) -> None:
        refined = turns(document)[0]["refined"]
        refined["steps"] = [*(refined["steps"][-1:] * 9_000), {**refined["steps"][-1], "loss": "x"}]

    started = time.monotonic()
    assert "steps[9000].loss" in refused(changed(good, tmp_path / "x.zip", grow))
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "text",
    [
        "[" + ",".join("{}" for _ in range(20_000)) + "]",
        "[" + ",".join(f'{{"k{number:x}":{{}}}}' for number in range(20_000)) + "]",
        "{" + ",".join(f'"k{number}":{{}}' for number in range(20_000)) + "}",
        "[" + ",".join(f"[0.{number},1.{number},{number}]" for number in range(20_000)) + "]",
        "[" + ",".join(f'"{number}"' for number in range(20_000)) + "]",
        "[" + ",".join(str(number + 300) for number in range(100_000)) + "]",
        f'["\N{GUITAR}{"a" * 1_000_000}"]',
        f'["\\ud83c\\udfb8{"a" * 1_000_000}"]',
        f'["\N{CYRILLIC SMALL LETTER A}{"a" * 1_000_000}"]',
        f'["{"a" * 1_000_000}"]',
    ],
    ids=["objects", "names", "one object", "lists", "texts", "numbers", "wide", "escaped", "half as wide", "plain"],
)
def test_what_a_text_takes_is_known_before_it_is_read(text: str) -> None:
    data = text.encode()
    del text
    tracemalloc.start()
    try:
        value = json.loads(data)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert value
    assert taken <= memory_bytes(data) + 10_000  # what Python takes for itself


# Anything at all


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_refused_or_does_no_harm(data: st.DataObject, good: Path, tmp_path: Path) -> None:
    content = bytearray(good.read_bytes())
    where = st.one_of(
        st.integers(0, len(content) - 1), st.integers(0, 60), st.integers(len(content) - 400, len(content) - 1)
    )
    for place in data.draw(st.lists(where, max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    _import(bytes(content), tmp_path)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_text_that_was_tampered_with_is_refused_or_does_no_harm(
    data: st.DataObject, good: Path, tmp_path: Path
) -> None:
    members = members_of(good)
    text = bytearray(members["session.json"])
    for place in data.draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=6)):
        text[place] = data.draw(st.sampled_from(b'0e9-"{}[],:\\u/<.\x00\xff'))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("session.json", bytes(text))
        archive.writestr(audio_member(good), members[audio_member(good)])
    _import(packed.getvalue(), tmp_path)


def _import(content: bytes, folder: Path) -> None:
    (folder / "x.zip").write_bytes(content)
    store = Store(folder / "s")
    before = len(store.listed())
    started = time.monotonic()
    try:
        session = import_bundle(folder / "x.zip", store).session
    except InstructFXError:
        assert len(store.listed()) == before
    else:
        assert store.load(session.id)[0].turns == session.turns
    assert time.monotonic() - started < 20


def test_what_is_refused_is_not_written_out_as_a_whole() -> None:
    head = {"format": "instructfx-session", "version": 4}
    with pytest.raises(StoreError, match=r"^x holds a text of 1000001 characters; none is longer than 1000000$"):
        document.parsed(json.dumps({**head, "session": "a" * 1_000_001}).encode(), "x")
    lists = [[1, 2, 3]] * 300_000
    tracemalloc.start()
    try:
        with pytest.raises(StoreError, match=r"^x is not as the format says: session: \[\[1, 2, 3\], .{,300}$"):
            document.believed({**head, "session": lists}, "x")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5 * len(str(lists))
