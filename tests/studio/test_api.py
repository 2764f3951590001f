"""The rack driven by programs: the README's own example, every endpoint, and the same as tools for assistants."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from passwords import AUTH

from instructfx.bench.serving.running import Running
from instructfx.bench.serving.visitor import API, Visitor
from instructfx.chain import Chain
from instructfx.exports import FORMATS
from instructfx.studio.visits.job import OUR_FAULT

README = Path(__file__).parent.parent.parent / "README.md"
RATE = 22_050


@pytest.fixture(scope="module")
def studio(guarded: Running) -> Iterator[Running]:
    """A studio whose host lets assistants in, and nobody without a password."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        yield guarded


@pytest.fixture(scope="module")
def program(studio: Running) -> Iterator[Client]:
    with contextlib.closing(Client(studio.url, verbose=False, httpx_kwargs={"auth": AUTH})) as client:
        yield client


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """Two seconds of stereo."""
    path = tmp_path / "track.wav"
    soundfile.write(path, np.random.default_rng(0).standard_normal((2 * RATE, 2)) * 0.1, RATE)
    return path


def fetched(url: str) -> httpx.Response:
    return httpx.get(url, auth=AUTH, trust_env=False)


def section(title: str) -> str:
    text = README.read_text()
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_example_in_the_readme_does_what_it_says(
    studio: Running, track: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a password in its address, as a host may ask for one; nothing else of it is changed."""
    (example,) = re.findall(r"```python\n(.*?)```", section("For programs"), re.S)
    assert len(example.strip().splitlines()) <= 12
    monkeypatch.chdir(track.parent)
    monkeypatch.setattr("gradio_client.Client", as_ann(studio.url))
    opener = urlopener()
    monkeypatch.setattr("urllib.request.urlopen", opener)
    scope: dict[str, Any] = {}
    exec(example, scope)
    scope["studio"].close()
    assert "warmer" in capsys.readouterr().out
    (made,) = track.parent.glob("track-*.flac")
    samples, rate = soundfile.read(made)
    assert (samples.shape, rate) == ((2 * RATE, 2), RATE)


def as_ann(url: str) -> Callable[[str], Client]:
    def client(address: str) -> Client:
        assert address == "http://127.0.0.1:7860"
        return Client(url, httpx_kwargs={"auth": AUTH})

    return client


def urlopener() -> Callable[[str], io.BytesIO]:
    return lambda url: io.BytesIO(fetched(url).raise_for_status().content)


def test_the_readme_names_every_tool_and_format() -> None:
    told = section("For programs")
    assert all(f"`{name}`" in told for name in ("open", "say", "render", "undo", "export", "INSTRUCTFX_MCP=1"))
    formats = re.findall(r"`(\w+)`", section("Taking it with you").partition("| --- | --- |")[2])
    assert set(FORMATS) <= set(formats)


def test_a_session_goes_on_with_its_id_alone(studio: Running, program: Client, track: Path) -> None:
    opened = program.predict(handle_file(track), api_name="/open")
    assert (opened["track"], opened["seconds"], opened["turns"], opened["chain"]) == ("track.wav", 2.0, 0, [])
    session = opened["session"]
    assert len(session) == 48
    said = program.predict(session, "low-pass it at 2 kHz", api_name="/say")
    assert said["turn"]["instruction"] == "low-pass it at 2 kHz"
    chain = Chain.from_json(said["chain"])
    assert chain.slot("filter").settings["lowpass_hz"] == 2000
    rendered = program.predict(session, api_name="/render")
    samples, rate = soundfile.read(io.BytesIO(fetched(rendered["url"]).content))
    assert (len(samples), rate) == (round(rendered["seconds"] * RATE), RATE)
    power = np.abs(np.fft.rfft(samples[:, 0])) ** 2
    assert power[2 * 6000 :].sum() < 0.04 * power.sum()  # of white noise: more than half without the filter
    with contextlib.closing(Client(studio.url, verbose=False, httpx_kwargs={"auth": AUTH})) as other:
        assert other.predict(session=session, api_name="/open")["chain"] == said["chain"]
        undone = other.predict(session, api_name="/undo")
        assert (undone["turns"], undone["chain"]) == (2, [])
        dry = other.predict(session, api_name="/render")
        assert fetched(dry["url"]).content == track.read_bytes()
    with Visitor(studio.url, auth=AUTH) as page:
        assert page.come_back(session).said == ("low-pass it at 2 kHz",)


def test_words_that_change_nothing_are_answered_and_are_no_turn(studio: Running, program: Client, track: Path) -> None:
    session = program.predict(handle_file(track), api_name="/open")["session"]
    said = program.predict(session, "low-pass it at 2 kHz", api_name="/say")
    assert (said["answer"], said["reply"]) == (None, said["turn"]["reply"])
    answered = program.predict(session, "xyzzy plugh", api_name="/say")
    assert (answered["turn"], answered["turns"], answered["chain"]) == (None, 1, said["chain"])
    assert answered["answer"]["instruction"] == "xyzzy plugh"
    assert answered["reply"] == answered["answer"]["reply"] != ""
    assert program.predict(session, "low-pass it at 1 kHz", api_name="/say")["turns"] == 2
    assert program.predict(session, api_name="/undo")["chain"] == said["chain"]
    with Visitor(studio.url, auth=AUTH) as page:
        assert page.come_back(session).said == ("low-pass it at 2 kHz", "xyzzy plugh", "low-pass it at 1 kHz")


def test_sessions_of_one_program_do_not_disturb_each_other(program: Client) -> None:
    first, second = (program.predict(sample=name, api_name="/open")["session"] for name in ("guitar", "strings"))
    both = [program.submit(first, "much warmer, some chorus and a big hall", api_name="/say") for _ in range(2)]
    third = program.predict(sample="groove", api_name="/open")
    assert third["turns"] == 0
    errors = [job.exception(60) for job in both]
    assert sorted(map(str, errors)) == ["A turn of this session is running; wait for it.", "None"]
    assert both[errors.index(None)].result()["turns"] == 1
    assert program.predict(session=second, api_name="/open")["track"] == "strings.flac"


@pytest.mark.parametrize("format", FORMATS)
def test_every_export_can_be_fetched_once(program: Client, session: str, format: str) -> None:
    made = program.predict(session, format, api_name="/export")
    answer = fetched(made["url"])
    assert answer.status_code == 200
    assert made["name"] in answer.headers["content-disposition"]
    assert len(answer.content) > 100
    assert fetched(made["url"]).status_code == 404


@pytest.fixture(scope="module")
def session(program: Client) -> str:
    opened = program.predict(sample="guitar", api_name="/open")
    program.predict(opened["session"], "put it in a small church", api_name="/say")
    return str(opened["session"])


@pytest.mark.parametrize(
    ("endpoint", "given", "line"),
    [
        ("open", {}, "Open takes either a file or a sample, one of groove, guitar, strings, or the id of a session."),
        ("open", {"sample": "drums"}, "Open takes either a file or a sample, one of groove, guitar"),
        ("open", {"sample": "guitar", "session": "x"}, "Open takes either a file or a sample"),
        ("open", {"session": "0" * 48}, "There is no session of that id."),
        ("open", {"sample": "guitar", "ear": "golden"}, "CLAP is no longer installed here"),
        ("open", {"sample": "guitar", "planner": "openai/dear"}, "That planner is not offered here"),
        ("say", {"session": "guess", "instruction": "warmer"}, "There is no session of that id."),
        ("say", {"session": 5, "instruction": "warmer"}, "Session must be text"),
        ("say", {"session": "{}", "instruction": ""}, 'Say what you want to hear, for example "make it warmer".'),
        ("say", {"session": "{}", "instruction": None}, "Say what you want to hear"),
        ("say", {"session": "{}", "instruction": "x" * 5000}, "That is 5000 characters long; up to 2000 are read."),
        ("export", {"session": "{}", "format": "cassette"}, "There is no format 'cassette'; there are wav16, wav24"),
        ("export", {"session": "guess", "format": "flac"}, "There is no session of that id."),
        ("render", {"session": ""}, "There is no session of that id."),
        ("undo", {"session": None}, "Session must be text"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line(
    program: Client, session: str, endpoint: str, given: dict[str, Any], line: str
) -> None:
    filled = {name: value.replace("{}", session) if isinstance(value, str) else value for name, value in given.items()}
    with pytest.raises(AppError) as told:
        program.predict(**filled, api_name=f"/{endpoint}")
    assert str(told.value).startswith(line)
    assert "\n" not in str(told.value)


def test_nothing_can_be_undone_twice(program: Client) -> None:
    session = program.predict(sample="guitar", api_name="/open")["session"]
    with pytest.raises(AppError, match="no turn that could be undone"):
        program.predict(session, api_name="/undo")


@pytest.mark.parametrize(
    "path", ["/etc/hostname", str(README), "../../app.py", "http://127.0.0.1:{port}/x.wav", 5, [1]]
)
def test_only_what_was_uploaded_is_opened_and_nothing_is_fetched(studio: Running, path: Any) -> None:
    with listening() as (port, asked), httpx.Client(base_url=studio.url, auth=AUTH, trust_env=False) as client:
        named = path.format(port=port) if isinstance(path, str) else path
        for file in (named, {"path": named, "meta": {"_type": "gradio.FileData"}}, {"path": "", "url": named}):
            answer = client.post(f"{API}/run/open", json={"data": [file, "", "", "", ""]})
            assert answer.status_code >= 400
            assert OUR_FAULT not in answer.text
            assert "Traceback" not in answer.text
    assert asked == []


@contextlib.contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and whatever comes to it."""
    import socket

    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError), server.accept()[0] as came:
                    asked.append(came.recv(100))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], asked
        ended.set()
        thread.join()


