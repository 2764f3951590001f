"""What stands before the studio: the password, what is closed, sizes, and a log without ids."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from passwords import AUTH, OTHER_AUTH

from instructfx.bench.serving.running import Running
from instructfx.bench.serving.visitor import API, Visitor
from instructfx.errors import SetupError
from instructfx.exports import FORMATS
from instructfx.store import Store
from instructfx.studio.page.gradio_compat import was_uploaded
from instructfx.studio.web.auth import Passwords, passwords_from

ROUTES = (
    "/", "/config", "/page/studio.js", "/page/style.css", "/audio/guess/dry", "/step/guess/t/0",
    "/made/guess/x",
    "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/static/img/logo.svg", "/assets/index.js",
    f"{API}/info", f"{API}/startup-events", f"{API}/queue/data?session_hash=x", f"{API}/heartbeat/x",
    f"{API}/file=/etc/passwd", f"{API}/app_id", f"{API}/mcp/sse", f"{API}/mcp/schema", "/nothing",
    "/login_check",
)  # fmt: skip


@pytest.fixture
def outside(guarded: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=guarded.url, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def visitor(guarded: Running) -> Iterator[Visitor]:
    with Visitor(guarded.url, auth=AUTH) as coming:
        yield coming


@pytest.mark.parametrize("path", ROUTES)
def test_no_route_answers_without_the_password(outside: httpx.Client, path: str) -> None:
    answer = outside.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert len(answer.content) < 100
    for wrong in (("ann", "password"), ("", ""), ("bob", "pass:word"), ("ann:pass", "word:")):
        assert outside.get(path, auth=wrong).status_code == 401


@pytest.mark.parametrize("path", [f"{API}/queue/join", f"{API}/upload", f"{API}/run/predict", "/login"])
def test_nothing_can_be_sent_without_the_password(outside: httpx.Client, path: str) -> None:
    assert outside.post(path, json={}).status_code == 401


def test_with_the_password_the_page_is_there(outside: httpx.Client) -> None:
    for auth in (AUTH, OTHER_AUTH):
        assert "InstructFX" in outside.get("/", auth=auth).text
    for header in ("Basic", "Basic !", "Bearer YW5uOnBhc3M6d29yZA==", "Basic YW5u"):
        assert outside.get("/", headers={"Authorization": header}).status_code == 401


def test_a_visit_serves_its_own_files_and_its_ids_are_in_no_log(
    guarded: Running, visitor: Visitor, tmp_path: Path
) -> None:
    before = guarded.log.read_text()
    path = tmp_path / "take.wav"
    samples = np.random.default_rng(0).standard_normal(22_050) * 0.1
    soundfile.write(path, samples, 22_050)
    with path.open("rb") as file:
        shown = visitor.upload(path.name, file)
    token = shown.dry.split("/")[2]
    assert len(token) >= 32
    assert visitor.client.get(shown.dry.removesuffix("/{segment}")).content == path.read_bytes()
    shown = visitor.say("low-pass it at 2 kHz")
    assert {each["name"] for each in shown.parts["take"]["formats"]} == set(FORMATS)
    assert visitor.client.get(shown.current.replace("{segment}", "0")).status_code == 200
    *_, made = map(json.loads, visitor.client.post(f"/export/{token}/preset").text.splitlines())
    assert visitor.client.get(made["url"]).status_code == 200
    assert visitor.client.get(f"/audio/{token}/nothing.flac").status_code == 404
    guessed = token[:-1] + ("y" if token.endswith("x") else "x")
    assert visitor.client.get(f"/audio/{guessed}/dry").status_code == 404
    assert visitor.client.post(f"/export/{guessed}/preset").status_code == 404
    stored = Store(guarded.log.parent)
    ids = re.findall(r"\b[\w-]{32}\b", " ".join(p.name for p in guarded.log.parent.rglob("*")))
    assert "InstructFX is ready" in before
    log = guarded.log.read_text().removeprefix(before)
    assert token not in log
    assert all(each not in log for each in ids)
    assert hashlib.sha256(path.read_bytes()).hexdigest() not in log
    assert not re.search(r"[\w-]{32}", log)
    assert stored.folder == guarded.log.parent


def test_gradio_hands_out_no_file(guarded: Running, visitor: Visitor, tmp_path: Path) -> None:
    visitor.sample("guitar")
    kept = next((guarded.log.parent / "audio").glob("*.flac"))
    mine = tmp_path / "mine.wav"
    soundfile.write(mine, np.full(9_000, 0.1), 8_000)
    with mine.open("rb") as file:
        uploaded = visitor.client.post(f"{API}/upload", files={"files": ("mine.wav", file)}).json()[0]
    assert Path(uploaded).is_file()
    assert f"/instructfx-{guarded.pid}-" in uploaded  # its own folder, which ends with it
    for wanted in (str(kept), uploaded, str(guarded.log), "/etc/passwd", "../../../../etc/passwd", "http://127.0.0.1/"):
        for route in (f"{API}/file=", f"{API}/file/", f"{API}//file=", "/file=", "/file/", f"{API}/%66ile=",
                      f"{API}/proxy=", f"{API}/stream/", "/static/../../", "/assets/", "/page/../",
                      f"{API}/queue/../file="):  # fmt: skip
            answer = visitor.client.get(f"{route}{wanted}")
            assert answer.status_code in (400, 403, 404, 405), (route, wanted)


def test_a_path_that_nobody_uploaded_opens_nothing(guarded: Running, visitor: Visitor) -> None:
    visitor.sample("guitar")
    kept = next((guarded.log.parent / "audio").glob("*.flac"))
    with Visitor(guarded.url, auth=AUTH) as other:
        forged = {"path": str(kept), "orig_name": "mine.flac", "meta": {"_type": "gradio.FileData"}}
        assert other.choose(forged).ending == "failed"
    assert kept.is_file()


def test_only_what_lies_among_the_uploads_counts_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    link = tmp_path / "uploads" / "link.wav"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "secret.wav")
    assert was_uploaded(tmp_path / "uploads" / "0" / "take.wav")
    for path in (link, tmp_path / "secret.wav", tmp_path / "uploads" / ".." / "secret.wav", tmp_path / "uploads-2"):
        assert not was_uploaded(path)


def test_uploads_are_limited_in_bytes_and_seconds(visitor: Visitor, tmp_path: Path) -> None:
    assert "up to 1 minute and 2 MB" in visitor.client.get("/config").text
    large = tmp_path / "large.wav"
    soundfile.write(large, np.full((1_200_000, 1), 0.1), 44_100)
    with large.open("rb") as file:
        answer = visitor.client.post(f"{API}/upload", files={"files": ("large.wav", file)})
    assert answer.status_code == 413
    assert "up to 2 MB" in answer.text
    long = tmp_path / "long.flac"
    soundfile.write(long, np.full((61 * 8_000, 1), 0.1), 8_000)
    with long.open("rb") as file:
        assert "long.flac is 61 seconds long; up to 60 are accepted here" in visitor.upload(long.name, file).line


@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/mcp/sse", "/mcp/schema", "/mcp/messages/"])
def test_no_tools_are_offered_unless_the_host_says_so(common: Running, path: str) -> None:
    """Guarded again by what answers where they are: test_api.py."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Accept": "application/json, text/event-stream"}
    with httpx.Client(base_url=common.url, trust_env=False, timeout=20) as client:
        for answer in (client.get(f"{API}{path}"), client.post(f"{API}{path}", json=call, headers=headers)):
            assert (answer.status_code, answer.text) == (404, "There is nothing here.")


