"""A session that is exported and imported is the same session under another id."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from lived_sessions import LEVELS, document_of, lived, run, without_ids

from instructfx.audio import Audio, save
from instructfx.audio.track import inspect
from instructfx.bundles import export_bundle, import_bundle
from instructfx.bundles.document import problems_of_steps
from instructfx.bundles.format import fingerprint
from instructfx.bundles.schema import bundle_schema
from instructfx.engine.live import LiveSession, resume_session
from instructfx.rendering.track import render_audio
from instructfx.sessions import Dry, Session, Turn
from instructfx.store import Store

PUBLISHED = Path(__file__).parents[2] / "docs" / "bundle.schema.json"


@pytest.fixture(scope="module")
def live(mono: Audio, tmp_path_factory: pytest.TempPathFactory) -> LiveSession:
    folder = tmp_path_factory.mktemp("lived")
    save(mono, folder / "a song.wav")
    return lived(inspect(folder / "a song.wav"), folder / "s")


@pytest.fixture
def bundle(live: LiveSession, tmp_path: Path) -> Path:
    export_bundle(live._store, live.session.id, tmp_path / "x.ifx.zip")
    return tmp_path / "x.ifx.zip"


def same_but_ids(before: Session, after: Session) -> bool:
    return without_ids(before) == without_ids(after)


def test_a_person_takes_a_session_elsewhere(
    live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "x.ifx.zip"
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(live._store.folder))
    assert run(capsys, "sessions", "export", live.session.id, "--out", bundle)[:2] == (0, f"{bundle}\n")
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "elsewhere"))
    status, out, err = run(capsys, "sessions", "import", bundle)
    assert (status, "4 turns on a song.wav" in err) == (0, True)
    session, track = Store().load(out.strip())
    assert session.id != live.session.id
    assert {turn.id for turn in session.turns}.isdisjoint(turn.id for turn in live.turns)
    assert same_but_ids(live.session, session)
    assert session.dry == live.session.dry
    assert session.head == session.turns[-1].id
    assert [turn.kind for turn in session.turns] == ["said", "said", "undone", "said"]
    assert sum(len(turn.refined.steps) for turn in session.turns) > 4
    text = zipfile.ZipFile(bundle).read("session.json")
    assert session.origin == f"bundle {fingerprint(text)} of a song.wav"
    assert track.path.read_bytes() == live.track.path.read_bytes()
    for before, after in zip(live.turns, session.turns, strict=True):
        assert (
            render_audio(after.chain, track).samples.tobytes()
            == render_audio(before.chain, live.track).samples.tobytes()
        )
    first, second = session.turns[:2]
    remarks = Store().remarks(session.id)
    assert [(each.turn_id, each.against_id, each.better) for each in remarks.answers] == [
        (first.id, None, "this"), (second.id, first.id, "other"),
    ]  # fmt: skip
    kept = live._store.judgements(live.session.id)
    assert [replace(each, turn_id=live.turns[1].id) for each in remarks.judgements] == list(kept)
    assert remarks.judgements[0].turn_id == second.id
    assert {turn: signature.levels_db for turn, signature in remarks.signatures.items()} == {first.id: LEVELS}
    again = resume_session(session.id, "builtin", "perceptual", store=Store())
    assert again.chain.to_json() == live.chain.to_json()


def test_a_bundle_can_be_imported_twice(bundle: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    one, two = import_bundle(bundle, store).session, import_bundle(bundle, store).session
    assert one.id != two.id
    assert same_but_ids(store.load(one.id)[0], store.load(two.id)[0])
    assert len(store.listed()) == 2
    assert len(list(store.files.folder.iterdir())) == 1


def test_what_is_exported_again_is_the_same(bundle: Path, live: LiveSession, tmp_path: Path) -> None:
    export_bundle(live._store, live.session.id, tmp_path / "again.ifx.zip")
    assert (tmp_path / "again.ifx.zip").read_bytes() == bundle.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.ifx.zip", "x.ifx.zip"]


def test_a_bundle_does_not_tell_the_key_to_the_session(live: LiveSession, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    replayed = Session("k" * 32, live.session.dry, origin=f"replay of {live.session.id}")
    store.put(replayed, live.track)
    for kept, session in ((live._store, live.session), (store, replayed)):
        export_bundle(kept, session.id, tmp_path / "x.zip")
        with zipfile.ZipFile(tmp_path / "x.zip") as archive:
            content = b"".join(archive.read(name) for name in archive.namelist() if name == "session.json")
        assert live.session.id.encode() not in content
        assert session.id.encode() not in content
    assert document_of(tmp_path / "x.zip")["session"]["origin"] == f"replay of s{fingerprint(live.session.id)}"


def test_without_audio_the_track_is_asked_for(
    live: LiveSession, noise: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, other = tmp_path / "x.ifx.zip", tmp_path / "other.wav"
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(live._store.folder))
    assert run(capsys, "sessions", "export", live.session.id, "--no-audio", "--out", bundle)[0] == 0
    assert zipfile.ZipFile(bundle).namelist() == ["session.json"]
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "s"))
    status, _, err = run(capsys, "sessions", "import", bundle)
    told = "export it with its track, or import it on the command line with --audio TRACK"
    assert (status, told in err, err.count("\n")) == (2, True, 1)
    save(noise, other)
    status, _, err = run(capsys, "sessions", "import", bundle, "--audio", other)
    assert (status, "other.wav is not the session's track" in err, err.count("\n")) == (2, True, 1)
    status, _, err = run(capsys, "sessions", "import", bundle, "--audio", tmp_path / "none.wav")
    assert (status, err.count("\n")) == (2, 1)
    assert Store().listed() == ()
    status, out, _ = run(capsys, "sessions", "import", bundle, "--audio", live.track.path)
    assert status == 0
    assert same_but_ids(live.session, Store().load(out.strip())[0])


def test_trajectories_can_be_left_out(live: LiveSession, tmp_path: Path) -> None:
    export_bundle(live._store, live.session.id, tmp_path / "x.zip", steps=False)
    session = import_bundle(tmp_path / "x.zip", Store(tmp_path / "s")).session
    assert [turn.refined.steps for turn in session.turns] == [()] * 4
    assert [turn.chain for turn in session.turns] == [turn.chain for turn in live.turns]


def test_a_session_without_turns_travels_too(live: LiveSession, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    store.put(Session("bare", live.session.dry), live.track)
    export_bundle(store, "bare", tmp_path / "x.zip")
    session = import_bundle(tmp_path / "x.zip", store).session
    assert (session.turns, session.head) == ((), None)


def test_names_and_texts_that_nobody_could_read_are_made_readable(live: LiveSession, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    turn = replace(live.turns[0], id="other", instruction="ring the \x07 bell")
    dry = replace(live.session.dry, name="<b>\u202egnos.wav")
    track = replace(live.track, name=dry.name)
    store.put(Session("odd", dry, (turn,), turn.id), track)
    export_bundle(store, "odd", tmp_path / "x.zip")
    session = import_bundle(tmp_path / "x.zip", Store(tmp_path / "t")).session
    assert (session.dry.name, session.turns[0].instruction) == (
        "_b__gnos.wav",
        "ring the \N{REPLACEMENT CHARACTER} bell",
    )


@pytest.mark.parametrize("target", ["none/x.zip", ".", "x\0.zip"])
def test_where_it_cannot_be_written_one_line_says_so(
    target: str, live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(live._store.folder))
    status, _, err = run(capsys, "sessions", "export", live.session.id, "--out", f"{tmp_path}/{target}")
    assert (status, err.startswith("instructfx: cannot write"), err.count("\n")) == (2, True, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("nope", "--out", "x"), "no session of that id"), (("--out", "x"), "say which session"),
     (("ID", "--all", "--out", "x"), "leave the id"), (("ID", "--format", "csv", "--out", "x"), "for tables")],
)  # fmt: skip
def test_what_cannot_be_exported_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "s"))
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, "sessions", "export", *arguments)
    assert (status, said in err, err.count("\n")) == (2, True, 1)
    assert not (tmp_path / "x").exists()


def test_lost_or_damaged_audio_is_said_and_leaves_no_file(live: LiveSession, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    _, track = store.put(Session("one", live.session.dry), live.track)
    track.path.write_bytes(live.track.path.read_bytes()[:-1] + b"?")
    with pytest.raises(Exception, match="damaged: its SHA-256 has changed"):
        export_bundle(store, "one", tmp_path / "x.zip")
    track.path.unlink()
    with pytest.raises(Exception, match="is missing"):
        export_bundle(store, "one", tmp_path / "x.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    export_bundle(store, "one", tmp_path / "x.zip", audio=False)


# The published schema


def test_the_published_schema_is_current() -> None:
    assert json.loads(PUBLISHED.read_text()) == bundle_schema(), "run python tools/make_bundle_schema.py"
    jsonschema.Draft202012Validator.check_schema(bundle_schema())


def test_what_is_exported_follows_the_published_schema(bundle: Path) -> None:
    document = document_of(bundle)
    jsonschema.validate(document, json.loads(PUBLISHED.read_text()), jsonschema.Draft202012Validator)
    assert set(document["session"]) == {
        "dry", "turns", "head", "origin", "excerpt_start", "exchanges", "reference",
    }  # fmt: skip
    assert set(document["session"]["dry"]) == set(Dry.__dataclass_fields__)
    assert set(document["session"]["turns"][0]) == set(Turn.__dataclass_fields__)


@pytest.mark.parametrize(
    "wrong",
    [
        3, [3], [{}], [{"iteration": 1.5, "chain": [], "loss": 0}], [{"iteration": 1, "chain": {}, "loss": 0}],
        [{"iteration": 1, "chain": [], "loss": "0"}], [{"iteration": 1, "chain": [], "loss": 1e300}],
        [{"iteration": 1, "chain": [], "loss": True}], [{"iteration": -1, "chain": [], "loss": 0}],
        [{"iteration": 1, "chain": [], "loss": 0, "more": 1}], [{"iteration": 1, "chain": [3], "loss": 0}],
        *([{"iteration": 1, "chain": [slot], "loss": 0}] for slot in (
            {"effect": "eq"}, {"effect": "rev", "settings": {}}, {"effect": 3, "settings": {}},
            {"effect": "reverb", "settings": {"mix": 1.01}}, {"effect": "reverb", "settings": {"mix": "1"}},
            {"effect": "reverb", "settings": {"mix": False}}, {"effect": "reverb", "settings": {"drive_db": 1}},
            {"effect": "reverb", "settings": []}, {"effect": "reverb", "settings": {}, "bypassed": 1},
            {"effect": "reverb", "settings": {}, "locked": "mix"}, {"effect": "reverb", "settings": {}, "more": 1},
            {"effect": "reverb", "settings": {}, "id": 3}, {"effect": "reverb", "settings": {}, "id": "<b>"},
            {"effect": "", "settings": {}}, {"effect": "<b>", "settings": {}},
            {"effect": "vst", "settings": {"x": [1]}},
            {"effect": "vst", "settings": {"x": 1e300}}, {"effect": "vst", "settings": {"x": "long" * 99}},
            {"effect": "vst", "settings": {"<b>": 1}}, {"effect": "vst", "settings": 3},
        )),
        [{"iteration": 1, "chain": [], "loss": 0}] * 10_001,
    ],
)  # fmt: skip
def test_trajectories_are_held_to_the_schema_without_jsonschema(wrong: object) -> None:
    schema = bundle_schema()
    steps = {**schema["$defs"]["Refined"]["properties"]["steps"], "$defs": schema["$defs"]}
    validator = jsonschema.Draft202012Validator(steps)
    right = [{"iteration": 1.0, "chain": [{"effect": "reverb", "settings": {"mix": 1}, "locked": ["mix"]}], "loss": 0}]
    unknown = {"id": "vst_2", "effect": "vst", "settings": {"x": 1, "y": "sine", "z": True}, "bypassed": True}
    for legal in (right, [{**right[0], "chain": [unknown]}]):
        assert validator.is_valid(legal)
        assert list(problems_of_steps(legal)) == []
    assert not validator.is_valid(wrong)
    assert list(problems_of_steps(wrong)) != []
