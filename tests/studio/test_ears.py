import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_pool import ScriptedPool, store_of, visit_of
from scripted_server import Answer, Server

from instructfx.ears import checkpoints
from instructfx.ears.checkpoints import MUSIC, TOKENIZER
from instructfx.errors import EarError
from instructfx.sessions.options import TurnOptions
from instructfx.studio.page import ear_panel
from instructfx.studio.visits import ear_options
from instructfx.studio.visits.ear_options import Fetch, Fetching, Offer, as_before, granted, offered
from instructfx.studio.visits.jobs import TurnJob
from instructfx.studio.workers.messages import At, WorkAnswer, WorkRequest
from instructfx.studio.workers.orders import Instruct
from instructfx.studio.workers.pool import RequestCallbacks

WHOLE_BYTES = 2_353_826_144
SMALL_BYTES = 3_000_004


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def sparse(folder: Path, **sizes: int) -> None:
    """Files of the published sizes, or of those given by their stem."""
    for each in (MUSIC, *TOKENIZER):
        path = folder / each.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(sizes.get(path.stem, each.size_bytes))


def ended(fetching: Fetching) -> Fetch:
    fetching.start()
    until(lambda: not fetching.state.runs)
    return fetching.state


def test_without_a_checkpoint_there_is_the_built_in_ear_and_what_to_fetch(models: Path) -> None:
    assert offered() == Offer(("perceptual",), "perceptual", WHOLE_BYTES, str(models))


def test_a_host_can_switch_the_download_off(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_STUDIO_FETCH", "0")
    assert offered() == Offer()
    with pytest.raises(EarError, match="INSTRUCTFX_STUDIO_FETCH is off"):
        Fetching().start()
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", "HTSAT-huge")
    assert offered() == Offer()


@pytest.mark.parametrize(("chosen", "usual"), [("", "clap"), ("perceptual", "perceptual"), ("clap", "clap")])
def test_with_a_checkpoint_both_can_be_chosen(
    models: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, usual: str
) -> None:
    monkeypatch.setenv("INSTRUCTFX_EAR", chosen)
    sparse(models)
    assert offered() == Offer(("perceptual", "clap"), usual)
    assert (granted(""), granted("clap"), granted("perceptual")) == (usual, "clap", "perceptual")


def test_what_is_damaged_or_missing_is_fetched_and_no_more(models: Path) -> None:
    sparse(models, merges=5)
    assert offered().missing_bytes == TOKENIZER[1].size_bytes
    sparse(models, **{MUSIC.file_name.removesuffix(".pt"): 7})
    assert offered().missing_bytes == MUSIC.size_bytes


def test_a_checkpoint_of_ones_own_cannot_be_fetched(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = models / "own.pt"
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(own))
    offer = offered()
    assert (offer.ears, offer.missing_bytes) == (("perceptual",), 0)
    assert offer.trouble.startswith(f"There is no checkpoint at {own}; set INSTRUCTFX_CLAP_CHECKPOINT")
    models.mkdir()
    own.write_bytes(b"weights")
    assert offered().missing_bytes == sum(each.size_bytes for each in TOKENIZER)


def test_a_wrong_model_name_is_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", "HTSAT-huge")
    assert "must be one of HTSAT-tiny" in offered().trouble


def test_an_ear_that_went_away(models: Path) -> None:
    with pytest.raises(EarError, match="no longer installed"):
        granted("clap")
    assert as_before("clap") == "perceptual"
    sparse(models)
    assert as_before("clap") == "clap"


def test_the_folder_is_written_as_its_owner_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(tmp_path / "cache"))
    assert offered().folder == "~/cache"


def test_a_fetched_clap_can_be_chosen(mirror: Server, models: Path) -> None:
    fetching = Fetching()
    assert offered().missing_bytes == SMALL_BYTES
    assert ended(fetching) == Fetch()
    assert offered().ears == ("perceptual", "clap")
    asked = len(mirror.asked)
    assert ended(fetching) == Fetch()
    assert len(mirror.asked) == asked


def test_there_is_one_download_and_it_goes_on_after_a_stop(mirror: Server, models: Path) -> None:
    mirror.script = [Answer(), Answer(), Answer(cut_after=2_000_000, holding=True)]
    fetching = Fetching()
    starting = [threading.Thread(target=fetching.start) for _ in range(5)]
    for thread in starting:
        thread.start()
    until(lambda: fetching.state.done_bytes == 2_000_004)
    assert fetching.state == Fetch("fetching", 2_000_004, SMALL_BYTES)
    fetching.start()
    fetching.stop()
    assert fetching.state.stage == "stopping"
    mirror.release.set()
    until(lambda: not fetching.state.runs)
    assert fetching.state == Fetch("stopped", 2_000_004, SMALL_BYTES)
    assert len(mirror.asked) == 3
    assert ended(fetching) == Fetch()
    assert mirror.asked[-1][1] == "bytes=2000000-"


