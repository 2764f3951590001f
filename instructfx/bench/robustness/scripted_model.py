"""A language model on 127.0.0.1 that answers as it is told to: OpenAI's chat completions, well and badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class ScriptedAnswer:
    """What is sent back: a status, a body, and of the body's bytes only the first so many where that is said."""

    body: str
    status: int = 200
    kind: str = "application/json"
    cut_after: int | None = None


@dataclass
class ScriptedModel:
    """What it answers next, one for each request and the last one for all others, and what it was asked."""

    port: int
    script: list[ScriptedAnswer] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)


def completion(message: dict[str, Any], finish: str = "stop") -> ScriptedAnswer:
    """A whole completion with that message."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return ScriptedAnswer(
        json.dumps({"id": "c", "object": "chat.completion", "model": "scripted", "choices": [choice]})
    )


def events(*deltas: dict[str, Any]) -> ScriptedAnswer:
    """A completion in pieces."""
    lines = [f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n" for delta in deltas]
    return ScriptedAnswer("".join([*lines, "data: [DONE]\n\n"]), kind="text/event-stream")


@contextmanager
def answering() -> Iterator[ScriptedModel]:
    """A server on a free port for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            model.asked.append(json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0")))))
            answer = model.script.pop(0) if len(model.script) > 1 else model.script[0]
            content = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: answer.cut_after])
            self.close_connection = answer.cut_after is not None

        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model = ScriptedModel(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
