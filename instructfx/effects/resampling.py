"""Another sample rate for what comes block by block, the same as `standalone.resampled` makes of the whole."""

from __future__ import annotations

import torch
from torch import Tensor

from instructfx.effects.standalone import four_seconds

PIECE_SECONDS, CONTEXT_SECONDS = 4, 1  # what comes out of one transform, and what is looked at on either side


class Resampler:
    """Takes (channels, frames) at from_rate and gives frames at to_rate, up to five seconds late."""

    def __init__(self, from_rate: int, to_rate: int, channels: int) -> None:
        self._from_rate, self._to_rate = from_rate, to_rate
        self._waiting = torch.zeros(channels, CONTEXT_SECONDS * from_rate)

    def push(self, block: Tensor) -> Tensor:
        """What can be said by now."""
        self._waiting = torch.cat([self._waiting, block], dim=-1)
        ready = [self._waiting[:, :0]]
        piece = PIECE_SECONDS * self._from_rate
        while self._waiting.shape[-1] >= piece + 2 * CONTEXT_SECONDS * self._from_rate:
            seen = self._waiting[:, : piece + 2 * CONTEXT_SECONDS * self._from_rate]
            ready.append(torch.from_numpy(four_seconds(seen.numpy(), self._to_rate)))
            self._waiting = self._waiting[:, piece:]
        return torch.cat(ready, dim=-1)

    def finish(self) -> Tensor:
        """The rest: what was pushed comes out as long as it was, rounded up."""
        left = self._waiting.shape[-1] - CONTEXT_SECONDS * self._from_rate
        silence = torch.zeros(self._waiting.shape[0], 2 * PIECE_SECONDS * self._from_rate)
        return self.push(silence)[:, : -(-left * self._to_rate // self._from_rate)]
