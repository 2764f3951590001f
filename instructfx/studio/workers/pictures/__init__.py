"""Pictures of a turn as SVG: drawn on the server, coloured by the page.

Pure functions: `*_of` compute records from sound and settings, `*_picture` draw them. width is in px on the page; 360
suits a phone and 700 a desk.
"""

from __future__ import annotations

from instructfx.studio.workers.pictures.decay import Decay, decay_picture, decays_of
from instructfx.studio.workers.pictures.readings import AxisChange, readings_of, readings_picture
from instructfx.studio.workers.pictures.spectra import Curve, response_of, spectrum_of
from instructfx.studio.workers.pictures.spectrum import comparison_picture, spectrum_picture
from instructfx.studio.workers.pictures.trajectory import trajectory_picture

__all__ = [
    "AxisChange",
    "Curve",
    "Decay",
    "comparison_picture",
    "decay_picture",
    "decays_of",
    "readings_of",
    "readings_picture",
    "response_of",
    "spectrum_of",
    "spectrum_picture",
    "trajectory_picture",
]
