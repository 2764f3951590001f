import functools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from part_page import Part, opened

from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.errors import StoreError
from instructfx.planners.plan import Plan
from instructfx.refine.records import Refined
from instructfx.sessions import Dry, Kind, Provenance, Session, Turn
from instructfx.studio.page.history_data import history_data
from instructfx.studio.page.part_types import RowData
from instructfx.studio.workers.messages import Compared

WARM = Chain().added("eq", {"low_shelf_gain_db": 2})
ROOM = WARM.added("reverb", {"mix": 0.3})
Open = Callable[..., Part]


def turn(
    number: int, parent: int | None, words: str = "", kind: Kind = "said", chain: Chain = WARM, take: int = 0
) -> Turn:
    return Turn(
        id=f"t{number}",
        parent_id=f"t{parent}" if parent else None,
        index=number,
        kind=kind,
        instruction=words or f"wish {number}",
        plan=Plan(),
        goal=Goal(),
        route="reuse_all",
        refined=Refined(chain, 1.0, 0.5),
        readings_before={"warmth": 0.0, "space": 0.0},
        readings_after={"warmth": 0.1 * number, "space": 1.0},
        provenance=Provenance("builtin", "perceptual", 0),
        seconds=1.26,
        take=take,
    )


def session(turns: Sequence[Turn], head: int | None) -> Session:
    dry = Dry("0", "x.wav", 44_100, 2, 44_100, -20.0, 0)
    return Session("s", dry, tuple(turns), f"t{head}" if head else None)


BRANCHED = (
    turn(1, None, "make it warmer"),
    turn(2, 1, "put it in a church", chain=ROOM),
    turn(3, 1, "undo", "undone"),
    turn(4, 3, "a bit wider", take=1),
    turn(5, 3, "a bit wider", take=2),
    turn(6, 3, "a bit wider", take=3),
    turn(7, 5, "", "edited"),
)
"""A wish, a church that was undone, three takes of another wish, and a hand edit of the second."""
BACK = turn(8, 1, "", "undone")


def walked(*turns: Turn) -> Session:
    """A session after these turns, each of them taken."""
    return functools.reduce(Session.with_turn, turns, session((), None))


def test_undone_turns_are_passed_over_and_takes_are_counted() -> None:
    data = history_data(session(BRANCHED, 7), {"t5": "my favourite"})
    assert [(each["id"], each["parent"], each["take"]) for each in data["turns"]] == [
        ("t1", None, 0),
        ("t2", "t1", 0),
        ("t4", "t1", 1),
        ("t5", "t1", 2),
        ("t6", "t1", 3),
        ("t7", "t5", 0),
    ]
    assert (data["head"], data["undo"], data["redo"]) == ("t7", "t5", None)
    assert [each["name"] for each in data["turns"] if each["name"]] == ["my favourite"]
    assert data["compare"] is None


def test_undo_and_redo_lead_to_neighbours() -> None:
    at = [history_data(walked(*(*BRANCHED, BACK)[:count])) for count in range(9)]
    assert [(each["head"], each["undo"], each["redo"]) for each in at] == [
        (None, None, None),
        ("t1", "dry", None),
        ("t2", "t1", None),
        ("t1", "dry", "t2"),
        ("t4", "t1", None),
        ("t4", "t1", None),
        ("t4", "t1", None),
        ("t7", "t5", None),
        ("t1", "dry", "t5"),
    ]


def test_two_turns_are_compared_setting_by_setting() -> None:
    other = replace(BRANCHED[1], refined=Refined(ROOM.adjusted("eq", {"low_shelf_gain_db": -1}), 1.0, 0.5))
    found = history_data(session((BRANCHED[0], other), 1), {}, Compared("t1", "t2"))["compare"]
    rows = {(row["effect"], row["setting"]): row for row in found["rows"]}
    assert rows["Equaliser", "Low shelf gain"] == {
        "slot": "eq", "effect": "Equaliser", "setting": "Low shelf gain", "a": "+2.0 dB", "b": "−1.0 dB",
        "differs": True,
    }  # fmt: skip
    assert not rows["Equaliser", "Mid gain"]["differs"]
    assert (rows["Reverb", "Mix"]["a"], rows["Reverb", "Mix"]["b"]) == ("", "30 %")
    assert rows["Reverb", "Place"]["a"] == "not there"
    assert found["readings"][0] == {"name": "Warmth", "a": 0.1, "b": 0.2}
    dry = history_data(session(BRANCHED, 1), {}, Compared(None, "t1"))["compare"]
    assert dry["readings"][0]["a"] == 0
    assert all(row["a"] in ("", "not there") for row in dry["rows"])
    with pytest.raises(StoreError, match="no turn t99"):
        history_data(session(BRANCHED, 1), {}, Compared("t1", "t99"))


