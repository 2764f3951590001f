"""What can be taken away of a visit, and what it will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from instructfx.chain.format import minus
from instructfx.studio.page.part_types import FormatData, TakeData
from instructfx.studio.visits.phrases import clock, unbroken

if TYPE_CHECKING:
    from instructfx.exports import Format
    from instructfx.studio.visits.visits import Visit

TAGS_NAMED = 3  # others are counted


def take_data(visit: Visit) -> TakeData:
    """Every format of what plays now, for `ifx-take`."""
    from instructfx.exports import FORMATS

    return {"session": visit.token, "formats": [_format(visit, each) for each in FORMATS.values()]}


def _format(visit: Visit, format: Format) -> FormatData:
    facts = _facts(visit, format) if format.samples else []
    return {"name": format.name, "label": format.label, "help": format.help, "facts": [*map(unbroken, facts)]}


def _facts(visit: Visit, format: Format) -> list[str]:
    """Rate and length, the loudness and the true peak where they have been measured, and what is kept of the tags."""
    track, standing = visit.track, visit.session.standing
    sound = visit.sound_of(standing.id if standing else None)
    facts = [f"{format.rate_of(track.sample_rate) / 1000:g} kHz, {format.samples}"]
    if sound:
        about = "" if format.suffix != ".mp3" else "about "
        facts += [clock(sound.seconds), minus(f"{about}{sound.loudness_lufs:.1f} LUFS")]
        facts.append(minus(f"peaks to {about}{sound.true_peak_dbtp:.1f} dBTP"))
    else:
        facts.append("its levels are told once it is rendered")
    return [*facts, _kept(visit.tags)] if visit.tags else facts


def _kept(tags: tuple[str, ...]) -> str:
    more = len(tags) - TAGS_NAMED
    return f"keeps {', '.join(tags[:TAGS_NAMED])}{f' and {more} more' if more > 0 else ''}"
