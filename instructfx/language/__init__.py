"""What words mean, and what an instruction asks for."""

from __future__ import annotations

from instructfx.language.intent import understand
from instructfx.language.lexicon import lexicon
from instructfx.language.meaning import Boost, Command, Intent, Wish

__all__ = ["Boost", "Command", "Intent", "Wish", "lexicon", "understand"]
