"""Choosing who plans, as a visitor does, with a language model on 127.0.0.1."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import Chat, Fail, Say
from visitor import visitor

from instructfx.errors import PlannerError
from instructfx.studio import planners
from instructfx.studio.screenshot import WORDS, browser, choose_sample, chromium_path, served
from instructfx.studio.server import serve

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium here (Debian: apt-get install chromium)"),
]
GOAL = {
    "target": "a church",
    "axes": {"space": 1},
    "reply": "You are in a church now.",
    "asked": "a room like a church",
}
CHURCH = Say(calls=[("add_reverb", {"decay_seconds": 2.5, "mix": 0.3}), ("describe_goal", GOAL)])


@pytest.fixture
def chromium() -> Iterator[Any]:
    pytest.importorskip("playwright")
    with browser() as started:
        yield started


def say(page: Any, words: str) -> None:
    page.wait_for_selector("#send:enabled")
    page.fill(WORDS, words)
    page.press(WORDS, "Enter")


class TestOnThePage:
    pytestmark = in_a_browser

    def test_a_language_model_plans_and_the_built_in_planner_stands_in(
        self, chromium: Any, chat: Chat, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/scripted")
        monkeypatch.setenv("INSTRUCTFX_PLANNER_URL", chat.url)
        chat.script = [CHURCH, Fail(401)]
        with served(tmp_path) as url, visitor(chromium, url) as page:
            assert page.locator("#planner label").all_inner_texts() == ["scripted", "Built-in"]
            assert page.locator("#planner").get_attribute("aria-label") == "Planner: who chooses effects"
            assert "your track does not" in page.inner_text("#planner-about")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            choose_sample(page, "guitar")
            say(page, "church")
            page.locator(".turn .facts", has_text="planned by openai/scripted, 1,234 + 56 tokens").wait_for()
            assert "You are in a church now." in page.inner_text(".turn .reply")
            page.click(".turn .why summary")
            assert "a room like a church" in page.inner_text(".turn .why")
            say(page, "make it warmer")
            page.locator(".turn .note", has_text="refused the key (401)").wait_for()
            page.locator(".turn .facts", has_text="planned by the built-in planner instead of openai").wait_for()
            page.wait_for_selector("#undo:enabled")
            page.click("#new")
            page.click("#planner label:has-text('Built-in')")
            choose_sample(page, "guitar")
            say(page, "make it warmer")
            page.locator(".turn .facts", has_text="planned by the built-in planner ·").wait_for()
        assert len(chat.bodies) == 2

    def test_without_a_model_the_page_says_who_plans(self, chromium: Any, models: Path, tmp_path: Path) -> None:
        with served(tmp_path) as url, visitor(chromium, url) as page:
            assert "no language model is set up here" in page.inner_text("#planner-about")
            assert not page.locator("#planner").is_visible()


def test_what_is_offered_is_what_the_host_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planners.offered() == ("builtin",)
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/a, ollama/b,")
    assert planners.offered() == ("openai/a", "ollama/b", "builtin")
    assert planners.granted("") == "openai/a"
    assert planners.granted("builtin") == "builtin"
    with pytest.raises(PlannerError, match="not offered here"):
        planners.granted("openai/dear")
    assert [planners.label(name) for name in planners.offered()] == ["a", "b", "Built-in"]


def test_a_host_without_the_key_learns_it_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/gpt-5")
    with caplog.at_level(logging.ERROR, "instructfx"):
        assert serve(port=0) == 2
    assert caplog.messages == ["The planner cannot be used: OPENAI_API_KEY is not set; set it or use --planner builtin"]
