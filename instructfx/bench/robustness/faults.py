"""Bad uploads and hostile instructions against one server: each gets one line or a turn, and the server goes on. Then
all other trouble, each kind against a server of its own."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

import soundfile

from instructfx.bench.robustness.bad_answers import models
from instructfx.bench.robustness.bad_audio import GIGABYTE, bad_uploads, good, noise
from instructfx.bench.robustness.bad_words import BadWords, bad_words
from instructfx.bench.robustness.fault_page import page
from instructfx.bench.robustness.half_said import half_said
from instructfx.bench.robustness.limited import limited
from instructfx.bench.robustness.model_faults import model_faults
from instructfx.bench.robustness.outcomes import INNER, LONGEST_LINE, OUR_FAULT, Examined, FaultOutcome, Verdict
from instructfx.bench.robustness.riff import wav
from instructfx.bench.robustness.strangers import NAMED, strangers
from instructfx.bench.robustness.taken_away import exports_at_once, names_in_a_terminal
from instructfx.bench.robustness.trouble import trouble
from instructfx.bench.robustness.uploads import BadUpload
from instructfx.bench.serving.serving import Served, serving
from instructfx.bench.serving.visitor import PageAnswer, Visitor
from instructfx.locations import static_folder

LIMIT_SECONDS = 60.0  # for any single answer
GOOD_EVERY = 25  # cases
WORDS_A_SESSION = 15
WISH = "make it warmer"
GOOD_SECONDS = 1.0
HARMLESS_BYTES = 1 << 20  # of what an upload left behind

T = TypeVar("T")

FORGED: dict[str, object] = {
    "a file of the system": {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}},
    "a track of the server's": {
        "path": str(static_folder() / "samples" / "guitar.flac"),
        "meta": {"_type": "gradio.FileData"},
    },
    "a path up and out": {"path": "../../app.py", "meta": {"_type": "gradio.FileData"}},
    "a web address": {"path": "http://127.0.0.1:9/x.wav", "meta": {"_type": "gradio.FileData"}},
    "a web address beside": {"path": "", "url": "http://127.0.0.1:9/x.wav", "meta": {"_type": "gradio.FileData"}},
    "a path without more": "/etc/hostname",
    "a list": ["a.wav"],
    "a number": 5,
    "an empty object": {},
}
"""Files that a program claims to have uploaded, and has not."""


def measure(say: Callable[[str], None], cases: int = 0) -> tuple[str, bool]:
    """Try them all, or about `cases` uploads and as many instructions; a page of Markdown, and whether all held."""
    examined = examine(spread(bad_uploads(), cases), spread(bad_words(), cases), say)
    more = list(models())
    with serving({"INSTRUCTFX_HOSTS": NAMED}) as served:  # fresh, so that nobody is signed in and nothing is open
        for kinds in (strangers(served.url), half_said(served), names_in_a_terminal(served)):
            more += _told(kinds, say)
    for kinds in (limited(), exports_at_once(), trouble(), model_faults()):
        more += _told(kinds, say)
    examined = replace(examined, outcomes=(*examined.outcomes, *more))
    return page(examined, EXPLANATION), examined.well


def _told(outcomes: Iterable[FaultOutcome], say: Callable[[str], None]) -> Iterator[FaultOutcome]:
    kind = ""
    for each in outcomes:
        if each.kind != kind:
            kind = each.kind
            say(f"faults: {kind}")
        yield each


def spread(several: Sequence[T], count: int) -> list[T]:
    """That many, evenly from first to last, so that every kind is among them; all where count is 0."""
    if not 0 < count < len(several):
        return list(several)
    return [several[index * len(several) // count] for index in range(count)]


def examine(uploads: Sequence[BadUpload], words: Sequence[BadWords], say: Callable[[str], None]) -> Examined:
    """Try these on a server of their own."""
    with serving() as served:
        trial = _Trial(served, say)
        trial.good("before any case")
        for number, outcome in enumerate(chain(trial.uploads(uploads), trial.forged(), trial.words(words)), 1):
            trial.outcomes.append(outcome)
            if number % GOOD_EVERY == 0:
                say(f"faults: {number} tried, {outcome.kind}")
        trial.good("after the last case")
        trial.look_around("at the end")
        return Examined(tuple(trial.outcomes), trial.good_requests, tuple(trial.trouble), tuple(trial.skipped))


class _Trial:
    """One server, and what is remembered of it from case to case."""

    def __init__(self, served: Served, say: Callable[[str], None]) -> None:
        self.outcomes: list[FaultOutcome] = []
        self.trouble: list[str] = []
        self.skipped: list[str] = []
        self.good_requests = 0
        self._served = served
        self._say = say
        self._tried = 0
        self._log_read = 0
        self._known: set[str] = set()

    def uploads(self, cases: Sequence[BadUpload]) -> Iterator[FaultOutcome]:
        """Choose each file; where it is accepted, take a turn on it."""
        with Visitor(self._served.url, LIMIT_SECONDS) as visitor:
            for case in cases:
                if case.zeros > GIGABYTE and shutil.disk_usage(self._served.temp).free < 3 * case.zeros:
                    self.skipped.append(f"{case.what}: the disk has too little room")
                    continue
                path = case.written(self._served.work)
                with path.open("rb") as file:
                    answer = visitor.upload(case.name, file)
                path.unlink()
                verdict, wrong = self._judged(answer)
                if verdict == "accepted" and case.refused:
                    verdict, wrong = "wrong", "accepted, and there is nothing in it to hear"
                elif verdict == "refused" and case.frames:
                    verdict, wrong = "wrong", f"refused, and {case.frames} frames are in it"
                elif verdict == "accepted":
                    answer = visitor.say(WISH)
                    verdict, wrong = self._judged(answer)
                    wrong = wrong or self._heard(visitor, answer, 0 if case.near else case.frames)
                    verdict = "wrong" if wrong and verdict == "accepted" else verdict
                visitor.leave()  # else the next file is refused because a track is open
                yield FaultOutcome(case.kind, case.what, verdict, answer.line, answer.seconds, wrong)
                self._between(case.what)

    def forged(self) -> Iterator[FaultOutcome]:
        """Claim uploads that were none. No browser does, so the answer may be a bare refusal."""
        with Visitor(self._served.url, LIMIT_SECONDS) as visitor:
            for what, file in FORGED.items():
                answer = visitor.choose(file)
                verdict, wrong = self._judged(answer, bare=True)
                if verdict == "accepted":
                    verdict, wrong = "leaked", f"opened {what} that nobody uploaded"
                yield FaultOutcome("forged uploads", what, verdict, answer.line, answer.seconds, wrong)
                self._between(what)

    def words(self, cases: Sequence[BadWords]) -> Iterator[FaultOutcome]:
        """Say each thing, a few to a session."""
        for start in range(0, len(cases), WORDS_A_SESSION):
            with Visitor(self._served.url, LIMIT_SECONDS) as visitor:
                visitor.upload("words.wav", io.BytesIO(good(".wav")))
                count = 0
                for case in cases[start : start + WORDS_A_SESSION]:
                    answer = visitor.say(case.words)
                    verdict, wrong = self._judged(answer)
                    if verdict == "accepted" and len(answer.said) != count + 1:
                        verdict, wrong = "wrong", "neither a line nor a turn"
                    count = len(answer.said)
                    what = ascii(case.words)[:60]
                    yield FaultOutcome(case.kind, what, verdict, answer.line, answer.seconds, wrong)
                    self._between(what)

    def good(self, when: str) -> None:
        """A good track and a good wish must do well; that they did not is trouble."""
        sound = wav(noise(GOOD_SECONDS), bits=16)
        with Visitor(self._served.url, LIMIT_SECONDS) as visitor:
            opened = visitor.upload("good.wav", io.BytesIO(sound))
            turned = visitor.say(WISH)
            wrong = self._heard(
                visitor, turned, frames=round(GOOD_SECONDS * soundfile.info(io.BytesIO(sound)).samplerate)
            )
            visitor.leave()
        self.good_requests += 1
        if opened.line or turned.line or len(turned.replied) != 1 or wrong:
            told = " ".join(filter(None, (opened.ending, opened.line, turned.ending, turned.line, wrong)))
            self.trouble.append(f"a good request {when} went wrong: {told}")

    def look_around(self, when: str) -> None:
        """Files that were forgotten, errors in the log, and whether the server is there."""
        for name in self._served.forgotten():
            if name not in self._known:
                self._known.add(name)
                self.trouble.append(f"{when} a temporary file is left: {name}")
        for path in (self._served.temp / "gradio").glob("tmp*"):
            with suppress(OSError):
                if path.stat().st_size > HARMLESS_BYTES and path.name not in self._known:
                    self._known.add(path.name)
                    self.trouble.append(f"{when} {path.stat().st_size >> 20} MB of an upload are left")
        if not self._served.alive():
            self.trouble.append(f"{when} the server has ended")

    def _between(self, what: str) -> None:
        self._tried += 1
        if self._tried % GOOD_EVERY == 0:
            self.good(f"after {what}")
            self.look_around(f"after {what}")

    def _judged(self, answer: PageAnswer, bare: bool = False) -> tuple[Verdict, str]:
        """What an answer is, and what is wrong with it."""
        log = self._served.log()
        new, self._log_read = log[self._log_read :], len(log)
        seen = (answer.line, *answer.texts)
        inner = [mark for mark in (*INNER, str(self._served.base)) if any(mark in text for text in seen)]
        strays = [name for name in self._strays() if name not in self._known]
        self._known.update(strays)
        verdict: Verdict = "refused" if answer.line else "accepted"
        wrong = ""
        if answer.ending == "hung":
            verdict, wrong = "hung", f"no answer within {answer.seconds:.0f} s"
        elif answer.ending == "gone" or answer.status >= 500 or not self._served.alive():
            verdict, wrong = "crashed", f"status {answer.status}, {answer.ending}"
        elif (
            OUR_FAULT in answer.line
            or "Exception in ASGI application" in new
            or (answer.ending == "failed" and answer.status == 200 and not bare)
        ):
            verdict, wrong = "crashed", _last_line(new) or answer.line
        elif strays:
            verdict, wrong = "leaked", f"wrote {', '.join(strays)}"
        elif inner or answer.harmful:
            verdict, wrong = "leaked", f"showed {', '.join((*inner, *answer.harmful))}"
        elif "\n" in answer.line or len(answer.line) > LONGEST_LINE:
            verdict, wrong = "wrong", f"not one line but {len(answer.line)} characters"
        return verdict, wrong

    def _strays(self) -> list[str]:
        beyond = [path for folder in (self._served.base.parent, Path.cwd()) for path in folder.glob("*escaped*")]
        return [*(name for name in self._served.strays() if name != "work/upload"), *map(str, beyond)]

    def _heard(self, visitor: Visitor, answer: PageAnswer, frames: int = 0) -> str:
        """What is wrong with the sound that now plays; nothing, hopefully. frames is how long it should be."""
        if not answer.current:
            return "nothing can be played"
        fetched = visitor.fetch(answer.current)
        if fetched.status_code != 200:
            return f"what should play answers {fetched.status_code}"
        try:
            length = soundfile.info(io.BytesIO(fetched.content)).frames
        except soundfile.LibsndfileError as error:
            return f"what should play cannot be read: {error.error_string}"
        return f"what plays has {length} frames, not {frames}" if frames and length != frames else ""


def _last_line(log: str) -> str:
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith(" ")]
    return lines[-1] if lines else ""


EXPLANATION = f"""\
One server process, driven over HTTP as a page does it. *Refused* is one line that a person can read; *accepted* is a
session, and a turn on it whose sound can be fetched and read. *Crashed*: status 500, a lost connection, an error on our
side. *Hung*: no answer within {LIMIT_SECONDS:.0f} s. *Leaked*: a traceback, a path or markup in what is seen, a file
where none belongs, a file opened that nobody uploaded. *Wrong*: accepted with nothing to hear in it, or an answer that
is none; of awkward files, refused where there is sound, or of another length. After every {GOOD_EVERY} cases a good
track and "{WISH}" must do well.

What comes from strangers, breaks off, comes to an end or is answered by a model is asked of studios of their own: one
under a name that it was given, one with hardly any room, one that is left without files and workers and told to end,
one whose planner is a scripted model with a password in its address. *Leaked* is there also what another site may read,
and a password wherever it is kept.
"""
