"""Who plans: the choice, how a language model is set up, and one of the visitor's own where no strangers come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio

from instructfx.planners.failures import Rest
from instructfx.studio.visits.planner_options import label, offered, without_key
from instructfx.studio.workers.messages import AgentNames

ALONE = '<p class="hint">Planned by the built-in planner: no language model is set up here.</p>'
LEAVES = (
    '<p class="hint">With a language model your words, the settings and readings of the sound leave this machine; '
    "your track does not.</p>"
)
HOW = (
    "<details><summary>Set up a language model</summary><p>It understands what the built-in planner does not: slang, "
    "other languages, references. Set one of these where the studio is started, then start it again:</p>"
    "<pre>GEMINI_API_KEY=...\n"
    "INSTRUCTFX_PLANNER=openai/gpt-5  OPENAI_API_KEY=...\n"
    "INSTRUCTFX_PLANNER=openai/llama3  INSTRUCTFX_PLANNER_URL=http://127.0.0.1:11434/v1</pre>"
    "<p>The last is a server of your own that speaks OpenAI's chat completions, such as Ollama or llama.cpp.</p>"
    "</details>"
)
LACKS = '<p class="notice">{} cannot plan: {} is not set where this studio was started.</p>'
OWN = (
    '<p class="hint">Or one of your own, for this session. The key stays in memory until the session is closed, and is '
    "nowhere stored.</p>"
)
OWN_PLANS = "{} plans this session, as you chose; the key is in memory alone."
DOWN = (
    '<p class="hint" role="status">{} does not answer. It is asked again <ifx-countdown seconds="{:.0f}">in {:.0f} s'
    "</ifx-countdown>; until then the built-in planner plans.</p>"
)


@dataclass(frozen=True)
class OwnModel:
    """A model of the visitor's own, its key, and where it is asked when that is a server of his own."""

    model: gradio.Textbox
    key: gradio.Textbox
    base_url: gradio.Textbox
    use: gradio.Button
    forget: gradio.Button


@dataclass(frozen=True)
class PlannerChoice:
    """The row's components; own is None where strangers come in."""

    planner: gradio.Radio
    own: OwnModel | None


def laid_out(private: bool) -> PlannerChoice:
    """The choice, hidden where there is none, and what it means."""
    names = offered()
    with gradio.Column(elem_id="planners"):
        choices = [(label(name), name) for name in names]
        planner = gradio.Radio(
            choices, value=names[0], label="Planner", elem_id="planner", container=False, visible=len(names) > 1
        )
        lacking = "".join(LACKS.format(escape(name), escape(key)) for name, key in without_key().items())
        gradio.HTML(lacking + (LEAVES if len(names) > 1 else ALONE + HOW), elem_id="planner-about")
        return PlannerChoice(planner, _own() if private else None)


def _own() -> OwnModel:
    with gradio.Column(elem_id="own-model"):
        gradio.HTML(OWN)
        model = gradio.Textbox(
            label="Model, as litellm names it", placeholder="openai/gpt-5", max_length=200, max_lines=1
        )
        key = gradio.Textbox(label="Its key", type="password", max_length=500, max_lines=1)
        base_url = gradio.Textbox(
            label="Address, where it is on a server of your own",
            placeholder="http://127.0.0.1:11434/v1",
            max_length=500,
            max_lines=1,
        )
        with gradio.Row():
            use = gradio.Button("Use it here", elem_id="own-model-use", elem_classes="quiet", size="sm")
            forget = gradio.Button("Forget it", elem_id="own-model-forget", elem_classes="quiet", size="sm")
    return OwnModel(model, key, base_url, use, forget)


def state(agents: AgentNames, rests: Sequence[Rest]) -> str:
    """Which model of the visitor's own plans, and for how long the one that would plan is not asked."""
    own = f'<p class="hint">{escape(OWN_PLANS.format(agents.access.model))}</p>' if agents.access else ""
    resting = (each for each in rests if each.model == agents.planner and each.left_seconds > 0)
    return own + "".join(DOWN.format(escape(each.model), each.left_seconds, each.left_seconds) for each in resting)
