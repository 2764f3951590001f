"""Does a word change a sound as people mean it? The rack's equalisation and rooms against the crowd's."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from instructfx.audio import load
from instructfx.bench.quality import socialfx
from instructfx.bench.quality.room_measures import measured_room, room_rows
from instructfx.bench.quality.socialfx import Array, Crowd, band_change_db, correlation, crowd, recordings, rooms
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport, Json
from instructfx.bench.runner.intervals import interval
from instructfx.bench.runner.plots import COLOURS, plot
from instructfx.bench.runner.report import table
from instructfx.engine.live import open_session
from instructfx.language.inflection import english_forms

SEEDS = 2


@dataclass(frozen=True)
class Spoken:
    """A word said in one way to a new session on one track. of is "eq" or "reverb": whose word it is."""

    of: str
    word: str
    said: str
    track: Path
    seed: int
    bands_hz: tuple[float, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.of}: {self.said} / {self.track.stem} / {self.seed}"


def comparative(word: str) -> str:
    """ "warmer" for "warm", "heavier" for "heavy", "more metallic" for longer words."""
    syllables = len(re.findall("[aeiouy]+", word.removesuffix("e")))
    if " " in word or syllables > (2 if word.endswith("y") else 1):
        return f"more {word}"
    made = (phrase for phrase, form in english_forms(word) if form == "comparative" and phrase.endswith("er"))
    return next(made, f"more {word}")


EQ_PHRASINGS: tuple[Callable[[str], str], ...] = (
    lambda word: f"make it {word}",
    lambda word: f"{comparative(word)} please",
    lambda word: f"it should sound {word}",
)
REVERB_PHRASINGS: tuple[Callable[[str], str], ...] = (
    lambda word: f"add a {word} reverb",
    lambda word: f"give it a reverb that sounds {word}",
)


def cases(options: BenchOptions) -> list[Spoken]:
    """Every word in every phrasing, on every track, with two seeds; rooms do not depend on the track."""
    paths = recordings(options.data)
    found: list[Spoken] = []
    if _has(options, "eq"):
        drawn = crowd(options.data)
        bands_hz = tuple(drawn.bands_hz.tolist())
        found += [
            Spoken("eq", word, phrasing(word), path, options.seed + seed, bands_hz)
            for word in drawn.curves
            for phrasing in EQ_PHRASINGS
            for path in paths
            for seed in range(SEEDS)
        ]
    if _has(options, "reverb"):
        found += [
            Spoken("reverb", word, phrasing(word), paths[0], options.seed)
            for word in rooms(options.data).rt60_seconds
            for phrasing in REVERB_PHRASINGS
        ]
    return found or [*cases_refused(options)]


def cases_refused(options: BenchOptions) -> list[Spoken]:
    """Raises the error of a folder that holds nothing to compare with."""
    crowd(options.data)
    return []


def _has(options: BenchOptions, of: str) -> bool:
    return any(path.name.startswith(of) for path in socialfx.files(options.data))


def measure(case: Spoken) -> Json:
    """What the word did: effects, and the change of each band or the measures of the room."""
    with tempfile.TemporaryDirectory() as folder:
        live = open_session(case.track, planner="builtin", ear="perceptual", seed=case.seed, store=folder)
        seconds = live.say(case.said).seconds
        about: dict[str, object] = {"effects": list(live.chain.names), "seconds": seconds}
        if case.of == "reverb":
            return {**about, **measured_room(live.chain)}
        dry, rendered = load(case.track), live.render()
        frames = min(dry.frames, rendered.frames)
        change = band_change_db(
            dry.samples[:, :frames], rendered.samples[:, :frames], dry.sample_rate, np.array(case.bands_hz)
        )
        return {**about, "change_db": [round(float(value), 3) for value in change]}


def tell(options: BenchOptions, results: Sequence[tuple[Spoken, Json]]) -> CaseReport:
    """Tables by word, and the mean over words."""
    of_eq = [(case, np.array(result["change_db"])) for case, result in results if case.of == "eq"]
    of_rooms = [(case.word, result) for case, result in results if case.of == "reverb"]
    summary, numbers, plots = [EXPLANATION], {}, {}
    if of_eq:
        drawn = crowd(options.data)
        rows, eq_numbers = _eq_rows(drawn, of_eq, options.seed)
        head = ["word", "people", "the rack", "least", "one person against the others", "tracks"]
        summary.append(table(head, rows))
        numbers["eq"] = eq_numbers
        plots["agreement.svg"] = _curves(drawn, of_eq)
    if of_rooms:
        page, numbers["reverb"] = room_rows(of_rooms, rooms(options.data), options.seed)
        summary.append(page)
    details = table(["case", "effects"], [[case.key, ", ".join(result["effects"])] for case, result in results])
    return CaseReport("\n".join(summary), f"\n### Every case\n\n{details}", numbers, plots)


EXPLANATION = """\
*The rack* is the correlation of the change of level that a word makes in 40 bands of the whole rendered track with
the mean of the curves that people drew for it: mean over phrasings, tracks and seeds, and the least of them. *One
person* is the median of the same for one person's curve against the mean of the others'. Intervals are 95 %, over
cases for a word and over words for the mean. Sessions are new, with the built-in planner and ear.
"""


def _eq_rows(drawn: Crowd, found: list[tuple[Spoken, Array]], seed: int) -> tuple[list[list[str]], Json]:
    rows, means, alone = [], [], []
    numbers = {}
    for word, people in drawn.curves.items():
        own = [(case, correlation(change, drawn.mean(word))) for case, change in found if case.word == word]
        if not own:
            continue
        reached = interval([value for _, value in own], seed)
        person = one_person(people)
        by_track = {case.track.stem: [v for c, v in own if c.track == case.track] for case, _ in own}
        tracks = ", ".join(f"{name} {np.mean(values):.2f}" for name, values in by_track.items())
        least = min(value for _, value in own)
        rows.append([word, str(len(people)), str(reached), f"{least:.2f}", f"{person:.2f}", tracks])
        means.append(reached.value)
        alone.append(person)
        numbers[word] = {**reached.to_json(), "least": least, "one_person": person}
    whole, person_mean = interval(means, seed), interval(alone, seed)
    rows.append(["**mean over words**", "", f"**{whole}**", f"{min(means):.2f}", str(person_mean), ""])
    numbers["mean over words"] = {**whole.to_json(), "one_person": person_mean.value}
    return rows, numbers


def one_person(people: Array) -> float:
    """Median correlation of one person's curve with the mean of the others'; people is (people, bands)."""
    total = people.sum(axis=0)
    return float(np.median([correlation(own, total - own) for own in people])) if len(people) > 1 else 1.0


def _curves(drawn: Crowd, found: list[tuple[Spoken, Array]]) -> bytes:
    words = [word for word in drawn.curves if any(case.word == word for case, _ in found)]
    columns = min(4, len(words))
    rows = -(-len(words) // columns)
    with plot(rows, columns, (3 * columns, 2.2 * rows)) as picture:
        every = np.array(picture.axes).flatten()
        for axes in every[len(words) :]:
            axes.set_visible(False)
        for axes, word in zip(every, words, strict=False):
            changes = np.array([change for case, change in found if case.word == word])
            people = drawn.mean(word) - drawn.mean(word).mean()
            scale = changes.std(axis=1).mean() / max(float(people.std()), 1e-9)
            axes.plot(drawn.bands_hz, changes.T, color=COLOURS[0], alpha=0.2, linewidth=0.8)
            axes.plot(drawn.bands_hz, scale * people, color=COLOURS[1], linewidth=2)
            axes.set(xscale="log", title=word)
            axes.grid(alpha=0.3)
    return picture.svg


BENCH = Bench(
    "agreement",
    "Agreement with what people mean",
    cases,
    measure,
    tell,
    lambda options: socialfx.files(options.data),
)
