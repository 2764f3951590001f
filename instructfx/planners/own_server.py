"""One's own server, which speaks OpenAI's chat completions: asked over HTTP, its answer taken word for word.

Libraries put such answers into records and lose what does not fit: parts of content beside calls, refusals, calls whose
index is wrong.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from instructfx.errors import PlannerError
from instructfx.planners.failures import ProviderFailure, basic, seconds_named, signs_in_as
from instructfx.planners.streams import Completion, joined, of_completion

if TYPE_CHECKING:
    import httpx

URL = "INSTRUCTFX_PLANNER_URL"
KEY = "INSTRUCTFX_PLANNER_KEY"
MOST_BYTES = 20_000_000  # of one answer
LINES = re.compile(r"\r\n|\r|\n")  # of events; what else ends a line in Unicode may stand within an answer
SENT_NO_ANSWER = "what was sent is no completion: "


@dataclass(frozen=True)
class OwnServer:
    """Where completions are made. shown is all that anybody is told of the address: scheme, host and port."""

    endpoint: str
    shown: str
    authorization: str = field(repr=False)

    async def completed(self, body: Mapping[str, Any], seconds: float) -> Completion:
        """One completion; ProviderFailure where there is none. body["stream"] asks for it piece by piece."""
        import httpx

        headers = {"authorization": self.authorization, "accept": "application/json, text/event-stream"}
        try:
            async with (
                httpx.AsyncClient(timeout=httpx.Timeout(seconds), headers=headers) as client,
                client.stream("POST", self.endpoint, json=dict(body)) as response,
            ):
                content = await _content(response)
                if response.status_code != 200:
                    raise ProviderFailure(response.status_code, _said(content), _retry_after(response.headers))
        except httpx.TimeoutException as error:
            raise ProviderFailure(408, repr(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            raise ProviderFailure(0, repr(error)) from None
        return _completion(content)


def is_address(text: str) -> bool:
    """Whether a text is the address of a server."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def own_server(address: str, key: str = "") -> OwnServer:
    """The server at an address such as http://127.0.0.1:8000/v1; user and password in it are sent as HTTP Basic. key
    goes before the one in the environment.

    PlannerError, which does not repeat it, where it is no such address.
    """
    if not is_address(address):
        raise PlannerError(f"{URL} is no address; it must be like http://127.0.0.1:8000/v1")
    parts = urlsplit(address)
    host = parts.hostname or ""
    place = f"[{host}]" if ":" in host else host
    place += f":{parts.port}" if parts.port else ""
    user, password = signs_in_as(address)
    bearer = key or os.environ.get(KEY) or "none"
    authorization = f"Basic {basic(user, password)}" if user or password else f"Bearer {bearer}"
    path = f"{parts.path.rstrip('/')}/chat/completions"
    endpoint = urlunsplit((parts.scheme, place, path, parts.query, ""))
    return OwnServer(endpoint, f"{parts.scheme}://{place}", authorization)


async def _content(response: httpx.Response) -> str:
    received = bytearray()
    async for piece in response.aiter_bytes():
        received += piece
        if len(received) > MOST_BYTES:
            raise ProviderFailure(0, f"more than {MOST_BYTES:,} bytes were sent")
    return received.decode("utf-8", "replace")


def _completion(content: str) -> Completion:
    """A completion, or a stream of server-sent events, whichever came."""
    if content.lstrip().startswith(("data:", "event:", ":")):
        lines = (line.removeprefix("data:").strip() for line in LINES.split(content) if line.startswith("data:"))
        pieces = [_object(line) for line in lines if line and line != "[DONE]"]
        for piece in pieces:
            if isinstance(piece.get("error"), dict | str) and not piece.get("choices"):
                raise ProviderFailure(0, f"{SENT_NO_ANSWER}{json.dumps(piece)}")
        return joined(pieces)
    whole = _object(content)
    if not isinstance(whole.get("choices"), list):
        raise ProviderFailure(0, SENT_NO_ANSWER + content)
    return of_completion(whole)


def _object(content: str) -> dict[str, Any]:
    try:
        value = json.loads(content, strict=False)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ProviderFailure(0, SENT_NO_ANSWER + content)
    return value


def _said(content: str) -> str:
    """The message of an error, and its code, where it has the usual form."""
    try:
        error = json.loads(content)["error"]
        return " ".join(str(each) for each in (error["message"], error.get("code"), error.get("param")) if each)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return content


def _retry_after(headers: Mapping[str, str]) -> float | None:
    return seconds_named(headers.get("retry-after", ""))
