"""What Gradio needs to be told so that it stays quiet, local and in our own clothes."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import gradio
import gradio.queueing
import gradio.routes
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.routing import Mount

from instructfx.locations import static_folder
from instructfx.studio.page.part_types import PartData
from instructfx.studio.workers.logs import failed

STATIC = static_folder()

Changes = dict[Any, Any]
"""Component -> its new value or state."""

Handler = Callable[..., AsyncIterator[Changes]]
"""Handlers wait without holding a thread, however many visitors wait."""

FONTS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO_FONTS = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
KEEP_UPLOADS_SECONDS = 300  # a page opens what it has sent at once
QUEUE_SECONDS = 0.01  # between two looks at the queue, where Gradio's millisecond keeps an idle server at 5% of a core

STYLES = ("style.css", "player.css", "take.css", "chain.css", "history.css")

STREAM = STATIC / "stream.js"
WORKLETS = sorted(STATIC.rglob("*-worklet.js"))  # which run beside the page
SCRIPTS = sorted(
    path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js") if path not in (STREAM, *WORKLETS)
)

# Styles are linked rather than handed over as css=, which would rewrite every selector. Scripts import each other five
# deep: named here they come all at once. Gradio waits for none of them, but a script that is written out runs at once.
HEAD = (
    f"<script>{STREAM.read_text(encoding='utf-8')}</script>"
    + "".join(f'<link rel="stylesheet" href="/page/{name}">' for name in STYLES)
    + "".join(f'<link rel="modulepreload" href="/page/{name}">' for name in SCRIPTS)
    + '<script type="module" src="/page/studio.js"></script>'
)

# Until Gradio has drawn the page, which takes it a second, its outline stands there instead of "Loading...". Where
# a script does not come, it says so after a while: style.css knows when, since then nothing else runs.
SHELL = (
    '<link rel="stylesheet" href="/page/style.css"><div id="shell"><div>{header}<section><div class="sheet"></div>'
    '<div class="sheet"></div></section><noscript>InstructFX needs JavaScript.</noscript></div>'
    '<p class="late">This takes longer than it should. If nothing comes, load the page again.</p></div><script>'
    'matchMedia("(prefers-color-scheme: dark)").matches && document.getElementById("shell").classList.add("dark")'
    "</script>"
)

# A part is an element of ours that is given data as a whole and says what a person did with it.
PART = """
const part = element.querySelector("{tag}");
const show = async () => {{
  await customElements.whenDefined("{tag}");
  const data = props.value ? JSON.parse(props.value) : null;
  if (data || part.data) part.data = data;
}};
watch("value", show);
show();
part.addEventListener("part-event", (event) => {{
  if (!["preview", "amount-preview", "error"].includes(event.detail.do)) trigger("submit", event.detail);
}});
"""

LISTENER: dict[str, Any] = {
    "show_progress": "hidden",  # the page has its own progress bar
    "api_visibility": "private",
    "concurrency_limit": None,  # turns queue for the processor themselves
    "trigger_mode": "multiple",  # who is busy says so
}
"""Arguments of every event listener."""


def blocks() -> gradio.Blocks:
    """An empty page: no telemetry, uploads removed after a few minutes."""
    return gradio.Blocks(
        title="InstructFX",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(KEEP_UPLOADS_SECONDS // 4, KEEP_UPLOADS_SECONDS),
    )


def state() -> gradio.State:
    """Each page's own token, on the server only; Gradio drops it an hour after the page was closed."""
    return gradio.State("", render=False)


def html(value: str, elem_id: str) -> gradio.HTML:
    """A region that is ours to fill."""
    return gradio.HTML(value, elem_id=elem_id, padding=False, container=False, apply_default_css=False, js_on_load=None)


def visible(shown: bool) -> bool | Literal["hidden"]:
    """For a component that comes and goes. One that is not visible Gradio takes off the page and may not tell all."""
    return shown or "hidden"


class Part(gradio.HTML):
    """A region whose value is the data of an element of ours.

    As text: of data Gradio sends what has changed, and its script writes that into what the element has in its hands.
    """

    def postprocess(self, value: PartData | None) -> str | None:  # type: ignore[override]
        """Data to JSON."""
        return None if value is None else json.dumps(value)


def part(tag: str, elem_id: str, label: str) -> Part:
    """An element of ours: its value is its data, and what a person does with it comes as a submit event."""
    return Part(
        None,
        html_template=f'<{tag} aria-label="{label}"></{tag}>',
        js_on_load=PART.format(tag=tag),
        elem_id=elem_id,
        padding=False,
        container=False,
        apply_default_css=False,
    )


def mounted(app: FastAPI, page: gradio.Blocks, upload_mb: int, mcp: bool) -> FastAPI:
    """The page at the root of an application, uploads limited; nothing on it comes from another host or our disk."""
    for told in (gradio.queueing, gradio.routes):  # they print what went wrong, and all that came with it, past the log
        told.traceback = SimpleNamespace(print_exc=failed)  # type: ignore[attr-defined]
    page.queue(default_concurrency_limit=None)
    page._queue.sleep_when_free = QUEUE_SECONDS
    page.has_launched = True  # by then Gradio refuses files of this machine that nobody uploaded; mounting forgets it
    whole = gradio.mount_gradio_app(
        app,
        page,
        path="/",
        theme=gradio.themes.Base(font=FONTS, font_mono=MONO_FONTS, radius_size="lg"),  # strings: no web fonts
        head=HEAD,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=f"{upload_mb}mb",
        allowed_paths=[],
        ssr_mode=False,
        mcp_server=mcp,
        enable_monitoring=False,
    )
    tools = page.mcp_server_obj
    if tools:
        tools.postprocess_output_data = lambda data, root_url: _in_json(tools.types, data)  # type: ignore[method-assign]
    for route in whole.routes:
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            route.app.add_exception_handler(TypeError, _no_file)
    return whole


def _in_json(types: Any, answers: Sequence[Any]) -> list[Any]:
    """What a tool answers, as the endpoint of the same name does: Gradio would write it as Python does."""
    return [types.TextContent(type="text", text=json.dumps(answer)) for answer in answers]


def _no_file(request: Request, error: Exception) -> PlainTextResponse:
    """What Gradio answers with status 500: an upload whose file has no name."""
    if not request.url.path.endswith("/upload"):
        raise error
    return PlainTextResponse("The file has no name. Give it one, such as track.wav.", status_code=400)


def keep_uploads_in(folder: Path) -> None:
    """Where the pages made from now on put uploads; in a folder of all studios each would sweep the others' away."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)


def with_first(handler: Handler, value: str) -> Handler:
    """A handler with its first argument given, in a form whose request parameter Gradio recognises."""

    async def given(request: gradio.Request, *rest: Any) -> AsyncIterator[Changes]:
        async for changes in handler(request, value, *rest):
            yield changes

    return given


def was_uploaded(path: Path) -> bool:
    """Whether a file lies where Gradio puts uploads, whatever a visitor's page says of it."""
    return path.resolve().is_relative_to(Path(gradio.utils.get_upload_folder()).resolve())


__all__ = [
    "LISTENER",
    "STATIC",
    "Changes",
    "Handler",
    "blocks",
    "html",
    "keep_uploads_in",
    "mounted",
    "part",
    "state",
    "visible",
    "was_uploaded",
    "with_first",
]
