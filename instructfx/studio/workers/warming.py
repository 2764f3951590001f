"""What a first turn needs, run once, so that it is quick for whoever comes first."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from instructfx.locations import static_folder

WORDS = ("make it warmer", "put it in a small room", "add some grit")  # every kind of search
STEPS = 8  # enough to meet every part of a search
TRACK = static_folder() / "samples" / "guitar.flac"
SECONDS = 1  # of it; what is prepared does not depend on the length


def warm(ear: str, stopped: Callable[[], bool]) -> None:
    """Take a few turns with that ear, the usual one where it has no name, in a store that is thrown away."""
    from instructfx.audio import Audio, load, save
    from instructfx.engine import Callbacks
    from instructfx.engine.live import open_session
    from instructfx.refine import Step

    def few_steps() -> Callbacks:
        tried: list[Step] = []
        return Callbacks(on_step=tried.append, cancelled=lambda: len(tried) > STEPS or stopped())

    with tempfile.TemporaryDirectory() as folder:
        track, path = load(TRACK), Path(folder) / "warm.wav"
        save(Audio(track.samples[:, : SECONDS * track.sample_rate].copy(), track.sample_rate), path)
        live = open_session(path, planner="builtin", ear=ear, store=folder)
        for words in WORDS:
            live.say(words, few_steps())
        live.render_to(Path(folder) / "warm.flac", cancelled=stopped)
