"""The layout of the page and which event goes to which handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio

from instructfx.studio import ear_choice, planner_choice, quirks, views
from instructfx.studio.ear_choice import EarChoice
from instructfx.studio.limits import Limits

SAMPLES: Mapping[str, str] = {
    "groove": "Groove\ndrums, bass, keys",
    "guitar": "Guitar\ntwo steel-strings",
    "strings": "Strings\nbowed, with vibraphone",
}
EXAMPLES = (
    "make it warmer",
    "put it in a small church",
    "too harsh, soften it",
    "a bit wider",
    "add some grit",
    "less reverb",
)


APART = ("blocks", "ears", "samples", "examples")
"""Parts of the page that are no single component."""


@dataclass(frozen=True)
class Page:
    """Everything on the page that an event reads or changes."""

    blocks: gradio.Blocks
    token: gradio.State
    chooser: gradio.Column
    listen: gradio.Column
    upload: gradio.File
    samples: Mapping[str, gradio.Button]
    choosing: gradio.HTML
    ears: EarChoice
    planner: gradio.Radio
    track: gradio.HTML
    new: gradio.Button
    dry: gradio.HTML
    current: gradio.HTML
    downloads: gradio.HTML
    conversation: gradio.HTML
    progress: gradio.HTML
    stop: gradio.Button
    notice: gradio.HTML
    words: gradio.Textbox
    send: gradio.Button
    undo: gradio.Button
    examples: Mapping[str, gradio.Button]
    chain: gradio.HTML
    readings: gradio.HTML

    @property
    def outputs(self) -> list[Any]:
        """All that a handler may change."""
        every = [value for name, value in vars(self).items() if name not in APART]
        return [*every, *self.ears.outputs, *self.samples.values(), *self.examples.values()]


HEADER = "<header><h1>InstructFX</h1><p>Say how it should sound. Hear it change.</p></header>"


def laid_out(token: gradio.State, blocks: gradio.Blocks, limits: Limits) -> Page:
    """The page, without its events."""
    parts: dict[str, Any] = {"blocks": blocks, "token": token}
    with blocks:
        token.render()  # type: ignore[no-untyped-call]
        quirks.html(HEADER, "masthead")
        with gradio.Row(elem_id="studio"):
            with gradio.Column(elem_id="side-listen", elem_classes="side"):
                parts |= _chooser(limits) | _listen()
            with gradio.Column(elem_id="side-talk", elem_classes="side"):
                parts |= _talk()
            with gradio.Column(elem_id="side-rack", elem_classes="side"):
                parts |= _rack()
    return Page(**parts)


def _chooser(limits: Limits) -> dict[str, Any]:
    with gradio.Column(elem_id="chooser", elem_classes="sheet") as chooser:
        gradio.HTML("<h2>Choose a track</h2>")
        upload = gradio.File(
            label="Your own",
            elem_id="upload",
            height=150,
        )
        kinds = "WAV, FLAC, AIFF, OGG, Opus, MP3 or M4A"
        gradio.HTML(f'<p class="hint">{kinds}, {limits.of_uploads()}. Or try one of ours:</p>')
        with gradio.Row(elem_id="samples"):
            samples = {
                name: gradio.Button(label, elem_id=f"sample-{name}", elem_classes="sample")
                for name, label in SAMPLES.items()
            }
        choosing = quirks.html("", "choosing")
        ears = ear_choice.laid_out()
        planner = planner_choice.laid_out()
    parts = {"chooser": chooser, "upload": upload, "samples": samples, "choosing": choosing}
    return parts | {"ears": ears, "planner": planner}


def _listen() -> dict[str, Any]:
    with gradio.Column(elem_id="listen", elem_classes="sheet", visible=False) as listen:
        with gradio.Row(elem_id="track-row"):
            track = quirks.html("", "track")
            new = gradio.Button("New track", elem_id="new", elem_classes="quiet", size="sm")
        with gradio.Row(elem_id="players"):
            dry = quirks.html("", "dry")
            current = quirks.html("", "current")
        downloads = quirks.html("", "downloads")
    return {"listen": listen, "track": track, "new": new, "dry": dry, "current": current, "downloads": downloads}


def _talk() -> dict[str, Any]:
    with gradio.Column(elem_id="talk", elem_classes="sheet"):
        conversation = quirks.html(views.conversation([]), "conversation")
        with gradio.Row(elem_id="progress-row"):
            progress = quirks.html("", "progress")
            stop = gradio.Button("Stop", elem_id="stop", elem_classes="quiet", size="sm", visible=False)
        notice = quirks.html("", "notice")
        with gradio.Row(elem_id="prompt-row"):
            words = gradio.Textbox(
                placeholder="make it warmer",
                label="What should change?",
                show_label=False,
                container=False,
                lines=1,
                max_lines=1,
                max_length=2000,
                elem_id="words",
                autofocus=False,
            )
            send = gradio.Button("Send", elem_id="send", variant="primary")
            undo = gradio.Button("Undo", elem_id="undo", interactive=False)
        with gradio.Row(elem_id="examples"):
            examples = {text: gradio.Button(text, elem_classes="example", size="sm") for text in EXAMPLES}
    return {
        "conversation": conversation,
        "progress": progress,
        "stop": stop,
        "notice": notice,
        "words": words,
        "send": send,
        "undo": undo,
        "examples": examples,
    }


def _rack() -> dict[str, Any]:
    with gradio.Column(elem_id="rack", elem_classes="sheet"):
        gradio.HTML("<h2>Chain</h2>")
        chain = quirks.html(EMPTY_CHAIN, "chain")
        gradio.HTML("<h2>What moved</h2>")
        readings = quirks.html(views.readings(None), "readings")
    return {"chain": chain, "readings": readings}


EMPTY_CHAIN = '<p class="hint">The effects and their settings appear here, in the order of the sound.</p>'
