"""Adam (Kingma and Ba 2015) without torch.optim, whose first use in a process takes seconds to import a compiler."""

from __future__ import annotations

import torch
from torch import Tensor

EPSILON = 1e-8


class Adam:
    """The averages of the gradients that one tensor has had, and the steps that follow from them."""

    def __init__(self, moved: Tensor, rate: float, betas: tuple[float, float] = (0.9, 0.999)) -> None:
        self.rate = rate
        self._moved, self._betas = moved, betas
        self._mean, self._square = torch.zeros_like(moved), torch.zeros_like(moved)
        self._steps = 0

    def step(self, loss: Tensor) -> None:
        """Move the tensor, in place, against the gradient of this loss."""
        self.move(*torch.autograd.grad(loss, self._moved))

    @torch.no_grad()
    def move(self, gradient: Tensor) -> None:
        """Move the tensor, in place, against a gradient."""
        self._steps += 1
        first, second = self._betas
        self._mean.lerp_(gradient, 1 - first)
        self._square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        spread = (self._square.sqrt() / (1 - second**self._steps) ** 0.5).add_(EPSILON)
        self._moved.addcdiv_(self._mean, spread, value=-self.rate / (1 - first**self._steps))
