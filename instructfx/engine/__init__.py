"""What happens to a session: turns by words and by hand, and what is made of stored ones."""

from instructfx.engine.context import Agents, Callbacks, TurnContext, excerpt_of
from instructfx.engine.planned import take_turn

__all__ = ["Agents", "Callbacks", "TurnContext", "excerpt_of", "take_turn"]
