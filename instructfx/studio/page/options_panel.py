"""What a person may choose for the next turns: one fold, sensible as it comes."""

from __future__ import annotations

from dataclasses import dataclass

import gradio

from instructfx.sessions.options import FirstTurn, TurnOptions
from instructfx.studio.page import ear_panel, planner_panel
from instructfx.studio.page.ear_panel import EarChoice
from instructfx.studio.page.planner_panel import PlannerChoice
from instructfx.studio.visits import planner_options
from instructfx.studio.visits.ear_options import granted
from instructfx.studio.workers.messages import AgentNames

LOSSES = (
    ("As usual", ""),
    ("Similarity to the words", "similarity"),
    ("Similarity, away from what to avoid", "guided"),
    ("Direction from what it was", "directional"),
    ("Direction, close to the settings before", "anchored"),
)
FIRST_TURNS = (("Refined by ear", "refine"), ("Only the planner's settings", "initialize"))
EXCERPT = (
    '<p class="hint">The ear listens to the most telling ten seconds. To choose them yourself, drag over the waveform '
    "and press “Listen here”.</p>"
)


@dataclass(frozen=True)
class Advanced:
    """The fold's components."""

    ears: EarChoice
    planners: PlannerChoice
    step_size: gradio.Slider
    iterations: gradio.Slider
    seed: gradio.Number
    first_turn: gradio.Radio
    loss: gradio.Dropdown
    avoid: gradio.Textbox

    @property
    def inputs(self) -> list[gradio.components.Component]:
        """What `chosen` reads, in its order."""
        return [
            self.ears.ear,
            self.planners.planner,
            self.step_size,
            self.iterations,
            self.seed,
            self.first_turn,
            self.loss,
            self.avoid,
        ]


def laid_out(private: bool) -> Advanced:
    """The fold, closed; with a place for a language model of one's own where the studio is private."""
    with gradio.Accordion("Advanced", open=False, elem_id="advanced"):
        ears = ear_panel.laid_out()
        planners = planner_panel.laid_out(private)
        avoid = gradio.Textbox(
            label="Avoid", placeholder="harsh, muddy", max_length=200, max_lines=1, elem_id="avoid", container=True
        )
        step_size = gradio.Slider(0.25, 3, 1, step=0.05, label="Step size, × the usual change", elem_id="step-size")
        iterations = gradio.Slider(
            0, 200, 0, step=1, label="Most steps of the search, 0 for as many as usual", elem_id="iterations"
        )
        with gradio.Row():
            first_turn = gradio.Radio(list(FIRST_TURNS), value="refine", label="First turn", elem_id="first-turn")
            seed = gradio.Number(0, label="Seed", precision=0, minimum=0, maximum=2**31 - 1, elem_id="seed")
        loss = gradio.Dropdown(list(LOSSES), value="", label="Loss, for CLAP", elem_id="loss")
        gradio.HTML(EXCERPT)
    for unseen in (ears.remembered, ears.clock):
        unseen.render()  # type: ignore[no-untyped-call]
    return Advanced(ears, planners, step_size, iterations, seed, first_turn, loss, avoid)


def usual_agents() -> AgentNames:
    """Who plans and listens where nobody has chosen."""
    return AgentNames(planner_options.granted(""), granted(""))


def chosen(
    ear: str | None,
    planner: str | None,
    step_size: float | None,
    iterations: int | None,
    seed: int | None,
    first_turn: FirstTurn | None,
    loss: str | None,
    avoid: str | None,
) -> tuple[AgentNames, TurnOptions]:
    """What the fold says, None where a component is empty; InstructFXError for what cannot be had."""
    agents = AgentNames(planner_options.granted(planner or ""), granted(ear or ""))
    options = TurnOptions(
        step_size=1.0 if step_size is None else step_size,
        iterations=iterations or None,
        seed=seed,
        first_turn=first_turn,
        loss="" if agents.built_in_ear else loss or "",
        avoid=avoid or "",
    )
    return agents, options
