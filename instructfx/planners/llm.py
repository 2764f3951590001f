"""Language models through litellm: one question, one answer, and every way in which the network can fail."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
import threading
import warnings
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from instructfx.errors import Cancelled, InstructionError, PlannerError
from instructfx.planners.model import ModelAnswer
from instructfx.planners.prompt import Choice, Message
from instructfx.planners.tools import Tool

DEFAULT_MODEL = "gemini/gemini-3.1-pro-preview"
DEFAULT_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
LOOK_SECONDS = 0.1  # between two looks whether somebody stopped it
LONGEST_REASON = 200  # characters of what a provider says
SECRET = re.compile(r"\b(?:sk-|AIza|gsk_|hf_|xai-|Bearer\s+)[\w.-]{6,}|\*{3,}[\w-]+")
CLASSES = re.compile(r"^(?:[\w.]*(?:Error|Exception|Timeout)\s*[:-]\s*)+")  # how litellm begins what it says
KINDS_OF_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD")
SHORTEST_SECRET = 8

Result = TypeVar("Result")


@dataclass(frozen=True)
class RetryLimits:
    """How long one answer may take, all tries together, and how often and how patiently it is tried.

    Between tries it waits first_wait_seconds, then twice that and so on, each made up to half as long again by
    chance, or as long as the provider says in Retry-After.
    """

    seconds: float = 60.0
    tries: int = 3
    first_wait_seconds: float = 1.0


@dataclass(frozen=True)
class LlmModel:
    """A model as litellm names it, such as `openai/gpt-5`, or any that an OpenAI-compatible server has at base_url.

    streaming asks for the answer piece by piece, for servers that know no other way. Raises InstructionError for
    a name that litellm cannot place, PlannerError where the provider's key is not set.
    """

    name: str
    base_url: str = ""
    streaming: bool = False
    limits: RetryLimits = field(default_factory=RetryLimits)

    def __post_init__(self) -> None:
        _litellm()  # here, so that its import is not counted as a provider's slowness
        missing = missing_keys(self.name, self.base_url)
        if missing:
            raise PlannerError(f"{missing} is not set; set it or use --planner builtin")

    @property
    def provider(self) -> str:
        """Who is asked: litellm's name, or the address of one's own server."""
        return self.base_url or provider_of(self.name)

    def answer(
        self, messages: Sequence[Message], tools: Sequence[Tool], choice: Choice, cancelled: Callable[[], bool]
    ) -> ModelAnswer:
        """As `Model.answer`. Tries again after 429, 5xx and broken connections, never after other refusals."""
        question = {"messages": list(messages)} | ({"tools": list(tools), "tool_choice": choice} if tools else {})
        return _finished(self._persistently(question), cancelled)

    async def _persistently(self, question: dict[str, Any]) -> ModelAnswer:
        try:
            async with asyncio.timeout(self.limits.seconds):
                for attempt in range(1, self.limits.tries + 1):
                    try:
                        return await self._once(question)
                    except Exception as error:  # litellm maps most of what providers and networks do, not all
                        wait = self._wait_seconds(error, attempt)
                        if wait is None:
                            raise PlannerError(self._explained(error)) from None  # the cause may quote the key
                    await asyncio.sleep(wait)
        except TimeoutError:
            pass
        raise PlannerError(f"{self.provider} did not answer within {self.limits.seconds:g} s")

    async def _once(self, question: dict[str, Any]) -> ModelAnswer:
        litellm = _litellm()
        own = {"api_base": self.base_url, "api_key": os.environ.get("INSTRUCTFX_PLANNER_KEY") or "none"}
        stream = {"stream": True, "stream_options": {"include_usage": True}} if self.streaming else {}
        response = await litellm.acompletion(
            model=_routed(self.name, self.base_url),
            timeout=self.limits.seconds,
            max_retries=0,
            num_retries=0,
            drop_params=True,
            _skip_mcp_handler=True,  # else litellm 1.106.2 imports `mcp`, which it does not install, for any tools
            **question,
            **stream,
            **(own if self.base_url else {}),
        )
        if self.streaming:
            response = litellm.stream_chunk_builder([piece async for piece in response])
        return _answer(self.name, response)

    def _wait_seconds(self, error: Exception, attempt: int) -> float | None:
        """How long to wait before the next try, None where another would be of no use."""
        status = getattr(error, "status_code", None) or 0
        if attempt == self.limits.tries or not (status in (408, 429) or status >= 500):
            return None
        asked = _retry_after(error)
        if asked is not None:
            return asked if asked < self.limits.seconds else None
        return float(self.limits.first_wait_seconds * 2 ** (attempt - 1) * random.uniform(1, 1.5))

    def _explained(self, error: Exception) -> str:
        """What happened and what helps, in one line without any key."""
        status = getattr(error, "status_code", None) or 0
        if status in (401, 403):
            key = "INSTRUCTFX_PLANNER_KEY" if self.base_url else f"{provider_of(self.name).upper()}_API_KEY"
            return f"{self.provider} refused the key ({status}): check {key}"
        if status == 404:
            return f"{self.provider} has no model {self.name} (404): check the name"
        if status == 408:
            return f"{self.provider} did not answer within {self.limits.seconds:g} s"
        if status == 429:
            asked = _retry_after(error)
            later = f" in {asked:.0f} s" if asked else " later"
            return f"{self.provider} is busy, or what your key may ask for is used up (429): try again{later}"
        reason = CLASSES.sub("", without_secrets(" ".join(str(error).split())))[:LONGEST_REASON]
        return f"{self.provider} failed ({status or type(error).__name__}): {reason}"


def usual_model() -> str:
    """The default model where its key is set, else none."""
    return DEFAULT_MODEL if any(os.environ.get(key) for key in DEFAULT_KEYS) else ""


def provider_of(name: str) -> str:
    """litellm's name of who has that model; InstructionError where it knows nobody."""
    try:
        return str(_litellm().get_llm_provider(name)[1])
    except Exception:  # litellm's BadRequestError, whose name lies behind its import
        raise InstructionError(
            f"there is no planner {name!r}; there is builtin, recorded:FILE, or a model as litellm names it, "
            f"such as {DEFAULT_MODEL}"
        ) from None


