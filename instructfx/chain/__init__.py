"""Chains of effects, and what can be said of them without hearing them."""

from instructfx.chain.chain import Chain, Knob, Slot

__all__ = ["Chain", "Knob", "Slot"]
