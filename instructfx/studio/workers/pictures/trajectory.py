"""The search of a turn: its loss from step to step."""

from __future__ import annotations

import numpy as np

from instructfx.refine import Refined
from instructfx.studio.workers.pictures.svg import ACCENT, INK, LINE, OTHER, SOFT, WIDE, legend, minus, picture, svg

POINTS = 300
OUTLIERS = 95  # per cent of the losses that are in sight
LEAST_SPAN = 0.2  # of losses that are all alike, so that two digits tell one tick from the next


def trajectory_picture(refined: Refined, width: int = WIDE) -> str:
    """The loss of each step, the best until then, the best of all, and the loss before the turn."""
    narrow = width < 500
    drawn = picture(width, 220 if narrow else 260, (52, 16, 42, 32))
    axes = drawn.axes
    losses = np.array([step.loss for step in refined.steps])
    numbers = np.arange(1, len(losses) + 1)
    best = len(losses) and int(losses.argmin())
    if len(losses):
        kept = np.unique(np.append(np.linspace(0, len(losses) - 1, POINTS).astype(int), best))
        axes.plot(numbers[kept], losses[kept], color=SOFT, linewidth=1, label="Each step")
        lowest = np.minimum.accumulate(losses)
        axes.plot(numbers[kept], lowest[kept], color=ACCENT, linewidth=2, drawstyle="steps-post", label="Best so far")
        axes.plot([numbers[best]], [losses[best]], "o", color=ACCENT, markersize=8, markeredgecolor=LINE)
        name = f"best {losses[best]:.2f}"
        side = "right" if best > len(losses) / 2 else "left"
        axes.annotate(name, (numbers[best], losses[best]), (0, -17), textcoords="offset points", ha=side, color=INK)
    axes.axhline(refined.loss_before, color=OTHER, linewidth=1.5, linestyle=(0, (4, 2)), label="Before")
    shown = [refined.loss_before, refined.loss_after, *(np.percentile(losses, [0, OUTLIERS]) if len(losses) else ())]
    span = max(max(shown) - min(shown), LEAST_SPAN)
    axes.set_ylim(min(shown) - 0.18 * span, max(shown) + 0.15 * span)
    axes.set_xlim(0.5, max(len(losses), 1) + 0.5)
    axes.locator_params(axis="x", nbins=5 if narrow else 9, integer=True, min_n_ticks=1)
    axes.locator_params(axis="y", nbins=5)
    axes.yaxis.set_major_formatter(lambda value, _: minus(value, 2))
    axes.set_xlabel("Step")
    axes.set_ylabel("Loss (less is closer)")
    legend(axes)
    about = f"The loss goes from {refined.loss_before:.2f} to {refined.loss_after:.2f} in {len(losses)} steps."
    if len(losses):
        about += f" The best step is number {best + 1}."
    return svg(drawn, "The search, step by step", about)
