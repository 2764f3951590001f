"""A page with nothing but the player on it, and sounds whose samples say who they are and when they are."""

from __future__ import annotations

import base64
import functools
import io
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

ROOT = Path(__file__).parent.parent.parent
RATE = 22_050
SECONDS = 12.0
TICK = 2.0**-19  # the right channel is the frame's number in these units
SEGMENT = 1 << 15  # frames, a second and a half
LEVELS = {"dry": 0.125, "t1": 0.25, "t2": 0.375, "t3": 0.5, "t4": 0.625, "t5": 0.75}

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Player</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/style.css"><link rel="stylesheet" href="/static/player.css">
<style>body { margin: 0; padding: 12px; font: 15px system-ui; } .sheet { max-width: 900px; }</style></head>
<body class="gradio-container"><main class="sheet"><ifx-player></ifx-player></main>
<script>
window.events = [];
addEventListener("part-event", (event) => events.push(event.detail));
const player = document.querySelector("ifx-player");
const TAP = `registerProcessor("tap", class extends AudioWorkletProcessor {
  process([[left, right]]) { if (left) this.port.postMessage([currentFrame, left, right ?? left]); return true; }
})`;
async function tap() {
  const { context, output } = player.tap;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([TAP], { type: "text/javascript" })));
  const node = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0, channelCount: 2 });
  const blocks = [];
  node.port.onmessage = ({ data }) => blocks.push(data);
  output.connect(node);
  return () => {
    output.disconnect(node);
    const flat = new Float32Array(blocks.flatMap(([, left, right]) => [...left].flatMap((l, n) => [l, right[n]])));
    const bytes = new Uint8Array(flat.buffer);
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    const first = (blocks.at(-1)?.[0] ?? 0) - 128 * (blocks.length - 1);
    return { first, rate: context.sampleRate, sound: btoa(text) };
  };
}
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
</script><script type="module" src="/static/player.js"></script></body></html>"""


def sound(level: float, seconds: float = SECONDS, start: float = 0.0) -> bytes:
    """Left: who it is, as a level. Right: the frame of the track, counted in `TICK`. A 32-bit float WAV."""
    frames = np.arange(round(start * RATE), round((start + seconds) * RATE))
    return _wav(np.stack([np.full(len(frames), level), frames * TICK], axis=1).astype(np.float32), RATE)


def _wav(samples: Any, rate: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="FLOAT")
    return file.getvalue()


class Site:
    """What the page asks for: tracks by name, of which it gets segments, and sounds by path. They may be held back or
    missing; every request is counted."""

    def __init__(self) -> None:
        self.tracks: dict[str, bytes] = {name: sound(level) for name, level in LEVELS.items()}
        self.sounds: dict[str, bytes] = {}
        self.held: dict[str, threading.Event] = {}
        self.asked: list[str] = []
        self.url = ""

    def hold(self, path: str) -> None:
        """Answers for this path, and those below it, wait until the page asks for /release."""
        self.held[path] = threading.Event()

    def segments(self, name: str) -> list[int]:
        """The numbers of the segments of a track that were asked for, in order."""
        return [int(path.split("/")[3]) for path in self.asked if path.startswith(f"/audio/{name}/")]

    def found(self, path: str) -> bytes | None:
        """What lies at a path."""
        _, top, name, number = [*path.split("/"), "", ""][:4]
        if top != "audio" or name not in self.tracks or not number:
            return self.sounds.get(path)
        if path in self.sounds:
            return self.sounds[path]
        samples, rate = soundfile.read(io.BytesIO(self.tracks[name]), dtype="float32", always_2d=True)
        cut = samples[int(number) * SEGMENT :][:SEGMENT]
        return _wav(cut, rate) if len(cut) else None


class Handler(SimpleHTTPRequestHandler):
    def __init__(self, *options: Any, site: Site, **more: Any) -> None:
        self.site = site
        super().__init__(*options, directory=str(ROOT), **more)

    def do_GET(self) -> None:
        path = urllib.parse.urlparse(self.path).path
        self.site.asked.append(path)
        if path == "/":
            return self.answer(PAGE.encode(), "text/html")
        if path.startswith("/static/"):
            return super().do_GET()
        if path == "/release":
            for event in self.site.held.values():
                event.set()
            return self.answer(b"released", "text/plain")
        for held in (path, path.rpartition("/")[0]):
            if held in self.site.held:
                self.site.held[held].wait(60)
        found = self.site.found(path)
        return self.send_error(404) if found is None else self.answer(found, "audio/wav")

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[Site]:
    """The site on a free port of this machine."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, site=site))
    site.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def version(name: str, **more: Any) -> dict[str, Any]:
    """One version as the player is given it."""
    rng = np.random.default_rng(len(name) + ord(name[-1]))
    envelope = 0.35 + 0.3 * np.sin(np.arange(400) / 40) + 0.3 * rng.random(400)
    label = "Dry" if name == "dry" else f"Turn {name[1:]}"
    words = "" if name == "dry" else "make it a little warmer, please"
    known = {"id": name, "label": label, "words": words, "url": f"/audio/{name}/{{segment}}", "gain_db": 0.0}
    levels = {"loudness_lufs": -14.2, "loudness_range_lu": 6.1, "true_peak_dbtp": -1.0, "mono_loss_db": 2.94}
    peaks = [float(peak) for peak in envelope.clip(0, 1)]
    return {**known, "peaks": peaks, "start": 0.0, "seconds": SECONDS, "whole": True, "levels": levels, **more}


