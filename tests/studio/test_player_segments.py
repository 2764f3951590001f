"""A track in segments: none is missing or twice at a border, few are kept, one that is late stops the clock."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from player_site import LEVELS, RATE, SECONDS, SEGMENT, Player, Site, data, sound, version

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
]

BORDER = SEGMENT / RATE  # seconds


@pytest.fixture
def site(site: Site) -> Site:
    site.held.clear()
    site.asked.clear()
    return site


LONG = 600.0


def long_track(site: Site) -> dict[str, Any]:
    """Ten minutes, of which each segment is one sound that says which it is."""
    site.sounds |= {f"/audio/long/{number}": sound(0.3, BORDER, number * BORDER) for number in range(410)}
    return data(versions=[version("dry", url="/audio/long/{segment}", seconds=LONG)])


def test_ten_minutes_are_heard_as_soon_as_ten_seconds_and_never_kept_whole(player: Player, site: Site) -> None:
    player.give(long_track(site), "dry")
    assert site.segments("long") == [0]  # nobody listens yet
    player.start()
    for second in (30.0, 100.0, 180.0, 260.0, 340.0, 420.0, 500.0, 590.0, 0.0):
        player.run(f"player.seek({second})")
        player.until(f"!player.state.waiting && player.state.position > {second + 0.2}")
    assert len(set(site.segments("long"))) < 110  # of 404; twelve seconds are fetched at each place
    assert player.state["segments"] <= 32
    heard = player.heard("player.seek(300); await rest(300)")
    assert heard.frame[-1] > 300 * RATE
    assert player.state["duration"] == LONG


def test_nothing_is_missing_or_twice_at_a_border(player: Player) -> None:
    player.give(data("t1"), "dry", "t1")
    player.start("dry")
    player.run(f"player.seek({BORDER - 0.5})")
    heard = player.heard("await rest(400); player.select('dry'); await rest(1200)")
    heard.goes_on()
    assert heard.frame[0] < SEGMENT < heard.frame[-1]
    assert heard.level[-1] == LEVELS["dry"]
    player.run(f"player.seek({BORDER - 0.05})")  # which ends within what is planned
    assert player.heard("await rest(100)").frame[0] > 0


@pytest.mark.parametrize("length", [0.5, 4.0], ids=["across a border", "longer than what is planned"])
def test_a_loop_over_borders_is_exact_each_time(player: Player, length: float) -> None:
    player.give(data("t1"), "t1")
    player.start()
    dragged(player, 2 * BORDER - 0.2, 2 * BORDER - 0.2 + length)
    region = player.state["region"]
    first, end = round(region["start"] * RATE), round(region["end"] * RATE)
    heard = player.heard(f"player.seek({end / RATE - 0.3}); await rest({1000 * (length + 0.8)})")
    quiet = (heard.level[:-1] < 0.01) & (np.diff(heard.level) > 0)
    dips = np.flatnonzero(quiet)[np.diff(np.flatnonzero(quiet), prepend=-RATE) > 100][1:]  # the first is the seek
    assert len(dips) >= 2
    for dip in dips:
        before, after = heard.frame[[dip - 100, dip + 100]]
        assert before == pytest.approx(end - 100, abs=2)
        assert after == pytest.approx(first + 100, abs=2)
    since = np.arange(len(heard.steps)) > dips[0] - 0.2 * RATE
    apart = np.abs(np.arange(len(heard.steps))[:, None] - dips).min(axis=1) > 0.004 * RATE
    np.testing.assert_allclose(heard.steps[since & apart], 1, atol=0.2)


def dragged(player: Player, start: float, end: float) -> None:
    box = player.page.locator(".player-position").bounding_box()
    at = [box["x"] + box["width"] * second / SECONDS for second in (start, end)]
    player.page.mouse.move(at[0], box["y"] + 30)
    player.page.mouse.down()
    player.page.mouse.move(at[1], box["y"] + 30, steps=3)
    player.page.mouse.up()


def test_where_a_segment_is_late_the_clock_stops_and_then_goes_on(player: Player, site: Site) -> None:
    site.hold("/audio/t1/2")
    player.give(data("t1"), "t1")
    player.start()
    player.run(f"player.seek({2 * BORDER - 0.6})")
    player.until("player.state.waiting")
    player.page.wait_for_selector(".player-play[aria-busy=true]")
    assert player.page.inner_text(".player-status") == "Loading Turn 1…"
    stood = player.heard("await rest(200)")
    assert stood.level.max() == 0
    assert player.state["position"] == pytest.approx(2 * BORDER, abs=1 / RATE)
    heard = player.heard("await fetch('/release'); while (player.state.waiting) await rest(5); await rest(200)")
    there = np.flatnonzero(heard.level > 0.999 * LEVELS["t1"])
    begun = np.flatnonzero(heard.level > 0)[0]
    assert heard.frame[there[0]] == pytest.approx(2 * SEGMENT + there[0] - begun, abs=3)  # nothing is skipped
    np.testing.assert_allclose(np.diff(heard.frame[there]), 1, atol=0.2)
    player.until("document.querySelector('.player-play').ariaBusy === 'false'")


def test_what_is_here_is_heard_while_another_version_has_to_wait(player: Player, site: Site) -> None:
    site.hold("/audio/t1/2")
    player.give(data("t1"), "t1", "dry")
    player.start("dry")
    player.run(f"player.seek({2 * BORDER - 0.4})")
    player.until("player.state.waiting")
    heard = player.heard("player.select('dry'); await rest(200)")
    assert heard.level[-1] == LEVELS["dry"]
    begun = np.flatnonzero(heard.level == LEVELS["dry"])[0]
    assert 2 * SEGMENT <= heard.frame[begun] < 2 * SEGMENT + 0.02 * RATE
    assert player.state["waiting"] is False
    player.run("await fetch('/release'); player.select('t1')")
    player.until("player.state.audible === 't1'")


def test_a_segment_that_fails_is_a_line_and_retry_goes_on_there(come: Callable[..., Player], site: Site) -> None:
    player = come(ignoring="Failed to load resource")
    kept, site.sounds["/audio/t1/3"] = site.sounds.get("/audio/t1/3"), b"nothing that is sound"
    player.give(data("t1"), "t1")
    player.start()
    player.run(f"player.seek({3 * BORDER - 0.4})")
    player.until("player.state.waiting")
    line = player.page.inner_text(".player-fault p")
    assert line == "Turn 1 could not be loaded: it is not sound that this browser can decode."
    assert player.state["position"] == pytest.approx(3 * BORDER, abs=1 / RATE)
    assert (player.state["selected"], player.state["playing"]) == ("t1", True)
    assert kept is None
    del site.sounds["/audio/t1/3"]
    player.page.click(".player-fault button")
    player.until(f"!player.state.waiting && player.state.position > {3 * BORDER + 0.1}")
    assert not player.page.is_visible(".player-fault")


# Parts


def excerpt_of(name: str, **more: Any) -> dict[str, Any]:
    """A version of which no more than the excerpt is there, from second 4 on."""
    return version(name, url=f"/audio/part-{name}/{{segment}}", start=4.0, seconds=3.0, whole=False, **more)


@pytest.fixture
def part(site: Site) -> Site:
    site.tracks |= {f"part-{name}": sound(LEVELS[name], 3.0, start=4.0) for name in ("t2", "t3")}
    return site


def test_a_turn_is_heard_in_its_excerpt_until_the_whole_track_takes_over(player: Player, part: Site) -> None:
    player.give(data("t1"), "dry", "t1")
    player.start()
    player.run("player.seek(9)")
    versions = [version("dry"), version("t1"), excerpt_of("t2")]
    player.give(data("t1", "t2", versions=versions))
    player.until("player.state.audible === 't2' && player.state.position < 7")
    assert player.state["part"] == {"start": 4, "end": 7}
    assert player.page.inner_text(".player-status") == "Its excerpt is looped while the whole track is made ready."
    heard = player.heard("player.seek(6.8); await rest(400); player.seek(11); await rest(100)")
    assert heard.level.max() == LEVELS["t2"]
    assert heard.frame[heard.level > 0].min() >= 0
    assert heard.frame.max() <= 7 * RATE  # there is no more of it: not by its loop, and not by a seek
    player.run("player.seek(4.2)")
    whole = player.heard(
        f"player.data = {{...player.data, versions: {js(data('t1', 't2')['versions'])}}};"
        "while (player.state.part) await rest(5); await rest(100)"
    )
    whole.goes_on()  # at the same place, without a gap
    np.testing.assert_allclose(whole.level, LEVELS["t2"], atol=1e-6)
    assert player.state["loop"] is None
    player.until("player.state.position > 7.2")
    assert "Drag over the picture" in player.page.inner_text(".player-status")


def js(value: Any) -> str:
    import json

    return json.dumps(value)


def test_a_player_that_rests_stays_and_plays_the_excerpt_when_it_is_pressed(player: Player, part: Site) -> None:
    player.give(data("t1"), "dry", "t1")
    player.run("player.seek(1)")
    versions = [version("dry"), version("t1"), excerpt_of("t2")]
    player.give(data("t1", "t2", versions=versions), "t2")
    state = player.state
    assert (state["playing"], state["position"]) == (False, 1)
    player.page.click(".player-play")
    player.until("player.state.playing && player.state.position > 4.05 && player.state.audible === 't2'")
    assert "/audio/t2/0" not in part.asked


def test_a_loop_of_ones_own_within_the_excerpt_is_kept_and_dry_can_leave_it(player: Player, part: Site) -> None:
    player.give(data("t1"), "dry", "t1")
    player.start()
    dragged(player, 5.0, 6.0)
    region = player.state["region"]
    versions = [version("dry"), version("t1"), excerpt_of("t2")]
    player.give(data("t1", "t2", versions=versions), "t2")
    player.until("player.state.audible === 't2'")
    for end in ("start", "end"):
        assert player.state["loop"][end] == pytest.approx(region[end], abs=1 / RATE)
    player.run("document.querySelector('.player-loop').click(); player.select('dry')")
    player.until("player.state.audible === 'dry'")
    assert player.state["loop"] == {"start": 4, "end": 7}  # so that the two can be compared
    player.run("player.seek(9)")
    player.until("player.state.position > 9.05")
    assert player.state["loop"] is None
    player.run("player.select('t2')")
    player.until("player.state.audible === 't2' && player.state.position < 7")


def test_an_edit_is_heard_on_as_its_excerpt_and_then_whole(player: Player, part: Site) -> None:
    part.sounds["/audio/edit.wav"] = sound(0.9, 3.0, start=4.0)
    player.give(data("t1"), "dry", "t1")
    player.start()
    player.run("player.seek(4.5); await player.preview({ url: '/audio/edit.wav', start: 4, label: 'Edit' })")
    versions = [version("dry"), version("t1"), excerpt_of("t2")]
    given = js(data("t1", "t2", versions=versions))
    heard = player.heard(f"player.data = {given}; while (player.state.audible !== 't2') await rest(5)")
    heard.goes_on()
    assert [round(float(level), 3) for level in heard.level[[0, -1]]] == [0.9, LEVELS["t2"]]
    assert (player.state["preview"], player.state["selected"]) == (None, "t2")
    assert player.state["loop"] == {"start": 4, "end": 7}


def test_a_blind_test_of_an_excerpt_ends_as_it_began(player: Player, part: Site) -> None:
    """The whole track comes in the middle of it: what is heard, its loop and its names stay as they were."""
    versions = [version("dry"), version("t1"), excerpt_of("t2")]
    player.give(data("t1", "t2", versions=versions), "t2")
    player.page.click(".player-begin")
    player.until("player.state.blind === 'asking' && player.state.playing && player.state.position > 4.05")
    looks = []
    for name in ("x", "y"):
        player.page.click(f".player-{name}")
        heard = player.heard("await rest(60)")
        looks.append((player.page.inner_text(".player-status"), player.state["loop"]))
        assert 4 * RATE <= heard.frame[heard.level > 0.2].min() < 7 * RATE
    assert looks[0] == looks[1]
    assert "excerpt" not in looks[0][0]
    player.give(data("t1", "t2"))
    player.until("player.state.loaded.includes('t2')")
    player.run("player.seek(5)")
    assert player.heard("await rest(100)").frame.max() < 7 * RATE
    assert player.state["loop"] == looks[0][1]
    player.page.click("[data-choice=neither]")
    player.page.click(".player-leave")
    player.until("player.state.part === null && player.state.audible === 't2'")


def test_a_picture_shows_of_a_part_no_more_than_there_is(player: Player, part: Site) -> None:
    loud = [1.0] * 400
    versions = [version("dry", peaks=[0.2] * 400), excerpt_of("t2", peaks=loud)]
    player.give(data("t2", versions=versions), "t2")
    columns = """const canvas = player.querySelector('canvas'), pen = canvas.getContext('2d');
        const { data, width } = pen.getImageData(0, 12, canvas.width, 1);
        return [...Array(width).keys()].filter((x) => data[4 * x + 3] > 0)
            .map((x) => x / width * player.state.duration)"""
    player.run("await rest(60)")
    drawn = player.run(columns)
    assert min(second for second in drawn if second > 0.1) == pytest.approx(4, abs=0.05)
    assert max(drawn) == pytest.approx(7, abs=0.05)


# Fades


def test_a_sound_that_is_taken_away_while_it_fades_falls_as_the_next_one_rises(player: Player) -> None:
    """As where an edit becomes a turn and the audio gets on in between: together they stay as loud as one."""
    player.run(
        f"""const {{ Transport }} = await import("/static/player/transport.js");
        const transport = new Transport({{ started() {{}}, ended() {{}}, looked() {{}}, opened: async () => {{}} }});
        transport.begin({RATE});
        transport.length = 60;
        const buffer = new AudioBuffer({{ length: 60 * {RATE}, numberOfChannels: 2, sampleRate: {RATE} }});
        for (const channel of [0, 1]) buffer.getChannelData(channel).fill(0.5);
        const sound = {{ start: 0, frames: buffer.length, segment: buffer.length, whole: true, piece: () => buffer }};
        ["a", "b"].forEach((id) => transport.add(id, sound, 1));
        transport.play();
        transport.hear("a");
        Object.defineProperty(player, "tap", {{ value: transport.tap }});
        window.transport = transport;
        while (!transport.playing) await rest(5);"""
    )
    heard = player.heard(
        """const { context } = player.tap, time = context.currentTime;
        let later = 0;  // the audio goes on in bursts, which no script can wait for
        Object.defineProperty(context, "currentTime", { get: () => time + later, configurable: true });
        transport.hear("b");
        later = 0.005;
        transport.remove("a");
        delete context.currentTime;"""
    )
    np.testing.assert_allclose(heard.level, 0.5, atol=1e-4)
    assert player.run("return transport.ids") == ["b"]


def test_a_fade_ends_though_nothing_comes_through_at_its_end(player: Player) -> None:
    """As where a track waits for its next piece in the middle of one."""
    level = player.run(
        """const { Fader } = await import("/static/player/fader.js");
        const context = new OfflineAudioContext(1, 24_000, 48_000);
        const fader = new Fader(context, 0);
        fader.node.connect(context.destination);
        fader.ramp(1, 0.1, 0.01);
        const from = (start, stop) => {
          const source = new ConstantSourceNode(context);
          source.connect(fader.node);
          source.start(start);
          source.stop(stop);
        };
        from(0.05, 0.105);
        context.suspend(0.256).then(() => { from(0.3, 0.5); context.resume(); });
        return [...(await context.startRendering()).getChannelData(0)];"""
    )
    assert level[round(0.104 * 48_000)] == pytest.approx(0.4, abs=0.01)
    np.testing.assert_allclose(level[round(0.11 * 48_000) : round(0.29 * 48_000)], 0, atol=1e-9)
    np.testing.assert_allclose(level[round(0.31 * 48_000) :], 1, atol=1e-6)
