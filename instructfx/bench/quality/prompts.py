"""How long prompts are, and the rubric of the judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from instructfx.bench.runner.report import table
from instructfx.chain import Chain, Slot
from instructfx.ears.axes import AXES
from instructfx.effects import EFFECTS, Effect
from instructfx.planners import PastTurn, PlanRequest, prompt
from instructfx.planners.llm import count_tokens
from instructfx.planners.usual import usual

SEED = 0
SEVEN = tuple(EFFECTS.usual(role).name for role in ("tone", "dynamics", "grit", "movement", "echo", "room", "width"))
EARLIER = (
    "make it warmer", "put it in a small church", "too dark, a bit brighter", "add some grit but keep the attacks",
    "too harsh, soften it", "a slow, wide chorus on top, not too much", "a dotted eighth delay at 96 bpm, two repeats",
    "wider", "less reverb, it washes over the voice", "a little less delay",
)  # fmt: skip
EXPLANATION = """\
Tokens of the question of a turn: prompt, tools, chain, ten earlier instructions and twenty readings, every setting
of every effect away from its default, by the tokenizer cl100k_base. *As OpenAI counts* writes the tools as its models
see them, *as JSON* counts every bracket. *Prefix* is the prompt that is the same on every turn, for providers' caches.
"""


def measure(data: Path | None, say: Callable[[str], None]) -> str:
    """Count the tokens of typical turns; a page of Markdown. data is not needed."""
    chains = {"first turn": (), "seven effects": SEVEN, "every effect": tuple(EFFECTS)}
    rows = []
    for name, effects in chains.items():
        say(f"prompts: {name}")
        rows.append((name, *(f"{count:,}" for count in tokens(request(effects)))))
    head = ("turn", "as OpenAI counts", "as JSON", "prefix")
    counted = f"## Prompts\n\nPrompts of version {prompt.version()}, seed {SEED}.\n\n{EXPLANATION}\n{table(head, rows)}"
    return f"{counted}\n## What the judge is told\n\n{prompt.text('judge.md')}\n"


def request(effects: Sequence[str]) -> PlanRequest:
    """A turn on a chain of these effects, with a history and settings as long as they come."""
    rng = np.random.default_rng(SEED)
    chain = Chain(tuple(Slot(EFFECTS[name], _turned(EFFECTS[name], rng)) for name in effects))
    ranges = {axis: usual(axis) for axis in AXES}
    readings = {axis: float(rng.uniform(low - 1, high + 1)) for axis, (low, high) in ranges.items()}
    earlier = tuple(_past(words, chain, place, rng) for place, words in enumerate(EARLIER)) if effects else ()
    return PlanRequest("too much now, take the edge off but keep it lively", chain, earlier, readings)


def _past(words: str, chain: Chain, place: int, rng: np.random.Generator) -> PastTurn:
    """One of the earlier turns, after which so many more of the effects were there, and every reading had moved."""
    there = Chain(chain.slots[: round(len(chain.slots) * (place + 1) / len(EARLIER))])
    before, after = ({axis: float(rng.normal()) for axis in AXES} for _ in range(2))
    return PastTurn(words, there, readings_before=before, readings_after=after)


def tokens(request: PlanRequest) -> tuple[int, int, int]:
    """Tokens of a turn's question: as OpenAI counts, with the tools as JSON, and of the prompt that never changes."""
    messages, tools = prompt.messages(request), prompt.tools(request)
    written = json.dumps(tools, separators=(",", ":"))
    return (
        count_tokens(messages, tools),
        count_tokens([*messages, {"role": "user", "content": written}], ()),
        count_tokens(messages[:1], ()),
    )


def _turned(effect: Effect, rng: np.random.Generator) -> dict[str, float]:
    return {param.name: param.from_unit(float(rng.uniform())) for param in effect.params}
