"""What strangers and pages of other sites ask of a studio; all of it is refused, and nothing may be read by them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

from instructfx.bench.robustness.outcomes import FaultOutcome, Verdict
from instructfx.bench.serving.visitor import API

LIMIT_SECONDS = 60.0
NAMED = "music.example"  # a name that the studio's host has given it
NAMES = ("evil.example", "127.0.0.1.evil.example", "10.255.255.1", "evil.example:80")
ORIGINS = ("http://evil.example", "null", "http://127.0.0.1:9", "https://localhost", "file://")
SENT = (f"{API}/queue/join", f"{API}/upload", f"{API}/run/predict", "/preview/guess")
LOOKED_AT = ("/", "/config", "/page/studio.js", f"{API}/info", "/nothing")
HEADERS = ("content-security-policy", "x-frame-options", "referrer-policy", "x-content-type-options")


def strangers(url: str) -> Iterator[FaultOutcome]:
    """What is answered to each by a studio that is known as NAMED too."""
    with httpx.Client(base_url=url, trust_env=False, timeout=LIMIT_SECONDS) as client:
        for name in NAMES:
            yield _outcome(client, "foreign names", f"GET / as {name}", "GET", "/", {"Host": name}, refused=True)
        yield _outcome(client, "names of its own", f"GET / as {NAMED}", "GET", "/", {"Host": NAMED}, refused=False)
        own = {"Host": NAMED, "Origin": f"https://{NAMED}"}
        yield _outcome(client, "names of its own", "POST from there", "POST", f"{API}/run/predict", own, refused=False)
        for origin in ORIGINS:
            for path in SENT:
                what = f"POST {path} from {origin}"
                yield _outcome(client, "foreign sites", what, "POST", path, {"Origin": origin}, refused=True)
            for path in LOOKED_AT:
                what = f"GET {path} from {origin}"
                yield _outcome(client, "foreign sites", what, "GET", path, {"Origin": origin}, refused=False)


def _outcome(
    client: httpx.Client, kind: str, what: str, method: str, path: str, headers: dict[str, str], refused: bool
) -> FaultOutcome:
    started = time.monotonic()
    try:
        answer = client.request(method, path, headers=headers, json={} if method == "POST" else None)
    except httpx.TimeoutException:
        return FaultOutcome(kind, what, "hung", "", time.monotonic() - started, "no answer")
    except httpx.TransportError as error:
        return FaultOutcome(kind, what, "crashed", "", time.monotonic() - started, str(error))
    verdict: Verdict = "refused" if answer.status_code in (403, 404) else "accepted"
    wrong = ""
    missing = [name for name in HEADERS if name not in answer.headers]
    if answer.status_code >= 500:
        verdict, wrong = "crashed", f"status {answer.status_code}"
    elif any(name.startswith("access-control-") for name in answer.headers):
        verdict, wrong = "leaked", "another site may read it"
    elif missing:
        verdict, wrong = "wrong", f"without {', '.join(missing)}"
    elif not refused and answer.status_code == 403:
        verdict, wrong = "wrong", "kept out"
    elif refused and answer.status_code != 403:
        verdict, wrong = "wrong", f"let in with status {answer.status_code}"
    line = answer.text if verdict == "refused" and refused else ""
    return FaultOutcome(kind, what, verdict, line, time.monotonic() - started, wrong)
