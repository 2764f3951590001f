"""Published systems as ways to run a session: which loss CLAP is asked, and who searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from instructfx.errors import InstructionError
from instructfx.refine import RefineOptions, Rival
from instructfx.refine.rivals import fxsearcher, text2fx

UNWANTED = "noisy, distorted and of low quality"  # FxSearcher's guiding text; the paper's own wording is not public


@dataclass(frozen=True)
class Recipe:
    """loss is a kind of ClapEar's; negative its text of what is unwanted; weight that of the perceptual ear beside; ear
    names the one that it is for."""

    name: str
    loss: str
    negative: str
    weight: float
    rival: Rival
    ear: str = "clap"

    @property
    def options(self) -> RefineOptions:
        """For the refiner."""
        return RefineOptions(rival=self.rival)


RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("text2fx", "contrast", "", 0.0, text2fx),
        Recipe("fxsearcher", "guided", UNWANTED, 0.0, fxsearcher),
    )
}


def recipe_named(name: str) -> Recipe:
    """The recipe of that name; InstructionError lists the names."""
    if name not in RECIPES:
        raise InstructionError(f"there is no recipe {name!r}; there is {', '.join(RECIPES)}")
    return RECIPES[name]
