"""Who plans: the row under the choice of tracks."""

from __future__ import annotations

import gradio

from instructfx.studio.visits.planner_options import label, offered

ALONE = '<p class="hint">Planned by the built-in planner: no language model is set up here.</p>'
LEAVES = (
    '<p class="hint">With a language model your words, the settings and readings of the sound leave this machine; '
    "your track does not.</p>"
)


def laid_out() -> gradio.Radio:
    """The choice, hidden where there is none, and one line that says what it means."""
    names = offered()
    with gradio.Column(elem_id="planners"):
        choices = [(label(name), name) for name in names]
        planner = gradio.Radio(
            choices, value=names[0], label="Planner", elem_id="planner", container=False, visible=len(names) > 1
        )
        gradio.HTML(LEAVES if len(names) > 1 else ALONE, elem_id="planner-about")
    return planner
