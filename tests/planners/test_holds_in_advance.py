"""What is said to stay as it is before anything is asked."""

from __future__ import annotations

from planned_turns import planned

from instructfx.planners import PastExchange, Plan
from instructfx.planners.plan import Reply


def test_what_was_said_to_stay_before_is_held_in_what_comes_next() -> None:
    plan, _ = planned("don't touch the lows")
    assert isinstance(plan, Reply)
    assert "below 150 Hz" in plan.text
    held = PastExchange("don't touch the lows", "acknowledgement", plan.text)
    warmer, _ = planned("make it warmer", since=(held,))
    assert isinstance(warmer, Plan)
    assert warmer.goal.held_hz == ((20.0, 150.0),)
    louder, _ = planned("more bass", since=(held,))  # asks for just that, now
    assert isinstance(louder, Plan)
    assert louder.goal.held_hz == ()
