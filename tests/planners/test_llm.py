"""The real litellm against a server that behaves as badly as networks and providers do."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace

import pytest
from chat_server import Chat, Fail, Say

from instructfx.chain import Chain, Slot
from instructfx.cli.doctor import _planner
from instructfx.effects import EFFECTS
from instructfx.errors import Cancelled, InstructionError, PlannerError
from instructfx.planners import PastTurn, PlanRequest, model_named, planner_named, usual_planner
from instructfx.planners.failures import ModelNews, Pauses, Rest, seconds_named, without_secrets, without_sign_in
from instructfx.planners.llm import DEFAULT_MODEL, LlmModel, RetryLimits, missing_keys
from instructfx.planners.plan import Plan
from instructfx.planners.prompted import PromptedPlanner

SECRET = "sk-do-not-tell-anybody-1234"
GOAL = {
    "target": "a warm guitar", "axes": {"warmth": 1}, "asked": "warmth", "effects": "equaliser", "order": "alone",
    "settings": "more lows", "reply": "Warmer now.",
}  # fmt: skip
GOOD = Say(calls=[("add_eq", {"low_shelf_gain_db": 3}), ("describe_goal", GOAL)])
QUICK = RetryLimits(seconds=60, first_wait_seconds=0.01)


@pytest.fixture(autouse=True, scope="module")
def imported() -> None:
    """litellm, whose import takes seconds, before anything is timed."""
    LlmModel("openai/scripted", "http://127.0.0.1:9/v1")


def ask(chat: Chat, request: PlanRequest | None = None, limits: RetryLimits = QUICK, streaming: bool = False) -> Plan:
    model = LlmModel("openai/scripted", chat.url, streaming, limits)
    return PromptedPlanner(model).plan(request or PlanRequest("make it warmer"))


@pytest.mark.parametrize("streaming", [False, True])
def test_an_answer_becomes_a_plan_with_its_cost(chat: Chat, streaming: bool) -> None:
    chat.script = [GOOD]
    plan = ask(chat, streaming=streaming)
    assert [(move.effect, dict(move.settings)) for move in plan.add] == [("eq", {"low_shelf_gain_db": 3.0})]
    assert plan.goal.target == "a warm guitar"
    assert plan.goal.axes == {"warmth": 1.0}
    assert plan.thoughts.settings == "more lows"
    assert plan.reply == "Warmer now."
    assert json.loads(plan.raw)["tool_calls"][0]["function"]["name"] == "add_eq"
    assert plan.asked
    assert (plan.asked.input_tokens, plan.asked.cached_tokens, plan.asked.output_tokens) == (1234, 1000, 56)
    assert (plan.asked.answers, plan.asked.price_usd, plan.asked.fell_back) == (1, None, "")
    assert 0 < plan.asked.seconds < QUICK.seconds
    assert chat.bodies[0].get("stream", False) is streaming


def test_a_model_on_the_price_list_has_a_price(chat: Chat) -> None:
    chat.script = [GOOD]
    plan = PromptedPlanner(LlmModel("openai/gpt-4o-mini", chat.url, limits=QUICK)).plan(PlanRequest("make it warmer"))
    assert plan.asked
    assert plan.asked.price_usd
    assert 0 < plan.asked.price_usd < 0.01
    assert plan.asked.to_text().startswith("openai/gpt-4o-mini, 1,234 + 56 tokens, $0.000")


@pytest.mark.parametrize("failure", [Fail(429), Fail(500), Fail(503), Fail(body="{nonsense"), Fail(cut_after=20)])
def test_what_may_pass_is_tried_again(chat: Chat, failure: Fail) -> None:
    chat.script = [failure, failure, GOOD]
    plan = ask(chat)
    assert plan.asked
    assert plan.asked.fell_back == ""
    assert len(chat.bodies) == 3


def test_trying_is_bounded_and_then_the_built_in_planner_plans(chat: Chat) -> None:
    chat.script = [Fail(500)] * 9
    plan = ask(chat)
    assert len(chat.bodies) == 3
    assert plan.asked
    assert plan.asked.fell_back == "openai/scripted failed (500)"
    assert plan.notes[0].startswith("The built-in planner planned this turn: ")
    assert plan.add[0].effect == "eq"
    assert plan.goal.axes["warmth"] == 1.0


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "refused the key (401): check INSTRUCTFX_PLANNER_KEY"),
        (403, "refused the key (403): check INSTRUCTFX_PLANNER_KEY"),
        (400, "failed (400)"),
        (404, "has no model openai/scripted (404)"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(chat: Chat, status: int, said: str) -> None:
    chat.script = [Fail(status), GOOD]
    plan = ask(chat)
    assert len(chat.bodies) == 1
    assert plan.asked
    assert said in plan.asked.fell_back
    assert "127.0.0.1" not in repr(plan)


def test_retry_after_is_honoured(chat: Chat) -> None:
    chat.script = [Fail(429, headers={"Retry-After": "1"}), GOOD]
    started = time.monotonic()
    assert ask(chat).asked
    assert time.monotonic() - started >= 1
    assert len(chat.bodies) == 2


@pytest.mark.parametrize(
    ("header", "seconds"), [("2.5", 2.5), ("-1", 0.0), ("inf", None), ("nan", None), ("", None), ("Wed, 21 Oct", None)]
)
def test_what_retry_after_names(header: str, seconds: float | None) -> None:
    assert seconds_named(header) == seconds


def test_a_provider_that_asks_for_too_long_a_wait_is_not_waited_for(chat: Chat) -> None:
    chat.script = [Fail(429, headers={"Retry-After": "3600"}), GOOD]
    started = time.monotonic()
    plan = ask(chat)
    assert time.monotonic() - started < 4
    assert len(chat.bodies) == 1
    assert plan.asked
    assert "try again in 3600 s" in plan.asked.fell_back


def test_a_model_that_hangs_is_left_after_the_limit(chat: Chat) -> None:
    chat.script = [Fail(hang=True)] * 9
    started = time.monotonic()
    plan = ask(chat, limits=replace(QUICK, seconds=1))
    assert 0.9 < time.monotonic() - started < 4
    assert plan.asked
    assert plan.asked.fell_back.endswith("did not answer within 1 s")


def test_an_address_where_nobody_listens(chat: Chat) -> None:
    model = LlmModel("openai/scripted", "http://127.0.0.1:9/v1", limits=QUICK)
    plan = PromptedPlanner(model).plan(PlanRequest("make it warmer"))
    assert plan.asked
    assert plan.asked.fell_back.startswith("openai/scripted failed: it cannot be reached")
    assert "127.0.0.1" not in repr(plan)
    assert plan.add


@pytest.mark.parametrize("script", [[Fail(hang=True)], [Fail(429, headers={"Retry-After": "4"})]])
def test_stopping_takes_less_than_a_second(chat: Chat, script: list[Say | Fail]) -> None:
    chat.script = list(script)
    stopped: list[float] = []

    def cancelled() -> bool:
        if chat.bodies and not stopped:  # it waits for the answer by now
            stopped.append(time.monotonic())
        return bool(stopped)

    with pytest.raises(Cancelled):
        ask(chat, PlanRequest("make it warmer", cancelled=cancelled))
    assert time.monotonic() - stopped[0] < 1


def test_a_key_is_named_and_never_told(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER_KEY", SECRET)
    told = json.dumps({"error": {"message": f"bad request by {SECRET} and AIzaSyOtherKey123456"}})
    for status in (400, 401, 500):
        chat.script = [Fail(status, body=told)] * 3
        plan = ask(chat)
        assert plan.asked
        assert plan.asked.fell_back
        assert SECRET not in repr(plan)
        assert "AIzaSy" not in repr(plan)
    assert SECRET in chat.headers[0]["authorization"]
    assert all(SECRET not in json.dumps(body) for body in chat.bodies)


def test_secrets_are_found_by_their_look_and_by_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_TOKEN", "abcdefgh12345678")
    assert without_secrets("a abcdefgh12345678 b sk-proj-123456789 c") == "a ... b ... c"


def test_a_missing_key_is_named_with_the_remedy() -> None:
    with pytest.raises(PlannerError, match=r"^GEMINI_API_KEY is not set; set it or use --planner builtin$"):
        planner_named(DEFAULT_MODEL)
    assert missing_keys("anthropic/claude-sonnet-4-5") == "ANTHROPIC_API_KEY"
    assert missing_keys("ollama/llama3") == ""
    assert missing_keys("anything", "http://127.0.0.1:8000/v1") == ""


@pytest.mark.parametrize("name", ["nobody", "nobody/knows-this"])
def test_a_name_that_nobody_knows(name: str) -> None:
    with pytest.raises(InstructionError, match=r"there is no planner .*; there is builtin, recorded:FILE, or a model"):
        planner_named(name)


def test_who_plans_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert usual_planner() == "builtin"
    assert planner_named().name == "builtin"
    monkeypatch.setenv("GEMINI_API_KEY", SECRET)
    assert usual_planner() == DEFAULT_MODEL
    assert planner_named().name == DEFAULT_MODEL
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "builtin")
    assert usual_planner() == "builtin"


def test_a_server_of_ones_own_is_asked_by_any_name(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER_URL", chat.url)
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "my-model")
    chat.script = [GOOD]
    plan = planner_named().plan(PlanRequest("make it warmer"))
    assert plan.asked
    assert plan.asked.fell_back == ""
    assert chat.bodies[0]["model"] == "my-model"
    assert model_named("my-model").name == "my-model"


def test_what_is_offered_on_the_first_and_on_later_turns(chat: Chat) -> None:
    chat.script = [GOOD, GOOD]
    ask(chat)
    assert chat.bodies[0]["tool_choice"] == "required"
    assert chat.tools(0) == ["describe_goal", *(f"add_{name}" for name in EFFECTS), "answer", "ask_back"]
    assert "Earlier" not in chat.text(0)
    chain = Chain((Slot(EFFECTS["eq"], {"mid_gain_db": -2}), Slot(EFFECTS["reverb"])))
    chain = chain.locked("eq", ["mid_gain_db"])
    ask(chat, PlanRequest("brighter", chain, (PastTurn("make it warmer"), PastTurn("small church")), {"warmth": 1.25}))
    assert chat.bodies[1]["tool_choice"] == "auto"
    names = chat.tools(1)
    assert {
        "adjust_eq",
        "remove_eq",
        "adjust_reverb",
        "remove_reverb",
        "add_delay",
        "go_back",
        "answer",
        "ask_back",
    } <= set(names)
    assert not {"add_eq", "add_reverb", "adjust_delay"} & set(names)
    for told in ('1. "make it warmer"', '2. "small church"', "mid_gain_db -2", "locked: mid_gain_db", "warmth 1.2"):
        assert told in chat.text(1)
    first, later = (body["messages"][0] for body in chat.bodies)
    assert first == later  # the same prefix, so that caches work


def test_an_answer_that_cannot_be_used_is_asked_for_once_more(chat: Chat) -> None:
    chat.script = [Say(calls=[("add_flanger", {})]), GOOD]
    plan = ask(chat)
    assert plan.asked
    assert plan.asked.answers == 2
    assert plan.asked.input_tokens == 2468
    assert len(plan.asked.refused) == 1
    assert "add_flanger" in plan.asked.refused[0]
    again = chat.bodies[1]["messages"]
    assert again[:2] == chat.bodies[0]["messages"]
    assert "there is no effect 'flanger'" in again[-1]["content"]


@pytest.mark.parametrize(
    "bad",
    [
        Say(content="I would add some warmth to it."),
        Say(),
        Say(calls=[("add_eq", '{"low_shelf_gain_db": 3, "low_')], finish="length"),
        Say(calls=[("add_eq", {"low_shelf_gain_db": float("nan")})]),
        Say(calls=[("add_eq", {"low_shelf_gain_db": "loud"})]),
        Say(calls=[("add_eq", "[1, 2]")]),
        Say(calls=[("make_coffee", {})]),
        Fail(body='{"choices": []}'),
        Say(content='Sure: {"name": "add_eq", "arguments": {"low_shelf_gain_db": 3'),
    ],
    ids=["prose", "empty", "cut off", "NaN", "words", "list", "unknown", "no choices", "cut off in text"],
)
def test_after_two_bad_answers_the_built_in_planner_plans(chat: Chat, bad: Say | Fail) -> None:
    chat.script = [bad, bad, GOOD]
    plan = ask(chat)
    assert len(chat.bodies) == 2
    assert plan.asked
    assert len(plan.asked.refused) == 2
    assert "could not be used" in plan.asked.fell_back
    assert "could not be used" in plan.notes[0]
    assert plan.add[0].effect == "eq"


PASSWORD = "hunter2 & co"
IN_ADDRESS = "hunter2%20%26%20co"


def test_a_password_in_the_address_signs_in_and_is_never_told(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    url = chat.url.replace("//", f"//bob:{IN_ADDRESS}@")
    monkeypatch.setenv("INSTRUCTFX_PLANNER_URL", url)
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "my-model")
    code = base64.b64encode(f"bob:{PASSWORD}".encode()).decode()
    told = f"Traceback (most recent call last): File '/srv/llm/app.py' in {url} {PASSWORD} {code} at 10.1.2.3:8000"
    chat.script = [GOOD, *(Fail(status, body=told) for status in (400, 401, 404, 418))]
    plans = [planner_named().plan(PlanRequest("make it warmer")) for _ in chat.script]
    model = LlmModel("my-model", url.replace(chat.url.rpartition(":")[2], "9/v1"), limits=replace(QUICK, tries=1))
    plans.append(PromptedPlanner(model).plan(PlanRequest("make it warmer")))
    assert not plans[0].asked.fell_back
    assert all(plan.asked.fell_back for plan in plans[1:])
    assert {headers["authorization"] for headers in chat.headers} == {f"Basic {code}"}
    assert "my-model at http://127.0.0.1:" in caplog.text
    seen = (*map(repr, plans), repr(model), caplog.text, _planner().detail, *capsys.readouterr())
    assert all(secret not in text for text in seen for secret in ("hunter2", code))
    inner = ("127.0.0.1", "/v1", "Traceback", "/srv", "10.1.2.3", "bob")
    assert all(word not in repr(plan) for plan in plans for word in inner)


def test_a_password_with_an_at_sign_is_left_out_whole() -> None:
    told = 'tried "http://rack:open@sesame@host/v1" and http://a:b@c@d, which mail@host.org knows'
    assert without_sign_in(told) == 'tried "http://...@host/v1" and http://...@d, which mail@host.org knows'


@pytest.mark.parametrize("url", ["nonsense:hunter2", "ftp://bob:hunter2@h/", "http://", "http://[hunter2", "//h:x/"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(PlannerError, match=r"^INSTRUCTFX_PLANNER_URL is no address; it must be like") as refused:
        LlmModel("my-model", url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"message": "`tool_choice` must be auto"}),
        (422, {"message": "`tool_choice` must be auto"}),
        (400, {"message": "Unsupported value: 'required'", "param": "tool_choice"}),
        (400, {"message": "tool choice 'required' is not there"}),
        (400, {"message": "toolConfig.toolChoice.any is not there"}),
        (500, {"message": "tool_choice: not implemented"}),
    ],
)
def test_who_takes_no_tool_choice_is_asked_once_more(chat: Chat, status: int, error: dict[str, str]) -> None:
    refusal = Fail(status, body=json.dumps({"error": error}))
    chat.script = [refusal, GOOD]
    plan = ask(chat)
    assert [body["tool_choice"] for body in chat.bodies] == ["required", "auto"]
    assert plan.asked
    assert plan.asked.fell_back == ""
    if status == 500:  # which is tried again as it was
        return
    chat.script = [refusal, refusal, GOOD]
    plan = ask(chat)
    assert len(chat.bodies) == 4
    assert plan.asked
    assert plan.asked.fell_back == f"openai/scripted failed ({status})"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("blocked by content_filter", "its content filter stopped the question"),
        ("maximum context length is 4096 tokens", "the conversation is too long for it"),
        ("this model does not support tools", "it takes no tools"),
    ],
)
def test_what_a_refused_question_names_is_told_in_our_words(chat: Chat, said: str, told: str) -> None:
    chat.script = [Fail(400, body=json.dumps({"error": {"message": f"{said} /etc/x"}}))]
    plan = ask(chat)
    assert plan.asked
    assert plan.asked.fell_back == f"openai/scripted failed (400): {told}"


@pytest.mark.parametrize("down", [Fail(500), Fail(429), Fail(body="{nonsense")])
def test_who_is_down_is_asked_again_after_a_pause_that_grows(chat: Chat, down: Fail) -> None:
    clock = [100.0]
    model = LlmModel("openai/scripted", chat.url, limits=replace(QUICK, tries=1), pauses=Pauses(now=lambda: clock[0]))

    def asked() -> int:
        before = len(chat.bodies)
        plan = PromptedPlanner(model).plan(PlanRequest("make it warmer"))
        assert plan.asked
        assert bool(plan.asked.fell_back) is not (chat.script == [] and after_good)
        return len(chat.bodies) - before

    after_good = False
    chat.script = [down, down, down, GOOD]
    for pause in (15, 30, 60):
        assert asked() == 1
        clock[0] += pause - 1
        assert asked() == 0
        clock[0] += 1
    after_good = True
    assert asked() == 1  # and it is there again
    after_good, chat.script = False, [down]
    assert asked() == 1
    clock[0] += 15
    who = "openai/scripted", chat.url.removesuffix("/v1")
    assert model.pauses.left_seconds(who) == 0
    model.pauses.failed(who, least_seconds=300)
    assert model.pauses.left_seconds(who) == 300


def test_what_one_process_learns_of_a_model_others_know() -> None:
    clock, told = [100.0], list[ModelNews]()
    known = Pauses(now=lambda: clock[0])
    first, second = (Pauses(now=lambda: clock[0], tell=told.append) for _ in range(2))
    who = "openai/scripted", "http://127.0.0.1:8000"
    first.failed(who, least_seconds=20)
    for news in told:
        known.hear(news)
    clock[0] += 5
    second.take_over(known.rests())
    assert known.rests() == second.rests() == (Rest(*who, times=1, left_seconds=15),)
    clock[0] += 15
    second.take_over(known.rests())
    second.failed(who)
    known.hear(told[-1])
    assert known.left_seconds(who) == second.left_seconds(who) == 30
    second.answered(who)
    known.hear(told[-1])
    first.take_over(known.rests())
    assert first.left_seconds(who) == known.left_seconds(who) == 0


def test_who_refuses_for_good_is_left_no_pause(chat: Chat) -> None:
    chat.script = [Fail(401), GOOD]
    assert ask(chat).asked.fell_back
    assert not ask(chat).asked.fell_back
