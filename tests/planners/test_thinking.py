"""What a model only thought is never carried out, however thinking is marked."""

from __future__ import annotations

import json

import pytest

from instructfx.planners.answers import said
from instructfx.planners.thinking import without_thoughts

THOUGHT = '{"name": "add_reverb", "arguments": {"mix": 0.9}}'
MEANT = '{"name": "add_eq", "arguments": {"low_shelf_gain_db": 3}}'

PAIRS = [
    ("<think>", "</think>"), ("<THINK>", "</THINK>"), ("<think >", "</think >"), ("< think>", "</ think>"),
    ("[THINK]", "[/THINK]"), ("◁think▷", "◁/think▷"), ("<thought>", "</thought>"), ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"), ("<reflection>", "</reflection>"), ("<scratchpad>", "</scratchpad>"),
    ("<analysis>", "</analysis>"), ("<inner_monologue>", "</inner_monologue>"), ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"), ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|think|>", "<|/think|>"), ("<｜begin▁of▁thinking｜>", "<｜end▁of▁thinking｜>"),
    ("<antThinking>", "</antThinking>"), ('<thinking budget="high">', "</thinking>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|channel|>analysis<|message|>", "<|start|>assistant<|channel|>final<|message|>"),
]  # fmt: skip
ENDS = [end for _, end in PAIRS[:-2]]


def tools(content: object) -> list[str]:
    return [call.tool for call in said(json.dumps({"role": "assistant", "content": content})).calls]


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_a_thought_is_not_carried_out(pair: tuple[str, str]) -> None:
    start, end = pair
    assert tools(f"{start}Maybe {THOUGHT}?{end}\n{MEANT}") == ["add_eq"]
    assert tools(f"{MEANT}\n{start}{THOUGHT}") == ["add_eq"]
    assert tools(f"{MEANT}{start}{THOUGHT}{end}{MEANT}") == ["add_eq", "add_eq"]
    assert tools(f"{start}{THOUGHT}") == []


@pytest.mark.parametrize("end", ENDS)
def test_what_comes_before_a_lone_end_was_thought(end: str) -> None:
    assert tools(f"Maybe {THOUGHT}? No.\n{end}\n{MEANT}") == ["add_eq"]
    assert tools(f"<think>{THOUGHT}</think> or {THOUGHT}{end}{MEANT}") == ["add_eq"]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "thinking", "thinking": THOUGHT, "text": THOUGHT}, {"type": "reasoning", "text": THOUGHT},
        {"thought": True, "text": THOUGHT}, {"type": "text", "reasoning": True, "text": THOUGHT},
        {"type": "reasoning.text", "text": THOUGHT}, {"type": "redacted_thinking", "text": THOUGHT},
    ],
)  # fmt: skip
def test_a_part_that_is_thought_is_not_carried_out(part: dict[str, object]) -> None:
    assert tools([part, {"type": "text", "text": MEANT, "thoughtSignature": "x"}]) == ["add_eq"]


@pytest.mark.parametrize(
    "words", ["[I think this is warm]", "(thinking)", '["analysis", "reasoning"]', "a < think", "<eq_2>", "[warmer]"]
)
def test_other_words_and_brackets_are_no_marks(words: str) -> None:
    assert without_thoughts(f"before {words} after") == f"before {words} after"
