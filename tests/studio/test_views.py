import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from instructfx.audio.fold_down import FoldDown
from instructfx.audio.track import Track
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.planners.plan import Plan, Thoughts
from instructfx.refine.records import Refined
from instructfx.sessions import Exchange, Provenance, Turn
from instructfx.studio.page import html
from instructfx.studio.visits.visits import VisitEntry

WARM = {"low_shelf_gain_db": 1.84, "low_shelf_cutoff_frequency_hz": 100.4, "high_shelf_gain_db": -2}


def turn(chain: Chain, reply: str = "I added an equaliser.", **fields: object) -> Turn:
    values: dict[str, object] = {
        "id": "1",
        "parent_id": None,
        "index": 1,
        "kind": "said",
        "instruction": "make it warmer",
        "plan": Plan(reply=reply, thoughts=Thoughts(asked="warmth +1", effects="add eq")),
        "goal": Goal(),
        "route": "initialize_all",
        "refined": Refined(chain, 1.0, 0.5),
        "readings_before": {"warmth": 1.0, "brightness": 2.0, "pitch": 3.0},
        "readings_after": {"warmth": 1.5, "brightness": 1.2, "pitch": 3.01},
        "provenance": Provenance("builtin", "perceptual", 0),
        "seconds": 1.234,
    }
    return Turn(**{**values, **fields})  # type: ignore[arg-type]


def track(name: str) -> Track:
    return Track(Path(name), name, "0" * 64, 44_100, 2, round(187.5 * 44_100), -18.4, 0)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_message_has_words_reply_changes_time_and_thoughts() -> None:
    chain = Chain().added("eq", WARM)
    shown = text(html.conversation([VisitEntry("make it warmer", Chain(), turn(chain))]))
    for part in ("make it warmer", "I added an equaliser.", "Equaliser added", "1.2 s", "Why", "warmth +1"):
        assert part in shown


def test_an_answer_has_no_changes_and_says_that_nothing_changed() -> None:
    said = Exchange("1", None, 0, "how <b>loud?", "question", "It is at -14 <i>LUFS.", ("It clips.",), "builtin")
    shown = html.conversation([VisitEntry(said.instruction, Chain(), answer=replace(said, seconds=0.24))])
    told = unescape(text(shown))
    assert told.startswith("Conversation how <b>loud? It is at -14 <i>LUFS. It clips. nothing changed")
    assert told.endswith("answered by the built-in planner · 0.2 s")
    assert not {"<b>", "<i>", 'class="chips"', 'class="why"'} & set(re.findall(r'<\w+>|class="\w+"', shown))
    assert 'aria-label="Answer"' in shown


def test_a_stopped_turn_says_that_its_best_was_kept() -> None:
    chain = Chain().added("eq", WARM)
    stopped = turn(chain, refined=Refined(chain, 1.0, 0.5, (), "cancelled"))
    assert "best so far was kept" in html.conversation([VisitEntry("warmer", Chain(), stopped)])


@pytest.mark.parametrize(
    ("ear", "kind", "said"),
    [("clap", "said", True), ("clap", "undone", False), ("perceptual", "said", False)],
)
def test_another_ear_than_the_built_in_one_is_named(ear: str, kind: str, said: bool) -> None:
    heard = turn(Chain().added("eq", WARM), kind=kind, provenance=Provenance("builtin", ear, 0))
    assert ("heard by CLAP" in text(html.conversation([VisitEntry("warmer", Chain(), heard)]))) is said


def test_nothing_from_a_visitor_is_markup() -> None:
    evil = '<img src=x onerror="alert(1)">'
    entry = VisitEntry(evil, Chain(), turn(Chain(), reply=evil), trouble=evil)
    every = html.conversation([entry], pending=evil) + html.notice(evil)
    every += html.track_line(track(evil))
    assert "<img" not in every
    assert 'title="<' not in every


def test_a_track_is_told_in_one_line() -> None:
    assert text(html.track_line(track("take.wav"))) == "take.wav 3:07 · stereo · 44.1 kHz · −18.4 LUFS"
    assert "−2.9 dB in mono" in text(html.track_line(track("take.wav"), FoldDown(2.9, 3.1)))
    assert "upside down" not in html.track_line(track("take.wav"), FoldDown(2.9, 3.1))
    assert "nothing is left in mono" in html.track_line(track("take.wav"), FoldDown(60.0, 60.0))
    assert "mono · 22.05\xa0kHz" in html.track_line(replace(track("x"), channels=1, sample_rate=22_050))


def test_many_changes_fold() -> None:
    before = Chain().added("reverb", {})
    after = before.adjusted(
        "reverb",
        {"decay_seconds": 3, "mix": 0.5, "damping": 0.6, "width": 0.5, "low_cut_hz": 200, "high_cut_hz": 5000,
         "pre_delay_ms": 50},
    )  # fmt: skip
    shown = html.conversation([VisitEntry("bigger", before, turn(after))])
    seen, _, folded = shown.partition("<summary>7 settings changed</summary>")
    assert "Reverb, decay" not in text(seen)
    assert "Reverb, decay: 1.5 s → 3 s" in text(folded)


def test_a_change_of_tone_is_a_curve_and_its_bands_are_for_who_asks() -> None:
    before = Chain().added("eq", WARM)
    after = before.adjusted("eq", {"low_shelf_gain_db": 4, "mid_gain_db": -2, "mid_cutoff_frequency_hz": 900})
    shown = html.conversation([VisitEntry("warmer", before, turn(after.bypassed("eq", False)))])
    (bands,) = [json.loads(unescape(each)) for each in re.findall(r'<ifx-curve [^>]*bands="([^"]*)"', shown)]
    assert [band["kind"] for band in bands["after"]] == ["low_shelf", *["peak"] * 4, "high_shelf"]
    assert [bands[side][0]["gain"] for side in ("before", "after")] == [1.84, 4]
    assert "3.0 dB at" not in text(shown.partition("<details>")[0])
    assert json.loads(unescape(re.findall(r'bands="([^"]*)"', html.curves(Chain(), before))[0]))["before"] == []
    assert html.curves(before, before.added("reverb", {})) == ""
    assert html.curves(before.bypassed("eq", True), after.bypassed("eq", True)) == ""


def test_of_two_equalisers_the_one_that_changed_is_named() -> None:
    one = Chain().added("eq", WARM)
    two = one.added("reverb", {}).added("eq", {"mid_gain_db": 3})
    both = html.conversation([VisitEntry("another", one, turn(two)),
                              VisitEntry("less", two, turn(two.adjusted("eq_2", {"mid_gain_db": 1}))),
                              VisitEntry("without it", two, turn(two.without("eq")))])  # fmt: skip
    assert "Reverb added Equaliser 2 added" in text(both)
    assert "Equaliser 2, mid: +3.0 dB at 1.0 kHz → +1.0 dB at 1.0 kHz" in text(both)
    assert "Equaliser 1 removed" in text(both)
    assert "Equaliser 1, " not in text(both)


def test_half_an_emoji_can_be_sent() -> None:
    shown = html.conversation([], "warmer \ud83d")
    assert "warmer ?" in shown
    assert shown.encode()
