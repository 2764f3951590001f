"""Adam moves as torch's own does, to the last digit."""

from __future__ import annotations

import pytest
import torch

from instructfx.refine.adam import Adam


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_it_moves_as_torchs_does(dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(2, 9, dtype=dtype, generator=generator).requires_grad_(True)
    theirs = ours.detach().clone().requires_grad_(True)
    adam, usual = Adam(ours, 0.2, betas=(0.9, 0.99)), torch.optim.Adam([theirs], lr=0.2, betas=(0.9, 0.99))
    for step in range(30):
        weights = torch.randn(2, 9, dtype=dtype, generator=generator) * 10 ** (step % 5 - 2)
        adam.rate = usual.param_groups[0]["lr"] = 0.2 / (1 + step)
        adam.step((ours * weights).square().sum())
        usual.zero_grad()
        (theirs * weights).square().sum().backward()  # type: ignore[no-untyped-call]
        usual.step()
        assert torch.equal(ours, theirs)
