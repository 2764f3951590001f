"""The layout of the page: the conversation on one side; the player, the chain, the pictures and the history beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import gradio

from instructfx.studio.page import gradio_compat, html, options_panel
from instructfx.studio.page.examples import EXAMPLES, suitable
from instructfx.studio.page.options_panel import Advanced
from instructfx.studio.workers.limits import Limits

SAMPLES: Mapping[str, str] = {
    "groove": "Groove\ndrums, bass, keys",
    "guitar": "Guitar\ntwo steel-strings",
    "strings": "Strings\nbowed, with vibraphone",
}
APART = ("blocks", "advanced", "samples", "examples")
"""Parts of the page that are no single component."""

FIRST_VISIT = "New here? Press Groove, then type <em>make it warmer</em> and listen."
JUMPS: Mapping[str, str] = {
    "#reach": "What should change?",
    "#player": "Player",
    "#chain": "Chain",
    "#history": "History",
    "#take": "Take it with you",
}
"""Parts of the page that who comes by key may go to at once."""

HEADER = "<header><h1>InstructFX</h1><p>Say how it should sound. Hear it change.</p></header>"


@dataclass(frozen=True)
class Page:
    """Everything on the page that an event reads or changes."""

    blocks: gradio.Blocks
    token: gradio.State
    address: gradio.HTML
    asked: gradio.Textbox
    upload: gradio.File
    samples: Mapping[str, gradio.Button]
    choosing: gradio.HTML
    advanced: Advanced
    track: gradio.HTML
    new: gradio.Button
    player: gradio.HTML
    rendering: gradio.HTML
    take: gradio.HTML
    conversation: gradio.HTML
    progress: gradio.HTML
    stop: gradio.Button
    notice: gradio.HTML
    model: gradio.HTML
    words: gradio.Textbox
    send: gradio.Button
    takes: gradio.Button
    undo: gradio.Button
    redo: gradio.Button
    examples: Mapping[str, gradio.Button]
    chain: gradio.HTML
    pictures: gradio.HTML
    history: gradio.HTML

    @property
    def outputs(self) -> list[Any]:
        """All that a handler may change."""
        every = [value for name, value in vars(self).items() if name not in APART]
        own = self.advanced.planners.own
        typed = [own.key] if own else []
        return [*every, *typed, *self.advanced.ears.outputs, *self.samples.values(), *self.examples.values()]


class _Chooser(TypedDict):
    upload: gradio.File
    samples: Mapping[str, gradio.Button]
    choosing: gradio.HTML


class _Listening(TypedDict):
    track: gradio.HTML
    new: gradio.Button
    player: gradio.HTML
    rendering: gradio.HTML
    take: gradio.HTML


class _Talk(TypedDict):
    conversation: gradio.HTML
    progress: gradio.HTML
    stop: gradio.Button
    notice: gradio.HTML
    model: gradio.HTML
    words: gradio.Textbox
    send: gradio.Button
    takes: gradio.Button
    undo: gradio.Button
    redo: gradio.Button
    examples: Mapping[str, gradio.Button]
    advanced: Advanced


class _Rack(TypedDict):
    chain: gradio.HTML
    history: gradio.HTML
    pictures: gradio.HTML


def laid_out(token: gradio.State, blocks: gradio.Blocks, limits: Limits, private: bool = False) -> Page:
    """The page, without its events; private as a studio is."""
    with blocks:
        token.render()  # type: ignore[no-untyped-call]
        gradio_compat.html(HEADER + html.jumps(JUMPS) + html.SPOKEN, "masthead")
        address = gradio_compat.part("ifx-address", "address", "")
        asked = gradio.Textbox(visible=False)
        with gradio.Row(elem_id="studio"):
            with gradio.Column(elem_id="side-listen", elem_classes="side"):
                chooser, listening = _chooser(limits), _listen()
            with gradio.Column(elem_id="side-talk", elem_classes="side"):
                talk = _talk(private)
            with gradio.Column(elem_id="side-rack", elem_classes="side"):
                rack = _rack()
    return Page(blocks=blocks, token=token, address=address, asked=asked, **chooser, **listening, **talk, **rack)


def _chooser(limits: Limits) -> _Chooser:
    with gradio.Column(elem_id="chooser", elem_classes="sheet"):
        gradio.HTML(f'<h2>Choose a track</h2><p class="hint first-visit">{FIRST_VISIT}</p>')
        upload = gradio.File(label="Your own", elem_id="upload", height=150)
        kinds = "WAV, FLAC, AIFF, OGG, Opus, MP3 or M4A"
        gradio.HTML(
            f'<p class="hint">{kinds}, {limits.of_uploads()}, or a saved session (.ifx.zip); drop it anywhere. '
            "Or try one of ours:</p>"
        )
        with gradio.Row(elem_id="samples"):
            samples = {
                name: gradio.Button(label, elem_id=f"sample-{name}", elem_classes="sample")
                for name, label in SAMPLES.items()
            }
        choosing = gradio_compat.html("", "choosing")
    return {"upload": upload, "samples": samples, "choosing": choosing}


def _listen() -> _Listening:
    with gradio.Column(elem_id="listen", elem_classes="sheet"):
        with gradio.Row(elem_id="track-row"):
            track = gradio_compat.html("", "track")
            new = gradio.Button("New track", elem_id="new", elem_classes="quiet", size="sm")
        player = gradio_compat.part("ifx-player", "player", "Player")
        rendering = gradio_compat.html("", "rendering")
        take = gradio_compat.part("ifx-take", "take", "Take it with you")
    return {"track": track, "new": new, "player": player, "rendering": rendering, "take": take}


def _talk(private: bool) -> _Talk:
    with gradio.Column(elem_id="talk", elem_classes="sheet"):
        conversation = gradio_compat.html(html.conversation([]), "conversation")
        with gradio.Column(elem_id="reach"):
            with gradio.Row(elem_id="progress-row"):
                progress = gradio_compat.html("", "progress")
                stop = gradio.Button("Stop", elem_id="stop", elem_classes="quiet", size="sm", visible="hidden")
            notice = gradio_compat.html("", "notice")
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
        model = gradio_compat.html("", "model")
        with gradio.Row(elem_id="turn-row"):
            takes = gradio.Button("Three takes", elem_id="takes", elem_classes="quiet", size="sm")
            undo = gradio.Button("Undo", elem_id="undo", elem_classes="quiet", size="sm", interactive=False)
            redo = gradio.Button("Redo", elem_id="redo", elem_classes="quiet", size="sm", interactive=False)
        with gradio.Row(elem_id="examples"):
            shown = suitable()
            examples = {
                each.words: gradio.Button(
                    each.words, elem_classes="example", size="sm", visible=gradio_compat.visible(each.words in shown)
                )
                for each in EXAMPLES
            }
    fold = options_panel.laid_out(private)
    return {
        "conversation": conversation,
        "progress": progress,
        "stop": stop,
        "notice": notice,
        "model": model,
        "words": words,
        "send": send,
        "takes": takes,
        "undo": undo,
        "redo": redo,
        "examples": examples,
        "advanced": fold,
    }


def _rack() -> _Rack:
    with gradio.Column(elem_id="rack-chain", elem_classes="sheet"):
        gradio.HTML("<h2>Chain</h2>")
        chain = gradio_compat.part("ifx-chain", "chain", "Chain of effects")
    with gradio.Column(elem_id="rack-history", elem_classes="sheet"):
        gradio.HTML("<h2>History</h2>")
        history = gradio_compat.part("ifx-history", "history", "History")
    with gradio.Column(elem_id="rack-pictures", elem_classes="sheet"):
        gradio.HTML("<h2>Pictures</h2>")
        pictures = gradio_compat.html("", "pictures")
    return {"chain": chain, "history": history, "pictures": pictures}
