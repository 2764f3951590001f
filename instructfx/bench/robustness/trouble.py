"""A studio that can start no worker, whose worker is killed, and that is told to end in the middle of a turn."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from instructfx.audio.scratch import abandoned, is_running
from instructfx.bench.robustness.outcomes import FaultOutcome, outcome, unfit
from instructfx.bench.serving.serving import Served, family, serving
from instructfx.bench.serving.visitor import Visitor
from instructfx.errors import StoreError
from instructfx.store import Store
from instructfx.store.doctor import examine
from instructfx.store.sessions import DATABASE
from instructfx.studio.visits.progress import STAGES

WORKERS, END = "workers", "the end"
SPARE_FILES = 5  # enough to be asked something, too few to start a process
WAIT_SECONDS = 60.0
END_SECONDS = 5.0
LONG = "much warmer, some chorus, a big hall, a phaser and some grit"
WORKER = b"instructfx.studio.workers.worker"
IS_CLOSING = "studio is closing"


def trouble() -> Iterator[FaultOutcome]:
    """What comes of it, on a studio of its own; nothing where the system has no /proc."""
    if not Path("/proc/self/fd").exists():
        return
    with serving({"INSTRUCTFX_TURNS": "1"}) as served:
        yield from _without_files(served)
        yield _killed(served)
        yield from _told_to_end(served)


def _workers(served: Served) -> list[int]:
    found = []
    for pid in family(served.pid):
        with suppress(OSError):
            if WORKER in Path(f"/proc/{pid}/cmdline").read_bytes() and is_running(pid):
                found.append(pid)
    return found


def _until(held: Callable[[], bool], seconds: float = WAIT_SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not held():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _until(lambda: not any(Path(f"/proc/{pid}/fd").exists() and os.listdir(f"/proc/{pid}/fd") for pid in pids))


@contextmanager
def _few_files(pid: int) -> Iterator[Callable[[], None]]:
    """As long as the block runs a process may open none; what it yields allows a few."""
    import resource

    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)

    def allow(spare: int) -> None:
        taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
        free = [number for number in range(before[0]) if number not in taken][spare]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, before[1]))

    allow(0)
    try:
        yield lambda: allow(SPARE_FILES)
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def _without_files(served: Served) -> Iterator[FaultOutcome]:
    _until(lambda: bool(_workers(served)))
    began, read = time.monotonic(), len(served.log())
    with _few_files(served.pid) as allow_a_few:
        _kill(_workers(served))
        _until(lambda: "could not be started" in served.log()[read:], 5.0)
        allow_a_few()
        with Visitor(served.url, WAIT_SECONDS) as visitor:
            answer = visitor.sample("guitar")
        log = served.log()[read:]
    what = "one that cannot be started: no files are left"
    if answer.ending in ("hung", "gone"):
        yield outcome(WORKERS, what, began, answer.line, f"{answer.ending}: {answer.line}", "hung")
    elif "Traceback" in log:
        yield outcome(WORKERS, what, began, answer.line, "a traceback in the log", "crashed")
    else:
        wrong = unfit(answer.line, answer.texts) if answer.line else "opened without a worker"
        yield outcome(WORKERS, what, began, answer.line, wrong)
    yield _in_order(served, "once there are files again")


def _in_order(served: Served, what: str) -> FaultOutcome:
    began = time.monotonic()
    with Visitor(served.url, WAIT_SECONDS) as visitor:
        opened = visitor.sample("guitar")
        turned = visitor.say("cut 3 dB at 400 Hz")
        visitor.leave()
    wrong = opened.line or turned.line or ("" if len(turned.replied) == 1 else "no reply")
    return outcome(WORKERS, what, began, wrong=wrong, bad="crashed")


def _killed(served: Served) -> FaultOutcome:
    """A resting worker dies; another one is there before anybody asks."""
    began, before = time.monotonic(), _workers(served)
    _kill(before)
    there = _until(lambda: bool(set(_workers(served)) - set(before)))
    answered = _in_order(served, "one that is killed while it rests")
    if not there:
        return outcome(WORKERS, answered.what, began, wrong="nobody took its place", bad="crashed")
    return answered


def _told_to_end(served: Served) -> Iterator[FaultOutcome]:
    began, read = time.monotonic(), len(served.log())
    told: list[float] = []

    def end(seen: str) -> None:
        if STAGES["refining"] in seen and not told:
            told.append(time.monotonic())
            os.kill(served.pid, signal.SIGTERM)

    processes = family(served.pid)
    with Visitor(served.url, WAIT_SECONDS) as visitor:
        visitor.sample("strings")
        shown = visitor.say(LONG, end)
    what = "SIGTERM while a turn is taken"
    if not told:
        yield outcome(END, what, began, wrong=f"no turn was under way: {shown.line or shown.ending}")
        return
    seen = (shown.line, *shown.texts)
    told_it = next((text for text in seen if IS_CLOSING in text), "")
    yield outcome(END, what, began, told_it, unfit(told_it) if told_it else "the visitor is not told")
    gone = _until(lambda: not any(_runs(pid) for pid in processes))
    seconds = time.monotonic() - told[0]
    log = served.log()[read:]
    wrong = f"it took {seconds:.1f} s" if seconds > END_SECONDS else "" if gone else "processes are left"
    wrong = wrong or ("a traceback in the log" if "Traceback" in log else "")
    yield FaultOutcome(END, "all processes are gone", "hung" if wrong else "accepted", "", seconds, wrong)
    yield _store_is_whole(served, processes)


def _runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _store_is_whole(served: Served, processes: Collection[int]) -> FaultOutcome:
    """What the doctor finds in the store of a studio that ended, and of work that its processes left."""
    began = time.monotonic()
    what = "the turn is in the store, or as if it had not been"
    store = Store(served.sessions, f"sqlite:///{served.sessions / DATABASE}")
    try:
        listed = store.listed()
        found = [each.what for each in examine(store)]
        others = tuple(str(each) for each in abandoned() if not any(f"-{pid}-" in each.name for pid in processes))
        wrong = [each for each in found if not each.startswith(others)]
        wrong += [
            f"{each.turns} turns are listed" for each in listed if each.turns != len(store.load(each.id)[0].turns)
        ]
        wrong += [] if listed else ["the session is lost"]
    except StoreError as error:
        wrong = [str(error)]
    finally:
        store.close()
    return outcome(END, what, began, wrong="; ".join(wrong))
