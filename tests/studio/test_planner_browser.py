"""Choosing who plans and who listens, as a visitor does, with a language model on 127.0.0.1."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path
from typing import Any

import pytest
from chat_server import Chat, Fail, Say
from visitor import PHONE, visitor

from instructfx.bench.serving.browser import say, wait_for_track
from instructfx.bench.serving.running import running, served
from instructfx.bench.serving.visitor import Visitor
from instructfx.bundles import export_bundle
from instructfx.ears.checkpoints import Checkpoint
from instructfx.errors import PlannerError
from instructfx.planners import planner_at
from instructfx.store import Store
from instructfx.studio.visits import planner_options
from instructfx.studio.web.origins import hosts_from
from instructfx.studio.web.server import serve
from instructfx.studio.workers.messages import AgentNames, TakeTurn
from instructfx.studio.workers.orders import GoTo

CLAP = "#ear label:has-text('CLAP')"
GOAL = {
    "target": "a church",
    "axes": {"space": 1},
    "reply": "You are in a church now.",
    "asked": "a room like a church",
}
OWN_KEY = "sk-Own0123456789abcdefghijklmnop"
CHURCH = Say(calls=[("add_reverb", {"decay_seconds": 2.5, "mix": 0.3}), ("describe_goal", GOAL)])


class TestOnThePage:
    # CLAP of the true size takes a whole core.
    pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # noqa: RUF012

    def test_who_plans_and_who_listens_is_chosen(
        self,
        chromium: Any,
        chat: Chat,
        checkpoint: Checkpoint,
        riff: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
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
            page.set_input_files("#upload input[type=file]", riff)
            wait_for_track(page)
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

    def test_a_model_of_ones_own_plans_and_its_key_is_written_nowhere(
        self, chromium: Any, chat: Chat, riff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("INSTRUCTFX_TURNS", "1")
        down = Fail(503, f'{{"error": {{"message": "wrong {OWN_KEY}"}}}}', {"Retry-After": "600"})
        chat.script = [CHURCH, down]
        with running(tmp_path) as studio, visitor(chromium, studio.url) as guest:
            page = guest.page
            page.set_input_files("#upload input[type=file]", riff)
            wait_for_track(page)
            guest.unfold()
            page.get_by_label("Model, as litellm names it").fill("openai/scripted")
            key = page.get_by_label("Its key")
            assert key.evaluate("field => getComputedStyle(field).borderTopStyle") == "solid", "one sees where it goes"
            key.fill(OWN_KEY)
            page.get_by_label("Address, where it is").fill(chat.url)
            page.click("#own-model-use")
            page.locator("#model", has_text="openai/scripted plans this session").wait_for()
            assert page.get_by_label("Its key").input_value() == ""
            say(page, "church")
            assert chat.headers[0]["authorization"] == f"Bearer {OWN_KEY}"
            assert "planned by openai/scripted" in page.locator(".turn .facts").last.inner_text()
            say(page, "make it warmer")
            assert "The built-in planner planned this turn" in page.inner_text(".turn .note")
            page.locator("#model ifx-countdown").wait_for()
            assert "does not answer. It is asked again in" in page.inner_text("#model")
            asked = len(chat.bodies)
            say(page, "a bit wider")  # whichever of the two workers has it
            assert "is asked again in" in page.locator(".turn .note").last.inner_text()
            assert len(chat.bodies) == asked
            session_id = page.url.rpartition("#")[2]
            shown = page.content()
            with Visitor(studio.url) as other:
                told = repr(other.come_back(session_id)) + other.client.get("/config").text
            page.click("#own-model-forget")
            page.wait_for_function("!document.querySelector('#model').textContent.includes('plans this session')")
            bundle = tmp_path / "taken.zip"
            export_bundle(Store(tmp_path), session_id, bundle)
        written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert {"instructfx.sqlite", "studio.log"} <= {path.name for path in written}
        with zipfile.ZipFile(bundle) as archive:
            unpacked = b"".join(archive.read(name) for name in archive.namelist())
        assert "failed (503)" in written[studio.log].decode()
        for text in (*written.values(), unpacked, shown.encode(), told.encode()):
            assert OWN_KEY.encode() not in text


def test_what_is_offered_is_what_the_host_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planner_options.offered() == ("builtin",)
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/a, ollama/b,")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-host")
    assert planner_options.offered() == ("openai/a", "ollama/b", "builtin")
    assert planner_options.granted("") == "openai/a"
    assert planner_options.granted("builtin") == "builtin"
    with pytest.raises(PlannerError, match="not offered here"):
        planner_options.granted("openai/dear")
    assert [planner_options.label(name) for name in planner_options.offered()] == ["a", "b", "Built-in"]


def test_a_model_without_its_key_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/gpt-5")
    planner_options.check()
    assert caplog.messages == [
        "openai/gpt-5 cannot plan, as OPENAI_API_KEY is not set; "
        "set it and start the studio again. Until then others plan"
    ]
    assert planner_options.offered() == ("builtin",)
    assert planner_options.as_before("openai/gpt-5") == planner_options.granted("") == "builtin"


def test_a_planner_that_is_none_is_learned_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "recorded:/nowhere.json")
    with caplog.at_level(logging.ERROR, "instructfx"):
        assert serve("127.0.0.1", 0) == 2
    assert "nowhere.json" in caplog.text


@pytest.mark.parametrize(
    ("model", "key", "base_url", "line"),
    [
        ("", "sk-1", "", "name a model"),
        ("builtin", "sk-1", "", "name a model"),
        ("recorded:/etc/passwd", "", "", "name a model"),
        ("openai/gpt-5", "", "", "openai/gpt-5 needs a key"),
        ("openai/gpt-5", "sk-é", "", "that is no key"),
        ("openai/gpt-5", "sk-1", "file:///etc/passwd", "no address of a server"),
        ("openai/gpt-5", "sk-1", "http://", "that is no address of a server"),
    ],
)
def test_a_model_of_ones_own_that_cannot_be_asked_is_one_line(model: str, key: str, base_url: str, line: str) -> None:
    with pytest.raises(PlannerError, match=line) as refused:
        planner_options.own_access(model, key, base_url)
    assert not key or key not in str(refused.value)


def test_a_key_is_in_no_message_that_is_written_down() -> None:
    access = planner_options.own_access("openai/scripted", OWN_KEY, "http://user:secret-word@127.0.0.1:1/v1")
    agents = AgentNames("builtin", "perceptual").asking(access)
    told = repr(TakeTurn("id", GoTo(None), 0, agents)) + repr(planner_at(access).__dict__)
    assert "openai/scripted" in told
    assert OWN_KEY not in told
    assert "secret-word" not in told
    assert agents.without_access.access is None


@pytest.mark.parametrize(
    ("bound", "named", "alone"),
    [("127.0.0.1", "", True), ("::1", "", True), ("0.0.0.0", "", False), ("127.0.0.1", "music.example", False)],
)
def test_who_sits_at_the_machine_is_alone(bound: str, named: str, alone: bool) -> None:
    assert hosts_from({"INSTRUCTFX_HOSTS": named}, bound).loopback_alone is alone
