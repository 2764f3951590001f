"""What happens to a session: turns by words and by hand, and what is made of stored ones."""

from instructfx.engine.turn import Agents, Callbacks, excerpt_of, take_turn

__all__ = ["Agents", "Callbacks", "excerpt_of", "take_turn"]