def test_errors_are_one_line_for_somebody_without_a_command_line(mirror: Server, models: Path) -> None:
    fetching = Fetching()
    mirror.script = [Answer(status=403)]
    failed = ended(fetching)
    assert failed.stage == "failed"
    assert "answers 403" in failed.trouble
    mirror.script = [Answer(content=b"[]")]
    assert ended(fetching).trouble.endswith("press the button again to fetch it anew.")
    mirror.files[f"/{checkpoints.MUSIC.file_name}"] = b"<html>Not here</html>"
    line = ended(fetching).trouble
    assert "truncated or another file" in line
    assert "\n" not in line


def test_a_surprise_is_logged_and_the_button_works_again(
    mirror: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fetching = Fetching()
    with monkeypatch.context() as patch:
        patch.setattr("instructfx.ears.fetching.download", lambda *arguments: 1 / 0)
        assert "press the button again" in ended(fetching).trouble
    assert "ZeroDivisionError" in caplog.text
    assert ended(fetching) == Fetch()


ABSENT = Offer(missing_bytes=WHOLE_BYTES, folder="~/.cache/instructfx")


@pytest.mark.parametrize(
    ("offer", "fetch", "said"),
    [
        (ABSENT, Fetch(), "learned from recordings what words sound like: 2.4 GB, kept in ~/.cache/instructfx."),
        (ABSENT, Fetch("fetching"), "looking at what is here"),
        (ABSENT, Fetch("fetching", 412_000_000, WHOLE_BYTES), "412 of 2,354 MB · 17 %"),
        (ABSENT, Fetch("checking", 200_000_000, 1_000_000_000), "Checking CLAP"),
        (ABSENT, Fetch("stopping", 412_000_000, WHOLE_BYTES), "412 of 2,354 MB"),
        (ABSENT, Fetch("stopped", 412_000_000, WHOLE_BYTES), "Stopped at 412 of 2,354 MB; what has arrived is kept in"),
        (ABSENT, Fetch("stopped"), "Stopped; what has arrived"),
        (ABSENT, Fetch("failed", trouble="No <room>."), '<p class="notice" role="alert">No &lt;room&gt;.</p>'),
        (Offer(("perceptual", "clap"), "clap"), Fetch("failed", trouble="No."), "takes longer than the built-in ear"),
        (Offer(trouble="No such model."), Fetch(), "No such model."),
    ],
)  # fmt: skip
def test_the_line_below_the_choice(offer: Offer, fetch: Fetch, said: str) -> None:
    assert said in ear_panel.about_html(offer, fetch)


def test_nothing_is_said_where_there_is_nothing_to_choose() -> None:
    assert ear_panel.about_html(Offer(), Fetch()) == ""


def test_the_button_says_the_size_first() -> None:
    assert ear_panel.fetch_label(ABSENT, Fetch()) == "Fetch CLAP (2.4 GB)"
    assert ear_panel.fetch_label(ABSENT, Fetch("stopped")) == "Continue fetching CLAP"
    assert ear_panel.fetch_label(replace(ABSENT, missing_bytes=1_355_141), Fetch()) == "Fetch CLAP (1.4 MB)"
    assert ear_panel.size_text(999_600_000) == "1.0 GB"


@pytest.mark.parametrize(("ear", "stage"), [("clap", "hearing"), ("perceptual", "listening")])
def test_a_turn_with_clap_says_that_it_listens(tmp_path: Path, ear: str, stage: str) -> None:
    visit = visit_of(tmp_path, ear=ear)
    told: list[str] = []

    def says(request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        callbacks.tell(At("listening"))
        told.append(job.progress.stage)
        raise EarError("enough")

    visit.busy.acquire()
    job = TurnJob(visit, Instruct("warmer", TurnOptions()), ScriptedPool(says), store_of())  # type: ignore[arg-type]
    job.start()
    job.join(5)
    assert told == [stage]


def test_every_ear_has_a_label() -> None:
    from instructfx.ears import EARS

    assert set(ear_options.LABELS) == set(EARS)
