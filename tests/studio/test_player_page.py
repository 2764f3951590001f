"""The player's controls: the blind test, keys, the search step by step, what goes wrong, and how it looks."""

from collections.abc import Callable

import pytest
from player_site import LEVELS, RATE, SECONDS, Player, Site, data, sound, version

pytestmark = [pytest.mark.browser, pytest.mark.alone]

ASKING = "player.state.blind === 'asking'"
LOOKS = """const look = () => {
        const copy = player.cloneNode(true);
        copy.querySelectorAll('.player-now').forEach((each) => each.remove());
        copy.querySelectorAll('[aria-valuenow]').forEach((each) => each.removeAttribute('aria-valuenow'));
        return [copy.innerHTML, player.querySelector('canvas').toDataURL()];
    };
    for (let before = [], now = look(); ; [before, now] = [now, look()]) {  // once it has come to rest
        if (`${now}` === `${before}`) return now;
        await rest(60);
    }"""


def test_a_blind_test_hides_which_is_which_and_tells_the_answer(player: Player) -> None:
    versions = [version("dry"), version("t1", gain_db=3.0), version("t2", gain_db=-3.0)]
    player.give(data("t1", "t2", versions=versions), "dry", "t2")
    player.start("t1")
    player.run("player.seek(5); player.pause(); await rest(50); document.querySelector('.player-match').click()")
    looks, firsts, told = set(), [], []
    for choice in ["X", "Y", "neither"] * 8:
        player.page.click(".player-begin")
        player.until(ASKING)
        player.run("player.pause(); player.seek(5); document.activeElement.blur()")
        looks.add(tuple(player.run(LOOKS)))
        state = player.state
        assert state["audible"] is None
        assert state["gains"] == {}
        player.page.click(f"[data-choice={choice}]")
        told.append((choice, player.page.inner_text(".player-result"), player.events[-1]))
        firsts.append("X is Turn 2" in told[-1][1])
        player.page.click(".player-leave")
    assert len(looks) == 1
    assert set(firsts) == {True, False}
    for choice, words, event in told:
        this = "X" if "X is Turn 2, Y is Turn 1" in words else "Y"
        best = None if choice == "neither" else 0 if choice == this else 1
        assert event == {"do": "answer", "heard": ["t2", "t1"], "best": best}
    assert player.state["selected"] == "t2"


def test_in_a_blind_test_levels_are_matched_and_both_are_heard(player: Player) -> None:
    versions = [version("dry"), version("t1", gain_db=-6.0)]
    player.give(data("t1", versions=versions), "dry", "t1")
    player.page.click(".player-match")
    player.page.click(".player-begin")
    player.until(f"{ASKING} && player.state.playing && player.state.position > 0.1")
    assert player.page.is_disabled(".player-match")
    assert player.page.locator(".player-version:visible").all_inner_texts() == ["X", "Y"]
    heard = player.heard("await rest(50); document.querySelector('.player-y').click(); await rest(80)")
    levels = {round(float(heard.level[0]), 5), round(float(heard.level[-1]), 5)}
    assert levels == {LEVELS["dry"], round(LEVELS["t1"] * 10 ** (-6 / 20), 5)}
    assert abs(heard.steps - 1).max() < 2000  # only the gains move
    player.give(data("t1", "t2", versions=[*versions, version("t2")]), "t2")  # a turn ends meanwhile
    assert player.state["blind"] == "asking"
    player.page.keyboard.press("Escape")
    assert player.state["blind"] is None
    assert player.events == []
    player.until("player.state.audible === 't2'")
    assert player.page.get_attribute(".player-match", "aria-checked") == "false"


def test_against_dry_the_answer_names_no_turn(player: Player) -> None:
    player.give(data(), "dry")
    assert player.page.is_disabled(".player-begin")
    player.give(data("t1"), "t1")
    player.page.click(".player-begin")
    player.until(ASKING)
    player.page.click("text=No difference")
    assert player.events == [{"do": "answer", "heard": ["t1", None], "best": None}]
    assert "Dry" in player.page.inner_text(".player-result")


def test_everything_by_keyboard_alone(player: Player) -> None:
    player.give(data("t1", "t2"), "dry", "t2")
    press = player.page.keyboard.press
    press("Tab")
    press("Space")
    player.until("player.state.playing")
    press("Space")
    player.until("!player.state.playing")
    while player.page.evaluate("document.activeElement.className") != "player-position":
        press("Tab")
    at = player.state["position"]
    press("ArrowRight")
    assert player.state["position"] == pytest.approx(at + 5, abs=0.01)
    press("ArrowLeft")
    press("Home")
    assert player.page.get_attribute(".player-position", "aria-valuetext").endswith("of 12 seconds")
    press("End")
    assert player.state["position"] == SECONDS
    press("Home")
    for key, chosen in (("1", "dry"), ("2", "t1"), ("3", "t2"), ("1", "dry")):
        press(key)
        player.until(f"player.state.audible === '{chosen}'")
    player.page.wait_for_selector(".player-dry[aria-pressed=true]")
    press("m")
    assert player.state["matched"] is False
    press("l")
    assert player.state["region"] == {"start": 0, "end": 8}
    player.page.wait_for_selector(".player-end")
    press("Tab")
    press("Tab")
    assert player.page.evaluate("document.activeElement.ariaLabel") == "Loop end"
    press("ArrowLeft")
    press("Shift+ArrowLeft")
    assert player.state["region"]["end"] == pytest.approx(6.9)
    player.page.focus(".player-listen")
    press("Enter")
    assert player.events == [{"do": "excerpt", "start": 0}]
    press("Space")  # a button that was reached by key is pressed by Space
    assert len(player.events) == 2
    press("Escape")
    assert player.state["region"] is None
    player.page.click(".player-previous")
    press("Space")  # a button that was clicked leaves Space to the transport
    player.until("player.state.playing")


