"""The first minute of somebody new: what is seen, what is proposed, the space bar, and files that are dropped."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from desk_work import HISTORY, PLAYER, effects, opened, session_of, setting, step, tree
from visitor import Guest, visitor

from instructfx.bench.serving.browser import WORDS, choose_sample, wait_for_track, wait_for_turns
from instructfx.bench.serving.running import Running
from instructfx.bundles import export_bundle
from instructfx.chain import Chain, preset
from instructfx.store import Store

pytestmark = pytest.mark.browser

SEEN = """
window.loadings = [];
const look = () => {
  const each = document.querySelector("p.loading");
  if (each?.getClientRects().length && getComputedStyle(document.querySelector("#shell")).display === "none") {
    loadings.push(each.textContent);
  }
  requestAnimationFrame(look);
};
addEventListener("DOMContentLoaded", look);
"""
LATE = """(line, milliseconds) => {
  for (const each of line.getAnimations()) {
    each.pause();
    each.currentTime = milliseconds;
  }
  return getComputedStyle(line).visibility;
}"""
"""Whether a line is to be seen at that time after the page was opened."""
DROP = """([name, text]) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    const over = (kind) => new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector("#masthead").dispatchEvent(over("dragover"));
    const shown = getComputedStyle(document.body, "::after").content;
    document.querySelector("#masthead").dispatchEvent(over("drop"));
    return shown;
}"""
"""A file let go over the page's head; what the page says while it is over it."""
LET_GO = """([name, text, over]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], name));
    const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector(over).dispatchEvent(drop);
    return drop.defaultPrevented;
}"""
"""A file let go over some part of the page; whether the browser is kept from going to the file itself."""


def dropped(page: Any, path: Path) -> None:
    shown = page.evaluate(DROP, [path.name, base64.b64encode(path.read_bytes()).decode()])
    assert "Drop a track" in shown
    assert page.evaluate("getComputedStyle(document.body, '::after').content") in ("none", "normal")


def let_go(page: Any, path: Path, over: str) -> bool:
    return bool(page.evaluate(LET_GO, [path.name, base64.b64encode(path.read_bytes()).decode(), over]))


