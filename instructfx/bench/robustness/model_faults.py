"""A language model that answers a studio badly, and whose address holds a password that nobody may see."""

from __future__ import annotations

import base64
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from instructfx.bench.robustness.bad_answers import EQ_TEXT, GOAL, GOAL_TEXT, NOT_READ, READ
from instructfx.bench.robustness.outcomes import FaultOutcome, outcome, unfit
from instructfx.bench.robustness.scripted_model import ScriptedAnswer, ScriptedModel, answering, completion, events
from instructfx.bench.serving.serving import Served, serving
from instructfx.bench.serving.visitor import PageAnswer, Visitor
from instructfx.effects import EFFECTS
from instructfx.store import Store
from instructfx.store.sessions import DATABASE

KIND, SECRETS = "models over HTTP", "a model's password"
MODEL = "openai/scripted"
USER, PASSWORD = "rack", "knock-twice@open-sesame-5"  # as an address may hold it, up to its last @
CODED = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SECRET = (*PASSWORD.split("@"), CODED)
WISH = "make it warmer"
INSTEAD = re.compile(r"The built-in planner planned this turn: .*?\.(?=\S|$)")
LATELY = re.compile(r"did not answer lately and is asked again in (\d+) s")
MOST_PAUSES = 4  # one after another
LIMIT_SECONDS = 90.0
GOOD = completion(json.loads(READ["calls"]))


@dataclass(frozen=True)
class ModelCase:
    """What a model answers, one after the other; told: words that are then read, empty where it is read as a plan.

    requests: how many of them it takes; pauses: the model is left alone for a while afterwards.
    """

    what: str
    script: tuple[ScriptedAnswer, ...]
    told: str = ""
    requests: int = 1
    pauses: bool = False


def _call(index: int, name: str, arguments: str) -> dict[str, object]:
    return {"tool_calls": [{"index": index, "id": name, "function": {"name": name, "arguments": arguments}}]}


def _error(status: int, said: str) -> ScriptedAnswer:
    return ScriptedAnswer(json.dumps({"error": {"message": said, "type": "scripted"}}), status)


def _cases(port: int) -> Iterator[ModelCase]:
    for what, raw in READ.items():
        yield ModelCase(what, (completion(json.loads(raw)),))
    one_index = events(_call(0, "describe_goal", GOAL_TEXT), _call(0, "add_eq", EQ_TEXT))
    yield ModelCase("a stream with one index for all", (one_index,))
    choice = _error(400, "tool_choice 'required' is not supported by this model")
    yield ModelCase("tool_choice is refused", (choice, GOOD), requests=2)
    for what in ("a refusal", "a content filter"):
        given = json.loads(NOT_READ[what])
        told = "refused to answer" if what == "a refusal" else "content filter"
        yield ModelCase(what, (completion(given, given.pop("finish_reason", "stop")),), told)
    inner = (
        f'Traceback (most recent call last):\n File "/srv/secret/{PASSWORD}.py", line 1\n'
        f"Authorization: Basic {CODED} at http://{USER}:{PASSWORD}@127.0.0.1:{port}/v1"
    )
    yield ModelCase("a key that is refused, with all that was sent", (_error(401, inner),), "refused the key (401)")
    yield ModelCase("no such model", (_error(404, inner),), "has no model")
    yield ModelCase("a status of no meaning", (_error(418, inner),), "failed (418)")
    page = ScriptedAnswer(f"<html><script>alert(1)</script><pre>{inner}</pre></html>", kind="text/html")
    yield ModelCase("a page", (page,), "what it sends is no answer", 3, pauses=True)
    yield ModelCase("half an answer", (ScriptedAnswer(GOOD.body, cut_after=50),), "failed", 3, pauses=True)
    yield ModelCase("an error of its own, with a traceback", (_error(500, inner),), "failed (500)", 3, pauses=True)


def model_faults() -> Iterator[FaultOutcome]:
    """A turn for each, on a studio of its own, and then a look for the password wherever anything is kept."""
    with answering() as model:
        address = f"http://{USER}:{PASSWORD}@127.0.0.1:{model.port}/v1"
        settings = {"INSTRUCTFX_PLANNER": MODEL, "INSTRUCTFX_PLANNER_URL": address}
        with serving(settings) as served, Visitor(served.url, LIMIT_SECONDS) as visitor:
            for case in _cases(model.port):
                yield _tried(visitor, model, case)
                if case.pauses:
                    yield _left_alone(visitor, model, case)
            yield from _kept(served)


