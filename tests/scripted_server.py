"""A file server on 127.0.0.1 that answers as a test tells it to: cut short, wrong, refused, or well."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from instructfx.ears.checkpoints import Published

HELD_SECONDS = 300.0  # for as long as a slow machine may take to come to the release


@dataclass(frozen=True)
class Answer:
    """One answer. cut_after and claimed_bytes count the bytes of the body; holding waits before the cut.

    With a claimed_range the body is the whole file, whatever was asked for.
    """

    status: int = 0
    location: str = ""
    content: bytes | None = None
    cut_after: int | None = None
    claimed_bytes: int | None = None
    claimed_range: str = ""
    ignore_range: bool = False
    without_length: bool = False
    holding: bool = False


@dataclass
class Server:
    """What it has, what it is to answer next, and what it was asked: (path, Range header or "")."""

    files: dict[str, bytes] = field(default_factory=dict)
    script: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""
    release: threading.Event = field(default_factory=threading.Event)

    def publish(self, file_name: str, content: bytes) -> Published:
        """Have a file, and its record as of a published one."""
        self.files[f"/{file_name}"] = content
        digest = hashlib.sha256(content).hexdigest()
        return Published(file_name, "HTSAT-tiny", f"{self.address}/{file_name}", digest, len(content))


@contextmanager
def serving() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            server.asked.append((self.path, asked))
            answer = server.script.pop(0) if server.script else Answer()
            content = server.files.get(self.path) if answer.content is None else answer.content
            if content is None or answer.status:
                self.send_response(answer.status or 404)
                if answer.location:
                    self.send_header("Location", answer.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            wanted = None if answer.ignore_range else re.fullmatch(r"bytes=(\d+)-", asked)
            start = int(wanted[1]) if wanted else 0
            if wanted and start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.end_headers()
                return
            self.send_response(206 if wanted else 200)
            if wanted:
                span = f"bytes {start}-{len(content) - 1}/{len(content)}"
                self.send_header("Content-Range", answer.claimed_range or span)
            body = content if answer.claimed_range else content[start:]
            if not answer.without_length:
                length = len(body) if answer.claimed_bytes is None else answer.claimed_bytes
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body[: answer.cut_after])
            if answer.holding:
                server.release.wait(HELD_SECONDS)

        def log_message(self, *arguments: object) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that hung up

    listener = Listener(("127.0.0.1", 0), Handler)
    server.address = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
