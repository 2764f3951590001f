"""What the page is given of changes by hand in a row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from scripted_pool import session_of, turn_of, visit_of

from instructfx.chain import Chain
from instructfx.studio.page.part_data import conversation, player_data, tree_data
from instructfx.studio.visits.jobs import entries_of
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import Sound

SAID = turn_of(1, Chain().added("gain", {"gain_db": 3}))


def by_hand(number: int, gain_db: float, locked: bool = False) -> Any:
    chain = Chain().added("gain", {"gain_db": gain_db})
    return turn_of(
        number, chain.locked("gain", ["gain_db"]) if locked else chain, number - 1, kind="edited",
        instruction=f"By hand: gain {gain_db:g} dB",
    )  # fmt: skip


def visit(folder: Path, *turns: Any) -> Visit:
    made = visit_of(folder, session=session_of(SAID, *turns))
    made.track = cast(Any, SimpleNamespace(name="take.wav"))
    made.entries = entries_of(made.session)
    return made


def heard(made: Visit) -> tuple[list[tuple[str, str]], str, str | None]:
    data = player_data(made)
    return [(each["id"], each["words"]) for each in data["versions"][1:]], data["current"], data["previous"]


def test_what_plays_stays_while_the_end_of_its_row_is_rendered(tmp_path: Path) -> None:
    made = visit(tmp_path, by_hand(2, 1))
    for turn_id in ("t1", "t2"):
        made.keep_sound(turn_id, Sound(tmp_path / turn_id, ()))
    assert heard(made) == ([("t1", "wish 1"), ("t2", "By hand: gain 1 dB")], "t2", "t1")
    made.session = session_of(*made.session.turns, by_hand(3, -2))
    assert heard(made) == ([("t1", "wish 1"), ("t2", "By hand: 2 changes")], "t2", "t1")
    made.keep_sound("t3", Sound(tmp_path / "t3", ()))
    assert heard(made) == ([("t1", "wish 1"), ("t3", "By hand: 2 changes")], "t3", "t1")


def test_a_lock_sounds_as_what_it_was_put_on_and_keeps_its_name(tmp_path: Path) -> None:
    made = visit(tmp_path, by_hand(2, 3, locked=True))
    made.keep_sound("t1", Sound(tmp_path / "t1", ()))
    made.names = {"t1": "loud"}
    assert heard(made) == ([("t2", "wish 1")], "t2", "dry")
    assert player_data(made)["versions"][1]["label"] == "loud"


def test_a_row_is_one_message_and_a_lock_none(tmp_path: Path) -> None:
    made = visit(tmp_path, by_hand(2, 1), by_hand(3, -2), by_hand(4, -2, locked=True), by_hand(5, -4))
    shown = conversation(made)
    assert shown.count("<article") == 2
    assert "By hand: 3 changes" in shown
    assert shown.count("<li>") == 3
    assert "+3.0 dB" in shown
    assert "−4.0 dB" in shown
    locked = visit(tmp_path, by_hand(2, 3, locked=True))
    assert conversation(locked).count("<article") == 1
    assert "wish 1" in conversation(locked)
    apart = replace(made, entries=[])
    assert "What should change?" in conversation(apart)


def test_the_history_tells_what_hands_did_and_says_itself_that_they_did_it(tmp_path: Path) -> None:
    one = tree_data(visit(tmp_path, by_hand(2, 1)))["turns"][1]
    assert (one["kind"], one["words"], one["changes"]) == ("edited", "gain 1 dB", [])
    two = tree_data(visit(tmp_path, by_hand(2, 1), by_hand(3, -2)))["turns"][1]
    assert two["words"] == "By hand: 2 changes"
    assert [each["words"] for each in two["changes"]] == ["gain 1 dB", "gain -2 dB"]
