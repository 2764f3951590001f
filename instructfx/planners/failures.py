"""What is said where a language model fails: to who waits in words of our own, to the host's log what came back.

What a provider says may hold anything: an address, a path, a traceback, a key. So none of it is in a message. It says
the model's name and which kind of failure that is; the log says the rest, without what looks like a secret.
"""

from __future__ import annotations

import base64
import logging
import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from instructfx.planners.tool_names import joined

log = logging.getLogger(__name__)

LONGEST_SAID = 400  # characters in the log of what a provider says
SIGNS_IN = re.compile(r"://[^/\s\"\\]+@")  # of an address, in a text or in JSON: a password may hold an @ itself
LOOKS_SECRET = re.compile(
    r"\b(?:sk-|AIza|gsk_|hf_|xai-|(?:Bearer|Basic)\s+)[\w.+/=-]{6,}|\*{3,}[\w-]+"
    r"|(?<=[?&])(?:key|token|api[-_]?key)=[^&\s]+",
    re.IGNORECASE,
)
KINDS_OF_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD", "AUTH")
SHORTEST_SECRET = 8
SHORTEST_PASSWORD = 3  # of an address: shorter ones would take the sense out of what is said

KINDS = (
    (r"content[ _-]?(?:filter|policy|management)|\bsafety\b", "its content filter stopped the question"),
    (r"context[ _](?:length|window)|maximum context|too many tokens", "the conversation is too long for it"),
    (r"\btools?\b.*\bsupport|support.*\btools?\b|function call", "it takes no tools"),
)
"""What a refusal of a request names, and how that is told."""

FIRST_PAUSE_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 900.0


class ProviderFailure(Exception):
    """A request that came to nothing. status is HTTP's, 0 where none came; said is for the log; wait_seconds is what
    the provider asked for in Retry-After."""

    def __init__(self, status: int, said: str, wait_seconds: float | None = None) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.wait_seconds = wait_seconds

    @property
    def may_pass(self) -> bool:
        """Whether another try may do better: nobody was there, too busy, or broken on the other side."""
        return self.status in (0, 408, 429) or self.status >= 500

    @property
    def names_tool_choice(self) -> bool:
        """Whether it is the way in which tools are asked for that was refused, in whichever spelling."""
        return self.status >= 400 and "toolchoice" in joined(self.said)


def explained(failure: ProviderFailure, model: str, key: str, limit_seconds: float) -> str:
    """What happened and what helps, in one line of our own words. key is the variable that holds the model's key."""
    status = failure.status
    if status in (401, 403):
        return f"{model} refused the key ({status}): check {key}"
    if status == 404:
        return f"its server has no model {model} (404): check the name"
    if status == 408:
        return f"{model} did not answer within {limit_seconds:g} s"
    if status == 429:
        later = f" in {failure.wait_seconds:.0f} s" if failure.wait_seconds else " later"
        return f"{model} is busy, or what your key may ask for is used up (429): try again{later}"
    if not status:
        return f"{model} failed: it cannot be reached, or what it sends is no answer"
    kind = next((told for words, told in KINDS if re.search(words, failure.said, re.IGNORECASE | re.DOTALL)), "")
    return f"{model} failed ({status}){f': {kind}' if kind else ''}"


def seconds_named(retry_after: str) -> float | None:
    """What a Retry-After header asks for; None where it is no number of seconds."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def noted(failure: ProviderFailure, model: str, where: str, key: str = "") -> None:
    """Tell the host's log what came back. where is a scheme, a host and a port, or a provider's name; key is one that
    was given on the page and must not stand in the log either."""
    said = failure.said.replace(key, "...") if key else failure.said
    said = without_secrets(" ".join(said.split()))[:LONGEST_SAID]
    log.warning("%s at %s failed (%s): %s", model, where, failure.status or "no status", said)


def without_secrets(text: str) -> str:
    """The text without what looks like a key, and without all that the environment calls one or that signs in with an
    address."""
    for value in sorted(set(_secrets()), key=len, reverse=True):
        text = text.replace(value, "...")
    return LOOKS_SECRET.sub("...", without_sign_in(text))


def without_sign_in(text: str) -> str:
    """A text, or JSON, without what signs in with an address in it, such as user:password of http://user:password@host;
    earlier versions stored that with what had failed."""
    return SIGNS_IN.sub("://...@", text)


def _secrets() -> Iterator[str]:
    for name, value in os.environ.items():
        if len(value) >= SHORTEST_SECRET and any(kind in name.upper() for kind in KINDS_OF_SECRET):
            yield value
        user, password = signs_in_as(value)
        if len(password) >= SHORTEST_PASSWORD:
            yield from (password, unquote(password), basic(user, password))


def signs_in_as(address: str) -> tuple[str, str]:
    """User and password as they stand in an address; two empty texts where there are none."""
    if "://" not in address or "@" not in address:
        return "", ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.username or "", parts.password or ""


def basic(user: str, password: str) -> str:
    """User and password of an address as HTTP's Basic scheme sends them."""
    return base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


@dataclass(frozen=True)
class Rest:
    """A model, and where it is asked, that was down so many times in a row and is left in peace for so long yet."""

    model: str
    where: str
    times: int
    left_seconds: float


@dataclass(frozen=True)
class ModelNews:
    """A model has answered; or it was down, and asked for a pause of at least wait_seconds."""

    model: str
    where: str
    down: bool
    wait_seconds: float = 0.0


@dataclass(eq=False)
class Pauses:
    """Which models were down lately, and for how long nobody asks them: 15 s, then twice that and so on, at most a
    quarter of an hour; an answer ends it. now counts seconds; tell is called with all that is learned here."""

    now: Callable[[], float] = time.monotonic
    tell: Callable[[ModelNews], None] = lambda news: None
    _down: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rests(self) -> tuple[Rest, ...]:
        """Every model that was down when it was asked last."""
        with self._lock:
            now = self.now()
            return tuple(Rest(*who, times, max(0.0, until - now)) for who, (times, until) in self._down.items())

    def take_over(self, rests: Sequence[Rest]) -> None:
        """From now on these are known, as somebody else has learned them, and no others."""
        with self._lock:
            now = self.now()
            self._down = {(each.model, each.where): (each.times, now + each.left_seconds) for each in rests}

    def hear(self, news: ModelNews) -> None:
        """What somebody else has learned."""
        who = (news.model, news.where)
        if news.down:
            self.failed(who, news.wait_seconds)
        else:
            self.answered(who)

    def left_seconds(self, model: tuple[str, str]) -> float:
        """How long that model is left in peace yet; 0 where it may be asked."""
        with self._lock:
            _, until = self._down.get(model, (0, 0.0))
        return max(0.0, until - self.now())

    def failed(self, model: tuple[str, str], least_seconds: float = 0.0) -> None:
        """It is down; it asked for at least so long a pause."""
        self.tell(ModelNews(*model, down=True, wait_seconds=least_seconds))
        with self._lock:
            times, until = self._down.get(model, (0, 0.0))
            if until > self.now():
                return  # several who asked at the same time learn of one failure
            pause = min(FIRST_PAUSE_SECONDS * 2 ** min(times, 10), LONGEST_PAUSE_SECONDS)
            self._down[model] = (times + 1, self.now() + max(pause, min(least_seconds, LONGEST_PAUSE_SECONDS)))

    def answered(self, model: tuple[str, str]) -> None:
        """It is there."""
        self.tell(ModelNews(*model, down=False))
        with self._lock:
            self._down.pop(model, None)
