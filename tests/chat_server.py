"""A server on 127.0.0.1 that speaks OpenAI's chat completions, well or badly, as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHUNK = 7  # characters in a piece of a streamed answer


@dataclass(frozen=True)
class Say:
    """A well-formed completion. calls are (tool, arguments): a mapping, or the very text to send as arguments."""

    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    content: str = ""
    finish: str = ""
    reasoning: str = ""


@dataclass(frozen=True)
class Fail:
    """An answer that is no completion. body is sent as it is; cut_after bytes of it; hang waits to the end."""

    status: int = 200
    body: str = '{"error": {"message": "as told", "type": "scripted"}}'
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    hang: bool = False


@dataclass
class Chat:
    """What it is to answer next, one entry a request, and what it was sent."""

    script: list[Say | Fail] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    url: str = ""
    release: threading.Event = field(default_factory=threading.Event)

    def tools(self, index: int = -1) -> list[str]:
        """The names of the tools that a request offered."""
        return [tool["function"]["name"] for tool in self.bodies[index]["tools"]]

    def text(self, index: int = -1) -> str:
        """All messages of a request as one text."""
        return "\n".join(message["content"] for message in self.bodies[index]["messages"])


def message(say: Say) -> dict[str, Any]:
    """The message of a completion, as it goes over the wire."""
    calls = [
        {
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for index, (name, given) in enumerate(say.calls)
    ]
    told: dict[str, Any] = {"role": "assistant", "content": say.content or None}
    if calls:
        told["tool_calls"] = calls
    if say.reasoning:
        told["reasoning_content"] = say.reasoning
    return told


USAGE = {
    "prompt_tokens": 1234,
    "completion_tokens": 56,
    "total_tokens": 1290,
    "prompt_tokens_details": {"cached_tokens": 1000},
}


def completion(say: Say) -> dict[str, Any]:
    """A whole completion."""
    finish = say.finish or ("tool_calls" if say.calls else "stop")
    choice = {"index": 0, "message": message(say), "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted"}
    return {**head, "choices": [choice], "usage": USAGE}


def pieces(say: Say) -> Iterator[dict[str, Any]]:
    """The same completion in the pieces of a stream."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}

    def piece(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    told = message(say)
    yield piece({"role": "assistant", "content": ""})
    content = told["content"] or ""
    for start in range(0, len(content), CHUNK):
        yield piece({"content": content[start : start + CHUNK]})
    for index, call in enumerate(told.get("tool_calls", [])):
        name, given = call["function"]["name"], call["function"]["arguments"]
        first = {"index": index, "id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
        yield piece({"tool_calls": [first]})
        for start in range(0, len(given), CHUNK):
            part = {"index": index, "function": {"arguments": given[start : start + CHUNK]}}
            yield piece({"tool_calls": [part]})
    yield piece({}, say.finish or ("tool_calls" if say.calls else "stop"))
    yield {**head, "choices": [], "usage": USAGE}


@contextmanager
def chatting() -> Iterator[Chat]:
    """A server for as long as the block lasts."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            chat.sent.append(f"{self.path}\n{self.headers}\n{sent}")
            chat.headers.append(dict(self.headers))
            chat.bodies.append(json.loads(sent))
            answer = chat.script.pop(0) if chat.script else Fail(500)
            if isinstance(answer, Fail):
                self._fail(answer)
            elif chat.bodies[-1].get("stream"):
                lines = [f"data: {json.dumps(piece)}\n\n" for piece in pieces(answer)]
                self._reply(200, "".join([*lines, "data: [DONE]\n\n"]), "text/event-stream")
            else:
                self._reply(200, json.dumps(completion(answer)))

        def _fail(self, answer: Fail) -> None:
            if answer.hang:
                chat.release.wait(30)
                self.close_connection = True
                return
            self._reply(answer.status, answer.body, headers=answer.headers, cut_after=answer.cut_after)

        def _reply(
            self,
            status: int,
            body: str,
            kind: str = "application/json",
            headers: Mapping[str, str] | None = None,
            cut_after: int | None = None,
        ) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[:cut_after])
            if cut_after is not None:
                self.wfile.flush()
                self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that hung up

    listener = Listener(("127.0.0.1", 0), Handler)
    chat.url = f"http://127.0.0.1:{listener.server_port}/v1"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield chat
    finally:
        chat.release.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
