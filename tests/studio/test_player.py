"""What the player lets be heard, measured on the sound as it leaves the player."""

import math
from typing import Any

import numpy as np
import pytest
import soundfile
from player_site import LEVELS, RATE, ROOT, SECONDS, TICK, Player, Site, data, sound, version

from instructfx.audio.segments import SEGMENT_FRAMES, segment_of

pytestmark = [pytest.mark.browser, pytest.mark.alone]


def test_every_version_plays_the_same_instant_and_switching_does_not_jump(player: Player) -> None:
    player.give(data("t1", "t2"), "dry", "t2")
    player.start("t1")
    order = ("dry", "t1", "t2", "dry")
    heard = player.heard("".join(f"mark(); player.select('{name}'); await rest(90);" for name in order))
    assert heard.rate == RATE
    heard.goes_on()
    for mark, name in enumerate(order):
        assert heard.seconds_until(mark, LEVELS[name]) < 0.05
    fading = np.diff(heard.level)
    assert np.abs(fading).max() < 1.05 * (LEVELS["t2"] - LEVELS["dry"]) / (0.01 * RATE)
    assert np.count_nonzero(fading) <= 4 * 0.011 * RATE


def test_a_switch_in_the_middle_of_a_switch_is_as_smooth(player: Player) -> None:
    player.give(data("t1", "t2"), "dry", "t2")
    player.start("t1")
    heard = player.heard("for (const id of ['dry', 't1', 'dry', 't2', 't1']) { player.select(id); await rest(4); }")
    heard.goes_on()
    assert heard.level[-1] == LEVELS["t1"]
    assert np.abs(np.diff(heard.level)).max() < 1.05 * (LEVELS["t2"] - LEVELS["dry"]) / (0.01 * RATE)


def test_loudness_is_matched_as_told_and_true_levels_are_the_file_itself(player: Player) -> None:
    versions = [version("dry"), version("t1", gain_db=-6.0)]
    player.give(data("t1", versions=versions), "dry", "t1")
    player.start()
    heard = player.heard("await rest(50); document.querySelector('.player-match').click(); await rest(100)")
    assert heard.level[0] == pytest.approx(LEVELS["t1"] * 10 ** (-6 / 20), rel=1e-6)
    assert heard.level[-1] == LEVELS["t1"]
    assert set(np.diff(heard.frame[heard.level == LEVELS["t1"]])) == {1.0}
    assert player.state["matched"] is False
    dry = player.heard("player.select('dry')")
    assert dry.level[-1] == LEVELS["dry"]


@pytest.mark.slow  # Chromium's clock slips against its sources in 3 of 100 runs, which nothing tells from a jump
def test_a_dragged_region_loops_at_the_sample_and_escape_ends_it(player: Player) -> None:
    player.give(data("t1"), "dry", "t1")
    player.start()
    box = player.page.locator(".player-position").bounding_box()
    at = [box["x"] + box["width"] * second / SECONDS for second in (6.0, 6.3)]
    player.page.mouse.move(at[0], box["y"] + 30)
    player.page.mouse.down()
    player.page.mouse.move(at[1], box["y"] + 30, steps=3)
    player.give(data("t1", "t2"), "t2")  # a turn ends in the middle of the drag
    player.page.mouse.up()
    region = player.state["region"]
    assert [region["start"], region["end"]] == pytest.approx([6.0, 6.3], abs=0.02)
    player.until("player.state.audible === 't2' && player.state.position > 6.02 && player.state.position < 6.3")
    heard = player.heard("await rest(400); player.select('dry'); await rest(400)")
    first, end = round(region["start"] * RATE), round(region["end"] * RATE)
    seams = np.flatnonzero((heard.frame[:-1] < 0.05 * first) & (np.diff(heard.level) > 0) & (heard.level[:-1] < 0.01))
    seams = seams[np.diff(seams, prepend=-RATE) > 100]  # the sound is at nothing there: no click
    assert len(seams) >= 2
    np.testing.assert_allclose(np.diff(seams), end - first, atol=1)
    apart = np.abs(np.arange(len(heard.steps))[:, None] - seams).min(axis=1) > 0.004 * RATE
    np.testing.assert_allclose(heard.steps[apart], 1, atol=0.2)
    for seam in seams[1:]:
        before, after = heard.frame[[seam - 100, seam + 100]]
        assert before == pytest.approx(end - 100, abs=2)
        assert after == pytest.approx(first + 100, abs=2)
    through = player.heard("document.querySelector('.player-position').focus(); await rest(50)")
    player.page.keyboard.press("Escape")
    assert player.state["region"] is None
    player.until(f"player.state.position > {region['end'] + 0.1}")
    assert through.frame.max() < end


def test_seeking_goes_where_pointed_without_a_click(player: Player) -> None:
    player.give(data("t1"), "dry", "t1")
    player.start()
    heard = player.heard("player.seek(9); await rest(100)")
    assert heard.frame[-1] > 9 * RATE
    assert np.abs(np.diff(heard.frame)).max() < 9 * RATE / (0.004 * RATE)  # a fall and a rise, and no step
    assert heard.frame.min() == 0
    player.run("player.pause(); await rest(60)")
    box = player.page.locator(".player-position").bounding_box()
    player.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + 20)
    assert player.state["position"] == pytest.approx(SECONDS / 4, abs=0.02)
    assert player.state["playing"] is False


def test_what_loads_while_playing_joins_in_sync(player: Player, site: Site) -> None:
    site.hold("/audio/dry")
    player.give(data("t1"), "t1")
    player.start()
    player.page.click(".player-dry")
    player.page.wait_for_selector(".player-dry[aria-busy=true]")
    assert player.state["audible"] == "t1"
    heard = player.heard("await fetch('/release'); while (player.state.audible !== 'dry') await rest(5)")
    heard.goes_on()
    assert [float(heard.level[0]), float(heard.level[-1])] == [LEVELS["t1"], LEVELS["dry"]]


