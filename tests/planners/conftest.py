"""A scripted language model on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_server import Chat, chatting


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """A server without a script yet; nothing goes through a proxy."""
    monkeypatch.setenv("NO_PROXY", "*")
    with chatting() as chat:
        yield chat
