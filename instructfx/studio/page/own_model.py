"""A language model of the visitor's own, on the page of a studio where no strangers come in."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import gradio

from instructfx.errors import InstructFXError
from instructfx.studio.page import html
from instructfx.studio.page.gradio_compat import LISTENER, Changes
from instructfx.studio.page.layout import Page
from instructfx.studio.page.updates import Follower
from instructfx.studio.visits import planner_options
from instructfx.studio.visits.job import OUR_FAULT
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.workers.messages import AgentNames

log = logging.getLogger(__name__)

TRACK_FIRST = "Choose a track first: the model and its key are for one session."


def attach(page: Page, studio: Studio, follower: Follower) -> None:
    """Connect the events of the row, where there is one."""
    own = page.advanced.planners.own
    if own is None:
        return

    async def use(token: str, model: str, key: str, base_url: str) -> Changes:
        """It plans from now on; its key is taken off the page."""
        visit = studio.visits.find(token)
        if visit is None:
            return {page.model: html.notice(TRACK_FIRST)}
        try:
            access = await asyncio.to_thread(planner_options.own_access, model, key, base_url)
        except InstructFXError as error:
            return {page.model: html.notice(sentence(error))}
        except Exception as error:  # whose text may hold the key
            log.error("a model that was chosen on the page failed (%s)", type(error).__name__)
            return {page.model: html.notice(OUR_FAULT)}
        visit.agents = visit.agents.asking(access)
        visit.changed()
        return {own.key: "", **follower.everything(visit, visit.job)}

    async def forget(token: str) -> Changes:
        """Those plan that the studio offers."""
        visit = studio.visits.find(token)
        if visit is None or visit.agents.access is None:
            return {page.model: ""}
        visit.agents = AgentNames(planner_options.granted(""), visit.agents.ear)
        visit.changed()
        return follower.everything(visit, visit.job)

    with page.blocks:
        asked: list[Any] = [page.token, own.model, own.key, own.base_url]
        gradio.on([own.use.click], use, asked, page.outputs, **LISTENER)
        gradio.on([own.forget.click], forget, [page.token], page.outputs, **LISTENER)