def test_a_shorter_version_is_silent_at_its_end_while_a_tail_plays_on(player: Player, site: Site) -> None:
    site.tracks["short"] = sound(0.2, 2.0)
    versions = [version("dry", url="/audio/short/{segment}", seconds=2.0), version("t1")]
    player.give(data("t1", versions=versions), "dry", "t1")
    assert player.state["duration"] == SECONDS
    player.start()
    player.run("player.seek(1.7); player.select('dry'); await rest(500)")
    heard = player.heard("player.select('t1')")
    assert heard.level[0] < 1e-15
    assert heard.level[-1] == LEVELS["t1"]
    assert heard.frame[-1] > 2 * RATE
    player.run("player.seek(11.8)")
    player.until("!player.state.playing")
    assert player.state["position"] == pytest.approx(SECONDS)
    player.page.click(".player-play")
    player.until("player.state.playing && player.state.position < 1")


def preview(player: Player, before: str, after: str = "await rest(200)") -> Any:
    script = f"""const sound = await (await fetch('/audio/edit.wav')).arrayBuffer(); {before};
        await player.preview({{ buffer: sound, start: 4, label: 'EQ by hand' }}); mark(); {after}"""
    return player.heard(script)


def test_a_preview_takes_over_at_once_and_the_next_current_version_goes_on(player: Player, site: Site) -> None:
    site.sounds["/audio/edit.wav"] = sound(0.9, 3.0, start=4.0)
    player.give(data("t1"), "dry", "t1")
    player.start()
    heard = preview(player, "player.seek(5.5); await rest(120)")
    assert heard.seconds_until(0, 0.9) < 0.05  # the mark is set once it is decoded
    heard.goes_on(since=heard.marks[0])  # at the same place inside the excerpt
    assert player.page.locator(".player-edit").inner_text() == "Edit\nEQ by hand"
    assert player.page.get_attribute(".player-edit", "aria-pressed") == "true"
    player.until("player.state.position < 4.4")  # the excerpt loops
    player.give(data("t1", "t2"), "t2")
    player.until("player.state.selected === 't2' && player.state.preview === null")
    assert player.state["loop"] is None
    player.until("player.state.position > 7.2")
    assert not player.page.locator(".player-edit").is_visible()


def test_a_preview_from_elsewhere_jumps_to_the_excerpt(player: Player, site: Site) -> None:
    site.sounds["/audio/edit.wav"] = sound(0.9, 3.0, start=4.0)
    player.give(data("t1"), "dry", "t1")
    player.start()
    heard = preview(player, "player.seek(10); await rest(120)")
    assert heard.level[-1] == pytest.approx(0.9)
    assert 4 * RATE <= heard.frame[-1] < 5 * RATE
    player.run("player.seek(4.1)")  # far from the end of the loop
    compared = player.heard("player.select('t1'); await rest(80); player.select('edit'); await rest(80)")
    compared.goes_on()
    player.run("player.seek(8)")
    assert player.state["preview"] is None
    assert player.state["selected"] == "t1"


def test_what_is_on_offer_is_at_hand_and_nothing_else_is_fetched(player: Player, site: Site) -> None:
    site.asked.clear()
    player.give(data("t1", "t2", "t3", "t4", "t5"), "dry", "t5")
    assert {site.segments(name)[-1] for name in ("dry", "t5")} == {0}  # before anybody listens, where it would begin
    assert site.segments("t4") == []
    player.start("t4")
    assert site.segments("t1") == []
    for name in ("t1", "t2", "t3", "t1"):
        player.run(f"player.select('{name}')")
        player.until(f"player.state.audible === '{name}'")
        assert {name, "dry", "t4", "t5"} == set(player.state["loaded"])
    gains = player.state["gains"]
    assert sorted(gains) == sorted(player.state["loaded"])
    assert [name for name, gain in gains.items() if gain] == ["t1"]


def test_another_session_forgets_the_first(player: Player) -> None:
    player.give(data("t1"), "dry", "t1")
    player.start()
    player.run("player.seek(6)")
    player.give(data(session="two"), "dry")
    assert player.state["playing"] is False
    assert player.state["position"] == 0
    assert player.state["loaded"] == ["dry"]
    player.start()
    heard = player.heard("await rest(20)")
    assert heard.level[-1] == LEVELS["dry"]
    assert TICK * heard.frame[-1] < 0.5


def test_what_is_heard_of_a_flac_is_the_file_sample_by_sample(player: Player, site: Site) -> None:
    """As the server cuts it: at 24 bits, whatever the file has."""
    path = ROOT / "static" / "samples" / "groove.flac"
    samples, rate = soundfile.read(path, dtype="float32")
    count = math.ceil(len(samples) / SEGMENT_FRAMES)
    site.sounds |= {f"/audio/groove/{number}": segment_of(path, number).content for number in range(count)}
    only = version("dry", url="/audio/groove/{segment}", seconds=len(samples) / rate)
    player.give(data(versions=[only], sample_rate=rate, segment_frames=SEGMENT_FRAMES), "dry")
    player.start()
    heard = player.heard("await rest(100)")
    assert heard.rate == rate
    windows = np.lib.stride_tricks.sliding_window_view(samples[: 4 * rate, 0], 512)
    begun = int(np.abs(windows - heard.level[:512]).max(axis=1).argmin())
    there = samples[begun : begun + len(heard.level)]
    np.testing.assert_allclose(heard.level, there[:, 0], atol=1e-7)
    np.testing.assert_allclose(heard.frame * TICK, there[:, 1], atol=1e-7)
