"""A session from an upload to the files that are taken home, as a person goes through it in a browser."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from desk_work import (
    CHAIN,
    HISTORY,
    PLAYER,
    effects,
    opened,
    session_of,
    setting,
    standing,
    step,
    tree,
    version,
)
from visitor import Guest, visitor

from instructfx.bench.serving.browser import say, wait_for_track, wait_for_turns
from instructfx.bench.serving.running import Running
from instructfx.chain import Chain
from instructfx.sessions import BlindAnswer
from instructfx.store import Store

pytestmark = pytest.mark.browser

CUT, HALVED, ECHO = "low-pass it at 4 kHz", "low-pass it at 2 kHz", "a 250 ms delay"


def chips(page: Any) -> list[str]:
    """Those of the last message."""
    return [" ".join(text.split()) for text in page.locator(".turn").last.locator(".chips li").all_inner_texts()]


def kinds(page: Any) -> list[str]:
    """Of every version."""
    found: list[str] = page.evaluate(f"{HISTORY}.turns.map(turn => turn.kind)")
    return found


@pytest.mark.alone
def test_four_wishes_on_an_upload_and_every_version_is_heard_in_its_place(guest: Guest, riff: Path) -> None:
    page = guest.page
    page.set_input_files("#upload input[type=file]", riff)
    wait_for_track(page)
    assert page.inner_text("#track strong") == riff.name.replace("<", "").replace(">", "")  # as Gradio keeps names
    assert "0:03 · stereo · 22.05\xa0kHz" in page.inner_text("#track")
    say(page, "make it warmer")
    assert "warmer" in page.locator(".turn .reply").inner_text().lower()
    assert "Equaliser added" in chips(page)
    assert page.locator(".turn .facts").inner_text().startswith("new effects · planned by the built-in planner · ")
    say(page, CUT)
    assert chips(page) == ["Filter added"]
    say(page, HALVED)
    assert chips(page) == ["Filter, low-pass: 4.0 kHz → 2.0 kHz"]
    say(page, "remove the equaliser")
    assert chips(page) == ["Equaliser removed"]
    assert page.locator(".turn .words").all_inner_texts() == ["make it warmer", CUT, HALVED, "remove the equaliser"]
    assert effects(page) == ["filter"]
    page.locator(".turn .why summary").last.click()
    why = page.locator(".turn .why").last.inner_text()
    assert [label for label in ("Asked", "Effects", "Order", "Settings") if label not in why] == []

    page.click(".player-loop")
    page.click(".player-play")
    page.wait_for_function(f"{PLAYER}.state.playing && {PLAYER}.state.position > {PLAYER}.state.loop.start + 0.05")
    begun = page.evaluate(PHASE)
    graph = []
    for name in ("dry", "previous", "current", "dry"):
        page.click(f".player-{name}")
        chosen = page.evaluate(f"{PLAYER}.state.selected")
        page.wait_for_function(f"id => {PLAYER}.state.audible === id", arg=chosen)
        page.wait_for_function(ALONE, arg=chosen)
        graph.append((chosen, page.evaluate(PHASE)))
    ids = page.evaluate(f"{HISTORY}.turns.map(turn => turn.id)")
    assert [chosen for chosen, _ in graph] == ["dry", ids[2], ids[3], "dry"]
    for _, phase in graph:
        assert (phase - begun + 0.5) % 1 == pytest.approx(0.5, abs=0.02)  # nothing goes back to the start
    page.click(".player-play")
    assert page.evaluate(f"{PLAYER}.state.playing") is False


ALONE = f"""id => Object.entries({PLAYER}.state.gains)
    .every(([each, gain]) => each === id ? gain > 0.5 : gain < 0.01)"""
"""Whether one version alone goes through the audio graph."""

PHASE = f"""() => {{
    const {{ position, loop }} = {PLAYER}.state;
    return (position - {PLAYER}.tap.context.currentTime) / (loop.end - loop.start);
}}"""
"""Where in its loop the sound is, against the audio's own clock, in loops: what stays as long as nothing jumps."""

HEARD = f"{PLAYER}.state.selected === 'edit' && {PLAYER}.state.preview === 'Edit'"


def test_a_setting_under_the_hand_is_heard_at_once_and_becomes_a_turn(
    guest: Guest, common: Running, riff: Path
) -> None:
    page = opened(guest, session_of(common.url, riff, CUT, ECHO))
    slider = page.get_by_role("slider", name="Low-pass, in Hz", exact=True)
    before = setting(page, "filter", "lowpass_hz")
    step(page, lambda: dragged(page, slider, -40))
    assert setting(page, "filter", "lowpass_hz") < before * 0.9
    assert kinds(page) == ["said", "said", "edited"]
    assert chips(page)[0].startswith("Filter, low-pass: ")
    assert page.evaluate(f"{PLAYER}.state.selected === {HISTORY}.head")


