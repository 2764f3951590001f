"""No event of the page is lost, whenever the server ends its streams: `static/stream.js`, with a network of our own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from part_page import parts_served

from instructfx.bench.serving.running import Running

pytestmark = pytest.mark.browser

STREAM = Path(__file__).parents[2] / "static" / "stream.js"

NETWORK = """() => {
    const encoder = new TextEncoder();
    window.streams = []; // those of the server, of which the last may be open
    window.told = []; // what Gradio hears
    window.broken = null;
    window.fetch = async (asked) => {
        const url = asked.url ?? String(asked);
        if (url.includes("/queue/join")) return new Response(JSON.stringify({ event_id: url.split("=")[1] }));
        if (window.network === "none") throw new TypeError("no network");
        const fail = (stream) => asked.signal.addEventListener("abort", () => stream.error(asked.signal.reason));
        return new Response(new ReadableStream({ start: (stream) => { streams.push(stream); fail(stream); } }));
    };
    window.send = (text) => streams.at(-1).enqueue(encoder.encode(text));
    window.tell = (message) => send(`data: ${JSON.stringify(message)}\\n\\n`);
    window.join = async (id) => (await fetch(`/queue/join?id=${id}`)).json();
    window.complete = (id) => tell({ msg: "process_completed", event_id: id });
    window.close = () => { tell({ msg: "close_stream", event_id: null }); streams.at(-1).close(); };
    window.listen = async () => {
        window.leaving = new AbortController();
        const { signal } = leaving;
        const answer = await fetch(new Request(`${location.origin}/queue/data?session_hash=x`, { signal }));
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        try {
            for (let text = ""; ; ) {
                const { value, done } = await reader.read();
                if (done) return (window.over = true);
                text += value;
                const whole = text.split("\\n\\n");
                text = whole.pop();
                for (const each of whole) {
                    const message = JSON.parse(each.replace("data: ", ""));
                    told.push(message.event_id ?? message.msg);
                }
            }
        } catch (error) { broken = error.message; }
    };
    window.until = async (reached) => { while (!reached()) await new Promise((go) => setTimeout(go)); };
    window.streamed = (count) => until(() => streams.length === count);
    window.heard = (...ids) => until(() => ids.every((id) => told.includes(id)));
}"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    with parts_served() as url:
        page = chromium.new_page()
        page.goto(f"{url}/part/none")
        page.evaluate(NETWORK)
        page.add_script_tag(path=STREAM)
        yield page
        page.context.close()


@pytest.mark.parametrize(
    ("done", "told", "streams"),
    [
        ("await join('a'); listen(); await streamed(1); complete('a'); close(); await heard('a');", "a", 1),
        ("listen(); await join('a'); await streamed(1); complete('a'); close(); await heard('a');", "a", 1),
        (
            """await join('a'); listen(); await streamed(1); complete('a'); close(); await heard('a');
            await join('b'); await streamed(2); complete('b'); close(); await heard('b');""",
            "ab",
            2,
        ),
        (
            """await join('a'); listen(); await streamed(1); complete('a'); await join('b'); close();
            await streamed(2); complete('b'); close(); await heard('b');""",
            "ab",
            2,
        ),
        (
            """await join('a'); listen(); await streamed(1); await join('b'); await join('c'); complete('b'); close();
            await streamed(2); complete('c'); close(); await streamed(3); complete('a'); close(); await heard('a');""",
            "bca",
            3,
        ),
        (
            """await join('a'); listen(); await streamed(1); complete('b'); await heard('b'); await join('b');
            complete('a'); close(); await heard('a');""",
            "ba",
            1,
        ),
    ],
    ids=["sent first", "opened first", "one by one", "sent while it ended", "two of three lost", "told at once"],
)
def test_a_stream_of_the_server_is_open_as_long_as_an_event_is_under_way(
    page: Any, done: str, told: str, streams: int
) -> None:
    page.evaluate(f"async () => {{ {done} }}")
    assert page.evaluate("told") == list(told)  # that a stream has ended Gradio is not told
    assert page.evaluate("streams.length") == streams
    page.evaluate(f"async () => {{ await join('z'); await streamed({streams + 1}); }}")
    assert page.evaluate("broken") is None


def test_messages_come_whole_however_they_are_cut(page: Any) -> None:
    text = "é" * 9999
    page.evaluate(f"async () => {{ await join('{text}'); listen(); await streamed(1); }}")
    page.evaluate(f"""async () => {{
        const whole = new TextEncoder().encode(`data: ${{JSON.stringify({{ msg: "log", event_id: "{text}" }})}}\\n\\n`);
        for (const cut of [3, 1024, 7001, 1e6]) {{
            streams[0].enqueue(whole.slice(window.from ?? 0, cut));
            window.from = cut;
        }}
        complete("b");
        await heard("b");
    }}""")
    assert page.evaluate("told") == [text, "b"]


def test_what_breaks_is_told_to_gradio(page: Any) -> None:
    page.evaluate("async () => { await join('a'); listen(); await streamed(1); streams[0].error(Error('cut off')); }")
    page.wait_for_function("broken === 'cut off'")
    page.evaluate(
        "async () => { network = 'none'; await join('b'); listen(); await until(() => broken === 'no network'); }"
    )


def test_gradio_gives_up_without_an_error(page: Any) -> None:
    page.evaluate("async () => { await join('a'); listen(); await streamed(1); leaving.abort(); }")
    page.wait_for_function("window.over")
    assert page.evaluate("broken") is None


def test_it_is_there_before_gradio_asks_for_anything(chromium: Any, common: Running) -> None:
    page = chromium.new_page()
    page.add_init_script("""
        const network = window.fetch;
        window.joined = [];
        const bare = (asked, options) => {
            if (String(asked.url ?? asked).includes("/queue/join")) joined.push(window.fetch !== bare);
            return network(asked, options);
        };
        window.fetch = bare;
    """)
    page.route("**/page/studio.js", lambda route: route.abort())  # as if it came late
    page.goto(common.url)
    page.wait_for_function("joined.length > 1")
    assert set(page.evaluate("joined")) == {True}
    page.context.close()
