"""The table of lengths tells what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instructfx.bench.robustness import lengths
from instructfx.bench.robustness.awkward import awkward_files


def test_a_wrong_length_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    good, refused = (
        next(each for each in awkward_files() if each.frames),
        next(each for each in awkward_files() if not each.frames),
    )
    lies = [replace(good, frames=good.frames + 1), replace(good, frames=0), replace(refused, frames=5)]
    monkeypatch.setattr(lengths, "awkward_files", lambda: [good, refused, *lies])
    told: list[str] = []
    page, well = lengths.measure(told.append)
    assert not well
    assert page.count("WRONG") == 3
    assert told == ["lengths: 2 of 5 right"]


def test_there_are_twenty_kinds_and_more() -> None:
    kinds = {each.what.split(",")[0] for each in awkward_files()}
    assert len(kinds) >= 40
