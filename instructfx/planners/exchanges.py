"""What the built-in planner says where words ask for no change of the chain."""

from __future__ import annotations

from instructfx.language import Intent
from instructfx.planners import PlanRequest
from instructfx.planners.plan import Reply, SpeechAct


def spoken_only(intent: Intent) -> bool:
    """Whether words do something that no ear could help with: ask, thank, speak of the program."""
    return bool(intent.questions or intent.beyond or intent.app or intent.said or intent.references)


def reply_to(intent: Intent, request: PlanRequest) -> Reply:
    """The reply to words that change nothing."""
    spanish = intent.language == "es"
    act: SpeechAct = "unclear"
    text = "?"
    if intent.beyond or intent.app:
        act = "beyond" if intent.beyond else "app"
        text = " ".join(each.spanish if spanish else each.english for each in (*intent.beyond, *intent.app))
    elif intent.questions:
        act, text = "question", intent.questions[0].topic
    elif "foreign" in intent.said:
        act, text = "language", "language"
    elif "acknowledgement" in intent.said:
        act, text = "acknowledgement", "ok"
    return Reply(act, text, raw=intent.instruction)
