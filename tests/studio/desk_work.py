"""What the tests in a browser do again and again: a session to start from, and waiting for what comes of a step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from visitor import WAIT_MS, Guest

from instructfx.bench.serving.browser import wait_for_turns
from instructfx.bench.serving.visitor import Visitor

CHAIN = "document.querySelector('ifx-chain').data"
HISTORY = "document.querySelector('ifx-history').data"
PLAYER = "document.querySelector('ifx-player')"


def session_of(url: str, track: Path, *words: str) -> str:
    """The id of a session on a track in which this was said, without a browser."""
    with Visitor(url) as visitor, track.open("rb") as file:
        answer = visitor.upload(track.name, file)
        assert answer.track, answer.line
        for each in words:
            answer = visitor.say(each)
            assert answer.current, answer.line
        return str(answer.parts["address"]["session"])


def opened(guest: Guest, session_id: str) -> Any:
    """The guest's page, on which that session can be heard."""
    guest.go(f"#{session_id}")
    wait_for_turns(guest.page, 0)
    guest.page.wait_for_function("document.querySelector('#track .track') !== null")
    return guest.page


def step(page: Any, act: Callable[[], object], turns: int = 1) -> None:
    """Do something of which so many turns come, and wait until the last can be heard."""
    before = page.locator(".turn").count()
    page.evaluate(f"{HISTORY}.old = {CHAIN}.old = true")
    act()
    page.wait_for_function(f"!{HISTORY}.old && !{CHAIN}.old && {CHAIN}.editable", timeout=WAIT_MS)
    wait_for_turns(page, before + turns)


def effects(page: Any) -> list[str]:
    """The effects that the chain shows, in their order."""
    names: list[str] = page.eval_on_selector_all(".chain-card", "all => all.map(each => each.dataset.effect)")
    return names


def setting(page: Any, effect: str, name: str) -> float:
    """A setting as the chain's data have it."""
    found: float = page.evaluate(
        f"([effect, name]) => {CHAIN}.slots.find(slot => slot.effect === effect).settings[name]", [effect, name]
    )
    return found


def tree(page: Any) -> list[tuple[str, str | None, str]]:
    """Every version as (words or kind, the words of its parent, name)."""
    turns = page.evaluate(f"{HISTORY}.turns")
    said = {turn["id"]: turn["words"] or turn["kind"] for turn in turns}
    return [(said[turn["id"]], said.get(turn["parent"]), turn["name"]) for turn in turns]


def standing(page: Any) -> str | None:
    """The words of what plays, None for the dry track."""
    words: str | None = page.evaluate(
        f"{HISTORY}.turns.filter(turn => turn.id === {HISTORY}.head).map(turn => turn.words || turn.kind)[0] ?? null"
    )
    return words


def version(page: Any, words: str) -> Any:
    """An item of the history by what was said."""
    return page.locator(".history-item", has_text=words).first
