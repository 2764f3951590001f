"""Sessions: frozen records of turns and exchanges, what was chosen for them and what was said of them."""

from instructfx.sessions.exchanges import Exchange, exchange_from_json, readable_exchange
from instructfx.sessions.feedback import BlindAnswer, Judgement, Remarks
from instructfx.sessions.options import FirstTurn
from instructfx.sessions.records import Dry, Kind, Provenance, ReferenceTrack, Turn, readable, turn_from_json
from instructfx.sessions.session import Session, new_session_id

__all__ = [
    "BlindAnswer", "Dry", "Exchange", "FirstTurn", "Judgement", "Kind", "Provenance", "ReferenceTrack", "Remarks",
    "Session", "Turn", "exchange_from_json", "new_session_id", "readable", "readable_exchange", "turn_from_json",
]  # fmt: skip
