"""What a host allows, read from the environment in one place."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from instructfx.errors import SetupError

LONGEST_SECONDS = 3600  # what the rest of the project is made and tested for
LEAST_WORKER_MB = 1024  # less would not hold the libraries and a search


def usual_turns() -> int:
    """Turns that run at once unless told: half of the cores, at least two."""
    return max(2, (os.cpu_count() or 1) // 2)


@dataclass(frozen=True)
class Limits:
    """All limits of a studio, each from its variable. None is no limit.

    upload_mb: bytes of one upload, in MB; track_seconds: length of a track; turn_seconds and worker_mb: time and
    resident memory of one piece of work; turns: how many run at once; waiting: how many may wait for their place;
    visits: open at once; disk_gb: beyond that much on the disk, all that the studio writes, nothing more is taken;
    keep_days: sessions that were not used for longer are deleted. mcp: assistants may drive the rack with tools.
    opens: sessions that one address may open, and files that it may send, each in a minute.
    """

    upload_mb: int = 1024
    track_seconds: int = LONGEST_SECONDS
    turn_seconds: int = 600
    worker_mb: int = 4096
    turns: int = field(default_factory=usual_turns)
    waiting: int = 50
    visits: int = 200
    disk_gb: float | None = 20.0
    keep_days: float | None = None
    mcp: bool = False
    opens: int | None = 60

    def of_uploads(self) -> str:
        """What may be uploaded, for people: "up to an hour and 1024 MB"."""
        minutes, seconds = divmod(self.track_seconds, 60)
        length = f"{minutes}:{seconds:02d} minutes" if seconds else f"{minutes} minute{'s'[: minutes != 1]}"
        return f"up to {'an hour' if self.track_seconds == LONGEST_SECONDS else length} and {self.upload_mb} MB"


def limits_from(environment: Mapping[str, str]) -> Limits:
    """The limits that the environment names, the others as usual; SetupError says which value is wrong."""
    usual = Limits()

    def whole(name: str, otherwise: int, least: int = 1, most: int | None = None) -> int:
        return int(_number(environment, name, otherwise, least, most, whole=True))

    def off(name: str) -> bool:
        return environment.get(name, "").strip().lower() == "none"

    def unless_off(name: str, otherwise: float | None) -> float | None:
        if off(name):
            return None
        return _number(environment, name, otherwise, 0.001) if environment.get(name, "").strip() else otherwise

    return Limits(
        upload_mb=whole("INSTRUCTFX_MAX_UPLOAD_MB", usual.upload_mb),
        track_seconds=whole("INSTRUCTFX_MAX_SECONDS", usual.track_seconds, most=LONGEST_SECONDS),
        turn_seconds=whole("INSTRUCTFX_TURN_SECONDS", usual.turn_seconds),
        worker_mb=whole("INSTRUCTFX_WORKER_MB", usual.worker_mb, least=LEAST_WORKER_MB),
        turns=whole("INSTRUCTFX_TURNS", usual.turns),
        waiting=whole("INSTRUCTFX_MAX_WAITING", usual.waiting),
        visits=whole("INSTRUCTFX_MAX_VISITS", usual.visits),
        disk_gb=unless_off("INSTRUCTFX_MAX_DISK_GB", usual.disk_gb),
        keep_days=unless_off("INSTRUCTFX_KEEP_DAYS", usual.keep_days),
        opens=None if off("INSTRUCTFX_MAX_OPENS") else whole("INSTRUCTFX_MAX_OPENS", usual.opens or 0),
        mcp=bool(whole("INSTRUCTFX_MCP", int(usual.mcp), least=0, most=1)),
    )


def _number(
    environment: Mapping[str, str],
    name: str,
    otherwise: float | None,
    least: float,
    most: float | None = None,
    whole: bool = False,
) -> float:
    text = environment.get(name, "").strip()
    if not text and otherwise is not None:
        return otherwise
    kind = "a whole number" if whole else "a number"
    legal = f"{kind} from {least:g} to {most:g}" if most else f"{kind}, {least:g} or more"
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < least or (most and value > most) or (whole and value != int(value)):
        allowed = legal if whole else f"{legal}, or none"
        raise SetupError(f"{name} is {text!r}; it must be {allowed}. Change it, or leave it out.")
    return value
