"""Workers that cannot be started, start slowly or die while they rest."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import until_gone

from instructfx.errors import LimitError
from instructfx.sessions.options import TurnOptions
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import AgentNames, Finished, TakeTurn, Warm
from instructfx.studio.workers.orders import Instruct
from instructfx.studio.workers.pool import Pool

MINDS = AgentNames("builtin", "perceptual")
ASKED = TakeTurn("s", Instruct("warmer", TurnOptions()), 0, MINDS)

STAND_IN = """
import os, pickle, sys, time, types
names = "instructfx.studio.workers.messages"
messages = sys.modules[names] = types.ModuleType(names)
class Reading(pickle.Unpickler):
    def find_class(self, module, name):
        if not module.startswith("instructfx"):
            return super().find_class(module, name)
        return vars(messages).setdefault(name, type(name, (), dict(__module__=names)))
def tell(name):
    pickle.dump(Reading.find_class(None, names, name)(), target)
    target.flush()
target = os.fdopen(os.dup(1), "wb")
time.sleep({start})
{ready}
while True:
    try:
        request = Reading(sys.stdin.buffer).load()
    except EOFError:
        break
    with open({log!r}, "a") as log:
        log.write(f"{{os.getpid()}} {{type(request).__name__}}\\n")
    if type(request).__name__ == "Warm":
        time.sleep({warm})
    tell("Finished")
"""
"""A worker that does nothing and imports nothing, not even the messages; its log has a line for each request."""


class Machine:
    """Starts stand-ins for workers; trouble is raised in their place."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = folder / "requests"
        self.log.touch()
        self.trouble: Exception | None = None
        self.started = 0
        self.start = self.warm = 0.0
        self.ready = "tell('Ready')"
        real = subprocess.Popen

        def begun(command: list[str], **options: Any) -> Any:
            self.started += 1
            if self.trouble:
                raise self.trouble
            program = STAND_IN.format(start=self.start, warm=self.warm, ready=self.ready, log=str(self.log))
            return real([sys.executable, "-c", program], **options)

        monkeypatch.setattr("instructfx.studio.workers.process.subprocess.Popen", begun)

    def requests(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def pools() -> Iterator[Callable[..., Pool]]:
    made: list[Pool] = []

    def pool(**limits: int) -> Pool:
        made.append(Pool(Limits(turns=1, **limits)))
        return made[-1]

    yield pool
    for each in made:
        each.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOMEM, errno.EAGAIN])
def test_what_cannot_be_started_is_started_when_there_is_room(
    machine: Machine, pools: Callable[..., Pool], code: int, caplog: pytest.LogCaptureFixture
) -> None:
    machine.trouble = OSError(code, os.strerror(code))
    pool = pools()
    assert pool.pids == ()
    for _ in range(3):  # of two places: none of them is lost
        with pytest.raises(LimitError, match="no room for the process that would work on this") as told:
            pool.run(ASKED)
    assert os.strerror(code)[1:] in str(told.value)
    assert "\n" not in str(told.value)
    assert "a worker could not be started" in caplog.text
    machine.trouble = None
    assert [pool.run(ASKED) for _ in range(3)] == [Finished()] * 3
    assert len(pool.pids) == 1  # one is enough for what is asked
    assert len(list(Path(pool._root).iterdir())) == 1


def test_a_worker_that_cannot_be_replaced_leaves_its_place(machine: Machine, pools: Callable[..., Pool]) -> None:
    pool = pools()
    machine.trouble = OSError(errno.EMFILE, "Too many open files")
    pids = pool.pids
    for pid in pids:
        os.killpg(pid, signal.SIGKILL)
    until_gone(60, *pids)
    for _ in range(4):
        with pytest.raises(LimitError):
            pool.run(ASKED)
    machine.trouble = None
    assert pool.run(ASKED) == Finished()


def test_threads_that_cannot_be_started_leave_no_process(
    machine: Machine, pools: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def no(thread: object) -> None:
            raise RuntimeError("can't start new thread")

        patch.setattr("threading.Thread.start", no)
        pool = pools()
        assert pool.pids == ()
        assert list(Path(pool._root).iterdir()) == []
    assert pool.run(ASKED) == Finished()


def test_the_clock_of_a_turn_begins_when_the_worker_is_ready(machine: Machine, pools: Callable[..., Pool]) -> None:
    machine.start = machine.warm = 1.3
    pool = pools(turn_seconds=1)
    pool._ear = "perceptual"
    assert pool.run(ASKED) == Finished()
    names = [name for _, name in machine.requests()]
    assert names == ["Warm", "TakeTurn"]


def test_what_is_prepared_before_a_turn_has_its_own_time(machine: Machine, pools: Callable[..., Pool]) -> None:
    machine.warm = 1.3
    assert pools(turn_seconds=1).run(Warm("perceptual")) == Finished()


def test_a_worker_that_never_starts_is_ended_with_a_line(
    machine: Machine, pools: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instructfx.studio.workers.pool.START_SECONDS", 0.3)
    machine.ready = "time.sleep(60)"
    pool = pools()
    with pytest.raises(LimitError, match="did not start within"):
        pool.run(ASKED)


def test_a_worker_that_dies_while_it_rests_is_replaced_at_once_and_warm(
    machine: Machine, pools: Callable[..., Pool]
) -> None:
    pool = pools()
    pool.warm_up("perceptual").join(60)
    seats = list(pool._seats)
    until(lambda: all(seat.worker is not None and seat.worker.started for seat in seats))
    before = pool.pids
    for pid in before:
        os.killpg(pid, signal.SIGKILL)
    until(lambda: not set(before) & set(pool.pids) and len(pool.pids) == 2)
    until(lambda: all(seat.worker is not None and seat.worker.ready for seat in seats))
    warmed = {int(pid) for pid, name in machine.requests() if name == "Warm"}
    assert set(pool.pids) <= warmed
    assert pool.run(Warm("perceptual")) == Finished()


def test_workers_that_end_before_they_can_work_are_not_started_for_ever(
    machine: Machine, pools: Callable[..., Pool]
) -> None:
    machine.ready = "sys.exit(3)"
    pool = pools()
    until(lambda: all(seat.worker is not None and not seat.worker.alive for seat in pool._seats))
    with pytest.raises(LimitError, match="ended unexpectedly"):
        pool.run(ASKED)
    assert machine.started <= 5  # two at first, two for what was asked, one after that
