"""What every answer says to browsers: run and fetch nothing but ours, show us in no frame, tell no other site."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

BODY = re.compile(rb"<body[^>]*>")
APP = b"<gradio-app"  # which is in the page alone

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Gradio compiles the scripts of its regions in the page, hence unsafe-eval. Scripts that are written into a page are
allowed by their SHA-256, so one that came with somebody's words, or an attribute such as onerror, does not run."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CORS = "access-control-"


class SecuredAnswers:
    """An ASGI application before another: its answers, with these headers and without leave for other sites.

    head is what its page adds to itself in the browser; the scripts that are written into that may run as well.
    shell is put first into the page's body.
    """

    def __init__(self, app: ASGIApp, head: str = "", shell: str = "") -> None:
        self._app = app
        self._head = head.encode()
        self._shell = shell.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, and secure what comes back. Pages are held back until they are whole."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        start: Message | None = None
        page = bytearray()

        async def secured(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                _secure(headers)
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    start = message
                    return
            elif message["type"] == "http.response.body" and start is not None:
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                if self._shell and APP in page:
                    page[:] = BODY.sub(lambda body: body[0] + self._shell, bytes(page), count=1)
                headers = MutableHeaders(raw=start["headers"])
                headers["Content-Length"] = str(len(page))
                headers["Content-Security-Policy"] = policy(bytes(page) + self._head)
                await send(start)
                start, message = None, {"type": "http.response.body", "body": bytes(page)}
            await send(message)

        return await self._app(scope, receive, secured)


def policy(page: bytes = b"") -> str:
    """The content security policy of a page: ours, and the scripts that are written into it."""
    digests = (base64.b64encode(hashlib.sha256(found[1]).digest()).decode() for found in INLINE.finditer(page))
    return POLICY.format(scripts="".join(f" 'sha256-{digest}'" for digest in dict.fromkeys(digests)))


def policy_headers() -> dict[str, str]:
    """What every answer says to browsers that is no page."""
    return {**ALWAYS, "Content-Security-Policy": policy()}


def _secure(headers: MutableHeaders) -> None:
    for name in [name for name in headers if name.lower().startswith(CORS)]:
        del headers[name]
    for name, value in policy_headers().items():
        headers[name] = value