# Assistants


def text(answer: CallToolResult) -> str:
    (content,) = answer.content
    assert content.type == "text"
    return content.text


async def called(tools: ClientSession, name: str, **given: object) -> dict[str, Any]:
    answer = await tools.call_tool(name, given)
    assert not answer.isError, text(answer)
    found: dict[str, Any] = json.loads(text(answer))
    return found


@contextlib.asynccontextmanager
async def assistant(url: str, **headers: str) -> AsyncIterator[ClientSession]:
    """An assistant that has connected to the studio's tools."""
    client = httpx.AsyncClient(auth=AUTH, trust_env=False, timeout=60, headers=headers)
    async with (
        client,
        streamable_http_client(f"{url}{API}/mcp/", http_client=client) as (reading, writing, _),
        ClientSession(reading, writing) as tools,
    ):
        await tools.initialize()
        yield tools


def test_an_assistant_drives_the_rack_with_tools(studio: Running, track: Path) -> None:
    async def driving() -> None:
        async with assistant(studio.url) as tools:
            offered = {tool.name: tool for tool in (await tools.list_tools()).tools}
            assert set(offered) == {"open", "say", "undo", "render", "export"}
            assert "a wish refines the session's chain" in (offered["say"].description or "")
            assert offered["say"].inputSchema["required"] == ["session", "instruction"]
            session = (await called(tools, "open", sample="guitar"))["session"]
            turn = (await called(tools, "say", session=session, instruction="add a 250 ms delay"))["turn"]
            assert Chain.from_json(turn["chain"]).slot("delay").settings["delay_seconds"] == 0.25
            rendered = await called(tools, "render", session=session)
            made = await called(tools, "export", session=session, format="preset")
            assert (await called(tools, "undo", session=session))["chain"] == []
        for url in (rendered["url"], made["url"]):
            assert urlsplit(url).netloc == urlsplit(studio.url).netloc
            assert fetched(url).status_code == 200
        with Visitor(studio.url, auth=AUTH) as page:
            assert page.come_back(session).said == ("add a 250 ms delay",)

    asyncio.run(driving())


