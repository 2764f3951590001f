"""Libraries that few need: they come with an extra of the installation, and who lacks one is told which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from instructfx.errors import SetupError


@contextmanager
def needs_extra(extra: str, feature: str) -> Iterator[None]:
    """Around the imports of a feature. Raises SetupError, which says what to install, where a library is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SetupError(
            f'{feature} needs {error.name}, which is not installed: pip install "instructfx[{extra}]" '
            "(in a checkout: make extras)"
        ) from error
