"""A worker's searches end while there is still time to keep what they found, and it has met every kind of them."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from instructfx.locations import static_folder
from instructfx.refine import bayes, gradient
from instructfx.sessions.options import TurnOptions
from instructfx.store import Store
from instructfx.studio.page import html
from instructfx.studio.visits.jobs import entries_of
from instructfx.studio.workers.messages import (
    AgentNames,
    Draw,
    Export,
    Open,
    Opened,
    Render,
    TakeTurn,
    Warm,
    WorkRequest,
)
from instructfx.studio.workers.orders import Edit, Instruct, Order
from instructfx.studio.workers.pool import way_out
from instructfx.studio.workers.service import Service

MINDS = AgentNames("builtin", "perceptual")
GUITAR = static_folder() / "samples" / "guitar.flac"


def service(seconds: float) -> Service:
    return Service(lambda report: None, threading.Event(), threading.Event(), seconds)


def test_takes_without_time_keep_what_was_planned_and_say_how_many_these_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path))
    working = service(0.0)
    opened = working.do(Open(GUITAR, GUITAR.name, tmp_path, MINDS, 3600))
    assert isinstance(opened, Opened)
    working.do(TakeTurn(opened.session_id, Instruct("add some grit", TurnOptions(), 3), 0, MINDS))
    session = Store().load(opened.session_id)[0]
    assert [turn.refined.stopped for turn in session.turns] == ["budget"]
    shown = html.conversation(entries_of(session))
    assert "The time of 0 s was used up: this is the best so far." in shown
    assert "1 of 3 takes: the time of 0 s was used up." in shown
    assert "stopped; the best so far was kept" in shown


def test_warming_up_meets_every_kind_of_search(monkeypatch: pytest.MonkeyPatch) -> None:
    met: Counter[str] = Counter()
    for place, name in (
        (gradient, "_descend_on_spectrum"),
        (gradient, "_descend_on_waveform"),
        (bayes, "_expected_improvement"),
    ):
        searching = getattr(place, name)

        def noted(*given: object, name: str = name, searching: Callable[..., float | None] = searching) -> float | None:
            found = searching(*given)
            met[name] += found is None or math.isfinite(found)  # a process that was fitted promises something
            return found

        monkeypatch.setattr(place, name, noted)
    service(600.0).do(Warm("perceptual"))
    assert len(met) == 3
    assert min(met.values()) > 0


def taking(order: Order) -> TakeTurn:
    return TakeTurn("a" * 32, order, 0, MINDS)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (taking(Instruct("warmer", TurnOptions(), 3)), "Say less at once, or ask for fewer takes."),
        (taking(Edit([])), "Try again."),
        (Draw("a", 0, "b", None, MINDS), "Try again."),
        (Render("a", "b", Path()), "Try a shorter track."),
        (Export("a", "wav", Path()), "Try a shorter track."),
    ],
)
def test_what_to_do_is_said_of_what_was_too_much(request_: WorkRequest, told: str) -> None:
    assert way_out(request_) == told
