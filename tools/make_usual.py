"""Writes instructfx/planners/usual.toml from the sample tracks in static/: python tools/make_usual.py"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from instructfx.audio.track import inspect  # noqa: E402
from instructfx.chain import Chain  # noqa: E402
from instructfx.ears.axes import AXES  # noqa: E402
from instructfx.ears.perceptual import PerceptualEar  # noqa: E402
from instructfx.engine.context import excerpt_of  # noqa: E402

BEYOND = 1.0  # steps: what is not clearly audible beside a sample track is usual as well
HEAD = """\
# The usual range of each axis of the built-in ear, in steps: from a step below the lowest reading of the sample tracks
# to a step above the highest. Written by tools/make_usual.py.

"""


def main() -> None:
    ear = PerceptualEar()
    tracks = [inspect(path) for path in sorted((ROOT / "static" / "samples").glob("*.flac"))]
    readings = [ear.describe(excerpt_of(track, ear).heard(Chain())) for track in tracks]
    lines = []
    for axis in AXES:
        found = [each[axis] for each in readings]
        lines.append(f"{axis} = [{min(found) - BEYOND:.1f}, {max(found) + BEYOND:.1f}]\n")
    (ROOT / "instructfx" / "planners" / "usual.toml").write_text(HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
