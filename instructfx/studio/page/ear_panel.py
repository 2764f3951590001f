"""Which ear listens: the row under the choice of tracks, and the button that fetches CLAP."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio

from instructfx.errors import EarError
from instructfx.studio.page import gradio_compat, html
from instructfx.studio.page.gradio_compat import Changes
from instructfx.studio.visits.ear_options import FETCHED, LABELS, Fetch, Fetching, Offer, offered
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.progress import bar

LOOK_SECONDS = 1.0
MEMORY = "instructfx-ear"
READY = "CLAP learned from recordings what words sound like; it takes longer than the built-in ear."


@dataclass(frozen=True)
class EarChoice:
    """The row's components. remembered lies in the visitor's browser; clock ticks while a download runs."""

    ear: gradio.Radio
    fetch: gradio.Button
    halt: gradio.Button
    about: gradio.HTML
    remembered: gradio.BrowserState
    clock: gradio.Timer
    fetching: Fetching

    @property
    def outputs(self) -> list[Any]:
        """All that an event may change."""
        return [self.ear, self.fetch, self.halt, self.about, self.clock]


def laid_out() -> EarChoice:
    """The row as it is when the server starts, without its events.

    remembered and clock are to be rendered where nothing is folded away: what is not there neither reads nor ticks.
    """
    offer, fetching = offered(), Fetching()
    with gradio.Column(elem_id="ears"):
        with gradio.Row(elem_id="ear-row"):
            ear = gradio.Radio(_choices(offer), value=offer.usual, label="Ear", elem_id="ear", container=False)
            fetch = gradio.Button(
                fetch_label(offer, fetching.state), elem_id="fetch", elem_classes="quiet", size="sm",
                visible=gradio_compat.visible(bool(offer.missing_bytes)),
            )  # fmt: skip
            halt = gradio.Button("Stop", elem_id="halt", elem_classes="quiet", size="sm", visible="hidden")
        about = gradio_compat.html(about_html(offer, fetching.state), "ear-about")
    remembered = gradio.BrowserState(
        "", storage_key=MEMORY, secret=MEMORY, render=False
    )  # the secret, so that it outlives the server
    clock = gradio.Timer(LOOK_SECONDS, active=False, render=False)
    return EarChoice(ear, fetch, halt, about, remembered, clock, fetching)


def attach(row: EarChoice, blocks: gradio.Blocks) -> None:
    """Connect the row's events."""

    def look(remembered: object) -> Changes:
        return updates(row, remembered)

    def start(remembered: object) -> Changes:
        try:
            row.fetching.start()
        except EarError as error:
            return {row.about: html.notice(sentence(error))}
        return updates(row, remembered)

    def stop(remembered: object) -> Changes:
        row.fetching.stop()
        return updates(row, remembered)

    with blocks:
        known, outputs = [row.remembered], row.outputs
        blocks.load(look, known, outputs, **gradio_compat.LISTENER)
        row.clock.tick(look, known, outputs, **gradio_compat.LISTENER)
        row.fetch.click(start, known, outputs, **gradio_compat.LISTENER)
        row.halt.click(stop, known, outputs, **gradio_compat.LISTENER)
        row.ear.input(lambda ear: ear, [row.ear], [row.remembered], **gradio_compat.LISTENER)


def updates(row: EarChoice, remembered: object) -> Changes:
    """The row as it is now, with the ear that this visitor chose last where it can be had."""
    fetch = row.fetching.state
    offer = offered()
    stopping = fetch.stage == "stopping"
    return {
        row.ear: gradio.update(
            choices=_choices(offer), value=remembered if remembered in offer.ears else offer.usual
        ),
        row.fetch: gradio.update(
            value=fetch_label(offer, fetch), visible=gradio_compat.visible(bool(offer.missing_bytes) and not fetch.runs)
        ),
        row.halt: gradio.update(
            value="Stopping …" if stopping else "Stop",
            interactive=not stopping,
            visible=gradio_compat.visible(fetch.runs),
        ),
        row.about: about_html(offer, fetch),
        row.clock: gradio.update(active=fetch.runs),
    }  # fmt: skip


def fetch_label(offer: Offer, fetch: Fetch) -> str:
    """What the button does, with the size."""
    size = size_text(offer.missing_bytes)
    return "Continue fetching CLAP" if fetch.stage == "stopped" else f"Fetch CLAP ({size})"


def about_html(offer: Offer, fetch: Fetch) -> str:
    """One line below the choice: what CLAP is for, or how far its download is."""
    if fetch.runs and fetch.total_bytes:
        verb = "Checking" if fetch.stage == "checking" else "Fetching"
        percent = 100 * fetch.done_bytes // fetch.total_bytes
        return bar(f"{verb} CLAP", f"{_of(fetch)} · {percent} %", percent)
    if fetch.runs:
        return bar("Fetching CLAP", "looking at what is here", 0)
    if FETCHED in offer.ears:
        return _hint(READY)
    if fetch.stage == "failed":
        return html.notice(fetch.trouble)
    if offer.trouble:
        return html.notice(offer.trouble)
    if not offer.missing_bytes:
        return ""
    if fetch.stage == "stopped":
        at = f" at {_of(fetch)}" if fetch.total_bytes else ""
        return _hint(f"Stopped{at}; what has arrived is kept in {offer.folder}.")
    return _hint(
        "CLAP is a second ear, which learned from recordings what words sound like: "
        f"{size_text(offer.missing_bytes)}, kept in {offer.folder}."
    )


def size_text(size_bytes: int) -> str:
    """Bytes as people say them: "2.4 GB", "1.4 MB"."""
    megabytes = size_bytes / 1e6
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 999.5 else f"{megabytes:.{1 if megabytes < 10 else 0}f} MB"


def _of(fetch: Fetch) -> str:
    return f"{fetch.done_bytes / 1e6:,.0f} of {fetch.total_bytes / 1e6:,.0f} MB"


def _hint(text: str) -> str:
    return f'<p class="hint">{escape(text)}</p>'


def _choices(offer: Offer) -> list[tuple[str, str]]:
    return [(LABELS[ear], ear) for ear in offer.ears]
