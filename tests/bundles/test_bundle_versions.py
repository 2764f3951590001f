"""A bundle of every version is imported; what later versions added is what docs/bundles.md says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lived_sessions import changed, document_of

from instructfx.bundles import import_bundle
from instructfx.bundles.format import EARLIER, VERSION
from instructfx.sessions.older import turn_of_0004
from instructfx.store import Store

ROOT = Path(__file__).parents[2]
TONE = ROOT / "tests" / "store" / "databases" / "tone.flac"
BUNDLES = {
    1: ROOT / "sessions" / "examples" / "guitar.ifx.zip",
    **{int(path.name.split(".")[0]): path for path in (Path(__file__).parent / "versions").glob("*.ifx.zip")},
}


def test_there_is_a_bundle_of_every_version() -> None:
    assert sorted(BUNDLES) == [*EARLIER, VERSION] == list(range(1, VERSION + 1))


@pytest.mark.parametrize("version", sorted(BUNDLES))
def test_every_version_is_imported(version: int, tmp_path: Path) -> None:
    document = document_of(BUNDLES[version])
    assert document["version"] == version
    store = Store(tmp_path)
    imported = import_bundle(BUNDLES[version], store, None if document["files"] else TONE).session
    session = store.load(imported.id)[0]
    written = document["session"]["turns"]
    assert [turn.instruction for turn in session.turns] == [turn["instruction"] for turn in written]
    for turn, then in zip(session.turns, written, strict=True):
        chosen = then["provenance"].get("turn_options" if version > 2 else "wishes", {})
        assert turn.provenance.turn_options.step_size == chosen.get("step_size", 1.0)
        assert [each.reply for each in session.exchanges] == [
            each["reply"] for each in document["session"].get("exchanges", ())
        ]
        assert len(session.exchanges) == (2 if version > 3 else 0)
        if version > 2:
            assert dict(turn.goal.axes) == then["goal"]["axes"]
        else:
            assert turn.goal.axes == {
                axis: pytest.approx(steps * chosen.get("step_size", 1.0))
                for axis, steps in then["plan"]["goal"]["axes"].items()
            }


def test_an_effect_that_is_not_here_comes_along_switched_off(tmp_path: Path) -> None:
    def unknown(document: dict[str, Any]) -> None:
        for turn in document["session"]["turns"]:
            turn["refined"]["chain"].append({"id": "tape_2", "effect": "tape", "settings": {"age": 3, "brand": "a"}})

    path = changed(BUNDLES[VERSION], tmp_path / "x.zip", unknown)
    session = import_bundle(path, Store(tmp_path / "store"), TONE).session
    slot = session.chain.slot("tape_2")
    assert (slot.effect.absent, slot.heard, dict(slot.settings)) == (True, False, {"age": 3, "brand": "a"})


def test_an_older_turn_asked_for_the_goal_of_its_plan_at_its_step_size() -> None:
    old = {
        "plan": {"goal": {"target": "warm", "negative": "thin", "axes": {"warmth": 1.0, "mud": 4.0}}},
        "provenance": {"seed": 3, "wishes": {"step_size": 2.0, "avoid": "harsh, muddy"}},
    }
    new = turn_of_0004(old)
    assert new["goal"] == {"target": "warm", "negative": "thin, harsh, muddy", "axes": {"warmth": 2.0, "mud": 6.0}}
    assert new["provenance"] == {"seed": 3, "turn_options": {"step_size": 2.0, "avoid": "harsh, muddy"}}
    assert new["plan"] == old["plan"]
    nothing = {"plan": {"goal": {"axes": {}}}, "provenance": {"wishes": {"avoid": "harsh"}}}
    assert turn_of_0004(nothing)["goal"] == {"axes": {}}, "nothing was asked of the ear, so nothing was avoided"


@pytest.mark.parametrize(
    "old",
    [
        {},
        {"plan": 3, "provenance": []},
        {"plan": {"goal": {"axes": {"warmth": "x" * 9}}}, "provenance": {"wishes": {"step_size": 2}}},
        {"plan": {"goal": {"axes": 5}}, "provenance": {"wishes": 5}},
    ],
)
def test_what_is_malformed_stays_so_for_the_schema_to_say(old: dict[str, object]) -> None:
    new = turn_of_0004(old)
    assert {name: new[name] for name in old if name != "provenance"} == {
        name: value for name, value in old.items() if name != "provenance"
    }
    plan = old.get("plan")
    assert new["goal"] == (plan["goal"] if isinstance(plan, dict) else {})
