"""InstructFX: talk to an effects rack.

import instructfx
session = instructfx.open_session("track.flac")
turn = session.say("make it warmer")
audio = session.render()
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# torch's threads otherwise spin while they wait, which slows everything several times over as soon as
# another process wants a core. It is read once, when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

if TYPE_CHECKING:
    from instructfx.audio import Audio
    from instructfx.chain import preset
    from instructfx.engine.live import LiveSession, open_session, resume_session
    from instructfx.errors import InstructFXError

_HOMES = {
    "Audio": "instructfx.audio",
    "InstructFXError": "instructfx.errors",
    "LiveSession": "instructfx.engine.live",
    "open_session": "instructfx.engine.live",
    "preset": "instructfx.chain",
    "resume_session": "instructfx.engine.live",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for: torch takes seconds, `--help` should not."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pkgutil import resolve_name

    return resolve_name(f"{_HOMES[name]}.{name}")


__all__ = ["Audio", "InstructFXError", "LiveSession", "__version__", "open_session", "preset", "resume_session"]
