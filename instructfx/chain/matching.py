"""Which slot of one chain stands for which of another."""

from __future__ import annotations

from dataclasses import replace

from instructfx.chain.chain import Chain


def aligned(chain: Chain, to: Chain) -> Chain:
    """The chain with its slots under the ids of the other's slots that they stand for.

    Those are the slots of the same id; of what is left, those of the same effect, in the order of the sound: an
    equaliser that one turn put in stands for the one that another turn put in. What stands for none keeps its id.
    """
    left = [slot for slot in to.slots if slot.id not in chain.ids]
    ids: dict[str, str] = {}
    for slot in chain.slots:
        if slot.id not in to.ids:
            partner = next((each for each in left if each.effect.name == slot.effect.name), None)
            if partner:
                left.remove(partner)
                ids[slot.id] = partner.id
    return Chain(tuple(replace(slot, id=ids.get(slot.id, slot.id)) for slot in chain.slots))