def compared(one: Chain, other: Chain) -> list[RowData]:
    """The rows of two takes with these chains."""
    takes = (turn(1, None, chain=one, take=1), turn(2, None, chain=other, take=2))
    found = history_data(session(takes, 2), {}, Compared("t1", "t2"))["compare"]
    assert found
    return found["rows"]


def test_of_two_equalisers_each_is_compared_with_its_own() -> None:
    one = WARM.added("reverb", {}).added("eq", {"mid_gain_db": 3})
    other = one.adjusted("eq_2", {"mid_gain_db": -2})
    turned = Chain((other.slots[2], *other.slots[:2]))
    assert [(row["slot"], row["effect"], row["setting"], row["a"], row["b"]) for row in compared(one, other)
            if row["differs"]] == [("eq_2", "Equaliser 2", "Mid gain", "+3.0 dB", "−2.0 dB")]  # fmt: skip
    assert [(row["slot"], row["setting"], row["a"], row["b"]) for row in compared(one, turned) if row["differs"]] == [
        ("eq", "Place", "1", "2"),
        ("reverb", "Place", "2", "3"),
        ("eq_2", "Place", "3", "1"),
        ("eq_2", "Mid gain", "+3.0 dB", "−2.0 dB"),
    ]
    assert {row["effect"] for row in compared(one, other)} == {"Equaliser 1", "Reverb", "Equaliser 2"}
    alone = [row for row in compared(WARM, one) if row["differs"]]
    assert {row["slot"] for row in alone} == {"reverb", "eq_2"}
    assert {row["a"] for row in alone} == {"", "not there"}


def test_effects_of_two_branches_are_compared_with_each_other() -> None:
    other = WARM.added("reverb", {"mix": 0.5}, slot_id="reverb_2")
    assert [(row["effect"], row["setting"], row["a"], row["b"]) for row in compared(ROOM, other) if row["differs"]] == [
        ("Reverb", "Mix", "30 %", "50 %")
    ]


def test_an_effect_that_is_not_here_is_compared_by_its_place() -> None:
    old = Chain.from_json([{"effect": "cassette", "settings": {"wow": "high"}}, *WARM.to_json()])
    rows = [row for row in compared(old, WARM) if row["differs"]]
    assert [(row["effect"], row["setting"], row["a"], row["b"]) for row in rows] == [
        ("cassette", "Place", "1, not here", "not there"),
        ("Equaliser", "Place", "2", "1"),
    ]


@pytest.fixture
def history(chromium: Any, url: str) -> Iterator[Open]:
    with opened(chromium, url, "history", lambda: history_data(session(BRANCHED, 7), {"t5": "my favourite"})) as come:
        yield come


def item(part: Part, turn_id: str) -> Any:
    return part.page.locator(f".history-item[data-turn={turn_id}]")


def press(part: Part, *keys: str) -> str:
    """Press keys; the turn that has the focus then."""
    for key in keys:
        part.page.keyboard.press(key)
    return str(part.page.evaluate("document.activeElement.closest('[data-turn]')?.dataset.turn"))


@pytest.mark.browser
def test_the_tree_shows_what_plays_and_the_way_to_it(history: Open) -> None:
    part = history()
    shown = part.page.eval_on_selector_all("[role=treeitem]", "all => all.map(each => each.dataset.turn)")
    assert shown == ["dry", "t1", "t2", "t4", "t5", "t6", "t7"]
    lit = part.page.eval_on_selector_all("[role=treeitem][data-path]", "all => all.map(each => each.dataset.turn)")
    assert lit == ["dry", "t1", "t5", "t7"]
    assert part.page.locator("[aria-current]").get_attribute("data-turn") == "t7"
    assert "my favourite" in item(part, "t5").inner_text()
    boxes = [item(part, each).bounding_box() for each in ("t4", "t5", "t6")]
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
    assert item(part, "t7").get_attribute("aria-level") == "4"


