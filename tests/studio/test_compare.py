"""What the page is given to compare, and what is kept of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scripted_pool import session_of, turn_of, visit_of

from instructfx.chain import Chain
from instructfx.errors import InstructionError
from instructfx.sessions import BlindAnswer, Turn
from instructfx.sessions.feedback import blind_answers
from instructfx.studio.page.events import noted
from instructfx.studio.page.part_data import player_data
from instructfx.studio.page.updates import _missing
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import RenderExcerpt, Sound


def gain(number: int, **more: Any) -> Turn:
    return turn_of(number, Chain().added("gain", {"gain_db": number}), **more)


def visit(folder: Path, *turns: Turn) -> Visit:
    made = visit_of(folder, session=session_of(*turns))
    made.track = cast(Any, SimpleNamespace(name="take.wav"))
    return made


def hear(made: Visit, *turn_ids: str) -> None:
    for turn_id in turn_ids:
        made.keep_sound(turn_id, Sound(made.folder / turn_id, ()))


def test_the_reference_stays_what_it_was_where_hands_go_on_from_it(tmp_path: Path) -> None:
    by_hand = [gain(number, parent=number - 1, kind="edited", instruction="By hand: gain") for number in (2, 3)]
    made = visit(tmp_path, gain(1), by_hand[0])
    hear(made, "t1", "t2")
    asyncio.run(noted({"do": "pin", "turn": "t2"}, made, cast(Any, None)))
    made.session = session_of(*made.session.turns, by_hand[1])
    hear(made, "t3")
    data = player_data(made)
    assert (data["pinned"], data["current"]) == ("t2", "t3")
    assert [each["id"] for each in data["versions"]] == ["dry", "t1", "t3", "t2"]
    asyncio.run(noted({"do": "pin", "turn": None}, made, cast(Any, None)))
    assert player_data(made)["pinned"] is None


def test_of_a_take_the_others_are_told_and_their_excerpts_rendered(tmp_path: Path) -> None:
    takes = [gain(number, take=number - 1) for number in (2, 3, 4)]
    made = visit(tmp_path, gain(1), *takes)
    made.session = session_of(*made.session.turns)
    wanted = [each.turn_id for each in _missing(made) if isinstance(each, RenderExcerpt)]
    assert sorted(wanted) == ["t2", "t3", "t4"]
    assert wanted[0] == made.session.standing.id  # type: ignore[union-attr]
    hear(made, wanted[0])
    assert player_data(made)["takes"] == ["t2", "t3", "t4"]  # also before the others can be heard
    hear(made, "t1", "t2", "t3", "t4")
    assert player_data(made)["takes"] == ["t2", "t3", "t4"]
    assert made.session.takes_of("t1") == ()


@pytest.mark.parametrize(
    ("heard", "best", "kept"),
    [
        (["b", "a"], 0, [("b", "a", "this")]),
        (["b", "a"], 1, [("b", "a", "other")]),
        (["b", None], None, [("b", None, "neither")]),
        ([None, "b"], 0, [("b", None, "other")]),
        (["c", "a", "b"], 1, [("c", "a", "other"), ("a", "b", "this")]),
        (["c", "a", "b"], None, [("c", "a", "neither"), ("c", "b", "neither"), ("a", "b", "neither")]),
    ],
)
def test_an_answer_is_kept_pair_by_pair(
    heard: Sequence[str | None], best: int | None, kept: list[tuple[str, str | None, Any]]
) -> None:
    assert blind_answers(heard, best) == tuple(BlindAnswer(*each) for each in kept)


@pytest.mark.parametrize(
    ("heard", "best"), [([], None), (["a"], 0), (["a", "a"], 0), (["a", "b"], 2), (["a", "b"], -1)]
)
def test_what_is_no_comparison_is_refused(heard: Sequence[str | None], best: int | None) -> None:
    with pytest.raises(InstructionError, match="two versions or more"):
        blind_answers(heard, best)