def examples(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#examples button:visible").all_inner_texts()]


def test_the_outline_is_there_at_once_and_nothing_says_loading(chromium: Any, common: Running) -> None:
    with visitor(chromium, common.url, alone=True) as guest:
        page = guest.page
        page.add_init_script(SEEN)
        held: list[Any] = []
        page.route("**/assets/*.js", lambda route: held.append(route))  # until what the server sent was seen
        page.goto(common.url, wait_until="commit")
        page.locator("#shell h1", has_text="InstructFX").wait_for()
        assert page.locator("#words").count() == 0
        late = page.locator("#shell .late")
        assert late.evaluate(LATE, 0) == "hidden"
        assert late.evaluate(LATE, 60_000) == "visible", "where no script comes it says so"
        page.route("**/assets/*.js", lambda route: route.continue_())
        for each in held:
            each.continue_()
        page.wait_for_function("!!document.querySelector('#words')")
        assert not page.locator("#shell").is_visible()
        page.locator("#sample-groove").wait_for()
        guest.rest()
        assert page.evaluate("loadings") == []


def test_the_invitation_and_the_examples_change_with_the_track(guest: Guest, riff: Path) -> None:
    page = guest.page
    assert page.locator(".first-visit").is_visible()
    assert "Choose a track" in page.inner_text("#conversation")
    assert "more presence for the voice" not in examples(page)
    choose_sample(page, "groove")
    page.locator("#conversation h2", has_text="What should change?").wait_for()
    assert "Choose a track" not in page.inner_text("#conversation")
    assert {"more weight in the kick", "tighter and punchier"} < set(examples(page))
    assert not {"more presence for the voice", "less reverb"} & set(examples(page))
    step(page, lambda: page.get_by_role("button", name="put it in a small church").click())
    assert "less reverb" in examples(page)
    page.click("#new")
    page.locator("#conversation h2", has_text="Say how it should sound").wait_for()
    page.get_by_role("button", name="more weight in the kick").wait_for(state="hidden")
    guest.go("")
    assert not page.locator(".first-visit").is_visible()  # who was here knows


def test_space_plays_wherever_no_text_is_typed(guest: Guest, common: Running, riff: Path) -> None:
    page = opened(guest, session_of(common.url, riff, "3 dB louder"))
    press = page.keyboard.press

    def playing(now: bool) -> None:
        page.wait_for_function(f"now => {PLAYER}.state.playing === now", arg=now)

    page.evaluate("document.activeElement.blur()")
    press("Space")
    playing(True)
    page.locator(".history-item", has_text="3 dB louder").click()
    press("Space")
    playing(False)
    page.get_by_role("switch", name="Gain is heard").scroll_into_view_if_needed()
    page.locator("#masthead").click()
    page.evaluate("addEventListener('keydown', (event) => { window.kept = event.defaultPrevented; })")
    press("Space")
    playing(True)
    assert page.evaluate("kept")  # else the page would scroll by a window
    page.click(WORDS)
    page.keyboard.type("a bit wider")
    assert page.input_value(WORDS) == "a bit wider"
    field = page.get_by_role("textbox", name="Gain in dB, typed", exact=True)
    field.click()
    press("Space")
    playing(True)
    page.focus("#undo")
    press("Shift+Tab")
    press("Tab")
    step(page, lambda: press("Space"))  # a button that was come to by key is pressed by Space, as everywhere
    assert effects(page) == []


def test_a_session_a_track_and_a_preset_are_dropped_anywhere(
    guest: Guest, common: Running, riff: Path, tmp_path: Path
) -> None:
    page = guest.page
    quieter = tmp_path / "Quieter.json"
    quieter.write_text(preset.to_text(Chain().added("gain", {"gain_db": -5})))
    dropped(page, quieter)
    page.locator("#choosing .notice", has_text="A preset needs a track").wait_for()

    store = Store(common.log.parent)
    bundle = tmp_path / "taken.ifx.zip"
    export_bundle(store, session_of(common.url, riff, "3 dB louder"), bundle)
    store.close()
    dropped(page, bundle)
    wait_for_track(page)
    wait_for_turns(page, 1)
    assert (tree(page), setting(page, "gain", "gain_db")) == ([("3 dB louder", None, "")], 3)

    step(page, lambda: dropped(page, quieter))
    assert setting(page, "gain", "gain_db") == -5
    assert page.evaluate(f"{HISTORY}.turns.at(-1).kind") == "edited"

    dropped(page, riff)
    page.locator("#notice .notice", has_text="press New track first").wait_for()
    assert setting(page, "gain", "gain_db") == -5
    page.click("#new")
    page.locator("#sample-groove").wait_for()
    dropped(page, riff)
    wait_for_track(page)
    assert effects(page) == []
    page.click("#new")
    page.locator("#sample-groove").wait_for()
    broken = tmp_path / "broken.ifx.zip"
    broken.write_bytes(b"no zip at all")
    dropped(page, broken)
    page.locator("#choosing .notice", has_text="zip").wait_for()


def test_a_drop_while_another_is_on_its_way_leaves_the_page_where_it_is(
    guest: Guest, common: Running, riff: Path
) -> None:
    page = opened(guest, session_of(common.url, riff, "3 dB louder"))
    sent: list[Any] = []
    page.route("**/upload?*", lambda route: sent.append(route))  # held until a second file was let go
    assert let_go(page, riff, "#masthead")
    page.wait_for_function("!document.querySelector('#upload input[type=file]')")
    assert let_go(page, riff, "#masthead")
    assert let_go(page, riff, "#upload")
    for each in sent:
        each.continue_()
    page.unroute("**/upload?*")
    page.locator("#notice .notice", has_text="press New track first").wait_for()
    page.wait_for_function("!!document.querySelector('#upload input[type=file]')")
    assert len(sent) == 1
    step(page, lambda: page.click("#undo"))
    assert effects(page) == []
    assert let_go(page, riff, "#masthead")
    page.locator("#notice .notice", has_text="press New track first").wait_for()
