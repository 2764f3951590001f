import time
from dataclasses import replace

import pytest

from instructfx.studio.visits.progress import STAGES, JobProgress, progress


def test_the_bar_never_runs_back_and_the_shown_loss_never_rises() -> None:
    state = JobProgress().moved("refining", 0.5).stepped(0.9, 0.6).stepped(1.4, 0.3).stepped(0.4, 0.65)
    assert state.share == 0.65
    shown = progress(state)
    assert "Refining by ear" in shown
    assert "getting closer · 65 %" in shown
    assert not {"loss", "step"} & set(shown.lower().split())
    assert "trying · 60 %" in progress(JobProgress().stepped(0.9, 0.6))
    heights = [float(point.split(",")[1]) for point in shown.partition('points="')[2].partition('"')[0].split()]
    assert heights[0] == heights[1] < heights[2]  # downwards on the page
    assert progress(state.moved("planning", 0.0)).count('aria-valuenow="65"') == 1
    assert "2 before you" in progress(JobProgress(before=2))
    assert progress(None) == ""


def test_what_remains_is_told_at_the_pace_so_far_once_that_says_something() -> None:
    state = JobProgress(started=100.0).moved("refining", 0.25)
    assert state.remaining_seconds(100.5) is None
    assert state.remaining_seconds(110.0) == pytest.approx(30)
    assert JobProgress(started=100.0).moved("waiting", 0.25).remaining_seconds(110.0) is None
    assert JobProgress(started=100.0).moved("planning", 0.05).remaining_seconds(110.0) is None


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_bar(stage: str) -> None:
    assert 'role="progressbar"' in progress(JobProgress(stage, 0.2))


def test_a_model_that_is_slow_is_said_to_be() -> None:
    asking = JobProgress().moved("asking", 0.05)
    assert "still asking" not in progress(asking)
    slow = replace(asking, since=time.monotonic() - 12.2)
    assert "still asking; 12 s" in progress(slow)
    assert slow.moved("asking", 0.05).since == slow.since
    assert "still asking" not in progress(slow.moved("listening", 0.12))
