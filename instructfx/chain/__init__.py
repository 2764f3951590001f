"""Chains of effects, and what can be said of them without hearing them."""

from instructfx.chain.chain import Chain, Knob
from instructfx.chain.slot import SettingValue, Slot, SlotJson, next_slot_id

__all__ = ["Chain", "Knob", "SettingValue", "Slot", "SlotJson", "next_slot_id"]
