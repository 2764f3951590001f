import re

import pytest

from instructfx.chain import Chain
from instructfx.planners.plan import Plan, Thoughts
from instructfx.refine.records import Refined
from instructfx.session import Provenance, Turn
from instructfx.studio import views
from instructfx.studio.visits import Exchange

WARM = {"low_shelf_gain_db": 1.84, "low_shelf_cutoff_frequency_hz": 100.4, "high_shelf_gain_db": -2}


def turn(chain: Chain, reply: str = "I added an equaliser.", **fields: object) -> Turn:
    values: dict[str, object] = {
        "id": "1",
        "parent_id": None,
        "index": 1,
        "kind": "said",
        "instruction": "make it warmer",
        "plan": Plan(reply=reply, thoughts=Thoughts(asked="warmth +1", effects="add eq")),
        "route": "initialize_all",
        "refined": Refined(chain, 1.0, 0.5),
        "readings_before": {"warmth": 1.0, "brightness": 2.0, "pitch": 3.0},
        "readings_after": {"warmth": 1.5, "brightness": 1.2, "pitch": 3.01},
        "provenance": Provenance("builtin", "perceptual", 0),
        "seconds": 1.234,
    }
    return Turn(**{**values, **fields})  # type: ignore[arg-type]


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_table_names_effects_in_order_with_units_and_state() -> None:
    chain = Chain().added("eq", WARM).added("reverb", {"decay_seconds": 1.92, "mix": 0.25}).bypassed("reverb", True)
    shown = text(views.chain_table(chain))
    assert shown.index("Equaliser") < shown.index("Reverb")
    assert "Low shelf +1.8 dB at 100 Hz · Q 0.7" in shown
    assert "High shelf −2.0 dB at 8.0 kHz" in shown
    assert "Flat low mid, mid, high mid, treble" in shown
    assert "Decay 1.92 s" in shown
    assert "Mix 25 %" in shown
    assert shown.endswith("bypassed")


def test_an_empty_chain_is_a_sentence() -> None:
    assert "dry" in text(views.chain_table(Chain()))


def test_a_message_has_words_reply_changes_time_and_thoughts() -> None:
    chain = Chain().added("eq", WARM)
    shown = text(views.conversation([Exchange("make it warmer", Chain(), turn(chain))]))
    for part in ("make it warmer", "I added an equaliser.", "Equaliser added", "1.2 s", "Why", "warmth +1"):
        assert part in shown


def test_a_stopped_turn_says_that_its_best_was_kept() -> None:
    chain = Chain().added("eq", WARM)
    stopped = turn(chain, refined=Refined(chain, 1.0, 0.5, (), "cancelled"))
    assert "best so far was kept" in views.conversation([Exchange("warmer", Chain(), stopped)])


@pytest.mark.parametrize(
    ("ear", "kind", "said"),
    [("clap", "said", True), ("clap", "undone", False), ("perceptual", "said", False)],
)
def test_another_ear_than_the_built_in_one_is_named(ear: str, kind: str, said: bool) -> None:
    heard = turn(Chain().added("eq", WARM), kind=kind, provenance=Provenance("builtin", ear, 0))
    assert ("heard by CLAP" in text(views.conversation([Exchange("warmer", Chain(), heard)]))) is said


def test_nothing_from_a_visitor_is_markup() -> None:
    evil = '<img src=x onerror="alert(1)">'
    exchange = Exchange(evil, Chain(), turn(Chain(), reply=evil), trouble=evil)
    every = views.conversation([exchange], pending=evil) + views.notice(evil)
    every += views.downloads([("FLAC", "/a", evil)]) + views.player("Dry", evil, evil, [0.5])
    assert "<img" not in every


def test_many_changes_fold() -> None:
    before = Chain().added("reverb", {})
    after = before.adjusted(
        "reverb",
        {"decay_seconds": 3, "mix": 0.5, "damping": 0.6, "width": 0.5, "low_cut_hz": 200, "high_cut_hz": 5000,
         "pre_delay_ms": 50},
    )  # fmt: skip
    shown = views.conversation([Exchange("bigger", before, turn(after))])
    assert "1 more" in text(shown)
    assert "Reverb, decay: 1.5 s → 3 s" in text(shown)


def test_readings_show_the_largest_moves_first_and_leave_out_the_still_ones() -> None:
    shown = text(views.readings(turn(Chain())))
    assert shown.index("Brightness 2.0 1.2 −0.8") < shown.index("Warmth 1.0 1.5 +0.5")
    assert "Pitch" not in shown


def test_readings_without_a_turn_are_a_hint() -> None:
    assert "after a turn" in views.readings(None)


def test_the_bar_never_runs_back_and_the_shown_loss_never_rises() -> None:
    state = views.Progress().moved("refining", 0.5).stepped(0.9, 0.6).stepped(1.4, 0.3).stepped(0.4, 0.65)
    assert state.share == 0.65
    assert "step 3 · loss 0.90 → 0.40" in views.progress(state)
    assert views.progress(state.moved("planning", 0.0)).count('aria-valuenow="65"') == 1
    assert "2 before you" in views.progress(views.Progress(before=2))
    assert views.progress(None) == ""


@pytest.mark.parametrize("stage", views.STAGES)
def test_every_stage_has_a_bar(stage: str) -> None:
    assert 'role="progressbar"' in views.progress(views.Progress(stage, 0.2))


def test_a_waveform_has_a_bar_for_each_peak() -> None:
    assert views.waveform([0.0, 0.5, 1.0]).count("M") == 3
    assert "audio" not in views.player("Current", "later", "", ())


def test_half_an_emoji_can_be_sent() -> None:
    shown = views.conversation([], "warmer \ud83d")
    assert "warmer ?" in shown
    assert shown.encode()
