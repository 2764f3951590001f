"""One answer in the many forms that models and servers give it: each means the same plan, or what is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import chat_server
import pytest
from chat_server import Chat, Fail, Say

from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS
from instructfx.planners import PlanRequest
from instructfx.planners.answers import said
from instructfx.planners.failures import Pauses
from instructfx.planners.llm import LlmModel, RetryLimits
from instructfx.planners.plan import Plan, Reply
from instructfx.planners.prompted import PromptedPlanner
from instructfx.planners.reading import read
from instructfx.planners.recorded import RecordedModel, recorded
from instructfx.planners.tool_names import tool_named

GOAL = {"target": "a warm sound", "axes": {"warmth": 1}, "reply": "Warmer now."}
EQ = {"low_shelf_gain_db": 3}
GOAL_TEXT, EQ_TEXT = json.dumps(GOAL), json.dumps(EQ)


def calls(*given: tuple[str, Any], **beside: Any) -> str:
    """A message with these calls, each with its arguments as they are."""
    return json.dumps(
        {
            "role": "assistant",
            "tool_calls": [
                {"id": f"c{index}", "type": "function", "function": {"name": name, "arguments": arguments}}
                for index, (name, arguments) in enumerate(given)
            ],
            **beside,
        }
    )


def text(content: str) -> str:
    return json.dumps({"role": "assistant", "content": content})


IN_JSON = f'{{"name": "describe_goal", "arguments": {GOAL_TEXT}}}\n{{"name": "add_eq", "arguments": {EQ_TEXT}}}'
IN_QUOTES = str([{"name": "describe_goal", "arguments": GOAL}, {"name": "add_eq", "arguments": {**EQ, "q": None}}])
REVERB = '{"name": "add_reverb", "arguments": {"mix": 0.9}}'

FORMS = {
    "as it should be": calls(("describe_goal", GOAL_TEXT), ("add_eq", EQ_TEXT)),
    "arguments as objects": calls(("describe_goal", GOAL), ("add_eq", EQ)),
    "raw line breaks in strings": calls(
        ("describe_goal", GOAL_TEXT.replace("Warmer now.", "Warmer\nnow.")), ("add_eq", EQ_TEXT)
    ),
    "raw line breaks in a text": text(IN_JSON.replace("Warmer now.", "Warmer\nnow.")),
    "encoded twice": calls(("describe_goal", json.dumps(GOAL_TEXT)), ("add_eq", json.dumps(EQ_TEXT))),
    "encoded three times": calls(("describe_goal", GOAL_TEXT), ("add_eq", json.dumps(json.dumps(EQ_TEXT)))),
    "escaped without quotes around": calls(("describe_goal", GOAL_TEXT), ("add_eq", json.dumps(EQ_TEXT)[1:-1])),
    "an object within encoded": calls(
        ("describe_goal", {**GOAL, "axes": json.dumps(GOAL["axes"])}), ("add_eq", EQ_TEXT)
    ),
    "namespace and number": calls(("functions.describe_goal:0", GOAL_TEXT), ("functions.add_eq:1", EQ_TEXT)),
    "default_api": calls(("default_api:describe_goal", GOAL_TEXT), ("default_api.add_eq", EQ_TEXT)),
    "channel after the name": calls(
        ("describe_goal<|channel|>commentary", GOAL_TEXT), ("add_eq<|channel|>json", EQ_TEXT)
    ),
    "dashes": calls(("describe-goal", GOAL_TEXT), ("add-eq", EQ_TEXT)),
    "brackets after the name": calls(("describe_goal()", GOAL_TEXT), ("add_eq()", EQ_TEXT)),
    "several in one": calls(
        (
            "multi_tool_use.parallel",
            {
                "tool_uses": [
                    {"recipient_name": "functions.describe_goal", "parameters": GOAL},
                    {"recipient_name": "functions.add_eq", "parameters": EQ},
                ]
            },
        )
    ),
    "content as parts beside": calls(
        ("describe_goal", GOAL_TEXT), ("add_eq", EQ_TEXT), content=[{"type": "text", "text": "Here it is."}]
    ),
    "calls as parts": json.dumps(
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": REVERB, "text": REVERB},
                {"type": "text", "text": "Here it is."},
                {"type": "tool_use", "id": "a", "name": "describe_goal", "input": GOAL},
                {"type": "tool_use", "id": "b", "name": "add_eq", "input": EQ},
            ],
        }
    ),
    "written into parts": json.dumps({"content": [{"type": "text", "text": IN_JSON}, "And that is all."]}),
    "a lone end of thinking": text(f"Maybe {REVERB}? No, far too wet.\n</think>\n{IN_JSON}"),
    "thinking and a lone end": text(f"<think>{REVERB}</think> or {REVERB}</think>{IN_JSON}"),
    "thinking in a channel": text(f"<|channel|>analysis<|message|>{REVERB}<|end|>{IN_JSON}"),
    "single quotes": text(f"```python\n{IN_QUOTES}\n```"),
    "a comma at the end": text(IN_JSON.replace("}}\n", "},}\n")),
    "names before arguments": text(f"[TOOL_CALLS]describe_goal{GOAL_TEXT}[TOOL_CALLS]add_eq{EQ_TEXT}"),
    "marks of a template": text(
        f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>describe_goal\n```json\n{GOAL_TEXT}\n```<｜tool▁call▁end｜>"
        f"<|tool_call_begin|>functions.add_eq:1<|tool_call_argument_begin|>{EQ_TEXT}<|tool_call_end|>"
    ),
    "commentary to a tool": text(
        f"<|channel|>commentary to=functions.describe_goal <|constrain|>json<|message|>{GOAL_TEXT}<|call|>"
        f"<|start|>assistant<|channel|>commentary to=functions.add_eq <|constrain|>json<|message|>{EQ_TEXT}<|call|>"
    ),
    "Python": text(
        "```tool_code\nprint(default_api.describe_goal(target='a warm sound', axes={'warmth': 1}, "
        "reply='Warmer now.'))\nadd_eq(low_shelf_gain_db=+3.0)\n```"
    ),
    "Python with an object": text(f"describe_goal({GOAL_TEXT})\nadd_eq({EQ_TEXT})"),
    "JSON in tags": text(
        f'<tool_call>{{"name": "describe_goal", "arguments": {GOAL_TEXT}}}</tool_call>'
        f'<tool_call>\n{{"name": "add_eq", "arguments": {EQ_TEXT}}}\n</tool_call>'
    ),
    "a function's tag": text(
        f"<function=describe_goal>{GOAL_TEXT}</function>\n<tool_call><function=add_eq>\n"
        "<parameter=low_shelf_gain_db>\n3\n</parameter>\n</function></tool_call>"
    ),
    "invoke": text(
        '<function_calls><invoke name="describe_goal"><parameter name="target">a warm sound</parameter>'
        '<parameter name="axes">{"warmth": 1}</parameter><parameter name="reply">Warmer now.</parameter></invoke>'
        '<invoke name="add_eq"><parameter name="low_shelf_gain_db">3</parameter></invoke></function_calls>'
    ),
    "keys and values": text(
        f"<tool_call>{{'name': 'describe_goal', 'arguments': {GOAL}}}</tool_call><tool_call>add_eq\n"
        "<arg_key>low_shelf_gain_db</arg_key>\n<arg_value>3</arg_value>\n</tool_call>"
    ),
    "the tool's own tag": text(
        "<describe_goal><target>a warm sound</target><axes>{'warmth': 1}</axes><reply>Warmer now.</reply>"
        "</describe_goal><add_eq><low_shelf_gain_db>3</low_shelf_gain_db></add_eq>"
    ),
    "names of a server": calls(("mcp__instructfx__describe_goal", GOAL_TEXT), ("instructfx_add_eq", EQ_TEXT)),
    "names in another case": calls(("DescribeGoal", GOAL_TEXT), ("ADD_EQ", EQ_TEXT)),
    "names in marks": calls(("`describe_goal`", GOAL_TEXT), ('"add_eq"', EQ_TEXT)),
    "numbers after the name": calls(("functions.describe_goal.0", GOAL_TEXT), ("add_eq[1]", EQ_TEXT)),
    "a word after the name": calls(("describe_goal_tool", GOAL_TEXT), ("add_eq.call", EQ_TEXT)),
    "the name after a channel": calls(
        ("assistant<|channel|>commentary to=functions.describe_goal", GOAL_TEXT), ("add_eq", EQ_TEXT)
    ),
    "arguments of arguments": calls(("describe_goal", {"arguments": GOAL}), ("add_eq", {"parameters": EQ_TEXT})),
    "calls of calls": calls(
        ("describe_goal", {"name": "describe_goal", "arguments": GOAL}), ("add_eq", {"settings": EQ})
    ),
    "arguments in a list": calls(("describe_goal", [GOAL]), ("add_eq", json.dumps([EQ]))),
    "keys in another spelling": calls(
        ("describe_goal", {"Target": GOAL["target"], "AXES": {"Warmth": 1}, "reply": GOAL["reply"]}),
        ("add_eq", {"low-shelf Gain (dB)": 3}),
    ),
    "comments": calls(("describe_goal", "// as wished\n" + GOAL_TEXT), ("add_eq", '{"low_shelf_gain_db": /* dB */ 3}')),
    "a mark of the byte order": calls(("describe_goal", f"\ufeff{GOAL_TEXT}"), ("add_eq", f"\ufeff{EQ_TEXT}")),
    "a bracket too many": calls(("describe_goal", f"{GOAL_TEXT}}}"), ("add_eq", f"{EQ_TEXT}}}}}")),
    "an empty object before": calls(("describe_goal", f"{{}}{GOAL_TEXT}"), ("add_eq", f"{{}}{EQ_TEXT}")),
    "sent twice": calls(("describe_goal", GOAL_TEXT + GOAL_TEXT), ("add_eq", f"{EQ_TEXT}\n{EQ_TEXT}")),
    "printers' quotes": calls(("describe_goal", GOAL_TEXT), ("add_eq", "{\u201clow_shelf_gain_db\u201d: 3}")),
    "calls as a text": json.dumps({"tool_calls": IN_QUOTES}),
    "functions as texts": json.dumps({"tool_calls": [{"function": each} for each in IN_JSON.splitlines()]}),
    "Python of every kind": text(
        'goal = describe_goal(\n    target="a warm "  # what for\n    "sound", axes=dict(warmth=(1)), '
        'reply="""Warmer now.""",\n)\neq = await functions.add_eq(**{"low_shelf_gain_db": 3})'
    ),
    "a list in Python": text(
        "[describe_goal(target='a warm sound', axes={'warmth': 1}, reply='Warmer now.'), AddEq(low_shelf_gain_db=3)]"
    ),
    "action and input": text(
        f"Thought: warm.\nAction: describe_goal\nAction Input: {GOAL_TEXT}\nAction: add_eq\nAction Input: {EQ_TEXT}"
    ),
    "headings": text(f"**describe_goal**\n```json\n{GOAL_TEXT}\n```\n### `add_eq`\nArguments:\n{EQ_TEXT}"),
    "elements in elements": text(
        "<describe_goal><target><![CDATA[a warm sound]]></target><axes><warmth>1</warmth></axes>"
        "<reply>Warmer now.</reply></describe_goal><function=AddEq><low_shelf_gain_db>3</low_shelf_gain_db></function>"
    ),
    "a whole completion": json.dumps(
        {"choices": [{"message": json.loads(calls(("describe_goal", GOAL_TEXT), ("add_eq", EQ_TEXT)))}]}
    ),
}  # fmt: skip


def shown(plan: Any) -> tuple[Any, ...]:
    assert isinstance(plan, Plan), plan
    moves = [(move.effect, dict(move.settings)) for move in (*plan.add, *plan.adjust)]
    return moves, dict(plan.goal.axes), plan.goal.target, plan.reply


MEANT = ([("eq", {"low_shelf_gain_db": 3.0})], {"warmth": 1.0}, "a warm sound", "Warmer now.")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_means_the_same(form: str) -> None:
    reading = read(FORMS[form], PlanRequest("make it warmer"))
    assert not reading.problems
    assert shown(reading.meant) == MEANT


def test_talk_is_read_in_each_form() -> None:
    for raw in (
        calls(("default_api:answer", '"It is at -14 LUFS."')),
        text("<invoke name='answer'><parameter name='text'>It is at -14 LUFS.</parameter></invoke>"),
        text("answer(text='It is at -14 LUFS.')"),
        text('answer("It is at -14 LUFS.")'),
        text("{'answer': {'text': 'It is at -14 LUFS.'}}"),
    ):
        reading = read(raw, PlanRequest("how loud is it?"))
        assert isinstance(reading.meant, Reply), raw
        assert reading.meant.text == "It is at -14 LUFS."


@pytest.mark.parametrize(
    "raw",
    [
        text("The answer (in short) is: leave it, and it may be that add_eq (the equaliser) does nothing here."),
        text("It says {'warm', 'bright'} and [1, 2 and <b>more</b>."),
    ],
)
def test_prose_is_no_call(raw: str) -> None:
    assert said(raw).calls == ()


@pytest.mark.parametrize(
    "raw",
    [
        text("<function=add_eq><parameter=low_shelf_gain_db>3"),
        text("add_eq(low_shelf_gain_db=3"),
        text("{'name': 'add_eq', 'arguments': {'low_shelf_gain_db': 3"),
        calls(("add_eq", '{"low_shelf_gain_db": 3, "low_')),
        text(f"describe_goal(target=wish(), axes={{'warmth': 1}}, reply='Warmer now.')\nadd_eq({EQ_TEXT})"),
        text(f"{{'name': 'describe_goal', 'arguments': {{'target': f'a {{word}}'}}}}\n{IN_JSON.splitlines()[1]}"),
        text(f"<add_eq low_shelf_gain_db='3' />\n{IN_JSON.splitlines()[0]}"),
        text("describe_goal:\n  target: a warm sound\nadd_eq:\n  low_shelf_gain_db: 3"),
        calls(("describe_goal", GOAL_TEXT), ("add_eq", {"gain": 3})),
        calls(("describe_goal", {"wish": "warm"}), ("add_eq", EQ)),
    ],
)
def test_what_breaks_off_is_told_back(raw: str) -> None:
    for request in (PlanRequest("make it warmer"), PlanRequest("warmer", Chain((Slot(EFFECTS["delay"]),)))):
        reading = read(raw, request)
        assert reading.meant is None
        assert reading.problems


def test_source_is_never_the_reply() -> None:
    for content in ("describe_goal(target=wish(),", "I call add_eq(x) now.", "goal = describe_goal"):
        plan = read(calls(("add_eq", EQ), content=content), PlanRequest("make it warmer")).meant
        assert isinstance(plan, Plan)
        assert plan.reply.startswith("I added an equaliser"), content


def test_what_no_tool_takes_is_told() -> None:
    raw = calls(
        ("describe_goal", {**GOAL, "mood": "sad"}), ("adjust_eq", {**EQ, "warmth": 3}), ("remove_delay", {"why": "no"})
    )
    plan = read(raw, PlanRequest("warmer", Chain((Slot(EFFECTS["eq"]), Slot(EFFECTS["delay"]))))).meant
    assert isinstance(plan, Plan)
    for name in ("mood", "warmth", "why"):
        assert f"has no {name}; that was left out" in " ".join(plan.notes)


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("functions.adjust_eq_2:0", "adjust_eq_2"), ("default_api:add_eq", "add_eq"), ("add-eq", "add_eq"),
        ("tools/add_eq", "add_eq"), ("add_eq<|channel|>commentary", "add_eq"), (" add_eq() ", "add_eq"),
        ("add_eq</tool>", "add_eq"), ("", ""), (":0", ""), ("a" * 9, "a" * 9),
        ("mcp__x__adjust_eq_2", "adjust_eq_2"), ("AdjustEq2", "adjust_eq_2"), ("add_pitch_shift", "add_pitch_shift"),
        ("AddPitchShift", "add_pitch_shift"), ("final_answer", "answer"), ("add_eq_1", "add_eq_1"),
        ("add_eq_remove_reverb", "add_eq_remove_reverb"), ("undo_add_eq", "undo_add_eq"),
        ("add_eq_boost", "add_eq_boost"), ("describe_goal<|channel|>to=functions.add_eq", "describe_goal"),
    ],
)  # fmt: skip
def test_the_tool_that_a_name_means(name: str, tool: str) -> None:
    assert tool_named(name) == tool


HOSTILE = {
    "brackets": "[" * 200_000,
    "braces": "{'a':" * 40_000,
    "strings": "{'" * 100_000,
    "elements": "<function=add_eq>" * 9000,
    "own tags": "<add_eq>" * 20_000,
    "ends": "<a></a>" * 20_000,
    "calls": "add_eq(" * 25_000,
    "thoughts": "<think>" * 20_000,
    "parameters": "<add_eq>" + "<b>" * 60_000 + "</add_eq>",
    "dots": "a." * 100_000,
    "spaces": "add_eq" + " " * 190_000 + "{",
    "digits": "[" + "9" * 190_000 + "]",
    "values": "['a'," + "1," * 99_000,
    "escapes": "{'" + "\\" * 190_000,
    "marks": "<|" * 90_000,
    "comments": "{" + "/*" * 99_000,
    "comments in each": "{/*" * 60_000,
    "three quotes": '{""" ' * 40_000,
    "printers' quotes": "{\u201c" * 90_000,
    "ends of thinking": "</think" * 25_000 + "< " * 10_000,
    "brackets of thinking": "[think " * 25_000,
    "attributes": "<think" + " a" * 90_000,
    "assignments": "a = " * 45_000,
    "names": "a_" * 90_000 + "(",
    "stars": "add_eq(" + "**{" * 60_000,
    "dicts": "add_eq(a=" + "dict(a=" * 25_000,
    "texts": "answer('a' 'b'" * 10_000 + "'a'" * 20_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_takes_long(kind: str) -> None:
    """A fraction of a second each, where a time that grows with the square would be minutes."""
    for raw in (text(HOSTILE[kind]), HOSTILE[kind]):
        assert not any(call.arguments for call in said(raw).calls)