def dragged(page: Any, slider: Any, across: float) -> None:
    """A slider's thumb, pulled so many pixels in ten moves, and held until the edit is heard."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = box["x"] + 8 + (box["width"] - 16) * float(slider.input_value()), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, 11):
        page.mouse.move(x + across * move / 10, y)
    page.wait_for_function(HEARD)
    assert kinds(page) == ["said", "said"]
    page.mouse.up()


def test_half_of_a_turn_and_its_opposite(guest: Guest, common: Running, riff: Path) -> None:
    page = opened(guest, session_of(common.url, riff, "3 dB louder"))
    assert setting(page, "gain", "gain_db") == pytest.approx(3)
    amount = page.get_by_role("textbox", name="Amount of the last turn, typed")

    def typed(text: str) -> None:
        amount.fill(text)
        amount.press("Enter")

    for text, gain_db in (("50 %", 1.5), ("-100", -3.0), ("150", 4.5)):
        step(page, lambda text=text: typed(text), turns=int(text == "50 %"))
        assert setting(page, "gain", "gain_db") == pytest.approx(gain_db, abs=0.02)
        assert page.evaluate(f"{CHAIN}.amount.share") == pytest.approx(gain_db / 3, abs=0.01)
    assert [words for words, _, _ in tree(page)] == ["3 dB louder", "By hand: 3 changes"]
    shares = [f'{share}% of "3 dB louder"' for share in (50, -100, 150)]
    assert page.evaluate(f"{HISTORY}.turns[1].changes.map(change => change.words)") == shares


def test_a_tree_of_versions_that_is_there_again_after_a_reload(
    guest: Guest, chromium: Any, common: Running, riff: Path
) -> None:
    session_id = session_of(common.url, riff, CUT, ECHO)
    page = opened(guest, session_id)
    step(page, lambda: page.click("#undo"))
    assert (standing(page), effects(page)) == (CUT, ["filter"])
    step(page, lambda: page.click("#redo"))  # which waits until it is enabled
    assert (standing(page), effects(page)) == (ECHO, ["filter", "delay"])
    version(page, CUT).click()
    step(page, lambda: version(page, CUT).get_by_role("button", name="Go to").click())
    say(page, "3 dB louder")
    assert tree(page)[2][:2] == ("3 dB louder", CUT)

    page.fill("#words :is(textarea, input)", "a bit wider")
    step(page, lambda: page.click("#takes"), turns=3)
    assert [words for words, parent, _ in tree(page) if parent == "3 dB louder"] == ["a bit wider"] * 3
    assert page.evaluate(f"{HISTORY}.turns.slice(-3).map(turn => turn.take)") == [1, 2, 3]
    step(page, lambda: page.get_by_role("button", name="Choose take 2").click())
    second = page.evaluate(f"{HISTORY}.turns.find(turn => turn.take === 2).id")
    assert page.evaluate(f"{HISTORY}.head") == second

    page.locator(f".history-item[data-turn='{second}']").get_by_role("button", name="Name").click()
    field = page.locator(f".history-item[data-turn='{second}'] input")
    field.fill("wide <i>enough</i>")
    field.press("Enter")
    page.locator(".history-name", has_text="wide <i>enough</i>").wait_for()
    version(page, ECHO).click()
    version(page, ECHO).get_by_role("button", name="Compare with …").click()
    version(page, "3 dB louder").click()
    version(page, "3 dB louder").get_by_role("button", name="Compare with 2").click()
    compared = page.locator(".history-compare")
    compared.get_by_text("2. a 250 ms delay against").wait_for()
    assert compared.locator("tr", has_text="Gain").first.is_visible()
    page.locator("#pictures .comparison svg").first.wait_for()

    shown = state(page)
    assert page.url.endswith(f"#{session_id}")
    guest.reload()
    opened(guest, session_id)
    assert state(page) == shown
    assert page.locator(".history-name", has_text="wide <i>enough</i>").count() == 1
    with visitor(chromium, common.url) as friend, visitor(chromium, common.url) as stranger:
        assert state(opened(friend, session_id)) == shown
        stranger.go(f"#{'0' * 48}")
        stranger.page.locator("#choosing .notice", has_text="There is no session of that id.").wait_for()
        assert stranger.page.locator(".turn").count() == 0
        assert stranger.page.url.endswith("/")


def state(page: Any) -> list[Any]:
    """What must be the same wherever a session is opened: messages, chain, tree, what plays."""
    talk = page.locator(".turn").all_inner_texts()
    return [talk, page.evaluate(f"{CHAIN}.slots"), tree(page), standing(page), page.evaluate(f"{PLAYER}.data.current")]


def test_everything_is_taken_home_and_can_be_read(guest: Guest, common: Running, riff: Path, tmp_path: Path) -> None:
    page = opened(guest, session_of(common.url, riff, "put it in a small church"))
    page.click(".take-others summary")
    names = [button.get_attribute("data-format") for button in page.locator("[data-format]").all()]
    page.click(".take-others summary")
    taken = {"wav24": saved(page, "wav24", tmp_path), **{name: saved(page, name, tmp_path) for name in names}}
    sounds = {name: soundfile.read(taken[name]) for name in ("wav16", "wav24", "wav32f", "flac", "mp3")}
    kinds = [soundfile.info(taken[name]).subtype for name in ("wav16", "wav24", "wav32f", "flac")]
    assert kinds == ["PCM_16", "PCM_24", "FLOAT", "PCM_24"]
    whole = sounds["wav32f"][0]
    assert len(whole) > 3 * 22_050
    for samples, rate in sounds.values():
        assert rate == 22_050
        assert len(samples) == len(whole)
        assert np.mean((samples - whole) ** 2) < 0.01 * np.mean(whole**2)
    chain = Chain.from_json(json.loads(taken["preset"].read_text())["chain"])
    assert list(chain.names) == effects(page)
    compile(taken["python"].read_text(), "preset.py", "exec")
    room, rate = soundfile.read(taken["reverb"])
    assert rate == 22_050
    assert np.abs(room[: rate // 4]).max() > 10 * np.abs(room[-rate // 10 :]).max()
    assert "put it in a small church" in taken["sheet"].read_text()
    assert taken["pdf"].read_bytes().startswith(b"%PDF-")
    with zipfile.ZipFile(io.BytesIO(taken["session"].read_bytes())) as bundle:
        assert bundle.testzip() is None


def saved(page: Any, format: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        if format == "wav24":
            page.click("text=Save as WAV 24 bit")
        else:
            page.click(".take-others summary")
            page.click(f"[data-format={format}]")
    page.wait_for_function("document.querySelector('.take-told').textContent.startsWith('Saved ')")
    path: Path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_blind_test_is_answered_and_the_answer_is_kept(guest: Guest, common: Running, riff: Path) -> None:
    session_id = session_of(common.url, riff, CUT, ECHO)
    page = opened(guest, session_id)
    page.click(".player-begin")
    page.wait_for_function(f"{PLAYER}.state.blind === 'asking' && {PLAYER}.state.playing")
    page.click(".player-y")
    page.wait_for_function(f"{PLAYER}.state.selected === 'Y'")
    assert page.locator(".player-version:visible").all_inner_texts() == ["X", "Y"]
    page.click("[data-choice=Y]")
    told = page.locator(".player-result").inner_text()
    first, second = page.evaluate(f"{HISTORY}.turns.map(turn => turn.id)")
    better = "this" if "Y is Turn 2" in told else "other"
    assert "Y is Turn" in told
    store = Store(common.log.parent)
    while not store.answers(session_id):
        page.wait_for_timeout(50)
    assert store.answers(session_id) == (BlindAnswer(second, first, better),)
    store.close()
    page.click(".player-leave")
    wait_for_turns(page, 2)
    assert page.evaluate(f"{PLAYER}.state.selected") == second


def test_a_question_is_answered_beside_the_player_and_nothing_goes_back_to_it(guest: Guest, riff: Path) -> None:
    page = guest.page
    page.set_input_files("#upload input[type=file]", riff)
    wait_for_track(page)
    say(page, CUT)
    before = page.evaluate(f"[{PLAYER}.data.versions.length, {PLAYER}.data.current, {HISTORY}.turns.length]")
    say(page, "xyzzy plugh")
    last = page.locator(".turn").last
    assert last.get_attribute("aria-label") == "Answer"
    assert last.locator(".words").inner_text() == "xyzzy plugh"
    assert last.locator(".reply p").first.inner_text() != ""
    assert last.locator(".facts").inner_text().startswith("nothing changed · answered by the built-in planner")
    say(page, "how loud is it?")
    assert "LUFS" in page.locator(".turn").last.locator(".reply p").first.inner_text()
    assert page.locator(".working").count() == 0
    assert page.evaluate(f"[{PLAYER}.data.versions.length, {PLAYER}.data.current, {HISTORY}.turns.length]") == before
    assert (effects(page), standing(page)) == (["filter"], CUT)
    guest.reload()
    wait_for_turns(page, 3)
    assert page.locator(".turn .words").all_inner_texts() == [CUT, "xyzzy plugh", "how loud is it?"]
    step(page, lambda: page.click("#undo"))
    assert (effects(page), standing(page)) == ([], None)
