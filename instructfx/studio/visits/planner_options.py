"""Who can plan a visitor's turns: what the host of this studio has named, and the built-in planner."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from instructfx.errors import PlannerError
from instructfx.planners import BUILT_IN, ModelAccess, planner_at, planner_named, planners_named

log = logging.getLogger(__name__)

GONE = "that planner is not offered here; choose one of those that are"
NO_MODEL = "name a model, such as openai/gpt-5, or the one that your own server has, such as openai/llama3"
NO_ADDRESS = "that is no address of a server; it must be like http://127.0.0.1:11434/v1"
KEY_TOO = "{} needs a key; give it beside the name"
NO_KEY = "that is no key: a key is one word of plain letters, digits and signs"
WITHOUT_KEY = "%s cannot plan, as %s is not set; set it and start the studio again. Until then others plan"


def offered() -> tuple[str, ...]:
    """The planners that a visitor can choose, the usual one first."""
    lacking = without_key()
    return tuple(dict.fromkeys((*(name for name in planners_named() if name not in lacking), BUILT_IN)))


def without_key() -> Mapping[str, str]:
    """The models that the host has named and that nobody can ask: name -> the variables that are not set."""
    from instructfx.planners.llm import missing_keys

    models = [name for name in planners_named() if name != BUILT_IN and not name.startswith("recorded:")]
    missing = {name: missing_keys(name, os.environ.get("INSTRUCTFX_PLANNER_URL", "")) for name in models}
    return {name: variables for name, variables in missing.items() if variables}


def granted(planner: str) -> str:
    """The planner that was chosen, the usual one where none was. Raises PlannerError for one that is not offered."""
    if planner and planner not in offered():
        raise PlannerError(GONE)
    return planner or offered()[0]


def as_before(planner: str) -> str:
    """That planner where it is offered, else the usual one."""
    return planner if planner in offered() else offered()[0]


def check() -> None:
    """Raise InstructFXError where one that is named is none, so that the host learns it and no visitor; one without its
    key is a line in the log."""
    for name, variables in without_key().items():
        log.warning(WITHOUT_KEY, name, variables)
    for name in offered():
        planner_named(name)


def own_access(model: str, key: str, base_url: str) -> ModelAccess:
    """A language model of a visitor's own, once it can be asked. InstructFXError where it cannot, which repeats neither
    key nor address."""
    from instructfx.planners.llm import missing_keys
    from instructfx.planners.own_server import is_address

    access = ModelAccess(*(str(each or "").strip() for each in (model, base_url, key)))
    if not access.model or access.model == BUILT_IN or access.model.startswith("recorded:"):
        raise PlannerError(NO_MODEL)
    if not access.key.isascii() or not access.key.isprintable():
        raise PlannerError(NO_KEY)
    if access.base_url and not is_address(access.base_url):
        raise PlannerError(NO_ADDRESS)
    if not access.key and missing_keys(access.model, access.base_url):
        raise PlannerError(KEY_TOO.format(access.model))
    planner_at(access)
    return access


def label(planner: str) -> str:
    """What the page calls a planner: a model without its provider."""
    return "Built-in" if planner == BUILT_IN else planner.rpartition("/")[2]
