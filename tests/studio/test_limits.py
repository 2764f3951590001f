import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scripted_pool import welcome

from instructfx.errors import SetupError, StoreError
from instructfx.studio.visits import retention
from instructfx.studio.visits.visits import Visits
from instructfx.studio.web.server import serve
from instructfx.studio.workers import logs
from instructfx.studio.workers.limits import Limits, limits_from


def test_unset_limits_are_the_usual_ones() -> None:
    assert limits_from({}) == Limits()
    assert limits_from({"INSTRUCTFX_MAX_UPLOAD_MB": " "}) == Limits()


def test_each_limit_has_its_variable() -> None:
    names = ("MAX_UPLOAD_MB", "MAX_SECONDS", "TURN_SECONDS", "WORKER_MB", "TURNS", "MAX_WAITING", "MAX_VISITS")
    values = (10, 60, 30, 2048, 3, 5, 7)
    environment = {f"INSTRUCTFX_{name}": str(value) for name, value in zip(names, values, strict=True)}
    environment |= {"INSTRUCTFX_MAX_DISK_GB": "1.5", "INSTRUCTFX_KEEP_DAYS": "30", "INSTRUCTFX_MCP": "1"}
    assert limits_from(environment) == Limits(*values, disk_gb=1.5, keep_days=30, mcp=True)
    off = limits_from({"INSTRUCTFX_MAX_DISK_GB": "none", "INSTRUCTFX_KEEP_DAYS": "none"})
    assert (off.disk_gb, off.keep_days) == (None, None)


@pytest.mark.parametrize(
    ("name", "value", "legal"),
    [
        ("MAX_UPLOAD_MB", "0", "a whole number, 1 or more"),
        ("MAX_UPLOAD_MB", "1gb", "a whole number, 1 or more"),
        ("MAX_SECONDS", "3601", "a whole number from 1 to 3600"),
        ("TURNS", "1.5", "a whole number, 1 or more"),
        ("WORKER_MB", "100", "a whole number, 1024 or more"),
        ("TURN_SECONDS", "inf", "a whole number, 1 or more"),
        ("KEEP_DAYS", "-1", "a number, 0.001 or more, or none"),
        ("MAX_DISK_GB", "nan", "a number, 0.001 or more, or none"),
        ("MCP", "yes", "a whole number from 0 to 1"),
    ],
)
def test_a_wrong_value_is_one_line(name: str, value: str, legal: str) -> None:
    with pytest.raises(SetupError, match=f"^INSTRUCTFX_{name} is '{value}'; it must be {legal}. Change it"):
        limits_from({f"INSTRUCTFX_{name}": value})


@pytest.mark.parametrize(("name", "value"), [("MAX_VISITS", "many"), ("AUTH", "nobody")])
def test_a_studio_with_a_wrong_setting_does_not_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    monkeypatch.setenv(f"INSTRUCTFX_{name}", value)
    with caplog.at_level(logging.ERROR, "instructfx"):
        assert serve("127.0.0.1", 0) == 2
    assert [message.startswith(f"INSTRUCTFX_{name} ") for message in caplog.messages] == [True]


def test_uploads_are_told_their_limits() -> None:
    assert Limits().of_uploads() == "up to an hour and 1024 MB"
    assert Limits(track_seconds=90, upload_mb=5).of_uploads() == "up to 1:30 minutes and 5 MB"
    assert Limits(track_seconds=600).of_uploads().startswith("up to 10 minutes")


class Shelf:
    """Sessions and when they were used last."""

    def __init__(self, **used: datetime) -> None:
        self.used = used
        self.stuck = ""

    def unused_since(self, moment: datetime) -> tuple[str, ...]:
        return tuple(name for name, at in self.used.items() if at < moment)

    def delete(self, session_id: str) -> None:
        if session_id == self.stuck:
            raise StoreError("the disk is away")
        del self.used[session_id]


NOW = datetime(2026, 1, 31, tzinfo=UTC)


def test_old_sessions_go_but_none_that_is_open(caplog: pytest.LogCaptureFixture) -> None:
    old = NOW - timedelta(days=10)
    shelf = Shelf(stored=old, old=old, older=old - timedelta(days=1), stuck=old, new=NOW - timedelta(days=6))
    shelf.stuck = "stuck"
    visits = Visits()
    visit = welcome(visits, "page")
    assert retention.sweep(shelf, visits, 7, lambda: NOW) == 2
    assert sorted(shelf.used) == ["new", "stored", "stuck"]
    assert "the disk is away" in caplog.text
    visits.close(visit.token)
    past = visits.past(visit.token)
    assert past
    with visits.coming_back(past):
        assert retention.sweep(shelf, visits, 7, lambda: NOW) == 0
    assert retention.sweep(shelf, visits, 7, lambda: NOW) == 1
    assert "stored" not in shelf.used
    assert visits.past(visit.token) is None
    visits.close_all()


def test_a_log_line_hides_what_could_be_an_id(tmp_path: Path) -> None:
    visits = Visits()
    token = welcome(visits, "page").token
    visits.close_all()
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, f"no session {token}, nor /{'0af3' * 16}.", (), None)
    assert logs.Discreet("%(message)s").format(record) == "no session <hidden>, nor /<hidden>."
    name = test_a_log_line_hides_what_could_be_an_id.__name__
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, name, (), None)
    assert logs.Discreet("%(message)s").format(record) == name


def test_no_visitor_fills_the_log(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "a b " * 100_000 + "\nx" * 100_000, (), None)
    assert len(logs.Discreet("%(message)s").format(record)) < 5000
    cut_off = (asyncio.CancelledError, asyncio.CancelledError(), None)
    assert not logs.worth_a_line(logging.LogRecord("x", logging.ERROR, __file__, 1, "", (), cut_off))
    assert logs.worth_a_line(record)
    try:
        json.loads("what a visitor sent")
    except ValueError:
        logs.failed()
    assert [each.getMessage() for each in caplog.records] == ["a request could not be read (JSONDecodeError)"]
    try:
        limits_from({"INSTRUCTFX_TURNS": "x"})
    except SetupError:
        logs.failed()
    assert "an event failed" in caplog.text
    assert "INSTRUCTFX_TURNS is 'x'; it must be" in caplog.text
