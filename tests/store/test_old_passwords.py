"""Earlier versions stored the address of a model's server, with its password, where it had failed."""

from __future__ import annotations

import json
from dataclasses import replace

from instructfx.audio.track import Track
from instructfx.bundles.document import parsed
from instructfx.engine.live import open_session
from instructfx.planners.plan import Asked
from instructfx.sessions import Exchange, exchange_from_json, turn_from_json

TOLD = "it failed: http://rack:open-sesame@127.0.0.1:8000/v1/chat, ask https://example.org/a@b"
SHOWN = "it failed: http://...@127.0.0.1:8000/v1/chat, ask https://example.org/a@b"


def test_a_password_of_an_address_is_not_read(track: Track) -> None:
    asked = Asked("openai/x", "1", fell_back=TOLD)
    exchange = Exchange("e", None, 0, "how loud?", "question", "So.", notes=(TOLD,), asked=asked)
    read = exchange_from_json(exchange.to_json())
    assert (read.notes, read.asked.fell_back if read.asked else "") == ((SHOWN,), SHOWN)
    turn = open_session(track.path, "builtin", "perceptual", 0, store=None).say("cut 3 dB at 400 Hz")
    assert not isinstance(turn, Exchange)
    held = replace(turn, plan=replace(turn.plan, notes=(TOLD,), asked=asked))
    again = turn_from_json(held.to_json())
    assert again == replace(turn, plan=replace(turn.plan, notes=(SHOWN,), asked=replace(asked, fell_back=SHOWN)))
    assert parsed(json.dumps({"notes": [TOLD]}).encode(), "a bundle") == {"notes": [SHOWN]}
