import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from scripted_pool import EMPTY, ScriptedPool, store_of, welcome

from instructfx.chain import Chain
from instructfx.errors import Cancelled, InstructionError, LimitError, StoreError
from instructfx.session import Session
from instructfx.studio.messages import Answer, Report, Request, Sound, Waiting
from instructfx.studio.visits import AWAY_SECONDS, IDLE_SECONDS, Exchange, Past, Render, Visits
from instructfx.studio.work import OUR_FAULT, TurnJob
from instructfx.studio.workers import Places, SurpriseError, Watch


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
    for number in range(4):
        path = visit.folder / f"{number}.flac"
        path.write_bytes(b"")
        path.with_suffix(".wav").write_bytes(b"")
        visit.keep_render(Sound(path, ()))
    assert visit.current
    assert visit.current.sound.path == path
    assert sorted(each.stem for each in visit.folder.iterdir()) == ["2", "2", "3", "3"]


def test_what_is_heard_is_what_the_chain_puts_out(visits: Visits) -> None:
    visit = welcome(visits, "a")
    assert visit.is_heard
    visit.keep_render(Sound(visit.folder / "x.flac", ()))
    assert visit.is_heard
    visit.renders[-1] = Render(visit.renders[-1].sound, Chain().added("reverb", {}), 1)
    assert not visit.is_heard


def test_a_full_studio_says_so_to_newcomers_only(clock: Clock) -> None:
    visits = Visits(clock, most=2)
    welcome(visits, "a")
    visits.check_room("b")
    welcome(visits, "b")
    visits.check_room("a")
    with pytest.raises(LimitError, match="2 sessions are open"):
        visits.check_room("c")
    visits.close_all()


def test_opening_a_visit_again_does_not_close_it(visits: Visits) -> None:
    first = welcome(visits, "a")
    again = visits.welcome(replace(first, folder=visits.folder(), closed=threading.Event()))
    assert first.closed.is_set()
    assert visits.find(first.token) is again
    assert not again.closed.is_set()
    assert again.folder.is_dir()


def turned(visits: Visits, answer: Callable[[Request, Watch], Answer], session: Session = EMPTY) -> Exchange:
    visit = welcome(visits, "a")
    visit.busy.acquire()
    job = TurnJob(visit, "warmer", ScriptedPool(answer), store_of(session))  # type: ignore[arg-type]
    job.start()
    job.join(5)
    assert not visit.busy.locked()
    return visit.exchanges[-1]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InstructionError("say what you want"), "Say what you want."),
        (StoreError("the disk is full."), "The disk is full."),
        (Cancelled("stopped before anything changed"), "Stopped before anything changed."),
        (SurpriseError(), OUR_FAULT),
    ],
)
def test_an_error_is_one_line(visits: Visits, error: Exception, line: str) -> None:
    def fails(request: Request, watch: Watch) -> Answer:
        raise error

    assert turned(visits, fails).trouble == line


def test_a_surprise_is_logged_and_told_without_details(visits: Visits, caplog: pytest.LogCaptureFixture) -> None:
    def fails(request: Request, watch: Watch) -> Answer:
        raise ZeroDivisionError

    assert turned(visits, fails).trouble == OUR_FAULT
    assert "ZeroDivisionError" in caplog.text


def test_places_are_taken_in_order_and_the_line_is_limited() -> None:
    places, go = Places(1, longest_line=2), threading.Event()
    told: list[list[Report]] = [[], [], []]
    watches = [Watch(each.append) for each in told]
    ended: list[int] = []

    def stand(number: int) -> None:
        with suppress(Cancelled), places.taken(watches[number]):
            go.wait(5)
            ended.append(number)

    threads = [threading.Thread(target=stand, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    assert [each[-1] if each else None for each in told] == [None, Waiting(1), Waiting(2)]
    with pytest.raises(LimitError, match="busy: 2 are waiting"), places.taken(Watch()):
        pass
    watches[1].stop.set()
    threads[1].join(5)
    assert not threads[1].is_alive()
    go.set()
    for thread in threads:
        thread.join(5)
    assert ended == [0, 2]
