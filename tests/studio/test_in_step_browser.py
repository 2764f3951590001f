"""Two pages, or a page and a program, on one session: neither shows what is old."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_work import CHAIN, HISTORY, PLAYER, effects, opened, session_of, setting, standing, tree
from processes import until_gone
from visitor import Guest, visitor

from instructfx.bench.serving.browser import WORDS, say, wait_for_turns
from instructfx.bench.serving.running import PROGRAM, Running, running
from instructfx.engine.live import resume_session
from instructfx.store import Store

pytestmark = pytest.mark.browser

CUT, ECHO, LONG = (
    "low-pass it at 4 kHz",
    "a 250 ms delay",
    "much warmer, some chorus, a big hall, a phaser and some grit",
)


@pytest.fixture
def friend(chromium: Any, common: Running) -> Iterator[Guest]:
    """Somebody else on the common studio's page."""
    with visitor(chromium, common.url) as come:
        yield come


def shown(page: Any) -> list[Any]:
    """What must be the same on all pages of a session."""
    talk = page.locator(".turn").all_inner_texts()
    return [talk, page.evaluate(f"{CHAIN}.slots"), tree(page), page.evaluate(f"{PLAYER}.data.current")]


def test_a_turn_in_one_tab_is_in_the_other(guest: Guest, friend: Guest, common: Running, riff: Path) -> None:
    session_id = session_of(common.url, riff, CUT)
    mine, theirs = opened(guest, session_id), opened(friend, session_id)
    say(mine, ECHO)
    wait_for_turns(theirs, 2)
    assert effects(theirs) == ["filter", "delay"]
    assert shown(theirs) == shown(mine)
    theirs.click("#undo")
    mine.wait_for_function(f"{HISTORY}.redo !== null")
    wait_for_turns(mine, 3)
    assert (standing(mine), effects(mine)) == (CUT, ["filter"])
    name = theirs.locator(".history-item", has_text=ECHO)
    name.click()
    name.get_by_role("button", name="Name").click()
    theirs.locator(".history-item input").fill("with echo")
    theirs.keyboard.press("Enter")
    mine.locator(".history-name", has_text="with echo").wait_for()


def test_while_a_turn_runs_in_one_tab_the_other_shows_how_far_it_is(
    guest: Guest, friend: Guest, common: Running, riff: Path
) -> None:
    session_id = session_of(common.url, riff)
    mine, theirs = opened(guest, session_id), opened(friend, session_id)
    theirs.fill(WORDS, "a bit wider")
    mine.fill(WORDS, LONG)
    mine.press(WORDS, "Enter")
    theirs.locator(".progress").first.wait_for()
    assert theirs.locator(".turn .words").inner_text() == LONG
    assert theirs.locator("#send").is_disabled()
    theirs.press(WORDS, "Enter")
    theirs.locator("#notice", has_text="One turn at a time").wait_for()
    theirs.click("#stop")
    wait_for_turns(theirs, 1)
    assert theirs.locator("#notice p").count() == 0, "what was refused is possible again"
    assert theirs.input_value(WORDS) == "a bit wider", "what was not taken is still there"
    wait_for_turns(mine, 1)
    assert shown(theirs) == shown(mine)


def test_what_a_program_does_in_the_store_is_on_the_page(guest: Guest, common: Running, riff: Path) -> None:
    session_id = session_of(common.url, riff, CUT)
    page = opened(guest, session_id)
    live = resume_session(session_id, "builtin", "perceptual", store=common.log.parent)  # as another process has it
    live.say("3 dB louder")
    wait_for_turns(page, 2)
    assert setting(page, "gain", "gain_db") == pytest.approx(3)
    live.name_turn(live.turns[0].id, "the first")
    page.locator(".history-name", has_text="the first").wait_for()
    live.say("how loud is it?")
    page.locator(".turn[aria-label=Answer]").wait_for()
    say(page, ECHO)
    assert [turn.instruction for turn in Store(common.log.parent).load(session_id)[0].turns] == [
        CUT, "3 dB louder", ECHO,
    ]  # fmt: skip
    assert sorted(effects(page)) == ["delay", "filter", "gain"]


def test_a_tab_that_is_hidden_does_not_listen_and_looks_when_it_is_shown(
    guest: Guest, common: Running, riff: Path
) -> None:
    session_id = session_of(common.url, riff)
    page = opened(guest, session_id)
    asked: list[str] = []
    ended: list[str] = []
    page.on("request", lambda request: "/changes/" in request.url and asked.append(request.url))
    page.on("requestfailed", lambda request: "/changes/" in request.url and ended.append(request.url))
    hide(page, True)
    while not ended:
        page.wait_for_timeout(50)
    asked.clear()
    resume_session(session_id, "builtin", "perceptual", store=common.log.parent).say("3 dB louder")
    page.wait_for_timeout(1500)  # in which one that listens has heard it
    assert (asked, page.locator(".turn").count()) == ([], 0)
    hide(page, False)
    wait_for_turns(page, 1)


def hide(page: Any, hidden: bool) -> None:
    """As the browser does with a tab behind another."""
    page.evaluate(f"""() => {{
        Object.defineProperty(document, "hidden", {{ value: {str(hidden).lower()}, configurable: true }});
        document.dispatchEvent(new Event("visibilitychange"));
    }}""")


def test_a_studio_that_was_started_anew_shows_what_it_showed(
    chromium: Any, riff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_TURNS", "1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = (PROGRAM[0], "-c", AT_PORT.format(port=port))
    with running(tmp_path, program) as studio:
        guest = Guest(chromium, studio.url)
        page = opened(guest, session_of(studio.url, riff, "3 dB louder"))
        wait_for_turns(page, 1)
        visit = page.evaluate(ADDRESS)
        os.kill(studio.pid, signal.SIGTERM)
        until_gone(60, studio.pid)
    with running(tmp_path, program):
        page.wait_for_function(f"visit => {PLAYER}.data.session !== visit", arg=visit)
        wait_for_turns(page, 1)
        say(page, ECHO)
        assert sorted(effects(page)) == ["delay", "gain"]
    guest.context.close()


ADDRESS = f"{PLAYER}.data.session"
AT_PORT = """
import sys
from instructfx.cli.main import main
sys.argv[1:] = ["studio", "--port", "{port}"]
raise SystemExit(main())
"""
