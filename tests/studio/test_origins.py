"""Other sites: names that are not the studio's, pages from elsewhere, and what every answer says to browsers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest
from passwords import AUTH

from instructfx.bench.serving.running import Running
from instructfx.bench.serving.visitor import API
from instructfx.errors import SetupError
from instructfx.studio.web.origins import HostName, Hosts, hosts_from
from instructfx.studio.web.secured import policy

FOREIGN = (
    "http://evil.example",
    "https://evil.example",
    "null",
    "http://127.0.0.1:9",
    "http://localhost",
    "file://",
    "x",
)
ANSWERS = (
    "/", "/config", "/page/studio.js", "/page/nothing.js", "/audio/guess/dry", "/nothing", f"{API}/info", "/theme.css",
    f"{API}/file=/etc/passwd", f"{API}/startup-events",
)  # fmt: skip


@pytest.fixture
def client(common: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=common.url, trust_env=False, timeout=20) as made:
        yield made


def test_a_name_that_is_not_the_studios_gets_nothing(client: httpx.Client, guarded: Running) -> None:
    port = client.base_url.port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "a@127.0.0.1",
        "[::1",
    ):
        for answer in (
            client.get("/", headers={"Host": host}),
            client.post(f"{API}/queue/join", headers={"Host": host}, json={}),
        ):
            assert answer.status_code == 403, host
            assert answer.text.startswith(
                "This studio does not answer under that name. Its host can name it in INSTRUCTFX_HOSTS"
            )
    for host in ("localhost", f"localhost:{port}", "127.0.0.1:1", f"[::1]:{port}", "LOCALHOST."):
        assert client.get("/config", headers={"Host": host}).status_code == 200, host
    assert httpx.get(guarded.url, headers={"Host": "evil.example"}, auth=AUTH, trust_env=False).status_code == 403


@pytest.mark.parametrize("origin", FOREIGN)
def test_pages_of_other_sites_send_and_read_nothing(client: httpx.Client, origin: str) -> None:
    for host in (f"127.0.0.1:{client.base_url.port}", f"localhost:{client.base_url.port}"):
        headers = {"Origin": origin, "Host": host}
        for path in (f"{API}/queue/join", f"{API}/upload", f"{API}/run/predict", "/preview/guess", f"{API}/cancel"):
            for answer in (
                client.post(path, headers=headers, json={}),
                client.request("OPTIONS", path, headers=headers),
            ):
                assert answer.status_code == 403
                assert answer.text == "Pages of other sites may send nothing here."
        for path in ANSWERS:
            answer = client.get(path, headers=headers)
            assert not [name for name in answer.headers if name.startswith("access-control-")], path


def test_its_own_page_may_send(client: httpx.Client) -> None:
    for host in (f"127.0.0.1:{client.base_url.port}", f"localhost:{client.base_url.port}"):
        headers = {"Origin": f"http://{host}", "Host": host}
        assert client.post(f"{API}/queue/join", headers=headers, json={}).status_code == 422  # what it sent was nothing
    assert client.post(f"{API}/queue/join", json={}).status_code == 422  # programs say no origin


def test_every_answer_has_its_headers(client: httpx.Client, guarded: Running) -> None:
    answers = [client.get(path) for path in ANSWERS]
    answers += [
        client.post("/nothing"),
        client.post(f"{API}/queue/join", json={}),
        httpx.get(guarded.url, trust_env=False),
    ]
    answers.append(client.get("/", headers={"Host": "evil.example"}))
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        said = answer.headers["content-security-policy"]
        assert "default-src 'self'" in said
        assert "frame-ancestors 'none'" in said
        script = next(each for each in said.split("; ") if each.startswith("script-src"))
        assert "unsafe-inline" not in script
    assert "'sha256-" in client.get("/").headers["content-security-policy"]


def test_scripts_in_a_page_are_allowed_by_what_they_hold() -> None:
    none, one = (
        policy(b"<p>"),
        policy(b"<script>a()</script><script src=b.js></script><SCRIPT type='module'>c()\n</SCRIPT>"),
    )
    assert "sha256" not in none
    assert one.count("'sha256-") == 2
    assert "'sha256-RAsHYrbcnNh49Xh2cUQKJ1l+ko0sIGN8VPbEPMBIFbg='" not in one


def test_a_host_names_its_studio() -> None:
    hosts = hosts_from({"INSTRUCTFX_HOSTS": "music.example, other.example:8443,[2001:DB8::1]"}, "192.168.1.5")
    assert hosts == Hosts(
        (HostName("music.example", None), HostName("other.example", 8443), HostName("2001:db8::1", None)), "192.168.1.5"
    )
    for known in (
        "music.example",
        "MUSIC.example:443",
        "other.example",
        "[2001:db8:0::1]:7860",
        "192.168.1.5:7860",
        "172.17.0.2",
    ):
        assert hosts.known(known, "172.17.0.2"), known
    for unknown in ("evil.example", "a.music.example", "192.168.1.6", "music.example/x", ""):
        assert not hosts.known(unknown, "172.17.0.2"), unknown
    # Behind a proxy the host that is asked may be another than the page's.
    assert hosts.own("https://music.example", "127.0.0.1:7860")
    assert hosts.own("https://other.example:8443", "127.0.0.1:7860")
    assert hosts.own("https://127.0.0.1", "127.0.0.1")
    for origin in (
        "https://other.example",
        "https://music.example:8443",
        "http://127.0.0.1:7861",
        "null",
        "",
        "https://",
    ):
        assert not hosts.own(origin, "127.0.0.1:7860"), origin
    assert hosts_from({"INSTRUCTFX_HOSTS": "*"}).known("anything.example", "")
    assert not hosts_from({"INSTRUCTFX_HOSTS": "*"}).own("https://evil.example", "127.0.0.1")
    assert hosts_from({}) == Hosts()


@pytest.mark.parametrize("text", ["http://music.example", "music.example/x", "a b:c", ":80", "me@music.example"])
def test_a_name_that_is_none_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SetupError, match=r"INSTRUCTFX_HOSTS holds .* it must be names or addresses with commas"):
        hosts_from({"INSTRUCTFX_HOSTS": text})


def test_who_names_no_host_gets_nothing(common: Running) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(common.url).port)) as connection:
        connection.sendall(b"GET /config HTTP/1.0\r\n\r\n")
        assert connection.makefile("rb").readline().split()[1] == b"403"