def test_nothing_else_may_be_large(visitor: Visitor) -> None:
    assert visitor.client.post(f"{API}/queue/join", content=b"x" * 1_100_000).status_code == 413

    def pieces() -> Iterator[bytes]:
        yield b"x"

    assert visitor.client.post(f"{API}/queue/join", content=pieces()).status_code == 411


def test_an_event_that_cannot_be_read_is_one_line_without_its_words(common: Running) -> None:
    before = common.log.read_text()
    event = {"data": ["words of a visitor " * 9], "fn_index": 0, "session_hash": "q"}
    with httpx.Client(base_url=common.url, trust_env=False, timeout=20) as client:
        assert client.post(f"{API}/queue/join", json=event).status_code == 200
    end = time.monotonic() + 30
    while not (told := common.log.read_text().removeprefix(before)) and time.monotonic() < end:
        time.sleep(0.1)
    assert told == "a request could not be read (ValueError)\n"


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_length_beside_chunks_is_not_believed(common: Running, method: str) -> None:
    """Read to its end, this would be without end: chunks count, whatever the length says."""
    at = httpx.URL(common.url)
    with socket.create_connection((at.host, at.port or 80), timeout=20) as connection:
        connection.sendall(
            f"{method} {API}/upload HTTP/1.1\r\nHost: {at.netloc.decode()}\r\nContent-Length: 5\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n".encode()
        )
        assert connection.recv(1000).split(b"\r\n")[0].split()[1] == b"411"


def test_what_cannot_be_read_is_refused_with_what_every_answer_says(common: Running) -> None:
    at = httpx.URL(common.url)
    with socket.create_connection((at.host, at.port or 80), timeout=20) as connection:
        connection.sendall(b"no request at all\r\n\r\n")
        answer = connection.makefile("rb").read().lower()
    assert answer.startswith(b"http/1.1 400")
    for told in (b"x-content-type-options: nosniff", b"content-security-policy: ", b"x-frame-options: deny"):
        assert told in answer


@pytest.mark.parametrize("text", ["ann", "ann:", ":secret", "ann:secret,", "ann:secret,bob"])
def test_a_password_of_another_form_is_one_line_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(SetupError, match="must be user:password, or several with commas") as told:
        passwords_from({"INSTRUCTFX_AUTH": text})
    assert "secret" not in str(told.value)


def test_without_a_password_there_is_none_to_ask_for() -> None:
    assert passwords_from({}) is None
    assert passwords_from({"INSTRUCTFX_AUTH": " "}) is None
    assert passwords_from({"INSTRUCTFX_AUTH": "a:b, c:d"}) == Passwords(((b"a", b"b"), (b"c", b"d")))


def test_a_model_without_its_key_is_a_line_in_the_log_and_on_the_page(guarded: Running, visitor: Visitor) -> None:
    """Where others plan, so that it works all the same."""
    config = visitor.client.get("/config").text
    assert "openai/gpt-5 cannot plan: OPENAI_API_KEY is not set" in config
    assert "Set up a language model" in config
    assert guarded.log.read_text().count("OPENAI_API_KEY is not set") == 1
    visitor.sample("guitar")
    assert visitor.say("3 dB louder").current
