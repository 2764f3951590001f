"""A made-up crowd in the layout of the SocialFX data: broad curves with noise, and rooms of different lengths."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from instructfx.audio import Audio, save

BANDS_HZ = np.geomspace(20, 19_700, 40)
TILTS = {"warm": -1.0, "bright": 1.0}
ROOMS = {"church": (3.5, 3400.0), "clear": (0.5, 4100.0), "muffled": (2.3, 900.0)}


def write_crowd(folder: Path, music: Audio, seconds: float = 2.0, people: int = 12) -> Path:
    """The folder, with eq_dev.json, reverb_dev.json and one short track in audio/."""
    rng = np.random.default_rng(0)
    slope = np.log(BANDS_HZ / 800) / np.log(40)
    curves = {
        word: [(tilt * slope + 0.3 * rng.standard_normal(40).cumsum() / 6).tolist() for _ in range(people)]
        for word, tilt in TILTS.items()
    }
    folder.mkdir()
    (folder / "eq_dev.json").write_text(json.dumps({"bands_hz": BANDS_HZ.tolist(), "curves": curves}))
    words = {
        word: {"n": 9, "median": [seconds_, hz], "q25": [0, 0], "q75": [9, 9]} for word, (seconds_, hz) in ROOMS.items()
    }
    measures = ["rt60_seconds", "spectral_centroid_hz"]
    (folder / "reverb_dev.json").write_text(json.dumps({"measures": measures, "words": words}))
    (folder / "audio").mkdir()
    frames = round(seconds * music.sample_rate)
    save(Audio(music.samples[:, :frames].copy(), music.sample_rate), folder / "audio" / "music.flac")
    return folder
