import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_pool import EMPTY, ScriptedPool, session_of, store_of, turn_of, visit_of, welcome

from instructfx.chain import Chain
from instructfx.errors import Cancelled, InstructionError, LimitError, StoreError
from instructfx.sessions import Exchange, Session
from instructfx.sessions.options import TurnOptions
from instructfx.studio.visits.job import OUR_FAULT
from instructfx.studio.visits.jobs import TurnJob, entries_of
from instructfx.studio.visits.visits import AWAY_SECONDS, IDLE_SECONDS, RENDERS_KEPT, Past, Visit, VisitEntry, Visits
from instructfx.studio.workers.messages import (
    AgentNames,
    Finished,
    ProgressReport,
    Sound,
    Stepped,
    TakeTurn,
    Waiting,
    WorkAnswer,
    WorkRequest,
)
from instructfx.studio.workers.orders import GoTo, Instruct, Order
from instructfx.studio.workers.pool import Places, RequestCallbacks, SurpriseError


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
    assert visits.past(visit.token) == Past("stored", AgentNames("builtin", "perceptual"))
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


def chains(count: int) -> list[Chain]:
    return [Chain().added("gain", {"gain_db": number + 1}) for number in range(count)]


def rendered(visit: Visit, turn_id: str) -> Path:
    """A render of that turn, kept."""
    path = visit.folder / f"{turn_id}.flac"
    path.write_bytes(b"")
    visit.keep_sound(turn_id, Sound(path, ()))
    return path


def test_only_the_last_renders_are_kept(visits: Visits) -> None:
    visit = welcome(visits, "a")
    many = chains(RENDERS_KEPT + 2)
    visit.session = session_of(*(turn_of(at, chain, at - 1) for at, chain in enumerate(many, 1)))
    paths = [rendered(visit, turn.id) for turn in visit.session.turns]
    assert sorted(visit.folder.iterdir()) == sorted(paths[2:])
    assert visit.sound_of("t1") is visit.sound_named(paths[0].name) is None
    last = visit.sound_of(visit.session.turns[-1].id)
    assert last
    assert last is visit.sound_named(paths[-1].name)


def test_what_sounds_the_same_is_rendered_once(visits: Visits) -> None:
    visit = welcome(visits, "a")
    loud, quiet = chains(2)
    bypassed = loud.added("reverb", {}).bypassed("reverb", True)
    turns = (turn_of(1, loud), turn_of(2, quiet, 1), turn_of(3, bypassed, 2), turn_of(4, Chain(), 3))
    visit.session = session_of(*turns)
    rendered(visit, "t1")
    assert visit.sound_of("t3") is visit.sound_of("t1")
    assert visit.sound_of("t2") is None
    assert visit.sound_of("t4") is visit.sound_of(None) is visit.dry


def test_what_played_plays_on_until_the_new_version_is_rendered(visits: Visits) -> None:
    visit = welcome(visits, "a")
    first, second = (turn_of(at, chain, at - 1) for at, chain in enumerate(chains(2), 1))
    assert visit.heard() is None
    visit.session = session_of(first)
    assert visit.heard() is None
    rendered(visit, "t1")
    assert visit.heard() == "t1"
    visit.session = session_of(first, second)
    assert visit.heard() == "t1"
    rendered(visit, "t2")
    assert visit.heard() == "t2"
    visit.session = session_of(first, second, turn_of(3, first.chain, 1, kind="undone"))
    assert visit.heard() == "t1"


def test_what_is_new_ends_what_is_only_looked_after(visits: Visits) -> None:
    visit = welcome(visits, "a")
    over, first = visit.over, visit.revision
    assert not over.is_set()
    visit.begun()
    assert visit.revision > first
    assert over.is_set()
    assert not visit.over.is_set()


def test_a_session_has_one_visit_for_all_pages_that_have_its_address(visits: Visits, clock: Clock) -> None:
    visit = welcome(visits, "a")
    other = visits.welcome(visit_of(visits.folder(), "b", session=replace(EMPTY, id="another")))
    assert visits.of_session("stored") is visit
    assert visits.of_session("guess") is None
    assert visits.joined(visit, "b") is visit
    assert visit.pages == {"a", "b"}
    assert other.closed.is_set()
    visits.left("a")
    visits.put_away(visit.token, "a")
    clock.now = AWAY_SECONDS + 1
    visits.sweep()
    assert not visit.closed.is_set()
    assert visits.find(visit.token, "c") is visit
    visits.put_away(visit.token, "b")
    assert not visit.closed.is_set()
    visits.put_away(visit.token, "c")
    assert visit.closed.is_set()


def test_whoever_is_at_a_visit_last_takes_it_along(visits: Visits, clock: Clock) -> None:
    visit = visits.joined(welcome(visits, "a"), "b")
    visits.left("a")
    assert visit.left is None
    visits.left("b")
    assert visit.left == clock.now
    clock.now = AWAY_SECONDS + 1
    visits.sweep()
    assert visit.closed.is_set()


def test_what_is_read_of_a_session_comes_last_and_nothing_older_takes_its_place(visits: Visits) -> None:
    visit = welcome(visits, "a")
    first, second = (turn_of(at, chain, at - 1) for at, chain in enumerate(chains(2), 1))
    visit.entries.append(VisitEntry("no", Chain(), None, "Refused."))
    before = visit.revision
    visit.take_in(session_of(first, second), entries_of(session_of(first, second)), {"t1": "one"})
    assert [each.turn or each.trouble for each in visit.entries] == ["Refused.", first, second]
    assert visit.revision > before
    visit.take_in(session_of(first), entries_of(session_of(first)))
    assert visit.session.turns == (first, second)
    assert len(visit.entries) == 3
    assert visit.names == {"t1": "one"}


def test_a_full_studio_says_so_to_newcomers_only(clock: Clock) -> None:
    visits = Visits(clock, most=2)
    welcome(visits, "a")
    visits.check_room("b")
    welcome(visits, "b")
    visits.check_room("a")
    assert len(visits) == 2
    for visit in list(visits._open.values()):
        visit.busy.acquire()
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


WARMER = Instruct("warmer", TurnOptions())


def turned(
    visits: Visits,
    answer: Callable[[WorkRequest, RequestCallbacks], WorkAnswer],
    session: Session = EMPTY,
    order: Order = WARMER,
) -> list[VisitEntry]:
    """What is said once an order has been carried out, or has not."""
    visit = welcome(visits, "a")
    visit.busy.acquire()
    job = TurnJob(visit, order, ScriptedPool(answer), store_of(session))  # type: ignore[arg-type]
    assert visit.job is job
    job.start()
    job.join(5)
    assert visit.job is None
    assert not visit.busy.locked()
    return visit.entries


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
    def fails(request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        raise error

    assert turned(visits, fails) == [VisitEntry("warmer", Chain(), None, line)]


def test_a_surprise_is_logged_and_told_without_details(visits: Visits, caplog: pytest.LogCaptureFixture) -> None:
    def fails(request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        raise ZeroDivisionError

    assert turned(visits, fails, order=GoTo(None)) == [VisitEntry("", Chain(), None, OUR_FAULT)]
    assert "ZeroDivisionError" in caplog.text


def test_an_order_goes_to_a_worker_and_what_came_of_it_is_read_from_the_store(visits: Visits) -> None:
    asked: list[WorkRequest] = []
    loud, quiet = chains(2)
    takes = session_of(turn_of(1, loud, take=1), turn_of(2, quiet, take=2))

    def done(request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        asked.append(request)
        callbacks.tell(Stepped(0.5))
        return Finished()

    order = Instruct("warmer", TurnOptions(), takes=2)
    said = turned(visits, done, takes, order)
    assert asked == [TakeTurn("stored", order, 0, AgentNames("builtin", "perceptual"))]
    assert [(each.before, each.turn) for each in said] == [(Chain(), turn) for turn in takes.turns]


def test_an_answer_is_read_from_the_store_and_leaves_the_turns_alone(visits: Visits) -> None:
    turn = turn_of(1, *chains(1))
    asked = Exchange("1", turn.id, 1, "how loud is it?", "question", "It is at -14 LUFS.")
    session = replace(session_of(turn), exchanges=(asked,))
    said = turned(visits, lambda request, callbacks: Finished(), session, Instruct("how loud is it?", TurnOptions()))
    assert [(each.words, each.turn, each.answer) for each in said] == [
        (turn.instruction, turn, None), ("how loud is it?", None, asked),
    ]  # fmt: skip
    assert said[-1].before == turn.chain


def test_a_turn_that_was_stored_before_its_worker_ended_is_not_lost(visits: Visits) -> None:
    session = session_of(turn_of(1, *chains(1)))

    def dies(request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        raise LimitError("the process ended")

    turn, trouble = turned(visits, dies, session)
    assert turn.turn == session.turns[0]
    assert trouble.trouble == "The process ended."


def test_places_are_taken_in_order_and_the_line_is_limited() -> None:
    places, go = Places(1, longest_line=2), threading.Event()
    told: list[list[ProgressReport]] = [[], [], []]
    watches = [RequestCallbacks(each.append) for each in told]
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
    with pytest.raises(LimitError, match="busy: 2 are waiting"), places.taken(RequestCallbacks()):
        pass
    watches[1].stop.set()
    threads[1].join(5)
    assert not threads[1].is_alive()
    go.set()
    for thread in threads:
        thread.join(5)
    assert ended == [0, 2]