@pytest.mark.browser
def test_undo_redo_and_choosing_a_take(history: Open) -> None:
    part = history()
    redo = part.page.get_by_role("button", name="Redo")
    part.page.get_by_role("button", name="Undo").click()
    redo.click(force=True)
    assert [event["turn"] for event in part.events("go")] == ["t5"]  # there is nothing to redo
    part.page.get_by_role("button", name="Choose take 3").click()
    assert part.wait_for("go", 2)["turn"] == "t6"
    part.show(history_data(walked(*BRANCHED, BACK)))
    part.page.get_by_role("button", name="Undo").click()
    assert part.wait_for("go", 3)["turn"] is None
    redo.click()
    assert part.wait_for("go", 4)["turn"] == "t5"


@pytest.mark.browser
def test_keys_walk_the_tree_and_enter_goes_there(history: Open) -> None:
    part = history()
    item(part, "t7").focus()
    assert press(part, "ArrowLeft") == "t5"
    assert press(part, "ArrowUp") == "t4"
    assert press(part, "ArrowLeft") == "t1"
    assert press(part, "ArrowRight") == "t5"
    assert press(part, "End") == "t7"
    assert press(part, "Home") == "dry"
    press(part, "Enter")
    assert part.wait_for("go")["turn"] is None
    assert press(part, "ArrowDown") == "t1"
    press(part, "Tab", "Tab")
    assert part.page.evaluate("document.activeElement.textContent") == "Listen"
    press(part, "Enter")
    assert part.wait_for("pick")["turn"] == "t1"
    assert len(part.events()) == 2


@pytest.mark.browser
def test_a_version_gets_a_name(history: Open) -> None:
    part = history()
    item(part, "t1").click()
    part.page.get_by_role("button", name="Name", exact=True).click()
    field = part.page.get_by_role("textbox", name="Name of turn 1")
    field.fill("x" * 100)
    assert len(field.input_value()) == 80
    field.fill("  the <i>one</i> ")
    part.show(history_data(session(BRANCHED, 7)))
    assert field.input_value() == "  the <i>one</i> "
    field.press("Enter")
    told = part.wait_for("name")
    assert (told["turn"], told["name"]) == ("t1", "the <i>one</i>")
    part.show(history_data(session(BRANCHED, 7), {"t1": told["name"]}))
    assert "the <i>one</i>" in item(part, "t1").inner_text()
    assert press(part) == "t1"
    part.page.get_by_role("button", name="Rename").click()
    part.page.keyboard.press("Escape")
    assert field.count() == 0
    assert len(part.events()) == 1


@pytest.mark.browser
def test_two_versions_are_chosen_and_compared(history: Open) -> None:
    part = history()
    item(part, "t2").click()
    part.page.get_by_role("button", name="Compare with …").click()
    assert "put it in a church" in part.page.locator(".history-hint").inner_text()
    item(part, "t1").click()
    part.page.get_by_role("button", name="Compare with 2").click()
    told = part.wait_for("compare")
    assert (told["a"], told["b"]) == ("t2", "t1")
    assert not part.page.locator(".history-hint").is_visible()
    part.show(history_data(session(BRANCHED, 7), {}, Compared("t2", "t1")))
    table = part.page.locator(".history-compare")
    assert "2. put it in a church against 1. make it warmer" in table.inner_text()
    assert "Low shelf gain" not in table.inner_text()
    part.page.get_by_label("Show what is equal, too").check()
    assert "Low shelf gain" in table.inner_text()
    mix = table.locator("tr", has_text="Mix")
    assert mix.inner_text().split() == ["Mix", "30", "%", "≠", "—"]
    part.page.get_by_role("button", name="Close").click()
    part.wait_for("close-compare")
    part.show(history_data(session(BRANCHED, 7)))
    assert not table.is_visible()


@pytest.mark.browser
def test_choosing_what_to_compare_can_be_left(history: Open) -> None:
    part = history()
    hint = part.page.locator(".history-hint")

    def begun() -> None:
        item(part, "t2").click()
        part.page.get_by_role("button", name="Compare with …").click()
        assert hint.is_visible()

    begun()
    part.page.keyboard.press("Escape")
    assert not hint.is_visible()
    begun()
    part.page.locator("#outside").focus()
    part.page.keyboard.press("Escape")
    assert not hint.is_visible()
    begun()
    part.page.get_by_role("button", name="Cancel").click()
    assert not hint.is_visible()
    assert part.page.evaluate("document.activeElement.dataset.turn") == "t2"
    item(part, "t1").click()
    assert part.page.locator("[data-marked]").count() == 0
    assert part.events() == []


