"""One seed, one result, whatever the number of threads that torch, numpy and scipy were given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from instructfx.audio import Audio, save
from instructfx.engine.context import causes, machine_named, package_versions
from instructfx.engine.live import LiveSession, open_session
from instructfx.sessions import Provenance
from instructfx.store import Store

WORDS = ("make it warmer", "put it in a small room")


def taken(threads: int, music: Audio, folder: Path) -> tuple[LiveSession, str]:
    """Two turns in a process with so many threads, and the SHA-256 of what plays then."""
    folder.mkdir()
    save(Audio(np.ascontiguousarray(music.samples[:, : 3 * 44_100]), 44_100), folder / "in.wav")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    blas = threadpool_limits(threads, "blas")
    try:
        live = open_session(folder / "in.wav", "builtin", "perceptual", store=Store(folder / "store"))
        for words in WORDS:
            live.say(words)
        report = live.render_to(folder / "out.wav")
        assert torch.get_num_threads() == threads  # whoever calls gets back what was set
        assert {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"} == {threads}
    finally:
        blas.restore_original_limits()
        torch.set_num_threads(before)
    return live, report.signature.sha256


def test_settings_readings_and_samples_do_not_depend_on_the_number_of_threads(music: Audio, tmp_path: Path) -> None:
    one, sha256 = taken(1, music, tmp_path / "one")
    other, other_sha256 = taken(3, music, tmp_path / "other")
    assert one.chain == other.chain
    assert [turn.readings_after for turn in one.turns] == [turn.readings_after for turn in other.turns]
    assert sha256 == other_sha256
    assert {turn.provenance.threads for turn in one.turns} == {one.agents.ear.threads}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "the same kind of machine"),
        ({"machine": "Plan9 mips"}, "made on Plan9 mips, this is"),
        ({"versions": {**package_versions(), "torch": "1.0"}}, "made with torch 1.0, here it is"),
    ],
)
def test_a_replay_that_differs_names_the_cause(changed: dict[str, object], said: str) -> None:
    made = Provenance("builtin", "perceptual", 0, package_versions(), machine=machine_named())
    found = causes(replace(made, **changed))
    assert len(found) == 1
    assert said in found[0]