def data(*names: str, **more: Any) -> dict[str, Any]:
    """Dry and the turns named; the last is current, the one before it previous."""
    versions = [version(name) for name in ("dry", *names)]
    current, previous = (names or (None,))[-1], names[-2] if len(names) > 1 else None
    roles = {"current": current, "previous": previous, "picked": None, "pinned": None, "takes": [], "steps": None}
    roles["excerpt"] = {"start": 4, "end": 7}
    known = {"session": "one", "sample_rate": RATE, "segment_frames": SEGMENT, "versions": versions}
    return {**known, **roles, **more}


class Player:
    """The player as a test drives it."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def give(self, given: dict[str, Any], *loaded: str) -> None:
        """Set the data, and wait until these versions are there."""
        self.page.evaluate("async (data) => { player.data = data; await 0; }", given)
        self.until(f"{json.dumps(loaded)}.every((id) => player.state.loaded.includes(id))")

    def run(self, script: str) -> Any:
        return self.page.evaluate(f"async () => {{ {script} }}")

    def until(self, condition: str) -> None:
        self.page.wait_for_function(condition, timeout=60_000)

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.page.evaluate("player.state"))

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("events"))

    def start(self, *loaded: str) -> None:
        """
        Play from the beginning, with these versions loaded. Chromium's clock may slip against its sources while the
        first worklet starts (2 of 30 times; never without one), so that the tap comes first and they start after it.
        """
        self.page.click(".player-play")
        self.until("player.state.playing")
        self.run("const stop = await tap(); await rest(50); stop(); player.seek(0)")
        self.until("player.state.playing && player.state.position > 0.05")
        self.until(f"{json.dumps(loaded)}.every((id) => player.state.loaded.includes(id))")

    def heard(self, script: str) -> Heard:
        """What comes out while a script runs; `mark()` in it notes the moment, in frames of the context."""
        told = self.run(
            f"""const stop = await tap(); const marks = [];
            const frame = () => Math.round(player.tap.context.currentTime * player.tap.context.sampleRate);
            const mark = () => marks.push(frame());
            for (const begun = frame(); frame() < begun + {RATE // 8};) await rest(10);
            const since = frame();
            await rest(60); {script}; await rest(150); return {{ ...stop(), since, marks }};"""
        )
        since = told["since"] - told["first"]  # what was under way before, the tap's own beginning too, is over
        flat = np.frombuffer(base64.b64decode(told["sound"]), np.float32).reshape(-1, 2)[since:]
        return Heard(told["rate"], flat[:, 0], flat[:, 1] / TICK, [mark - told["since"] for mark in told["marks"]])


class Heard:
    """Sound as it left the player: who (a level), when (a frame of the track), and where the script put its marks."""

    def __init__(self, rate: float, level: Any, frame: Any, marks: list[int]) -> None:
        self.rate, self.level, self.frame, self.marks = rate, level, frame, marks

    @property
    def steps(self) -> Any:
        """Frames of the track from one sample to the next: 1 wherever nothing jumps."""
        return np.diff(self.frame)

    def goes_on(self, since: int = 0) -> None:
        """Assert that one frame follows another, all the way: a version that is behind would be a small step back."""
        np.testing.assert_allclose(self.steps[since:], 1, atol=0.2)
        frame = self.frame[since:].astype(float)
        np.testing.assert_allclose(frame, frame[0] + np.arange(len(frame)), atol=0.2)

    def seconds_until(self, mark: int, level: float) -> float:
        """From a mark until a level is reached, in seconds."""
        there = np.flatnonzero(np.isclose(self.level[self.marks[mark] :], level, atol=1e-4))
        return float(there[0]) / self.rate


@contextmanager
def opened(site: Site, chromium: Any) -> Iterator[Callable[..., Player]]:
    """
    How a browser opens the page, as often as asked; afterwards nothing may have been wrong on its console. Who asks for
    nothing special gets the window of the one before, since a new one takes longer than most of what is tried in it.
    """
    wrong: list[str] = []
    usual: list[Any] = []
    ignored = ["nothing is ignored"]

    def leave() -> None:
        usual.clear()
        for context in chromium.contexts:
            context.close()

    def note(text: str) -> None:
        if ignored[0] not in text:
            wrong.append(text)

    def window(more: dict[str, Any]) -> Any:
        leave()
        page = chromium.new_context(**{"viewport": {"width": 1000, "height": 700}, **more}).new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        return page

    def come(ignoring: str = "nothing is ignored", **more: Any) -> Player:
        if usual and not more:
            page = usual[0]
            page.mouse.move(0, 0)
            page.goto("about:blank")
        else:
            page = window(more)
        if not more:
            usual[:] = [page]
        ignored[0] = ignoring
        page.goto(site.url)
        return Player(page)

    try:
        yield come
    finally:
        leave()
    assert wrong == []