@pytest.mark.browser
def test_changes_by_hand_in_a_row_are_one_version_and_each_is_gone_to_on_demand(history: Open) -> None:
    hands = [turn(each, each - 1, f"By hand: change {each}", "edited", WARM.adjusted("eq", {"mid_gain_db": each}))
             for each in (2, 3, 4)]  # fmt: skip
    part = history(history_data(session((BRANCHED[0], *hands), 4)))
    assert part.page.locator("[role=treeitem]").count() == 3
    assert "By hand: 3 changes" in item(part, "t4").inner_text()
    assert part.page.locator(".history-changes").is_hidden()
    part.page.get_by_role("button", name="Changes").click()
    assert part.page.locator(".history-changes span").all_inner_texts() == ["change 2", "change 3", "change 4"]
    assert part.page.locator(".history-changes button").count() == 2  # where it stands there is nowhere to go
    part.page.get_by_role("button", name="Go to change 2").click()
    assert part.wait_for("go")["turn"] == "t3"


def overgrown(count: int, seed: int = 1) -> Session:
    """A session of many turns that goes back to random earlier turns, and takes wishes again from where they were."""
    chance = random.Random(seed)
    parents = [0, 0]
    for number in range(2, count + 1):
        parents.append(chance.choice((number - 1, number - 1, number - 1, parents[-1], chance.randrange(number))))

    def again(number: int) -> bool:
        return 1 < number <= count and parents[number] == parents[number - 1]

    takes = [0]
    for number in range(1, count + 1):
        takes.append(takes[-1] + 1 if again(number) else int(again(number + 1)))
    return session(
        [turn(each, parents[each] or None, "again", take=takes[each]) for each in range(1, count + 1)], count
    )


@pytest.mark.browser
@pytest.mark.alone
def test_two_hundred_turns_stay_usable(history: Open) -> None:
    data = history_data(overgrown(200))
    part = history(data)
    assert part.page.locator("[role=treeitem]").count() == 201
    box, tree = item(part, "t200").bounding_box(), part.page.locator("[role=tree]").bounding_box()
    assert tree["y"] <= box["y"] < tree["y"] + tree["height"]
    took_ms = part.page.evaluate(
        "data => { const at = performance.now(); document.querySelector('ifx-history').data = data;"
        "document.body.offsetHeight; return performance.now() - at; }",
        data | {"head": "t150", "undo": data["turns"][149]["parent"]},
    )
    assert took_ms < 500
    item(part, "t200").focus()
    assert press(part, "ArrowLeft") == data["turns"][199]["parent"]
    assert part.page.evaluate("document.documentElement.scrollHeight") < 1000


@pytest.mark.browser
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_lines_of_the_tree_never_cross(history: Open, seed: int) -> None:
    grown = history_data(overgrown(60, seed))
    laid = """data => import('/static/history-layout.js').then(({layout}) => {
        const {rows, nodes} = layout(data.turns);
        return {rows: rows.map(row => ({lanes: row.nodes.map(n => n.lane), from: row.from, through: row.through})),
                nodes: [...nodes.values()].map(n => ({id: n.id, row: n.row, lane: n.lane, parent: n.parent?.id}))};
    })"""
    found = history().page.evaluate(laid, grown)
    nodes = {node["id"]: node for node in found["nodes"]}
    assert sum(len(row["lanes"]) for row in found["rows"]) == 61 > len(found["rows"])
    for at, row in enumerate(found["rows"]):
        assert not set(row["lanes"]) & set(row["through"])
        open_lanes = {
            nodes[node.get("parent")]["lane"]
            for node in found["nodes"]
            if node["id"] is not None and nodes[node.get("parent")]["row"] < at < node["row"]
        }
        assert open_lanes - {row["from"]} <= set(row["through"]), f"row {at}"
        assert set(row["through"]) <= open_lanes


@pytest.mark.browser
def test_a_phone_shows_takes_below_each_other_in_the_dark(history: Open) -> None:
    part = history(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    part.page.evaluate("document.documentElement.classList.add('dark')")
    assert part.page.evaluate("document.documentElement.scrollWidth") == 390
    item(part, "t2").tap()
    part.page.get_by_role("button", name="Go to").tap()
    assert part.wait_for("go")["turn"] == "t2"
