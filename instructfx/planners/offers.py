"""What an answer offered, done: "ok do that" after "I would try ..."."""

from __future__ import annotations

import re
from typing import Final

from instructfx.language import Intent, understand
from instructfx.language.normal_form import normal_form
from instructfx.planners import PlanRequest

QUOTED: Final = re.compile(r'"([^"]+)"|“([^”]+)”|«([^»]+)»')
AGREEING: Final = frozenset(
    ("yes", "yeah", "yep", "yup", "sure", "ok", "okay", "please", "si", "vale", "dale", "claro", "va")
)


def accepted(intent: Intent, request: PlanRequest) -> str:
    """The wishes that the last answer advised, where words agree to it; empty where they do not, or where it advised
    nothing."""
    agrees = any(each.kind == "offer" for each in intent.references)
    words = [token.key for token in normal_form(request.instruction) if token.kind != "mark"]
    plain = bool(words) and all(word in AGREEING for word in words)
    if not (agrees or plain) or not request.since:
        return ""
    last = request.since[-1]
    if last.act != "question" or all(question.topic != "advice" for question in understand(last.instruction).questions):
        return ""
    said = ["".join(quoted) for quoted in QUOTED.findall(last.reply)]
    return ", ".join(words for words in said if understand(words).wishes or understand(words).commands)