def _tried(visitor: Visitor, model: ScriptedModel, case: ModelCase) -> FaultOutcome:
    began = time.monotonic()
    answer, count = _said(visitor, model, case.script)
    line, wrong = _judged(answer, case.told)
    if not wrong and count != case.requests:
        wrong = f"{count} requests, not {case.requests}"
    if shown := _shown(answer, model):
        return outcome(KIND, case.what, began, line, f"showed {shown}", "leaked")
    return outcome(KIND, case.what, began, line, wrong)


def _said(visitor: Visitor, model: ScriptedModel, script: tuple[ScriptedAnswer, ...]) -> tuple[PageAnswer, int]:
    """A wish in a new session, and how often the model was asked; where a pause is still on, once more when it ends."""
    for _ in range(MOST_PAUSES):
        before = len(model.asked)
        model.script[:] = script
        visitor.sample("guitar")
        answer = visitor.say(WISH)
        pause = LATELY.search(answer.replied[-1] if answer.replied else "")
        if not pause:
            break
        time.sleep(int(pause[1]) + 1)
    return answer, len(model.asked) - before


def _judged(answer: PageAnswer, told: str) -> tuple[str, str]:
    """The line that says that somebody else has planned, and what is wrong."""
    if answer.ending != "answered" or not answer.replied:
        return answer.line, f"{answer.ending}: {answer.line or 'no reply'}"
    reply = answer.replied[-1]
    line = (INSTEAD.findall(reply) or [""])[-1]
    if not told:
        effects = [slot["effect"] for slot in answer.parts["chain"]["slots"]]
        as_meant = reply.startswith(str(GOAL["reply"])) and effects == [EFFECTS.usual("tone").name] and not line
        return line, "" if as_meant else f"read as {reply!r}, {effects}"
    return line, unfit(line) or ("" if told in line else f"told: {line or 'nothing'}")


def _left_alone(visitor: Visitor, model: ScriptedModel, case: ModelCase) -> FaultOutcome:
    """The next turn in that session asks nobody; after the pause the model is asked again."""
    began, before = time.monotonic(), len(model.asked)
    model.script[:] = (GOOD,)
    line, wrong = _judged(visitor.say(WISH), "did not answer lately")
    if len(model.asked) > before:
        wrong = "it was asked again at once"
    _, later = _judged(_said(visitor, model, (GOOD,))[0], "")
    what = f"a turn soon after {case.what}, and one later"
    return outcome(KIND, what, began, line, wrong or (f"later: {later}" if later else ""))


def _shown(answer: PageAnswer, model: ScriptedModel) -> str:
    secret = (*SECRET, f"127.0.0.1:{model.port}", "/srv/secret", "Traceback")
    seen = (answer.line, *answer.texts)
    return ", ".join([*(mark for mark in secret if any(mark in text for text in seen)), *answer.harmful])


def _kept(served: Served) -> Iterator[FaultOutcome]:
    """What is written somewhere: the log, the database, and what of a session goes to others."""
    session = Store(served.sessions, f"sqlite:///{served.sessions / DATABASE}").listed()[0].id
    texts: Mapping[str, Callable[[], bytes]] = {
        "the log": lambda: served.log().encode(),
        "the files of the studio": lambda: b"".join(
            path.read_bytes() for path in served.sessions.rglob("*") if path.is_file()
        ),
        "what is told of a session": lambda: served.command("sessions", "show", session),
        "a session as JSON": lambda: served.command("sessions", "show", session, "--json"),
        "a bundle": lambda: _bundle(served, session),
    }
    for what, read in texts.items():
        began = time.monotonic()
        content = read()
        found = [mark for mark in SECRET if mark.encode() in content]
        wrong = f"holds {', '.join(found)}" if found else "" if content else "there is nothing to look at"
        yield outcome(SECRETS, what, began, wrong=wrong, bad="leaked")


def _bundle(served: Served, session: str) -> bytes:
    path = served.work / "bundle.ifx.zip"
    served.command("sessions", "export", session, "--out", str(path), "--no-audio")
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    path.unlink()
    return content
