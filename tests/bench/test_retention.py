"""What is left of earlier wishes: the sessions are read, remainders are counted, and a miniature is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from instructfx.audio import Audio
from instructfx.bench.quality.effect_labels import BenchDataError
from instructfx.bench.quality.retention import (
    RememberedSession,
    RememberedWish,
    achieved,
    at_ends,
    kept,
    read_sessions,
)
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.ears.axes import AXES


def test_ten_sessions_of_six_turns_some_of_which_take_something_back() -> None:
    sessions = read_sessions()
    assert len(sessions) == 10
    assert all(len(session.wishes) == 6 for session in sessions)
    assert any(wish.against for session in sessions for wish in session.wishes)


def readings(**moved: float) -> dict[str, float]:
    return dict.fromkeys(AXES, 0.0) | moved


def wish(moves: tuple[tuple[str, int], ...], against: frozenset[int] = frozenset()) -> RememberedWish:
    return RememberedWish("words", moves, against)


def test_what_is_left_is_a_share_of_what_was_achieved_and_at_most_all_of_it() -> None:
    session = RememberedSession("a", (wish((("warmth", 1),)), wish((("mud", -1),)), wish((("air", 1),)), wish(())))
    heard = [
        readings(),
        readings(warmth=1.0),
        readings(warmth=0.6, mud=-0.5),
        readings(warmth=1.2, mud=-0.1),
        readings(warmth=-0.5, mud=-0.1),
    ]
    shares = [(each.wish, each.later, round(each.share, 3)) for each in kept(session, heard)]
    assert shares == [(0, 1, 0.6), (0, 2, 1.0), (0, 3, -0.5), (1, 2, 0.2), (1, 3, 0.2)]
    assert achieved(session, heard) == [True, True, False]


def test_what_is_taken_back_on_purpose_is_not_counted_from_there_on() -> None:
    session = RememberedSession("a", (wish((("space", 1),)), wish(()), wish((), frozenset({0}))))
    heard = [readings(), readings(space=1.0), readings(space=0.9), readings()]
    assert [(each.later, each.share) for each in kept(session, heard)] == [(1, 0.9)]


def test_settings_at_an_end_are_counted_where_they_do_not_rest_there() -> None:
    assert at_ends(Chain().added("filter", {}).added("eq", {})) == 0
    assert at_ends(Chain().added("eq", {"mid_gain_db": 20.0, "mid_q": 0.1})) == 2
    assert at_ends(Chain().added("eq", {"mid_gain_db": 20.0}).bypassed("eq", True)) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sessions = 3", "holds"),
        ('[[sessions]]\nname = "a"', "a name and turns"),
        ('[[sessions]]\nname = "a"\nturns = [{ say = "x" }]', "needs say and moves"),
        ('[[sessions]]\nname = "a"\nturns = [{ say = "x", moves = ["warmth"] }]', "not 'warmth'"),
        ('[[sessions]]\nname = "a"\nturns = [{ say = "x", moves = [], against = [1] }]', "numbers of earlier turns"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "retention.toml"
    path.write_text(text)
    with pytest.raises(BenchDataError) as refused:
        read_sessions(path)
    assert said in str(refused.value)


def test_in_miniature(tmp_path: Path, music: Audio, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "data", tmp_path / "out"
    folder.mkdir()
    soundfile.write(folder / "music.wav", music.samples[:, : 2 * music.sample_rate].T, music.sample_rate)
    assert main(["bench", "retention", "--cases", "2", "--data", str(folder), "--out", str(out)]) == 0
    ours, unsearched = json.loads((out / "report.json").read_text())["rows"].values()
    for row in (ours, unsearched):
        assert row["kept"]["value"] > 0.7
        assert row["gain_db"] <= 9
        assert 0.3 <= row["q"][0] <= row["q"][1] <= 4
    assert "What is left of earlier wishes" in capsys.readouterr().out
