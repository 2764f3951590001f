"""The stream that tells a page of changes: for whom it is, how many there are, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from change_stream import WAIT_SECONDS, listening

from instructfx.bench.serving.running import Running
from instructfx.bench.serving.visitor import Visitor
from instructfx.engine.live import resume_session
from instructfx.studio.page.part_types import AddressData
from instructfx.studio.visits.watching import MOST_PAGES


@pytest.fixture
def page(common: Running, riff: Path) -> Iterator[Visitor]:
    """A page with a session on it, which is its own."""
    with Visitor(common.url) as visitor, riff.open("rb") as file:
        assert visitor.upload(riff.name, file).track
        yield visitor


def address_of(page: Visitor) -> AddressData:
    """The session that a page shows, its visit, and how new is what it shows."""
    found: AddressData = page.part_event("address", {"do": "refresh", "session": ""}).parts["address"]  # type: ignore[assignment]
    return found


def test_every_change_is_told_whoever_makes_it(page: Visitor, common: Running) -> None:
    address = address_of(page)
    with listening(common.url, address["visit"]) as told:
        first = next(told)
        assert first == address["revision"]
        page.say("3 dB louder")
        assert next(told) > first
        while (heard := next(told)) != address_of(page)["revision"]:
            pass
        live = resume_session(address["session"], "builtin", "perceptual", store=common.log.parent)
        live.say("6 dB quieter")
        assert next(told) > heard
        assert page.come_back(address["session"]).said == ("3 dB louder", "6 dB quieter")


def test_who_knows_no_visit_gets_no_stream(page: Visitor, common: Running) -> None:
    assert httpx.get(f"{common.url}/changes/guess", trust_env=False).status_code == 404
    visit = address_of(page)["visit"]
    with listening(common.url, visit) as told:
        next(told)
        page.leave()
        assert list(told) == []
    assert httpx.get(f"{common.url}/changes/{visit}", trust_env=False).status_code == 204


def test_fifty_streams_are_bounded_and_make_room_when_they_end(page: Visitor, common: Running) -> None:
    visit = address_of(page)["visit"]
    with ExitStack() as opened:
        told = [opened.enter_context(listening(common.url, visit)) for _ in range(MOST_PAGES)]
        assert len({next(each) for each in told}) == 1
        for _ in range(50 - MOST_PAGES):
            refused = httpx.get(f"{common.url}/changes/{visit}", trust_env=False)
            assert (refused.status_code, "8 pages already" in refused.text) == (429, True)
    while httpx_status(common.url, visit) == 429:
        pass


def httpx_status(url: str, visit: str) -> int:
    with (
        httpx.Client(base_url=url, trust_env=False, timeout=WAIT_SECONDS) as client,
        client.stream("GET", f"/changes/{visit}") as answer,
    ):
        return answer.status_code
