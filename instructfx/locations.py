"""Where the files of this installation are. A wheel has the page inside the package; a checkout has it beside it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

PACKAGE = Path(str(resources.files("instructfx")))
CHECKOUT = PACKAGE.parent


def is_checkout() -> bool:
    """Whether the package runs from a checkout of the project: where it has no page of its own."""
    return not (PACKAGE / "static").is_dir()


def static_folder() -> Path:
    """The files of the page, and in `samples` the sample tracks."""
    return CHECKOUT / "static" if is_checkout() else PACKAGE / "static"


def sessions_folder() -> Path:
    """Where sessions are kept unless told otherwise: `sessions` in a checkout, else in the user's data folder."""
    if is_checkout():
        return CHECKOUT / "sessions"
    from platformdirs import user_data_path

    return user_data_path("instructfx", appauthor=False) / "sessions"
