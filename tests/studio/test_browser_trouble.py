"""What visitors do that they should not, or not at once: each is one line, and the page goes on."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from desk_work import CHAIN, HISTORY, PLAYER, effects, opened, session_of, step
from visitor import Guest, visitor

from instructfx.bench.serving.browser import WORDS, choose_sample, say, wait_for_track, wait_for_turns
from instructfx.bench.serving.running import Running
from instructfx.bench.serving.visitor import Visitor
from instructfx.store import Store
from instructfx.studio.visits.job import OUR_FAULT


def notice(page: Any, where: str, part: str) -> str:
    """The one line there, once it says that."""
    line = page.locator(f"#{where} .notice", has_text=part)
    line.wait_for()
    text: str = line.inner_text().strip()
    assert "\n" not in text
    assert "/" not in text
    assert "Traceback" not in text
    return text


class TestOnThePage:
    pytestmark = pytest.mark.browser

    def test_what_cannot_be_used_is_one_clear_line_and_the_page_goes_on(
        self, guest: Guest, riff: Path, tmp_path: Path
    ) -> None:
        page = guest.page
        page.fill(WORDS, "make it warmer")
        page.press(WORDS, "Enter")
        notice(page, "notice", "Choose a track first")
        for name in ("letter.wav", "letter.txt", "empty.flac"):
            path = tmp_path / name
            path.write_text("" if "empty" in name else "Dear Sir or Madam\n" * 50)
            page.set_input_files("#upload input[type=file]", path)
            notice(page, "choosing", name)
        page.set_input_files("#upload input[type=file]", riff)
        wait_for_track(page)
        assert page.locator("#track b").count() == 0
        page.fill(WORDS, "   ")
        page.press(WORDS, "Enter")
        notice(page, "notice", "Say what should change")
        page.fill(WORDS, "warmer " * 800)
        assert len(page.input_value(WORDS)) == 2000
        page.click("#examples button:text-is('add some grit')")
        wait_for_turns(page, 1)
        assert effects(page) == ["distortion"]

    def test_words_and_names_are_never_markup(self, guest: Guest, common: Running, riff: Path) -> None:
        evil = '<img src=x onerror="alert(1)"> 3 dB louder'
        page = opened(guest, session_of(common.url, riff, evil))
        name = page.evaluate(f"{HISTORY}.turns[0].id")
        page.evaluate(
            "turn => document.querySelector('ifx-history').dispatchEvent(new CustomEvent('part-event', {bubbles: true, "
            "detail: {do: 'name', turn, name: '<img src=x onerror=alert(2)>'}}))",
            name,
        )
        page.locator(".history-name", has_text="<img").wait_for()
        assert page.locator("#studio img").count() == 0
        assert page.inner_text(".turn .words") == evil

    def test_a_stopped_turn_keeps_the_best_so_far(self, guest: Guest) -> None:
        page = guest.page
        choose_sample(page, "strings")
        page.fill(WORDS, "much warmer, some chorus and a big hall")
        page.press(WORDS, "Enter")
        page.wait_for_function(
            "/getting closer|trying/.test(document.querySelector('.progress:has(.spark)')?.innerText ?? '')"
        )
        assert page.locator(".progress .spark").count() == 1
        assert page.locator("#send").is_disabled()
        assert page.evaluate(f"{CHAIN}.editable") is False
        page.click("#stop")
        wait_for_turns(page, 1)
        assert "best so far was kept" in page.locator(".turn").inner_text()
        assert page.evaluate(f"{PLAYER}.state.selected === {HISTORY}.head")
        assert page.evaluate(f"{CHAIN}.editable") is True
        assert page.locator("#send").is_enabled()

    def test_what_comes_late_does_not_bring_back_what_was(self, guest: Guest, common: Running, riff: Path) -> None:
        """The event of the undo ends, its pictures drawn or not, while the next turn runs or after it."""
        page = opened(guest, session_of(common.url, riff, "low-pass it at 4 kHz", "a 250 ms delay"))
        step(page, lambda: page.click("#undo"))
        say(page, "3 dB louder")
        guest.rest()
        wait_for_turns(page, 4)
        assert page.locator(".turn").count() == 4
        assert effects(page) == ["filter", "gain"]

    def test_words_that_were_not_sent_outlive_a_page_that_is_loaded_again(
        self, guest: Guest, common: Running, riff: Path
    ) -> None:
        page = opened(guest, session_of(common.url, riff))
        page.fill(WORDS, "3 dB louder")
        guest.reload()
        page.wait_for_function(f"document.querySelector('{WORDS}').value === '3 dB louder'")
        wait_for_track(page)
        step(page, lambda: page.press(WORDS, "Enter"))
        guest.reload()
        wait_for_turns(page, 1)
        assert page.input_value(WORDS) == ""

    def test_two_at_once_never_see_each_other(self, chromium: Any, common: Running) -> None:
        with visitor(chromium, common.url) as one, visitor(chromium, common.url, color_scheme="dark") as other:
            pages = [one.page, other.page]
            for page, sample in zip(pages, ("guitar", "strings"), strict=True):
                choose_sample(page, sample)
            for page, words in zip(pages, ("make it warmer", "a 250 ms delay"), strict=True):
                page.fill(WORDS, words)
                page.press(WORDS, "Enter")  # the second waits for the first's place
            for page in pages:
                wait_for_turns(page, 1)
            said = [page.locator(".turn .words").all_inner_texts() for page in pages]
            assert said == [["make it warmer"], ["a 250 ms delay"]]
            assert [effects(page) for page in pages] == [["eq"], ["delay"]]
            tokens = [page.evaluate(f"{PLAYER}.data.session") for page in pages]
            ids = [page.url.partition("#")[2] for page in pages]
            assert len({*tokens, *ids}) == 4
            for page, (token, session_id) in zip(pages, [(tokens[1], ids[1]), (tokens[0], ids[0])], strict=True):
                assert token not in page.content()
                assert session_id not in page.content()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{common.url}/audio/{'x' * 32}/dry")

    def test_a_new_track_leaves_nothing_of_the_old(self, guest: Guest) -> None:
        page = guest.page
        choose_sample(page, "guitar")
        say(page, "3 dB louder")
        page.click("#new")
        page.wait_for_selector("#sample-groove")
        assert page.locator(".turn").count() == 0
        assert page.url.endswith("/")
        choose_sample(page, "strings")
        assert page.locator(".turn").count() == 0
        assert "strings" in page.inner_text("#track")
        assert page.evaluate(f"{HISTORY}.turns") == []


NO_ACTS: list[tuple[str, object]] = [
    ("chain", None), ("chain", "edit"), ("chain", []), ("chain", {}), ("chain", {"do": "delete"}),
    ("chain", {"do": "edit"}), ("chain", {"do": "edit", "chain": {}}), ("chain", {"do": "edit", "chain": [1]}),
    ("chain", {"do": "edit", "chain": [{"effect": "cassette"}]}), ("chain", {"do": "edit", "chain": [None] * 500}),
    ("chain", {"do": "edit", "chain": [{"effect": "gain", "settings": {"gain_db": "loud"}}]}),
    ("chain", {"do": "edit", "chain": [{"effect": "gain"}, {"id": "gain", "effect": "gain"}]}),
    ("chain", {"do": "amount"}), ("chain", {"do": "amount", "share": "half"}), ("chain", {"do": "amount", "share": 99}),
    ("chain", {"do": "amount", "share": None}), ("chain", {"do": "amount", "share": [1]}),
    ("history", {"do": "go"}), ("history", {"do": "go", "turn": "0" * 32}), ("history", {"do": "go", "turn": 5}),
    ("history", {"do": "name", "turn": "0" * 32, "name": "mine"}), ("history", {"do": "name", "turn": "x"}),
    ("history", {"do": "compare", "a": "x", "b": "y"}), ("history", {"do": "compare", "a": None}),
    ("history", {"do": "pick", "turn": "0" * 32}), ("history", {"do": "pick", "turn": {}}),
    ("player", {"do": "answer", "heard": ["x", None], "best": 0}),
    ("player", {"do": "answer", "heard": [], "best": None}),
    ("player", {"do": "answer", "heard": [None, None], "best": 0}), ("player", {"do": "pin", "turn": "0" * 32}),
    ("player", {"do": "answer", "heard": ["x", "y"], "best": 9}), ("player", {"do": "reference"}),
    ("player", {"do": "reference", "file": "/etc/passwd"}),
    ("player", {"do": "excerpt", "start": "now"}), ("player", {"do": "excerpt", "start": None}),
    ("player", {"do": "excerpt", "start": -5}), ("player", {"do": "excerpt", "start": 1e300}),
]  # fmt: skip


def test_a_forged_act_is_one_line_and_changes_nothing(common: Running, riff: Path) -> None:
    with Visitor(common.url) as forger, riff.open("rb") as file:
        assert forger.part_event("chain", {"do": "amount", "share": 0.5}).line.startswith("Choose a track first")
        session_id = forger.upload("take.wav", file).parts["address"]["session"]
        before = forger.say("3 dB louder").parts["chain"]["slots"]
        for part, detail in NO_ACTS:
            answer = forger.part_event(part, detail)
            assert answer.ending == "answered", detail
            assert answer.line, detail
            assert "\n" not in answer.line
            assert OUR_FAULT not in answer.line, detail
        after = forger.say("3 dB louder")
        assert before[0]["settings"]["gain_db"] == 3
        assert after.parts["chain"]["slots"][0]["settings"]["gain_db"] == 6
    store = Store(common.log.parent)
    assert [turn.instruction for turn in store.load(session_id)[0].turns] == ["3 dB louder"] * 2
    assert store.answers(session_id) == ()
    store.close()


@pytest.mark.parametrize(
    "words", [None, 5, ["warmer"], {"say": "warmer"}, "", "\n\n", "x" * 5000, "\ud83d", "\x00\x1b[31m"]
)
def test_words_that_are_none_are_answered(common: Running, riff: Path, words: object) -> None:
    with Visitor(common.url) as visitor, riff.open("rb") as file:
        visitor.upload("take.wav", file)
        answer = visitor.say(words)
        assert answer.ending == "answered"
        assert answer.line or len(answer.replied) == 1
        assert words != "x" * 5000 or "5000 characters long; up to 2000 are read" in answer.line
        assert OUR_FAULT not in answer.line
        assert "\n" not in answer.line
        assert answer.harmful == ()