REFUSED = {
    "refusal": (
        {"role": "assistant", "content": None, "refusal": "I will not: see http://a/b"},
        "stop",
        "refused to answer",
    ),
    "a part": ({"content": [{"type": "refusal", "refusal": "I will not."}]}, "stop", "refused to answer"),
    "filter": ({"content": "Well, "}, "content_filter", "was kept from answering by its content filter"),
    "filter, with why": ({}, "content_filter: PROHIBITED_CONTENT", "was kept from answering by its content filter"),
    "recitation": ({}, "RECITATION", "was kept from answering by its content filter"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refusal_is_named_and_not_asked_for_again(chat: Chat, kind: str) -> None:
    message, finish, told = REFUSED[kind]
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    chat.script = [Fail(body=json.dumps(body))] * 2
    plan = asked(chat)
    assert len(chat.bodies) == 1
    assert plan.notes[0] == f"The built-in planner planned this turn: openai/scripted {told}."
    again = PromptedPlanner(recorded([plan])).plan(PlanRequest("make it warmer"))
    assert (again.notes, again.add) == (plan.notes, plan.add)
    two = recorded([plan, PromptedPlanner(RecordedModel([FORMS["as it should be"]])).plan(PlanRequest("warmer"))])
    later = [PromptedPlanner(two).plan(PlanRequest("make it warmer")) for _ in range(2)]
    assert shown(later[1]) == MEANT


def asked(chat: Chat, streaming: bool = False) -> Any:
    model = LlmModel("openai/scripted", chat.url, streaming, RetryLimits(30, 1, 0.01), Pauses())
    return PromptedPlanner(model).plan(PlanRequest("make it warmer"))


def delta(**given: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": given}]}


def part(index: int | None, given_id: str | None, name: str | None, arguments: str) -> dict[str, Any]:
    function = {"arguments": arguments} | ({} if name is None else {"name": name})
    call: dict[str, Any] = {"type": "function", "function": function}
    return delta(
        tool_calls=[call | ({} if index is None else {"index": index}) | ({"id": given_id} if given_id else {})]
    )


STREAMS = {
    "one index for all": [
        part(0, "a", "describe_goal", GOAL_TEXT[:9]),
        part(0, None, None, GOAL_TEXT[9:]),
        part(0, "b", "add_eq", EQ_TEXT),
    ],
    "no index": [
        part(None, "a", "describe_goal", GOAL_TEXT),
        part(None, "b", "add_eq", ""),
        part(None, None, None, EQ_TEXT),
    ],
    "no id": [part(0, None, "describe_goal", GOAL_TEXT), part(0, None, "add_eq", EQ_TEXT)],
    "an index for each piece": [
        part(0, "a", "describe_goal", GOAL_TEXT[:9]),
        part(1, None, None, GOAL_TEXT[9:]),
        part(2, "b", "add_eq", EQ_TEXT),
    ],
    "interleaved": [
        part(0, "a", "describe_goal", GOAL_TEXT[:9]),
        part(1, "b", "add_eq", EQ_TEXT[:5]),
        part(0, None, None, GOAL_TEXT[9:]),
        part(1, None, None, EQ_TEXT[5:]),
    ],
    "id and name each time": [
        part(0, "a", "describe_goal", GOAL_TEXT[:9]),
        part(0, "a", "describe_goal", GOAL_TEXT[9:]),
        part(0, "b", "add_eq", EQ_TEXT[:5]),
        part(0, "b", "add_eq", EQ_TEXT[5:]),
    ],
    "another id for each piece": [
        part(0, "a", "describe_goal", GOAL_TEXT[:9]),
        part(0, "x", None, GOAL_TEXT[9:]),
        part(1, "b", "add_eq", EQ_TEXT),
    ],
    "one name twice": [
        part(0, "a", "describe_goal", GOAL_TEXT),
        part(0, "b", "add_eq", "{}"),
        part(0, "c", "add_eq", EQ_TEXT),
    ],
    "one name twice, no id": [
        part(0, None, "describe_goal", GOAL_TEXT),
        part(0, None, "add_eq", "{}"),
        part(0, None, "add_eq", EQ_TEXT),
    ],
    "parts of content": [
        delta(content=[{"type": "text", "text": "Here "}]),
        part(0, "a", "describe_goal", GOAL_TEXT),
        part(1, "b", "add_eq", EQ_TEXT),
    ],
    "a text": [delta(content=IN_JSON[:30]), delta(content=IN_JSON[30:])],
    "another answer beside": [
        part(0, "a", "describe_goal", GOAL_TEXT),
        {"choices": [{"index": 1, "delta": json.loads(calls(("add_reverb", "{}")))}]},
        part(1, "b", "add_eq", EQ_TEXT),
    ],
    "a message in one piece": [{"choices": [{"message": json.loads(calls(("describe_goal", GOAL), ("add_eq", EQ)))}]}],
}


@pytest.mark.parametrize("kind", STREAMS)
def test_calls_of_a_stream(chat: Chat, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces(say: Say) -> Iterator[dict[str, Any]]:
        return iter(STREAMS[kind])

    monkeypatch.setattr(chat_server, "pieces", pieces)
    chat.script = [Say()]
    plan = asked(chat, streaming=True)
    assert plan.asked.fell_back == ""
    assert shown(plan) == MEANT


def test_other_ends_of_lines_stand_within_an_event(chat: Chat) -> None:
    goal = {**GOAL, "reply": "Warmer\u2028now.\u0085"}
    events = [part(0, "a", "describe_goal", json.dumps(goal, ensure_ascii=False)), part(1, "b", "add_eq", EQ_TEXT)]
    chat.script = [Fail(body="".join(f"data: {json.dumps(each, ensure_ascii=False)}\r\n\r\n" for each in events))]
    assert shown(asked(chat, streaming=True)) == MEANT


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (delta(refusal="I will not."), "refused to answer"),
        (
            {"choices": [{"delta": {}, "finish_reason": "content_filter"}]},
            "was kept from answering by its content filter",
        ),
    ],
)
def test_a_refusal_in_a_stream(chat: Chat, monkeypatch: pytest.MonkeyPatch, last: dict[str, Any], told: str) -> None:
    monkeypatch.setattr(chat_server, "pieces", lambda say: iter([delta(role="assistant"), last]))
    chat.script = [Say()]
    assert asked(chat, streaming=True).asked.fell_back == f"openai/scripted {told}"
