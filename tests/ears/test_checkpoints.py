"""Which checkpoint is chosen, and whether it is whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from instructfx.cli import doctor
from instructfx.ears import checking, checkpoints
from instructfx.ears.checking import Checked, CheckProgress, look, needed, verify
from instructfx.ears.checkpoints import MUSIC, TOKENIZER, Checkpoint, Published, chosen_checkpoint, is_present
from instructfx.errors import Cancelled, EarError

FILES = {"tiny.pt": b"weights" * 1000, "roberta-base/vocab.json": b"{}", "roberta-base/merges.txt": b"a b\n"}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("INSTRUCTFX_CLAP_CHECKPOINT", "INSTRUCTFX_CLAP_MODEL", "INSTRUCTFX_CLAP_MIRROR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(tmp_path))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Checkpoint:
    """A published checkpoint of 7,000 bytes, whole, with its tokenizer beside it."""
    table = []
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        table.append(Published(name, "HTSAT-base", f"https://models.example/{name}", digest, len(content)))
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", tuple(table[:1]))
    monkeypatch.setattr(checking, "TOKENIZER", tuple(table[1:]))
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(tmp_path / "tiny.pt"))
    return chosen_checkpoint()


@pytest.fixture
def own(tiny: Checkpoint) -> Checkpoint:
    """A checkpoint that nobody published, whole, with its tokenizer beside it."""
    return Checkpoint(tiny.path.rename(tiny.path.with_name("own.pt")), "HTSAT-tiny")


def test_the_music_checkpoint_is_chosen(tmp_path: Path) -> None:
    chosen = chosen_checkpoint()
    assert chosen == Checkpoint(tmp_path / "music_audioset_epoch_15_esc_90.14.pt", "HTSAT-base")
    assert chosen.tokenizer_folder == tmp_path / "roberta-base"
    assert chosen.published == MUSIC
    assert not is_present()


def test_a_checkpoint_of_ones_own_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", "~/own.pt")
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", "HTSAT-tiny")
    assert chosen_checkpoint() == Checkpoint(tmp_path / "own.pt", "HTSAT-tiny")
    assert chosen_checkpoint().published is None
    assert not is_present()
    (tmp_path / "own.pt").write_bytes(b"weights")
    assert is_present()


def test_an_unknown_architecture_lists_the_legal_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", "PANN-14")
    with pytest.raises(EarError, match="'PANN-14'; it must be one of HTSAT-tiny, HTSAT-base, HTSAT-large"):
        chosen_checkpoint()


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ({"INSTRUCTFX_MODELS": "~/models", "XDG_CACHE_HOME": "/cache"}, "{home}/models"),
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/instructfx"),
        ({"XDG_CACHE_HOME": "relative"}, "{home}/.cache/instructfx"),
        ({"INSTRUCTFX_MODELS": ""}, "{home}/.cache/instructfx"),
        ({}, "{home}/.cache/instructfx"),
    ],
)
def test_where_models_lie(
    settings: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("INSTRUCTFX_MODELS")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert str(checkpoints.models_folder()) == folder.format(home=tmp_path)


def test_the_table_is_as_published() -> None:
    for each in (MUSIC, *TOKENIZER):
        assert each.url.startswith("https://huggingface.co/")
        assert each.url.endswith(f"/{Path(each.file_name).name}")
        assert len(each.sha256) == 64
        assert int(each.sha256, 16)
    assert sum(each.size_bytes for each in (MUSIC, *TOKENIZER)) == 2_353_826_144


def test_a_whole_checkpoint_is_verified(tiny: Checkpoint) -> None:
    told: list[CheckProgress] = []
    checked = verify(tiny, told.append)
    assert [(each.path.name, each.as_published) for each in checked] == [
        ("tiny.pt", True), ("vocab.json", True), ("merges.txt", True),
    ]  # fmt: skip
    assert told[0] == CheckProgress("tiny.pt", "checking", 7000, 7000)
    assert needed(tiny) == ()


def test_a_checkpoint_of_ones_own_is_read_but_not_compared(own: Checkpoint) -> None:
    assert verify(own)[0] == Checked(own.path, hashlib.sha256(FILES["tiny.pt"]).hexdigest(), False)
    assert needed(own) == ()


def test_of_a_checkpoint_of_ones_own_only_a_missing_tokenizer_is_fetched(own: Checkpoint) -> None:
    (own.tokenizer_folder / "vocab.json").write_text("another vocabulary")
    (own.tokenizer_folder / "merges.txt").unlink()
    assert [each.file_name for each in needed(own)] == ["roberta-base/merges.txt"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("tiny.pt", None, "there is no checkpoint at .*tiny.pt; run `python -m instructfx clap download`"),
        ("tiny.pt", b"weights", "tiny.pt is truncated: 7 of 7,000 bytes are there; run .*download"),
        ("tiny.pt", b"weights" * 2000, "tiny.pt is not the published file: it has 14,000 bytes instead of 7,000"),
        ("tiny.pt", b"Weights" * 1000, "tiny.pt is damaged: its SHA-256 is [0-9a-f]{64} and should be [0-9a-f]{64};"),
        ("roberta-base/vocab.json", None, "tiny.pt needs .*vocab.json, which is missing; run .*download"),
        ("roberta-base/vocab.json", b"{", "vocab.json is truncated"),
        ("roberta-base/merges.txt", b"b a\n", "merges.txt is damaged"),
    ],
)
def test_what_is_not_whole_is_said_and_fetched(name: str, content: bytes | None, says: str, tiny: Checkpoint) -> None:
    path = tiny.path.parent / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(EarError, match=says) as caught:
        verify(tiny)
    assert "\n" not in str(caught.value)
    assert [each.file_name for each in needed(tiny)] == [name]


def test_a_missing_checkpoint_of_ones_own_cannot_be_fetched(tmp_path: Path) -> None:
    for act in (verify, needed):
        with pytest.raises(EarError, match=r"no checkpoint at .*own.pt; set INSTRUCTFX_CLAP_CHECKPOINT .* unset it"):
            act(Checkpoint(tmp_path / "own.pt", "HTSAT-base"))


def test_a_folder_is_no_checkpoint(tiny: Checkpoint) -> None:
    tiny.path.unlink()
    tiny.path.mkdir()
    with pytest.raises(EarError, match="there is no checkpoint"):
        look(tiny)


def test_a_check_can_be_stopped(tiny: Checkpoint) -> None:
    with pytest.raises(Cancelled, match="stopped"):
        checking.sha256_of(tiny.path, cancelled=lambda: True)


def test_doctor_says_how_to_get_what_is_not_installed() -> None:
    finding = doctor._clap()
    assert finding.well
    assert "`python -m instructfx clap download` fetches 2.4 GB; the built-in ear is used" in finding.detail


def test_doctor_finds_the_checkpoint(tiny: Checkpoint) -> None:
    finding = doctor._clap()
    assert finding.well
    assert finding.detail == f"{tiny.path}, 0.0 GB, HTSAT-base"


@pytest.mark.parametrize(("name", "says"), [("tiny.pt", "truncated"), ("roberta-base/vocab.json", "truncated")])
def test_doctor_finds_what_is_wrong(name: str, says: str, tiny: Checkpoint) -> None:
    (tiny.path.parent / name).write_bytes(b"")
    finding = doctor._clap()
    assert not finding.well
    assert says in finding.detail


def test_doctor_finds_a_setting_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(tmp_path / "own.pt"))
    assert not doctor._clap().well
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", "PANN-14")
    assert "HTSAT-base" in doctor._clap().detail
