"""Several visitors at once, each with a track and words of their own: is anything lost, mixed up, or never let go?"""

from __future__ import annotations

import io
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import soundfile

from instructfx.bench.robustness.riff import RATE, wav
from instructfx.bench.runner.report import conditions, table
from instructfx.bench.serving.serving import Served, serving
from instructfx.bench.serving.visitor import PageAnswer, Visitor
from instructfx.errors import SettingsError
from instructfx.sessions import Session
from instructfx.store import Store
from instructfx.store.sessions import DATABASE

SEED = 0
MOST_VISITORS = 16
TURN_SECONDS = 120.0  # for one answer, waiting included
SECONDS_A_TURN = 6.0  # for the whole soak, times its turns
LEAST_SECONDS = 120.0
SAMPLE_SECONDS = 0.5
LOOK_FOR_HZ = (100.0, 2000.0)
FLAT_SHARE = 1.1  # the last quarter may be this much above the second, or
FLAT_MB, FLAT_FILES = 50.0, 8  # this much
FIRST_TRACK = "guitar"
LEAST_TURNS = 0.5  # of what is said; the rest may change nothing, where there is no filter to drop

SCRIPT = (
    "make it warmer", "a bit brighter", "low-pass it at 5 kHz", "add some grit", "cut 3 dB at 400 Hz", "pan it left",
    "less distortion", "make it punchier", "go back", "boost 2 dB at 1 kHz", "too harsh, soften it", "drop the filter",
)  # fmt: skip
"""Nothing here leaves a tail, so that a rendered track is as long as it was."""


@dataclass(frozen=True)
class Guest:
    """A visitor to be: nobody else's name, pitch and length. Names are no words, and none is the start of another."""

    index: int

    @property
    def name(self) -> str:
        return f"take{chr(ord('a') + self.index)}"

    @property
    def pitch_hz(self) -> float:
        return float(220 * 2 ** (self.index / 6))

    @property
    def frames(self) -> int:
        return RATE + self.index * RATE // 5

    def track(self) -> bytes:
        """A tone with a little noise, in stereo."""
        time_s = np.arange(self.frames) / RATE
        rng = np.random.default_rng(SEED + self.index)
        tone = 0.3 * np.sin(2 * np.pi * self.pitch_hz * time_s)
        return wav(tone[:, None] + 0.01 * rng.standard_normal((self.frames, 2)))

    def words(self, count: int) -> list[str]:
        """That many instructions, each with the visitor's name in it: the script's first, then from places apart."""
        places = [0, *((self.index + turn) % len(SCRIPT) for turn in range(1, count))]
        return [f"{self.name}: {SCRIPT[place]}" for place in places]


@dataclass(frozen=True)
class Stay:
    """What one visitor said and saw. said is the conversation on the page at the end, nodes the words of the turns in
    its history; stored is the session in the store, None where there is none."""

    guest: Guest
    asked: tuple[str, ...]
    seconds: tuple[float, ...]
    said: tuple[str, ...]
    nodes: tuple[str, ...]
    wrong: tuple[str, ...]
    stored: Session | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """All that was said, as it is stored: turns, and exchanges, which changed nothing."""
        return tuple(each.instruction for each in self.stored.conversation) if self.stored else ()

    @property
    def turns(self) -> tuple[str, ...]:
        """The words of the turns in the store; steps back are among what is kept, but are no nodes of a history."""
        return tuple(each.instruction for each in self.stored.turns if each.kind != "undone") if self.stored else ()


@dataclass(frozen=True)
class ProcessReading:
    """The server and its children at one moment."""

    memory_mb: float
    files: int


