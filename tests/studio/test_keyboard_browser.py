"""A whole session without a mouse, in both kinds of browser: where the keys lead, and what is read out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from desk_work import HISTORY, PLAYER, effects, opened, session_of, setting, standing
from visitor import Guest, visitor

from instructfx.bench.serving.browser import WORDS, wait_for_track, wait_for_turns
from instructfx.bench.serving.running import Running
from instructfx.studio.page.layout import JUMPS

pytestmark = pytest.mark.browser

CUT, LOUDER = "low-pass it at 4 kHz", "3 dB louder"

RECORDED = """
window.heard = [];
const before = new WeakMap();
const listen = () => {
  for (const region of document.querySelectorAll("[role=status], [role=alert], [role=log], [aria-live]")) {
    const text = region.textContent.replace(/\\s+/g, " ").trim();
    if (text === before.get(region)) continue;
    before.set(region, text);
    if (text && region.checkVisibility()) heard.push([region.id || region.getAttribute("role"), text]);
  }
};
new MutationObserver(listen).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""Everything that live regions of the page say, in order, as [the region's id or role, text]."""

SEEN = """() => {
    const shows = ({ outlineStyle, outlineWidth, boxShadow }) =>
        (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    const focused = document.activeElement, box = focused.getBoundingClientRect();
    const near = [focused, focused.closest("label")].filter(Boolean);
    return focused.checkVisibility({ visibilityProperty: true }) && near.some((each) => shows(getComputedStyle(each)))
        && box.bottom > 0 && box.top < innerHeight;
}"""
"""Whether what has the focus is in the window and shows that it has it."""


REPLIES = """[...document.querySelectorAll(".turn .reply")].map((reply) => (
    [...reply.querySelectorAll(":scope > p:not(.facts)")].map((line) => line.textContent).join(" ")))"""


class Keys:
    """A person without a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.press("Enter")

    @property
    def here(self) -> str:
        """What a screen reader says of what has the focus: its role, name and state."""
        told: str = self.page.locator(":focus").aria_snapshot().splitlines()[0]
        return told.removeprefix("- ").strip("':")

    def to(self, here: str, key: str = "Tab", most: int = 90) -> None:
        """Press a key until something that is called so has the focus, which then must be seen."""
        passed = []
        for _ in range(most):
            self.press(key)
            passed.append(self.page.evaluate("document.activeElement.tagName !== 'BODY'") and self.here)
            if passed[-1] and passed[-1].startswith(here):
                break
        else:
            raise AssertionError(f"{here} is not reached in {most} presses of {key}: {passed}")
        self.page.wait_for_function(SEEN)


@pytest.fixture
def somebody(either: Any, common: Running) -> Iterator[Guest]:
    """Somebody new at a page whose live regions are recorded."""
    with visitor(either, common.url, alone=True) as guest:
        guest.page.add_init_script(RECORDED)
        guest.go("")
        guest.page.locator("#sample-groove:enabled").wait_for()
        yield guest


def answers(page: Any) -> list[str]:
    """What was read out of the session itself, but for how far something is."""
    heard = page.evaluate("heard.filter(([region]) => region === 'spoken').map(([, text]) => text)")
    return [text for text in heard if text.startswith(("Open", "Working", "Turn"))]


@pytest.mark.parametrize(
    "either",
    [pytest.param("chromium", marks=pytest.mark.slow), pytest.param("firefox", marks=pytest.mark.firefox)],
    indirect=True,
)
def test_a_whole_session_by_keyboard_alone(somebody: Guest, tmp_path: Path) -> None:
    page, keys = somebody.page, Keys(somebody.page)
    keys.to('button "Groove drums, bass, keys"')
    keys.press("Enter")
    wait_for_track(page)
    page.wait_for_function(f"document.activeElement.matches('{WORDS}')")  # where one goes on
    keys.press("Enter")
    page.wait_for_function("heard.some(([region, text]) => region === 'alert' && text.startsWith('Say what should'))")
    for turn, words in enumerate((CUT, LOUDER), 1):
        assert keys.here.startswith('textbox "What should change?"')
        keys.type(words)
        wait_for_turns(page, turn)
    assert effects(page) == ["filter", "gain"]

    keys.to('button "Play"', key="Shift+Tab")
    keys.press("Space")
    page.wait_for_function(f"{PLAYER}.state.playing && {PLAYER}.state.position > 0")
    keys.to('button "Dry as it came in"')
    keys.press("Enter")
    page.wait_for_function(f"{PLAYER}.state.audible === 'dry'")
    assert keys.here == 'button "Dry as it came in" [pressed]'
    keys.press("3")
    page.wait_for_function(f"{PLAYER}.state.audible === {HISTORY}.head")
    keys.to('button "Pause"', key="Shift+Tab")
    keys.press("Space")
    page.wait_for_function(f"!{PLAYER}.state.playing")

    keys.to('slider "Low-pass, in Hz"')
    keys.press("PageDown")
    wait_for_turns(page, 3)
    assert setting(page, "filter", "lowpass_hz") < 4000
    assert keys.here.startswith('slider "Low-pass, in Hz"')
    keys.to('button "Undo"', key="Shift+Tab")
    keys.press("Enter")
    wait_for_turns(page, 4)
    assert setting(page, "filter", "lowpass_hz") == 4000
    page.wait_for_function("document.activeElement.id === 'undo'")
    keys.to('button "Redo"')
    keys.press("Enter")
    wait_for_turns(page, 5)
    assert setting(page, "filter", "lowpass_hz") < 4000
    page.wait_for_function(f"document.activeElement.matches('{WORDS}')")  # there is nothing more to redo

    keys.to('button "Save as WAV 24 bit"', key="Shift+Tab")
    with page.expect_download() as waiting:
        keys.press("Enter")
    waiting.value.save_as(tmp_path / "taken.wav")
    assert soundfile.info(tmp_path / "taken.wav").duration == pytest.approx(13.4, abs=2)

    said = [f"Turn {turn}: {reply}" for turn, reply in enumerate(page.evaluate(REPLIES), 1)]
    assert answers(page) == [
        "Open: groove.flac.", f"Working on it: {CUT}", said[0], f"Working on it: {LOUDER}", *said[1:]
    ]  # fmt: skip


@pytest.mark.parametrize(
    "either", ["chromium", pytest.param("firefox", marks=[pytest.mark.firefox, pytest.mark.slow])], indirect=True
)
def test_versions_are_gone_to_and_what_was_opened_stays_open(somebody: Guest, common: Running, riff: Path) -> None:
    page, keys = opened(somebody, session_of(common.url, riff, "make it warmer", LOUDER)), Keys(somebody.page)
    page.wait_for_function("heard.some(([, text]) => /^Open: My .*, 2 so far in the conversation/.test(text))")
    ways = []
    for _ in range(5):
        keys.press("Tab")
        ways.append(keys.here)
    assert ways == [f'button "{name}"' for name in JUMPS.values()]
    keys.press("Enter")
    assert keys.here == 'button "Save as WAV 24 bit"'
    keys.to('treeitem "2. 3 dB louder, playing"')
    keys.press("ArrowUp")
    assert keys.here.startswith('treeitem "1. make it warmer"')
    page.evaluate("() => { window.why = document.querySelector('.why'); }")
    assert page.locator(".turn ifx-curve svg").count() == 1
    keys.to(f'button "{JUMPS["#reach"]}"', key="Shift+Tab", most=120)
    keys.press("Enter")
    assert keys.here.startswith('textbox "What should change?"')
    while not page.evaluate("document.activeElement.parentElement === why"):
        keys.press("Shift+Tab")
    keys.press("Enter")
    page.wait_for_function("why.open")
    keys.to('button "Undo"')
    keys.press("Enter")
    wait_for_turns(page, 3)
    assert (standing(page), effects(page)) == ("make it warmer", ["eq"])
    assert page.evaluate("why.open && why.isConnected")
    assert page.locator(".turn ifx-curve svg").count() == 1


@pytest.mark.slow  # the press and who listens for the chooser may miss each other
def test_a_file_is_chosen_by_key(somebody: Guest, riff: Path) -> None:
    page, keys = somebody.page, Keys(somebody.page)
    page.on("filechooser", lambda asking: None)  # who begins to listen with the press may miss it
    keys.to('button "Your own track: choose a file"')
    with page.expect_file_chooser() as asking:
        keys.press("Enter")
    asking.value.set_files(riff)
    wait_for_track(page)
    page.wait_for_function(f"document.activeElement.matches('{WORDS}')")
    keys.to('button "New track"', key="Shift+Tab")
    keys.press("Enter")
    page.wait_for_function("document.activeElement.matches('#upload button')")
    page.wait_for_function("heard.at(-1)[1] === 'Choose a track.'")
    told = answers(page)
    assert len(told) == 1
    assert told[0].startswith("Open: My")


def test_the_accessibility_tree_has_names_regions_and_headings(chromium: Any, common: Running, riff: Path) -> None:
    with visitor(chromium, common.url) as guest:
        page = opened(guest, session_of(common.url, riff, "make it warmer"))
        guest.unfold()
        told = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        nodes = [(each["role"]["value"], each["name"]["value"], states(each)) for each in told if not each["ignored"]]
        assert [
            role for role, name, state in nodes if state.get("focusable") and not name and role != "RootWebArea"
        ] == []
        assert {name for role, name, _ in nodes if role in ("region", "navigation", "main")} >= REGIONS
        assert ("button", "Advanced", True) in [(role, name, state.get("expanded")) for role, name, state in nodes]
        levels = page.evaluate(HEADINGS)
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below - above <= 1 for above, below in itertools.pairwise(levels)), levels


REGIONS = {"Go to", "Track and player", "Conversation", "Words", "Chain", "History", "Pictures"}
HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .filter((each) => each.checkVisibility()).map((each) => Number(each.tagName[1]))"""


def states(node: Any) -> dict[str, Any]:
    return {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
