"""Write instructfx/refine/prior.toml: where the settings of plausible presets lie, as a Gaussian for each of them.

    python tools/make_prior.py

The presets are the chains from which the built-in planner starts for each quality of the lexicon, said of a dry track
that reads as usual: "make it warm".
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from instructfx.chain import Chain, Slot  # noqa: E402
from instructfx.ears.axes import AXES  # noqa: E402
from instructfx.effects import EFFECTS  # noqa: E402
from instructfx.language.lexicon import lexicon  # noqa: E402
from instructfx.planners import Plan, PlanRequest  # noqa: E402
from instructfx.planners.builtin import BuiltinPlanner  # noqa: E402
from instructfx.planners.router import route  # noqa: E402
from instructfx.planners.usual import usual  # noqa: E402

OUT = ROOT / "instructfx" / "refine" / "prior.toml"
LEAST = 0.03  # of a range: a preset that never moves a setting does not say that it must not
FEWEST = 8  # presets with an effect, without which nothing is said of it
HEAD = """\
# Where settings lie in plausible presets: mean and deviation along each range, 0 to 1. Written by tools/make_prior.py.
"""


def presets() -> Iterator[Slot]:
    """Every slot of every starting chain."""
    readings = {axis: sum(usual(axis)) / 2 for axis in AXES}
    for name in lexicon().families:
        plan = BuiltinPlanner().plan(PlanRequest(f"make it {name}", readings=readings))
        if isinstance(plan, Plan):
            yield from route(Chain(), plan)[1].slots


def main() -> int:
    """Measure and write."""
    found: dict[str, list[list[float]]] = defaultdict(list)
    for slot in presets():
        found[slot.effect.name].append([p.to_unit(slot.settings[p.name]) for p in slot.effect.params])
    lines = [HEAD]
    for name, effect in EFFECTS.items():
        units = np.array(found[name])
        if len(units) < FEWEST:
            continue
        lines.append(f"\n[{name}]\n")
        for param, mean, deviation in zip(effect.params, units.mean(axis=0), units.std(axis=0), strict=True):
            if param.tunable:
                lines.append(f"{param.name} = [{mean:.3f}, {max(deviation, LEAST):.3f}]\n")
    OUT.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