def test_what_cannot_be_had_is_one_line_and_the_rest_plays_on(come: Callable[..., Player], site: Site) -> None:
    player = come(ignoring="Failed to load resource")
    missing = site.tracks.pop("t2")
    site.sounds["/audio/t1/0"] = b"no sound at all, but long enough to have a header"
    try:
        player.give(data("t1", "t2"), "dry")
        player.until("player.state.failed.includes('t2')")
        player.start()
        player.until("player.state.failed.length === 2")
        line = player.page.inner_text(".player-fault p")
        assert "Turn 2 could not be loaded: the server answered 404." in line
        assert "Turn 1 could not be loaded: it is not sound that this browser can decode." in line
        assert [event["do"] for event in player.events] == ["error", "error"]
        assert player.state["audible"] == "dry"
        assert player.heard("await rest(30)").level[-1] == LEVELS["dry"]
    finally:
        site.tracks["t2"] = missing
        del site.sounds["/audio/t1/0"]
    player.page.click(".player-fault button")
    player.until("player.state.audible === 't2' && player.state.loaded.includes('t1')")
    assert not player.page.is_visible(".player-fault")
    heard = player.run("return player.preview({ url: '/audio/none.wav', start: 4, label: 'EQ' })")
    assert heard is False
    player.page.wait_for_selector("text=EQ cannot be heard: the server answered 404.")


def test_where_no_sound_begins_a_line_says_so(player: Player) -> None:
    player.give(data("t1"), "dry", "t1")
    player.run("AudioContext.prototype.resume = () => new Promise(() => {})")  # as where there is no device for sound
    player.run("Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' })")
    player.page.click(".player-play")
    player.page.locator(".player-status", has_text="No sound has begun. Press play once more").wait_for()
    player.run("player.pause()")
    player.page.locator(".player-status", has_text="Drag over the picture").wait_for()


def test_each_step_of_the_search_is_heard_and_fetched_once(player: Player, site: Site) -> None:
    for step in range(9):
        site.sounds[f"/step/t1/{step}"] = sound(0.5 + step / 32, 3.0, start=4.0)
    losses = [3.0 / (1 + step) for step in range(9)]
    steps = {"turn": "t1", "count": 8, "kept": 6, "losses": losses, "url": "/step/t1/{step}"}
    player.give(data("t1", steps=steps), "dry", "t1")
    player.start()
    site.asked.clear()
    assert not player.page.is_visible(".player-said")  # numbers are for who asks
    player.page.click(".player-steps summary")
    assert player.page.inner_text(".player-said") == "Step 6 of 8, which was kept, loss 0.429"
    player.page.focus(".player-steps input")
    player.page.keyboard.press("ArrowLeft")
    player.until("player.state.preview === 'Step 5 of 8'")
    assert [path for path in site.asked if "/step/" in path] == ["/step/t1/5"]
    assert player.page.inner_text(".player-said") == "Step 5 of 8, loss 0.500"
    heard = player.heard("await rest(50)")
    assert heard.level[-1] == pytest.approx(0.5 + 5 / 32)
    assert 4 * RATE <= heard.frame[-1] < 7 * RATE
    player.page.keyboard.press("Home")
    player.until("player.state.preview === 'Before the search'")
    assert player.page.inner_text(".player-said").startswith("Before the search")
    player.page.keyboard.press("PageUp")
    player.page.evaluate("document.querySelector('.player-steps input').value = 5")
    player.page.dispatch_event(".player-steps input", "input")
    player.until("player.state.preview === 'Step 5 of 8'")
    assert site.asked.count("/step/t1/5") == 1
    player.page.keyboard.press("Escape")
    assert player.state["selected"] == "t1"
    assert player.state["loop"] is None
    assert player.page.input_value(".player-steps input") == "6"


def test_it_fits_a_phone_and_is_sharp_and_follows_the_colours(come: Callable[..., Player]) -> None:
    player = come(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True)
    steps = {"turn": "t3", "count": 4, "kept": 3, "losses": [4, 3, 2, 1, 1], "url": "/step/{step}"}
    player.give(data("t1", "t2", "t3", picked="t1", steps=steps), "dry", "t3")
    player.run("document.querySelector('.player-loop').click(); await rest(60)")
    wide, shown, edge = player.run(
        """const canvas = player.querySelector('canvas');
        const all = [...player.querySelectorAll('button, input, .player-handle')].filter((each) => each.offsetWidth);
        const boxes = all.map((each) => each.getBoundingClientRect());
        const small = all.filter((each, n) => Math.min(boxes[n].height, boxes[n].width) < 44);
        const names = small.map((each) => each.className);
        return [canvas.width / canvas.clientWidth, names, document.documentElement.scrollWidth]"""
    )
    assert wide == pytest.approx(2, abs=0.01)
    assert shown == []
    assert edge <= 390
    assert player.page.locator(".player-version:visible b").all_inner_texts() == [
        "Dry",
        "Previous",
        "Current",
        "Picked",
    ]
    light = player.run("return player.querySelector('canvas').toDataURL()")
    dark = "document.body.classList.add('dark'); await rest(80); return player.querySelector('canvas').toDataURL()"
    assert player.run(dark) != light
    player.page.set_viewport_size({"width": 700, "height": 844})
    player.until("(({ width, clientWidth }) => width === 2 * clientWidth)(player.querySelector('canvas'))")
