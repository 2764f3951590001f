"""The worker processes, as a visitor meets them: a served studio whose workers are killed, too slow or too large."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from instructfx.bench.visitor import Visitor
from instructfx.errors import Cancelled, LimitError
from instructfx.store import Store
from instructfx.studio.limits import Limits
from instructfx.studio.messages import Open, Say, Stepped, Waiting
from instructfx.studio.quirks import STATIC
from instructfx.studio.screenshot import Running, running
from instructfx.studio.workers import Pool, Watch

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc, which Linux has")

LONG = "much warmer, some chorus, a big hall, a phaser and some grit"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("sessions")) as started:
        yield started


@pytest.fixture
def visitor(shared: Running) -> Iterator[Visitor]:
    with Visitor(shared.url) as coming:
        yield coming


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(seconds: float, *pids: int) -> None:
    end = time.monotonic() + seconds
    while not all(map(gone, pids)):
        assert time.monotonic() < end
        time.sleep(0.05)


def turns(html: str) -> int:
    return html.count('<article class="turn"')


def test_a_worker_that_is_killed_in_the_middle_of_a_turn_is_one_line(shared: Running, visitor: Visitor) -> None:
    visitor.sample("strings")
    visitor.say("a 250 ms delay")
    killed: list[int] = []

    def kill(html: str) -> None:
        if "step " in html and not killed:
            killed.extend(shared.workers())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    shown = visitor.say(LONG, kill).regions
    assert killed
    assert "ended unexpectedly; nothing was lost" in shown["conversation"]
    assert "Delay" in shown["chain"]
    assert "Reverb" not in shown["chain"]
    after = visitor.say("low-pass it at 2 kHz").regions
    assert turns(after["conversation"]) == 3
    assert re.findall(r'scope="row">(\w+)', after["chain"]) == ["Filter", "Delay"]
    assert len(shared.workers()) == len(killed)
    assert not set(killed) & set(shared.workers())


def test_stop_ends_a_turn_soon_and_keeps_its_best(visitor: Visitor) -> None:
    asked: list[float] = []
    ended: list[float] = []
    visitor.sample("strings")

    def stop(html: str) -> None:
        if "step " in html and not asked:
            asked.append(time.monotonic())
            visitor.stop()
        if any(stage in html for stage in ("Saving", "Rendering", "best so far")):
            ended.append(time.monotonic())

    shown = visitor.say(LONG, stop).regions
    assert ended[0] - asked[0] < 15  # a second, on a machine that does nothing else
    assert "best so far was kept" in shown["conversation"]
    assert 'class="player current"' in shown["current"]


def test_a_worker_over_its_time_is_ended_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_TURN_SECONDS", "10")
    with running(tmp_path) as slow, Visitor(slow.url) as visitor:
        visitor.sample("guitar")
        frozen: list[int] = []

        def freeze(html: str) -> None:
            if "Planning" in html and not frozen:
                frozen.extend(slow.workers())
                for pid in frozen:
                    os.kill(pid, signal.SIGSTOP)

        shown = visitor.say(LONG, freeze).regions
        assert "This took longer than 10 seconds and was ended; nothing was lost." in shown["conversation"]
        assert "Try a shorter track or say less at once." in shown["conversation"]
        assert any(map(gone, frozen))
        for pid in slow.workers():
            os.kill(pid, signal.SIGCONT)
        for _ in range(5):  # on a machine that does much else, ten seconds may be too few
            shown = visitor.say("low-pass it at 2 kHz").regions
            if "Filter" in shown["chain"]:
                break
        assert "Filter" in shown["chain"]


def test_a_worker_over_its_memory_is_ended_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instructfx.studio.workers.resident_mb", lambda pid: 1100.0)
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path))
    store = Store()
    pool = Pool(Limits(turns=1, worker_mb=1024))
    try:
        before = pool.pids
        with pytest.raises(LimitError, match="more than 1,024 MB of memory and was ended; nothing was lost"):
            pool.run(sample(tmp_path))
        assert len(set(before) & set(pool.pids)) == 1
        monkeypatch.setattr("instructfx.studio.workers.resident_mb", lambda pid: 0.0)
        opened = pool.run(sample(tmp_path))
        assert store.load(opened.session_id)[0].turns == ()  # type: ignore[union-attr]
    finally:
        pool.close()
    assert all(map(gone, before))


def sample(folder: Path) -> Open:
    track = STATIC / "samples" / "guitar.flac"
    return Open(track, track.name, folder, "builtin", "perceptual", 3600)


def test_workers_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        pids = started.workers()
        assert len(pids) >= 3
        os.kill(started.pid, signal.SIGKILL)
        until(20, *pids)


def test_workers_end_with_a_server_that_is_told_to(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        pids = started.workers()
    assert all(map(gone, pids))


def test_a_turn_waits_for_its_place_and_a_track_does_not_wait_for_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path))
    Store()
    pool = Pool(Limits(turns=1))
    refining, stop, waiting = threading.Event(), threading.Event(), threading.Event()
    said: list[object] = []

    def turn(watch: Watch) -> threading.Thread:
        session_id = pool.run(sample(tmp_path)).session_id  # type: ignore[union-attr]
        say = Say(session_id, LONG, 0, tmp_path, False, "builtin", "perceptual")

        def saying() -> None:
            with suppress(Cancelled):
                said.append(pool.run(say, watch))

        thread = threading.Thread(target=saying)
        thread.start()
        return thread

    try:
        first = turn(Watch(lambda report: refining.set() if isinstance(report, Stepped) else None, stop))
        assert refining.wait(60)
        second = turn(Watch(lambda report: waiting.set() if report == Waiting(1) else None, stop))
        assert waiting.wait(60)
        pool.run(sample(tmp_path))
        assert first.is_alive()
        stop.set()
        first.join(60)
        second.join(60)
        assert len(said) == 1
    finally:
        pool.close()
