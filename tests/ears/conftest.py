"""The shared music as ears take it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio


@pytest.fixture(scope="session")
def music(music: Audio) -> Tensor:
    """(1, 2, frames) at 44.1 kHz."""
    return torch.from_numpy(music.samples)[None]
