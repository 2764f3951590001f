from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    step_size: float = 1.0
    iterations: int | None = None
    seed: int | None = None
    first_turn: str | None = None
    loss: str = ""
    avoid: str = ""
