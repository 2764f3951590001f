"""Language models through litellm: one question, one answer, and every way in which the network can fail."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import random
import threading
import warnings
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from instructfx.errors import Cancelled, InstructionError, PlannerError
from instructfx.planners.failures import Pauses, ProviderFailure, explained, noted, seconds_named
from instructfx.planners.model import ModelAnswer
from instructfx.planners.own_server import KEY, own_server
from instructfx.planners.prompt import Choice, Message
from instructfx.planners.streams import Completion, joined, of_completion
from instructfx.planners.tools import Tool

DEFAULT_MODEL = "gemini/gemini-3.1-pro-preview"
DEFAULT_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
LOOK_SECONDS = 0.1  # between two looks whether somebody stopped it
PAUSES = Pauses()  # of this process
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

    streaming asks for the answer piece by piece, for servers that know no other way; key is used in place of the one in
    the environment. Raises InstructionError for a name that litellm cannot place, PlannerError where the provider's key
    is not set or base_url is no address.
    """

    name: str
    base_url: str = field(default="", repr=False)
    streaming: bool = False
    limits: RetryLimits = field(default_factory=RetryLimits)
    pauses: Pauses = field(default=PAUSES, repr=False, compare=False)
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _litellm()  # here, so that its import is not counted as a provider's slowness
        if self.base_url:
            own_server(self.base_url, self.key)
        missing = missing_keys(self.name, self.base_url)
        if missing and not self.key:
            raise PlannerError(f"{missing} is not set; set it or use --planner builtin")

    def answer(
        self, messages: Sequence[Message], tools: Sequence[Tool], choice: Choice, cancelled: Callable[[], bool]
    ) -> ModelAnswer:
        """As `Model.answer`. Tries again after 429, 5xx and broken connections, never after other refusals, except that
        who takes no `tool_choice` is asked once more with "auto". Who was down is not asked before a pause is over."""
        who = (self.name, self._where)
        left = self.pauses.left_seconds(who)
        if left:
            raise PlannerError(f"{self.name} did not answer lately and is asked again in {math.ceil(left)} s")
        question = {"messages": list(messages)} | ({"tools": list(tools), "tool_choice": choice} if tools else {})
        try:
            answer = _finished(self._persistently(question), cancelled)
        except ProviderFailure as failure:
            if failure.may_pass:
                self.pauses.failed(who, failure.wait_seconds or 0.0)
            noted(failure, self.name, self._where, self.key)
            line = explained(failure, self.name, self._key, self.limits.seconds)
            raise PlannerError(line) from None  # the cause may quote the key
        self.pauses.answered(who)
        return answer

    @property
    def _where(self) -> str:
        return own_server(self.base_url).shown if self.base_url else provider_of(self.name)

    @property
    def _key(self) -> str:
        if self.key:
            return "the key that was given on the page"
        return KEY if self.base_url else f"{provider_of(self.name).upper()}_API_KEY"

    async def _persistently(self, question: dict[str, Any]) -> ModelAnswer:
        try:
            async with asyncio.timeout(self.limits.seconds):
                attempt = 1
                while True:
                    try:
                        return await self._once(question)
                    except ProviderFailure as failure:
                        if failure.names_tool_choice and question.get("tool_choice", "auto") != "auto":
                            question = question | {"tool_choice": "auto"}
                            continue
                        wait = self._wait_seconds(failure, attempt)
                        if wait is None:
                            raise
                    attempt += 1
                    await asyncio.sleep(wait)
        except TimeoutError:
            raise ProviderFailure(408, "no answer in time") from None

    async def _once(self, question: dict[str, Any]) -> ModelAnswer:
        stream = {"stream": True, "stream_options": {"include_usage": True}} if self.streaming else {}
        if self.base_url:
            body = {"model": self.name.removeprefix("openai/"), **question, **stream}
            completion = await own_server(self.base_url, self.key).completed(body, self.limits.seconds)
        else:
            completion = await _through_litellm(self.name, question | stream, self.limits.seconds, self.key)
        return _answer(self.name, completion)

    def _wait_seconds(self, failure: ProviderFailure, attempt: int) -> float | None:
        """How long to wait before the next try, None where another would be of no use."""
        if attempt == self.limits.tries or not failure.may_pass:
            return None
        if failure.wait_seconds is not None:
            return failure.wait_seconds if failure.wait_seconds < self.limits.seconds else None
        return float(self.limits.first_wait_seconds * 2 ** (attempt - 1) * random.uniform(1, 1.5))


async def _through_litellm(name: str, question: Mapping[str, Any], seconds: float, key: str) -> Completion:
    litellm = _litellm()
    try:
        response = await litellm.acompletion(
            model=name,
            api_key=key or None,
            timeout=seconds,
            max_retries=0,
            num_retries=0,
            drop_params=True,
            _skip_mcp_handler=True,  # else litellm 1.106.2 imports `mcp`, which it does not install, for any tools
            **question,
        )
        if question.get("stream"):
            return joined([piece.model_dump() async for piece in response])
        whole = response.model_dump()
    except Exception as error:  # litellm maps most of what providers and networks do, not all
        status = getattr(error, "status_code", None) or 0
        raise ProviderFailure(status, str(error), _retry_after(error)) from None  # the cause may quote the key
    return of_completion(whole)


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


def count_tokens(messages: Sequence[Message], tools: Sequence[Tool]) -> int:
    """How many tokens a question is, by the tokenizer of OpenAI's models (cl100k_base), which litellm brings along."""
    counted = _litellm().token_counter(model="gpt-4o", messages=list(messages), tools=list(tools))
    return int(counted)


def _retry_after(error: Exception) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or {}
    return seconds_named(headers.get("retry-after", ""))


def _answer(name: str, completion: Completion) -> ModelAnswer:
    usage = completion.usage
    details = usage.get("prompt_tokens_details")
    told, cached, made = (
        _count(usage.get("prompt_tokens")),
        _count(details.get("cached_tokens")) if isinstance(details, dict) else 0,
        _count(usage.get("completion_tokens")),
    )
    raw = json.dumps(completion.message, ensure_ascii=False)
    return ModelAnswer(raw, told, cached, made, _price(name, told, cached, made))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _price(name: str, told: int, cached: int, made: int) -> float | None:
    try:
        costs = _litellm().cost_per_token(
            model=name, prompt_tokens=told, completion_tokens=made, cache_read_input_tokens=cached
        )
        return float(sum(costs))
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
