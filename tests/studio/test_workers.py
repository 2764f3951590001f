"""The worker processes, as a visitor meets them: a served studio whose workers are killed, too slow or too large."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from processes import gone, until_gone

from instructfx.audio import Audio, save
from instructfx.audio.track import inspect
from instructfx.bench.serving.running import Running, running
from instructfx.bench.serving.visitor import PageAnswer, Visitor
from instructfx.errors import Cancelled, LimitError
from instructfx.sessions.options import TurnOptions
from instructfx.store import Store
from instructfx.store.sessions import DATABASE
from instructfx.studio.page.gradio_compat import STATIC
from instructfx.studio.visits.progress import STAGES
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import (
    AgentNames,
    Finished,
    Open,
    Opened,
    Stepped,
    TakeTurn,
    Waiting,
)
from instructfx.studio.workers.orders import Instruct
from instructfx.studio.workers.pool import Pool, RequestCallbacks

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc, which Linux has")

LONG = "much warmer, some chorus, a big hall, a phaser and some grit"
MINDS = AgentNames("builtin", "perceptual")


@pytest.fixture(scope="module")
def shared(mono: Audio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A studio with two workers that keeps sessions for thirty days, and was started with an old and a new one."""
    folder = tmp_path_factory.mktemp("sessions")
    save(mono, folder / "take.wav")
    with closing(Store(folder)) as store:
        for name in ("old", "new"):
            store.create(name, inspect(folder / "take.wav"))
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute("UPDATE session SET used_at = '2020-01-01 00:00:00.000000' WHERE id = 'old'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTFX_TURNS", "1")
        patch.setenv("INSTRUCTFX_KEEP_DAYS", "30")
        with running(folder) as started:
            yield started


@pytest.fixture
def visitor(shared: Running) -> Iterator[Visitor]:
    with Visitor(shared.url) as coming:
        yield coming


def names(answer: PageAnswer) -> list[str]:
    """The effects that the page's chain shows."""
    return [slot["effect"] for slot in answer.parts["chain"]["slots"]]


@pytest.mark.slow
def test_a_worker_that_is_killed_in_the_middle_of_a_turn_is_one_line_on_the_page(
    shared: Running, visitor: Visitor, riff: Path
) -> None:
    with riff.open("rb") as file:
        visitor.upload(riff.name, file)
    visitor.say("a 250 ms delay")
    killed: list[int] = []

    def kill(seen: str) -> None:
        if STAGES["refining"] in seen and not killed:
            killed.extend(shared.workers())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    shown = visitor.say(LONG, kill)
    assert killed
    assert "ended unexpectedly; nothing was lost" in shown.line
    assert names(shown) == ["delay"]
    assert shown.current
    after = visitor.say("low-pass it at 2 kHz")
    assert after.said == ("a 250 ms delay", LONG, "low-pass it at 2 kHz")
    assert names(after) == ["filter", "delay"]
    assert after.current not in ("", shown.current)
    assert len(shared.workers()) == len(killed)
    assert not set(killed) & set(shared.workers())


def test_stop_ends_a_turn_soon_and_keeps_its_best(visitor: Visitor) -> None:
    asked: list[float] = []
    ended: list[float] = []
    visitor.sample("strings")

    def stop(seen: str) -> None:
        if STAGES["refining"] in seen and not asked:
            asked.append(time.monotonic())
            visitor.stop()
        if any(stage in seen for stage in ("Saving", "Rendering", "best so far")):
            ended.append(time.monotonic())

    shown = visitor.say(LONG, stop)
    assert ended[0] - asked[0] < 15  # a second, on a machine that does nothing else
    assert "best so far was kept" in shown.regions["conversation"]
    assert shown.current not in ("", shown.dry)


def opened(pool: Pool, folder: Path) -> str:
    """The id of a session that a worker has opened on a sample track."""
    track = STATIC / "samples" / "guitar.flac"
    answer = pool.run(Open(track, track.name, folder, MINDS, 3600))
    assert isinstance(answer, Opened)
    return answer.session_id


def test_a_turn_waits_for_its_place_and_a_track_does_not_wait_for_turns(pool: Pool, tmp_path: Path) -> None:
    refining, stop, waiting = threading.Event(), threading.Event(), threading.Event()
    said: list[object] = []

    def turn(callbacks: RequestCallbacks) -> threading.Thread:
        take = TakeTurn(opened(pool, tmp_path), Instruct(LONG, TurnOptions()), 0, MINDS)

        def saying() -> None:
            with suppress(Cancelled):
                said.append(pool.run(take, callbacks))

        thread = threading.Thread(target=saying)
        thread.start()
        return thread

    first = turn(RequestCallbacks(lambda report: refining.set() if isinstance(report, Stepped) else None, stop))
    assert refining.wait(60)
    second = turn(RequestCallbacks(lambda report: waiting.set() if report == Waiting(1) else None, stop))
    assert waiting.wait(60)
    opened(pool, tmp_path)
    assert first.is_alive()
    stop.set()
    first.join(60)
    second.join(60)
    assert said == [Finished()]


def test_a_worker_that_is_killed_in_the_middle_of_a_turn_is_one_line(pool: Pool, tmp_path: Path) -> None:
    session_id, killed = opened(pool, tmp_path), list[int]()

    def kill(report: object) -> None:
        if isinstance(report, Stepped) and not killed:
            killed.extend(pool.pids)
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(LimitError, match=r"ended unexpectedly; nothing was lost\. Try again"):
        pool.run(TakeTurn(session_id, Instruct(LONG, TurnOptions()), 0, MINDS), RequestCallbacks(kill))
    assert len(killed) == 2
    assert Store().load(session_id)[0].turns == ()
    pool.run(TakeTurn(session_id, Instruct("low-pass it at 2 kHz", TurnOptions()), 0, MINDS))
    assert Store().load(session_id)[0].chain.names == ("filter",)
    assert not set(killed) & set(pool.pids)


def test_a_worker_over_its_memory_is_ended_with_a_line(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pool.pids
    with monkeypatch.context() as patch:
        patch.setattr("instructfx.studio.workers.pool.resident_mb", lambda pid: 4097.0)
        with pytest.raises(LimitError, match="more than 4,096 MB of memory and was ended; nothing was lost") as told:
            opened(pool, tmp_path)
    assert str(told.value).endswith("Try a shorter track.")
    assert len(set(before) & set(pool.pids)) == 1
    assert sum(map(gone, before)) == 1
    assert Store().load(opened(pool, tmp_path))[0].turns == ()


def test_a_worker_over_its_time_is_ended_with_a_line(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, session_id = pool.pids, opened(pool, tmp_path)
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(pool, "_limits", Limits(turns=1, turn_seconds=1))
        with pytest.raises(LimitError, match="longer than 1 seconds and was ended; nothing was lost") as told:
            pool.run(TakeTurn(session_id, Instruct(LONG, TurnOptions()), 0, MINDS))
    assert str(told.value).endswith("Say less at once, or ask for fewer takes."), (
        "a turn hears ten seconds of any track"
    )
    assert sum(map(gone, before)) == 1
    for pid in set(before) & set(pool.pids):
        os.kill(pid, signal.SIGCONT)
    pool.run(TakeTurn(session_id, Instruct("low-pass it at 2 kHz", TurnOptions()), 0, MINDS))
    assert Store().load(session_id)[0].chain.names == ("filter",)


def test_a_studio_deletes_what_nobody_has_used_for_so_many_days(shared: Running) -> None:
    with closing(Store(shared.log.parent)) as store:
        end = time.monotonic() + 60
        while "old" in (ids := [listed.id for listed in store.listed()]):
            assert time.monotonic() < end, "it is still there"
            time.sleep(0.1)
    assert "new" in ids


def test_workers_end_with_a_server_that_is_killed(shared: Running) -> None:
    """The last of all, since the server is that of the tests above."""
    pids = shared.workers()
    assert len(pids) == 2
    os.kill(shared.pid, signal.SIGKILL)
    until_gone(60, *pids)
