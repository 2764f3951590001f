"""Sessions: frozen records of turns, what was chosen for them and what was said of them."""

from instructfx.sessions.feedback import BlindAnswer, Judgement, Remarks
from instructfx.sessions.options import FirstTurn
from instructfx.sessions.records import Dry, Kind, Provenance, Session, Turn, new_session_id, readable, turn_from_json

__all__ = [
    "BlindAnswer", "Dry", "FirstTurn", "Judgement", "Kind", "Provenance", "Remarks", "Session", "Turn",
    "new_session_id", "readable", "turn_from_json",
]  # fmt: skip
