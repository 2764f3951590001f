"""What is asked once what words refer to is known, and from which turn it starts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from instructfx.chain import Chain
from instructfx.language import Command, Intent
from instructfx.planners import PastTurn, PlanRequest


@dataclass(frozen=True)
class Resolved:
    """What is asked once references are resolved, on which turn it builds, and how many turns are taken back first.

    ask is a question back where it cannot be known what is spoken of; empty where it can. goes_to is a turn to go to
    that is not on the path."""

    intent: Intent
    request: PlanRequest
    back: int = 0
    ask: str = ""
    goes_to: PastTurn | None = None

    def stepped_back(self, count: int) -> Resolved:
        """From so many turns before that."""
        return replace(self, request=without_last(self.request, count), back=self.back + count)

    def in_place_of(self, count: int, intent: Intent) -> Resolved:
        """Asking that in the place of the last turns."""
        request = in_place_of_last(self.request, count)
        return replace(self.asking(intent), request=request, back=self.back + count)

    def asking(self, more: Intent) -> Resolved:
        """With what another intent asks as well."""
        return replace(self, intent=joined(self.intent, more))

    def commanding(self, *commands: Command) -> Resolved:
        """With these commands as well."""
        return self.asking(Intent("", self.intent.language, commands=commands))


def without_last(request: PlanRequest, count: int) -> PlanRequest:
    """The request as it was before the last turns."""
    if count == 0:
        return request
    earlier = request.earlier[: len(request.earlier) - count]
    return replace(request, earlier=earlier, chain=earlier[-1].chain if earlier else Chain())


def in_place_of_last(request: PlanRequest, count: int) -> PlanRequest:
    """The request for what takes the place of the last turns. The ids that only they gave are free for it: the filter
    of "no, at 110" is the filter that it corrects, as of several takes each has the same ids."""
    before = without_last(request, count)
    gone = {slot_id for turn in request.earlier[len(before.earlier) :] for slot_id in turn.chain.ids}
    return replace(before, used=before.used - (gone - set(before.chain.ids)))


def joined(intent: Intent, more: Intent) -> Intent:
    """An intent that asks for what another one asks as well; its references are resolved."""
    return replace(
        intent,
        wishes=(*intent.wishes, *more.wishes),
        commands=(*intent.commands, *more.commands),
        notes=(*intent.notes, *more.notes),
        holds=(*intent.holds, *more.holds),
        loudness_lufs=intent.loudness_lufs if more.loudness_lufs is None else more.loudness_lufs,
        peak_dbtp=intent.peak_dbtp if more.peak_dbtp is None else more.peak_dbtp,
        references=(),
    )
