"""What happens to a session: turns by words and by hand, and what is made of stored ones."""

from instructfx.engine.turn import Minds, Watch, excerpt_of, take_turn

__all__ = ["Minds", "Watch", "excerpt_of", "take_turn"]