def test_an_assistant_uploads_a_track_and_is_told_what_is_wrong(studio: Running, track: Path) -> None:
    with track.open("rb") as file:
        path = httpx.post(f"{studio.url}{API}/upload", files={"files": file}, auth=AUTH, trust_env=False).json()[0]

    async def driving() -> list[CallToolResult]:
        async with assistant(studio.url) as tools:
            assert (await called(tools, "open", file=path))["track"] == "track.wav"
            session = (await called(tools, "open", sample="guitar"))["session"]
            return [
                await tools.call_tool("undo", {"session": session}),
                await tools.call_tool("say", {"session": session, "instruction": ""}),
                await tools.call_tool("open", {"file": "/etc/hostname"}),
                await tools.call_tool("open", {"sample": "drums"}),
            ]

    answers = asyncio.run(driving())
    assert all(answer.isError for answer in answers)
    lines = [text(answer) for answer in answers]
    for line, part in zip(lines, ("no turn that could be", "Say what you want", "not uploaded", "one of"), strict=True):
        assert part in line
        assert "\n" not in line


def test_what_a_request_claims_of_our_address_is_not_believed(studio: Running) -> None:
    """Nobody else's server is asked in our name, with the next one's password."""

    async def driving(port: int) -> None:
        claims = {"X-Forwarded-Host": f"127.0.0.1:{port}", "X-Forwarded-Proto": "http"}
        async with assistant(studio.url, **claims) as tools:
            assert (await called(tools, "open", sample="guitar"))["turns"] == 0

    with listening() as (port, asked):
        asyncio.run(driving(port))
    assert asked == []


def test_what_a_program_does_wrong_is_nothing_for_the_log(studio: Running, program: Client) -> None:
    before = studio.log.read_text()
    with pytest.raises(AppError):
        program.predict(session="guess", api_name="/open")
    assert studio.log.read_text() == before
