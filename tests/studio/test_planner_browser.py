"""Choosing who plans and who listens, as a visitor does, with a language model on 127.0.0.1."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from chat_server import Chat, Fail, Say
from visitor import PHONE, visitor

from instructfx.bench.serving.browser import choose_sample, say
from instructfx.bench.serving.running import served
from instructfx.ears.checkpoints import Checkpoint
from instructfx.errors import PlannerError
from instructfx.studio.visits import planner_options
from instructfx.studio.web.server import serve

CLAP = "#ear label:has-text('CLAP')"
GOAL = {
    "target": "a church",
    "axes": {"space": 1},
    "reply": "You are in a church now.",
    "asked": "a room like a church",
}
CHURCH = Say(calls=[("add_reverb", {"decay_seconds": 2.5, "mix": 0.3}), ("describe_goal", GOAL)])


class TestOnThePage:
    # CLAP of the true size takes a whole core.
    pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(900)]  # noqa: RUF012

    def test_who_plans_and_who_listens_is_chosen(
        self, chromium: Any, chat: Chat, checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A language model and CLAP, each with its stand-in beside it; where the model fails the stand-in plans."""
        for name, value in {
            "INSTRUCTFX_PLANNER": "openai/scripted",
            "INSTRUCTFX_PLANNER_URL": chat.url,
            "INSTRUCTFX_CLAP_CHECKPOINT": str(checkpoint.path),
            "INSTRUCTFX_CLAP_MODEL": checkpoint.architecture,
            "INSTRUCTFX_TURNS": "1",
        }.items():
            monkeypatch.setenv(name, value)
        chat.script = [CHURCH, Fail(401)]
        with served(tmp_path) as url, visitor(chromium, url, viewport=PHONE) as guest:
            page = guest.page
            guest.unfold()
            assert page.locator("#planner label").all_inner_texts() == ["scripted", "Built-in"]
            assert page.locator("#planner").get_attribute("aria-label") == "Planner: who chooses effects"
            assert "your track does not" in page.inner_text("#planner-about")
            assert page.locator("#ear label.selected").inner_text() == "Built-in"
            assert not guest.scrolls_sideways
            choose_sample(page, "guitar")
            say(page, "church")
            facts = page.locator(".turn .facts")
            assert "planned by openai/scripted, 1,234 + 56 tokens" in facts.last.inner_text()
            assert "heard by" not in facts.last.inner_text()
            assert "You are in a church now." in page.inner_text(".turn .reply")
            page.click(".turn .why summary")
            assert "a room like a church" in page.inner_text(".turn .why")
            say(page, "make it warmer")
            assert "refused the key (401)" in page.inner_text(".turn .note")
            assert "planned by the built-in planner instead of openai" in facts.last.inner_text()
            page.click("#planner label:has-text('Built-in')")
            page.click(CLAP)
            say(page, "low-pass it at 2 kHz")
            assert "heard by CLAP · planned by the built-in planner ·" in facts.last.inner_text()
            page.click("#new")
            page.locator(f"{CLAP}.selected").wait_for()
        assert len(chat.bodies) == 2


def test_what_is_offered_is_what_the_host_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planner_options.offered() == ("builtin",)
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/a, ollama/b,")
    assert planner_options.offered() == ("openai/a", "ollama/b", "builtin")
    assert planner_options.granted("") == "openai/a"
    assert planner_options.granted("builtin") == "builtin"
    with pytest.raises(PlannerError, match="not offered here"):
        planner_options.granted("openai/dear")
    assert [planner_options.label(name) for name in planner_options.offered()] == ["a", "b", "Built-in"]


def test_a_host_without_the_key_learns_it_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/gpt-5")
    with caplog.at_level(logging.ERROR, "instructfx"):
        assert serve("127.0.0.1", 0) == 2
    assert caplog.messages == ["The planner cannot be used: OPENAI_API_KEY is not set; set it or use --planner builtin"]
