import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from instructfx.chain import Chain
from instructfx.errors import Cancelled, InstructionError, StoreError
from instructfx.studio.visits import AWAY_SECONDS, IDLE_SECONDS, Past, Visit, Visits
from instructfx.studio.work import OUR_FAULT, Job, Places


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visits(clock: Clock) -> Iterator[Visits]:
    kept = Visits(clock)
    yield kept
    kept.close_all()


def live(say: Callable[..., Any] = lambda words, watch: None) -> Any:
    minds = SimpleNamespace(ear=SimpleNamespace(name="perceptual"), planner=SimpleNamespace(name="builtin"))
    return SimpleNamespace(session=SimpleNamespace(id="stored"), chain=Chain(), turns=(), minds=minds, say=say)


def welcome(visits: Visits, page: str, **fields: Any) -> Visit:
    return visits.welcome(live(**fields), visits.folder(), Path("dry.flac"), page)


def test_tokens_are_long_and_each_visitor_has_one(visits: Visits) -> None:
    first, second = welcome(visits, "a"), welcome(visits, "b")
    assert first.token != second.token
    assert len(first.token) >= 32
    assert visits.find(first.token) is first
    assert visits.find("") is visits.find("a") is None


def test_closing_removes_the_files_and_remembers_the_session(visits: Visits) -> None:
    visit = welcome(visits, "a")
    (visit.folder / "x.flac").write_bytes(b"x")
    visits.close(visit.token)
    assert not visit.folder.exists()
    assert visits.find(visit.token) is None
    assert visits.past(visit.token) == Past("stored", "perceptual", "builtin")
    assert visit.closed.is_set()


def test_a_page_has_one_visit(visits: Visits) -> None:
    first = welcome(visits, "a")
    second = welcome(visits, "a")
    assert first.closed.is_set()
    assert not second.closed.is_set()
    assert len(visits) == 1


def test_a_visit_that_was_left_or_is_idle_goes(visits: Visits, clock: Clock) -> None:
    left, back, idle = welcome(visits, "a"), welcome(visits, "b"), welcome(visits, "c")
    visits.left("a")
    visits.left("b")
    clock.now = AWAY_SECONDS / 2
    visits.find(back.token)
    clock.now = AWAY_SECONDS + 1
    visits.sweep()
    assert [visit.closed.is_set() for visit in (left, back, idle)] == [True, False, False]
    clock.now = IDLE_SECONDS + 1
    visits.sweep()
    assert idle.closed.is_set()


def test_a_visit_at_work_stays(visits: Visits, clock: Clock) -> None:
    visit = welcome(visits, "a")
    clock.now = IDLE_SECONDS * 2
    with visit.busy:
        visits.sweep()
    assert not visit.closed.is_set()


def test_only_the_last_renders_are_kept(visits: Visits) -> None:
    visit = welcome(visits, "a")
    for _ in range(4):
        path = visit.next_render()
        path.write_bytes(b"")
        visit.keep_render(path)
    assert visit.current == path
    assert len(list(visit.folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InstructionError("say what you want"), "Say what you want."),
        (StoreError("the disk is full."), "The disk is full."),
        (Cancelled("stopped before anything changed"), "Stopped before anything changed."),
    ],
)
def test_an_error_is_one_line(visits: Visits, error: Exception, line: str) -> None:
    def fails(words: str, watch: Any) -> None:
        raise error

    visit = welcome(visits, "a", say=fails)
    visit.busy.acquire()
    job = Job(visit, "warmer", Places())
    job.start()
    job.join(5)
    assert visit.exchanges[-1].trouble == line
    assert not visit.busy.locked()


def test_a_surprise_is_logged_and_told_without_details(visits: Visits, caplog: pytest.LogCaptureFixture) -> None:
    visit = welcome(visits, "a", say=lambda words, watch: 1 / 0)
    visit.busy.acquire()
    job = Job(visit, "warmer", Places())
    job.start()
    job.join(5)
    assert visit.exchanges[-1].trouble == OUR_FAULT
    assert "ZeroDivisionError" in caplog.text
    assert not visit.busy.locked()


def test_turns_wait_for_a_place_and_can_be_stopped_there(visits: Visits) -> None:
    go = threading.Event()

    def waits(words: str, watch: Any) -> None:
        go.wait(5)
        raise Cancelled("done")

    places = Places(1)
    jobs = []
    for page in "abc":
        visit = welcome(visits, page, say=waits)
        visit.busy.acquire()
        jobs.append(Job(visit, "warmer", places))
        jobs[-1].start()
        time.sleep(0.05)
    time.sleep(0.6)
    assert [job.progress.before for job in jobs] == [0, 1, 2]
    jobs[2].visit.stop.set()
    jobs[2].join(5)
    assert "before anything changed" in jobs[2].visit.exchanges[-1].trouble
    go.set()
    for job in jobs:
        job.join(5)
        assert not job.is_alive()
