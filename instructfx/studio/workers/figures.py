"""Which pictures a turn has: computed where the sound is, in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from instructfx.chain import Chain
from instructfx.studio.workers import pictures
from instructfx.studio.workers.messages import Compared
from instructfx.studio.workers.pictures import Curve

if TYPE_CHECKING:
    from instructfx.engine.live import LiveSession

WIDTH = 360  # px; two stand side by side on a desk, one fills a phone


def figures_of(live: LiveSession, turn_id: str, compared: Compared | None) -> dict[str, str]:
    """What to show of a turn, or of two that are compared: name of a picture -> SVG. None is the dry track."""
    if compared:
        chains = [_chain(live, each) for each in (compared.a, compared.b)]
        curves = [_spectrum(live, chain) for chain in chains]
        names = (_name(live, compared.a), _name(live, compared.b))
        return {"comparison": pictures.comparison_picture(curves[0], curves[1], names, WIDTH)}
    turn = live.session.turn(turn_id)
    before, chain, rate = live.session.before_turn(turn), turn.chain, live.track.sample_rate
    equaliser = pictures.response_of(chain, rate)
    found = {
        "spectrum": pictures.spectrum_picture(_spectrum(live, before), _spectrum(live, chain), equaliser, WIDTH),
    }
    readings = pictures.readings_of(turn)
    if readings:
        found["readings"] = pictures.readings_picture(readings, WIDTH)
    decays = pictures.decays_of(chain, rate)
    if decays:
        found["decay"] = pictures.decay_picture(decays, WIDTH)
    if turn.refined.steps:
        found["trajectory"] = pictures.trajectory_picture(turn.refined, WIDTH)
    return found


def _chain(live: LiveSession, turn_id: str | None) -> Chain:
    return live.session.turn(turn_id).chain if turn_id else Chain()


def _name(live: LiveSession, turn_id: str | None) -> str:
    return f"Turn {live.session.turn(turn_id).index}" if turn_id else "Dry"


def _spectrum(live: LiveSession, chain: Chain) -> Curve:
    heard = live.preview(chain)
    return pictures.spectrum_of(torch.from_numpy(heard.samples), heard.sample_rate)
