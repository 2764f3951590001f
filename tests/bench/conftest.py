"""One studio for all that is tried against one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from instructfx.bench.robustness.strangers import NAMED
from instructfx.bench.serving.serving import Served, serving


@pytest.fixture(scope="session")
def studio() -> Iterator[Served]:
    """A server with folders of its own, which has a name beside its address."""
    with serving({"INSTRUCTFX_HOSTS": NAMED}) as served:
        yield served
