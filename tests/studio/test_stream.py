"""An event that was sent while Gradio's stream closed is not lost: `static/stream.js`, with a network of the test's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from part_page import parts_served

pytestmark = pytest.mark.browser

NETWORK = """async () => {
    const { watchStreams } = await import("/static/stream.js");
    const streams = [], encoder = new TextEncoder();
    window.fetch = async (asked) => {
        const url = asked.url ?? String(asked);
        if (url.includes("/queue/join")) return new Response(JSON.stringify({ event_id: url.split("=")[1] }));
        if (url.includes("/queue/none")) throw new TypeError("no network");
        return new Response(new ReadableStream({ start: (stream) => { streams.push(stream); } }));
    };
    window.nudges = 0;
    watchStreams(() => { nudges += 1; });
    const tell = (message) => streams.at(-1).enqueue(encoder.encode(`data: ${JSON.stringify(message)}\\n\\n`));
    window.join = async (id) => (await (await fetch(`/queue/join?id=${id}`)).json()).event_id;
    window.open = () => fetch(new Request(`${location.origin}/queue/data?session_hash=x`));
    window.complete = (id) => tell({ msg: "process_completed", event_id: id, output: { data: ["é".repeat(9999)] } });
    window.close = () => { tell({ msg: "close_stream", event_id: null }); streams.at(-1).close(); };
    window.later = (ms) => new Promise((go) => setTimeout(go, ms));
}"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    with parts_served() as url:
        page = chromium.new_page()
        page.goto(f"{url}/part/none")
        page.evaluate(NETWORK)
        yield page
        page.context.close()


@pytest.mark.parametrize(
    ("done", "nudges"),
    [
        ("await join('a'); await open(); complete('a'); close();", 0),
        ("await open(); await join('a'); complete('a'); close();", 0),
        ("await open(); await join('a'); close();", 1),
        ("await open(); await join('a'); await join('b'); complete('a'); close();", 1),
        ("await open(); close(); await later(50); await join('a'); await later(100); await open();", 0),
        ("await open(); complete('a'); await later(50); await join('a'); close();", 0),
        ("await fetch('/queue/none').catch(() => 0); await fetch('/queue/data'); close();", 0),
    ],
    ids=["told", "sent while open", "lost", "one of two lost", "reopened in time", "told at once", "no network"],
)
def test_a_nudge_where_an_event_waits_and_no_stream_is_open(page: Any, done: str, nudges: int) -> None:
    assert page.evaluate(f"async () => {{ {done} await later(500); return nudges; }}") == nudges


def test_what_has_waited_comes_with_the_next_stream(page: Any) -> None:
    page.evaluate("async () => { await open(); await join('a'); close(); await later(500); }")
    assert page.evaluate("nudges") == 1
    page.evaluate("async () => { await join('nudge'); await open(); complete('nudge'); complete('a'); close(); }")
    assert page.evaluate("async () => { await later(500); return nudges; }") == 1


def test_a_server_that_forgot_an_event_is_not_asked_for_ever(page: Any) -> None:
    page.evaluate("async () => { await open(); await join('a'); close(); }")
    for number in range(1, 6):
        page.evaluate("async () => { await later(450); await open(); close(); }")
        assert page.evaluate("nudges") == min(number, 3)
    page.evaluate("async () => { await later(450); await open(); await join('b'); complete('b'); close(); }")
    assert page.evaluate("nudges") == 3
