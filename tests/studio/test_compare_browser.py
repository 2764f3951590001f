"""Comparing as engineers do: a reference beside what changes, and a blind test of several takes."""

from collections import Counter

import pytest
from player_site import LEVELS, Player, data, version

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
]
ASKING = "player.state.blind === 'asking'"


def names(player: Player) -> list[str]:
    return [text.split("\n")[0] for text in player.page.locator(".player-version:visible").all_inner_texts()]


def test_any_version_is_kept_as_reference_and_let_go(player: Player) -> None:
    player.give(data("t1", "t2"), "dry", "t2")
    pin = player.page.locator(".player-pin")
    player.run("player.select('dry')")
    player.until("document.querySelector('.player-pin').hidden")
    player.run("player.select('t1')")
    player.until("!document.querySelector('.player-pin').hidden")
    assert pin.inner_text() == "Keep as reference"
    pin.click()
    assert player.events == [{"do": "pin", "turn": "t1"}]
    player.give(data("t1", "t2", pinned="t1"))
    player.until("document.querySelector('.player-pin').textContent === 'Let go of the reference'")
    pin.click()
    assert player.events[1:] == [{"do": "pin", "turn": None}]


def test_the_reference_has_a_place_and_a_key_of_its_own_and_is_matched(player: Player) -> None:
    versions = [version(name, gain_db=gain) for name, gain in (("dry", 0), ("t1", -6), ("t2", 0), ("t3", 0))]
    player.give(data("t1", "t2", "t3", versions=versions, pinned="t1"), "dry", "t3")
    assert names(player) == ["Dry", "Reference", "Previous", "Current"]
    player.start("t1")
    player.page.focus(".player-play")
    player.page.keyboard.press("2")
    player.until("player.state.audible === 't1'")
    heard = player.heard("await rest(80)")
    assert heard.level[-1] == pytest.approx(LEVELS["t1"] * 10 ** (-6 / 20), abs=1e-4)
    player.page.keyboard.press("4")
    player.until("player.state.audible === 't3'")
    player.give(data("t1", "t2", pinned="t1", versions=versions[:3]))  # which is the previous one now
    player.until("player.state.selected === 't2'")
    assert names(player) == ["Dry", "Reference", "Current"]


def test_a_blind_test_of_three_takes_hides_which_is_which(player: Player) -> None:
    takes = data("t1", "t2", "t3", takes=["t1", "t2", "t3"])
    player.give({**takes, "versions": [version("dry"), version("t1"), version("t3")]}, "dry", "t3")
    assert player.page.is_disabled(".player-begin")  # it would be a test of two
    player.give(takes, "dry", "t3")
    assert player.page.inner_text(".player-begin") == "Blind test of 3 takes"
    assert player.page.is_enabled(".player-begin")
    places: Counter[str] = Counter()
    for choice in ("X", "Y", "Z", "neither") * 5:
        player.page.click(".player-begin")
        player.until(ASKING)
        assert names(player) == ["X", "Y", "Z"]
        assert player.page.inner_text(".player-question").startswith("Which is best?")
        assert player.page.locator("[data-choice]:visible").all_inner_texts() == [
            "X is best", "Y is best", "Z is best", "No difference",
        ]  # fmt: skip
        player.page.click(f"[data-choice={choice}]")
        told = player.page.inner_text(".player-result")
        behind = {part[0]: f"t{part[-1]}" for part in told.rstrip(".").partition(": ")[2].split(", ")}
        heard = ["t3", "t1", "t2"]
        best = None if choice == "neither" else heard.index(behind[choice])
        assert player.events[-1] == {"do": "answer", "heard": heard, "best": best}
        places[behind["X"]] += 1
        player.page.click(".player-leave")
    assert set(places) == set(heard)


def test_each_take_is_heard_under_its_name_and_key(player: Player) -> None:
    player.give(data("t1", "t2", "t3", takes=["t1", "t2", "t3"]), "dry", "t3")
    player.start("t2", "t3")
    player.page.click(".player-begin")
    player.until(ASKING)
    levels = set()
    for key in "123":
        player.page.keyboard.press(key)
        player.until(f"player.state.selected === '{'XYZ'[int(key) - 1]}'")
        levels.add(round(float(player.heard("await rest(80)").level[-1]), 4))
    assert levels == {LEVELS["t1"], LEVELS["t2"], LEVELS["t3"]}


def test_a_take_of_another_place_is_left_out(player: Player) -> None:
    versions = [version("dry"), version("t1", whole=False, start=2.0, seconds=3.0), version("t2"), version("t3")]
    versions[3] = version("t3", whole=False, start=0.0, seconds=3.0)
    player.give(data("t1", "t2", "t3", takes=["t1", "t2", "t3"], versions=versions), "dry", "t3")
    player.page.click(".player-begin")
    player.until(ASKING)
    assert names(player) == ["X", "Y"]
