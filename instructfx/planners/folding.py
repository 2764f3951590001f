"""Before left and right are folded into one: where they cancel, one side is turned over first, and that is said."""

from __future__ import annotations

from instructfx.language import Command
from instructfx.language.words import fold
from instructfx.planners.draft import Draft
from instructfx.planners.sound_questions import in_mono, number_text, track_facts
from instructfx.rendering.folding import NEARLY_MONO

LEFT = ("left", "izquierd")


def tell_flipped_side(command: Command, draft: Draft) -> None:
    """Say that the right channel was flipped where the left one was named, which comes to the same."""
    if command.settings.get("flip_right") and any(side in fold(command.phrase) for side in LEFT):
        draft.notes.append(draft.voice.say("flipped_other"))


def flip_before_folding(draft: Draft) -> None:
    """Turn the right channel over in every slot that the draft narrows to (nearly) mono, where more than MUCH_DB would
    be lost: then left and right are more unlike than alike, and so alike with one of them upside down."""
    folding = {
        slot_id: draft.values(slot_id)
        for slot_id, move in draft.moves.items()
        if draft.effect(slot_id).role == "width" and move.settings.get("width", 1.0) <= NEARLY_MONO
    }
    if not folding or draft.request.channels == 1:
        return
    facts = track_facts(draft.request, draft.chain)
    if facts is None or not facts.fold.cancels:
        if facts and facts.fold.cancels_in_part:
            draft.notes.append(in_mono(facts.fold, draft.voice))
        return
    for slot_id, values in folding.items():
        draft.move(slot_id, {"flip_right": 1 - values["flip_right"]}, ["flip_right"])
    draft.notes.append(draft.voice.say("flipped", lost=number_text(facts.fold.loss_db, 0)))
