"""What words mean, and what an instruction asks for."""

from __future__ import annotations

from instructfx.language.intent import understand, understand_alone
from instructfx.language.intent_types import Boost, Command, Intent, Wish
from instructfx.language.lexicon import lexicon

__all__ = ["Boost", "Command", "Intent", "Wish", "lexicon", "understand", "understand_alone"]