@dataclass(frozen=True)
class Soaked:
    """All stays, and the readings in the order of time."""

    stays: tuple[Stay, ...]
    readings: tuple[ProcessReading, ...]
    seconds: float
    strangers: int

    def quarter(self, number: int) -> ProcessReading:
        """Medians of a quarter of the time, 0 to 3."""
        count = len(self.readings)
        part = self.readings[number * count // 4 : (number + 1) * count // 4] or self.readings
        return ProcessReading(
            statistics.median(each.memory_mb for each in part), round(statistics.median(each.files for each in part))
        )

    def checks(self) -> dict[str, bool]:
        """What must hold: by name, whether it does."""
        second, last = self.quarter(1), self.quarter(3)
        return {
            "all that was said was answered and is on its page, in order": all(s.said == s.asked for s in self.stays),
            "all of it is in the store, in order, and nothing else": all(s.kept == s.asked for s in self.stays)
            and self.strangers == 0,
            "the turns on each page are those in the store": all(s.nodes == s.turns for s in self.stays),
            f"{100 * LEAST_TURNS:.0f} % or more of it became turns": all(
                len(s.turns) >= LEAST_TURNS * len(s.asked) for s in self.stays
            ),
            "nobody saw another's words, name or sound, or an error": all(not stay.wrong for stay in self.stays),
            "memory is flat": last.memory_mb <= max(FLAT_SHARE * second.memory_mb, second.memory_mb + FLAT_MB),
            "open files are flat": last.files <= max(FLAT_SHARE * second.files, second.files + FLAT_FILES),
        }


def measure(say: Callable[[str], None], turns: int = 200, visitors: int = 8) -> tuple[str, bool]:
    """So many turns by so many visitors at once; a page of Markdown, and whether all held."""
    soaked = soak(turns, visitors, say)
    return _page(soaked), all(soaked.checks().values())


def soak(turns: int, visitors: int, say: Callable[[str], None]) -> Soaked:
    """The visit itself, on a server of its own, bounded in time. SettingsError for numbers that make no sense."""
    if not 1 <= visitors <= MOST_VISITORS or turns < visitors:
        raise SettingsError(f"--visitors must be 1 to {MOST_VISITORS}, and --turns at least as many as visitors")
    guests = [Guest(index) for index in range(visitors)]
    counts = [turns // visitors + (index < turns % visitors) for index in range(visitors)]
    with serving() as served:
        with Visitor(served.url, TURN_SECONDS) as first:  # what is loaded once is loaded before anything is counted
            first.sample(FIRST_TRACK)
            first.say(SCRIPT[0])
            first.leave()
        began = time.monotonic()
        deadline = began + max(LEAST_SECONDS, SECONDS_A_TURN * turns)
        readings: list[ProcessReading] = []
        ended = threading.Event()
        watching = threading.Thread(target=_watch, args=(served, readings, ended))
        watching.start()
        try:
            with ThreadPoolExecutor(visitors) as pool:
                names = [guest.name for guest in guests]
                futures = [
                    pool.submit(_stay, served, guest, count, names, deadline, say)
                    for guest, count in zip(guests, counts, strict=True)
                ]
                stays = [future.result() for future in futures]
        finally:
            ended.set()
            watching.join()
        seconds = time.monotonic() - began
        return _compared(served, stays, tuple(readings), seconds)


def _watch(served: Served, readings: list[ProcessReading], ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_SECONDS):
        readings.append(ProcessReading(served.memory_mb(), served.open_files()))


def _stay(
    served: Served, guest: Guest, count: int, names: Sequence[str], deadline: float, say: Callable[[str], None]
) -> Stay:
    asked = tuple(guest.words(count))
    others = [name for name in names if name != guest.name]
    wrong: list[str] = []
    seconds: list[float] = []
    said: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    with Visitor(served.url, TURN_SECONDS) as visitor:
        answer = visitor.upload(f"{guest.name}.wav", io.BytesIO(guest.track()))
        wrong += _amiss(answer, guest, others)
        for number, words in enumerate(asked, 1):
            if time.monotonic() > deadline:
                wrong.append(f"time was up after {number - 1} turns")
                break
            answer = visitor.say(words)
            seconds.append(answer.seconds)
            said = answer.said
            nodes = tuple(turn["words"] for turn in answer.parts.get("history", {}).get("turns", ()))
            wrong += [f"turn {number}: {each}" for each in _amiss(answer, guest, others)]
            wrong += [f"turn {number}: {each}" for each in _unlike(visitor, answer, guest)]
        say(f"soak: {guest.name} has taken {len(seconds)} turns")
        visitor.leave()
    return Stay(guest, asked, tuple(seconds), said, nodes, tuple(wrong))


def _amiss(answer: PageAnswer, guest: Guest, others: Sequence[str]) -> list[str]:
    """What of an answer is not this visitor's, or is none."""
    found = [f"saw {name}" for name in others if any(name in text for text in answer.texts)]
    if answer.ending != "answered" or answer.line or len(answer.replied) != len(answer.said):
        found.append(f"{answer.ending}: {answer.line or 'no reply'}")
    if guest.name not in answer.track:
        found.append(f"its track is called {answer.track!r}")
    return found


def _unlike(visitor: Visitor, answer: PageAnswer, guest: Guest) -> list[str]:
    """How the sound that plays differs from this visitor's in length and pitch."""
    if not answer.current:
        return ["nothing plays"]
    fetched = visitor.fetch(answer.current)
    if fetched.status_code != 200:
        return [f"what should play answers {fetched.status_code}"]
    samples, rate = soundfile.read(io.BytesIO(fetched.content), always_2d=True)
    spectrum = np.abs(np.fft.rfft(samples.sum(axis=1)))
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    within = (frequencies > LOOK_FOR_HZ[0]) & (frequencies < LOOK_FOR_HZ[1])
    pitch = frequencies[within][spectrum[within].argmax()]
    found = [f"{len(samples)} frames, not {guest.frames}"] if len(samples) != guest.frames else []
    return found + ([f"{pitch:.0f} Hz, not {guest.pitch_hz:.0f}"] if abs(pitch / guest.pitch_hz - 1) > 0.02 else [])


def _compared(served: Served, stays: Sequence[Stay], readings: tuple[ProcessReading, ...], seconds: float) -> Soaked:
    """The stays with what the store holds of each; a session that is nobody's is a stranger's."""
    store = Store(served.sessions, f"sqlite:///{served.sessions / DATABASE}")
    sessions = [store.load(listed.id)[0] for listed in store.listed()]
    by_name = {session.dry.name: session for session in sessions}
    told = tuple(replace(each, stored=by_name.get(f"{each.guest.name}.wav")) for each in stays)
    known = [stay.stored for stay in told]
    strangers = [each for each in sessions if each not in known and not each.dry.name.startswith(FIRST_TRACK)]
    return Soaked(told, readings, seconds, len(strangers))


EXPLANATION = f"""\
Every visitor has a track of another length and pitch, and says its own name in every wish. After each the page is read
for names that are not its own, and the sound that plays is fetched and its length and pitch compared. At the end the
store is read: what was said, and what of it became turns; the rest changed nothing. Memory and open files are of the
server and its children, every {SAMPLE_SECONDS} s; flat is a median of the last quarter within 10 % of the second's.
"""


def _page(soaked: Soaked) -> str:
    rows = [
        [
            stay.guest.name,
            f"{stay.guest.frames / RATE:.1f} s, {stay.guest.pitch_hz:.0f} Hz",
            *(str(len(each)) for each in (stay.asked, stay.said, stay.kept)),
            str(len(stay.stored.turns) if stay.stored else 0),
            str(len(stay.stored.exchanges) if stay.stored else 0),
            f"{statistics.median(stay.seconds or (0.0,)):.1f}",
            f"{max(stay.seconds, default=0.0):.1f}",
        ]
        for stay in soaked.stays
    ]
    head = ["visitor", "track", "said", "on the page", "in the store", "turns", "no change", "median s", "slowest s"]
    quarters = [soaked.quarter(number) for number in range(4)]
    watched = [
        ["memory, MB", *(f"{each.memory_mb:.0f}" for each in quarters)],
        ["open files", *(str(each.files) for each in quarters)],
    ]
    count = sum(len(stay.seconds) for stay in soaked.stays)
    summary = f"{count} wishes by {len(rows)} visitors at once in {soaked.seconds:.0f} s.\n"
    checks = "".join(f"- {name}: {'yes' if well else 'NO'}\n" for name, well in soaked.checks().items())
    wrong = "".join(f"- {stay.guest.name}: {each}\n" for stay in soaked.stays for each in stay.wrong)
    return "\n".join(
        ["## Visitors at once\n", conditions(SEED), EXPLANATION, summary, table(head, rows),
         table(["quarter", "first", "second", "third", "last"], watched), checks + wrong]
    )  # fmt: skip
