"""What stands before every route of the studio: names and pages from elsewhere, the password, the size of what is sent,
and what is served at all."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from instructfx.errors import SetupError
from instructfx.studio.web.origins import HOSTS, Hosts

AUTH = "INSTRUCTFX_AUTH"
SIGN_IN = {"WWW-Authenticate": 'Basic realm="InstructFX", charset="UTF-8"'}
SMALL_BYTES = 1_000_000  # more than any event of the page
ENVELOPE_BYTES = 100_000  # what a form adds to the file in it

API = "/gradio_api/"
USED = ("queue/", "run/", "upload", "heartbeat/", "startup-events", "theme.css", "cancel", "reset", "info", "app_id")
"""What the page needs of Gradio's interface. All else of it is closed: it could hand out files and fetch addresses."""
TOOLS = "mcp"
"""And what assistants need, where they are let in."""
CLOSED = ("/file", "/proxy", "/stream", "/monitoring", "/dev/")
LOOKING = ("GET", "HEAD")
OTHER_NAME = f"This studio does not answer under that name. Its host can name it in {HOSTS}."
OTHER_SITE = "Pages of other sites may send nothing here."


@dataclass(frozen=True)
class Passwords:
    """Who may come in: (user, password) in bytes."""

    pairs: tuple[tuple[bytes, bytes], ...]

    def admit(self, authorization: str) -> bool:
        """Whether an Authorization header names one of them; it takes as long for a wrong one as for a right one."""
        kind, _, code = authorization.partition(" ")
        try:
            text = base64.b64decode(code, validate=True) if kind.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            text = b""
        admitted = False
        for user, password in self.pairs:
            admitted |= secrets.compare_digest(text, user + b":" + password)
        return admitted


def passwords_from(environment: Mapping[str, str]) -> Passwords | None:
    """INSTRUCTFX_AUTH, "user:password" or several with commas; None where it is not set.

    SetupError where it is anything else; the message does not repeat it.
    """
    text = environment.get(AUTH, "")
    if not text.strip():
        return None
    pairs = []
    for each in text.split(","):
        user, colon, password = each.strip().partition(":")
        if not (user and colon and password):
            raise SetupError(f"{AUTH} must be user:password, or several with commas; neither part may be empty.")
        pairs.append((user.encode(), password.encode()))
    return Passwords(tuple(pairs))


class AccessMiddleware:
    """An ASGI application before another. Nothing passes under a name that is not its own, sent by another site's page,
    or without a password where there is one."""

    def __init__(self, app: ASGIApp, upload_mb: int, passwords: Passwords | None, mcp: bool, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts
        self._open = (*USED, TOOLS) if mcp else USED
        self._upload_mb = upload_mb
        self._passwords = passwords

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or refuse it: 401, 403, 404, 411 or 413 with one line."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":  # the page uses no WebSocket
            return await send({"type": "websocket.close", "code": 1008})
        headers = Headers(scope=scope)
        refused = self._strange(scope, headers) or self._refused(scope["path"], scope["method"], headers)
        return await (refused or self._app)(scope, receive, send)

    def _strange(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        host, origins = headers.get("host", ""), headers.getlist("origin")
        came_in_at = str((scope.get("server") or ("",))[0] or "")
        if not self._hosts.known(host, came_in_at):
            return PlainTextResponse(OTHER_NAME, 403)
        if scope["method"] not in LOOKING and not all(self._hosts.own(each, host) for each in origins):
            return PlainTextResponse(OTHER_SITE, 403)
        return None

    def _refused(self, path: str, method: str, headers: Headers) -> ASGIApp | None:
        if self._passwords and not self._passwords.admit(headers.get("authorization", "")):
            return PlainTextResponse("Sign in with a user and a password.", 401, SIGN_IN)
        if not is_open(path, self._open):
            return PlainTextResponse("There is nothing here.", 404)
        length = headers.get("content-length", "0" if method in (*LOOKING, "OPTIONS") else "")
        if "transfer-encoding" in headers or not length.isdigit():  # chunks go on whatever the length says
            return PlainTextResponse("Say how long it is.", 411)
        uploads = path.startswith(f"{API}upload")
        most = self._upload_mb * 2**20 + ENVELOPE_BYTES if uploads else SMALL_BYTES
        if int(length) > most:
            return PlainTextResponse(f"That is too large; up to {self._upload_mb} MB can be uploaded.", 413)
        return None


def is_open(path: str, used: tuple[str, ...] = USED) -> bool:
    """Whether the page needs anything at that path."""
    if path.startswith(API):
        return path.removeprefix(API).startswith(used)
    return not path.startswith(CLOSED)