def missing_keys(name: str, base_url: str = "") -> str:
    """The environment variables that are not set and without which that model cannot be asked; empty if none."""
    if base_url:
        return ""
    usual = f"{provider_of(name).upper()}_API_KEY"
    missing = _litellm().validate_environment(name)["missing_keys"]
    if usual in missing:  # litellm also lists other names for the same key
        missing = [usual, *(each for each in missing if not each.endswith("_KEY"))]
    return " and ".join(missing) if any(each.endswith("_API_KEY") for each in missing) else ""


def without_secrets(text: str) -> str:
    """The text without what looks like a key, and without the values of all that the environment calls one."""
    for name, value in os.environ.items():
        if len(value) >= SHORTEST_SECRET and any(kind in name.upper() for kind in KINDS_OF_SECRET):
            text = text.replace(value, "...")
    return SECRET.sub("...", text)


def count_tokens(messages: Sequence[Message], tools: Sequence[Tool]) -> int:
    """How many tokens a question is, by the tokenizer of OpenAI's models (cl100k_base), which litellm brings along."""
    counted = _litellm().token_counter(model="gpt-4o", messages=list(messages), tools=list(tools))
    return int(counted)


def _routed(name: str, base_url: str) -> str:
    """One's own server speaks OpenAI's protocol, whatever its models are called."""
    return name if not base_url or name.startswith("openai/") else f"openai/{name}"


def _retry_after(error: Exception) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _answer(name: str, response: Any) -> ModelAnswer:
    raw = response.choices[0].message.model_dump_json(exclude_none=True) if response and response.choices else "{}"
    usage = getattr(response, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    return ModelAnswer(
        raw=raw,
        input_tokens=getattr(usage, "prompt_tokens", 0) or 0,
        cached_tokens=getattr(details, "cached_tokens", 0) or 0,
        output_tokens=getattr(usage, "completion_tokens", 0) or 0,
        price_usd=_price(name, response),
    )


def _price(name: str, response: Any) -> float | None:
    try:
        return float(_litellm().completion_cost(completion_response=response, model=name))
    except Exception:  # litellm's price list does not have the model
        return None


def _finished(work: Coroutine[Any, Any, Result], cancelled: Callable[[], bool]) -> Result:
    """What a coroutine comes to; Cancelled, with its connection closed, as soon as somebody stops it."""
    future = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        while True:
            if cancelled():
                raise Cancelled("stopped before anything changed")
            try:
                return future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                continue
    finally:
        future.cancel()


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all questions, because litellm's connections belong to the loop that opened them."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language-models", daemon=True).start()
    return loop


@lru_cache(maxsize=1)
def _litellm() -> Any:
    """litellm (four seconds to import), silent, and with the price list that it brings along."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    warnings.filterwarnings("ignore", message=r".*`ReadOnly` qualifier", category=UserWarning)  # of litellm's types
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm
