"""The meters beside the player, held against the analysis that exports have, while known tracks play through."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from player_site import Player, Site, data, version
from visitor import Guest

from instructfx.audio import Audio
from instructfx.audio.loudness import k_weighting, loudness_lufs
from instructfx.audio.true_peak import true_peak_dbtp
from instructfx.locations import static_folder
from instructfx.studio.workers.waveform import sound_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
]

Frames = npt.NDArray[np.float64]
RATE = 44_100
LIT = "!document.querySelector('.player-clip').disabled"


def tone(level_dbfs: float, seconds: float, frequency_hz: float = 1000.0, rate: int = RATE) -> Frames:
    """A sine on both sides, (frames, 2)."""
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate)) / rate)
    return np.stack([wave, wave], axis=1)


def noise(level: float, seconds: float, rate: int = RATE, seed: int = 0) -> Frames:
    """Independent noise on both sides, (frames, 2)."""
    return level * np.random.default_rng(seed).standard_normal((round(seconds * rate), 2))


def played(come: Callable[..., Player], site: Site, sounds: dict[str, Frames], rate: int = RATE, **more: Any) -> Player:
    """A player in which these sounds, "dry" and maybe turns, are loaded."""
    versions = []
    for name, frames in sounds.items():
        file = io.BytesIO()
        soundfile.write(file, frames.astype(np.float32), rate, format="WAV", subtype="FLOAT")
        site.tracks[name] = file.getvalue()
        versions.append(version(name, seconds=len(frames) / rate, **more))
    player = come()
    turns = [name for name in sounds if name != "dry"]
    current = ["dry", *turns][-1]
    excerpt = {"start": 0, "end": 1}
    player.give(data(*turns, sample_rate=rate, versions=versions, excerpt=excerpt, current=current), *sounds)
    return player


def through(player: Player) -> dict[str, dict[str, Any]]:
    """What the meters read once the track has played to its end."""
    player.page.click(".player-play")
    player.until("player.state.playing && player.state.position > 0")
    player.until("!player.state.playing")
    assert player.state["position"] == pytest.approx(player.state["duration"], abs=0.01)
    return dict(player.page.evaluate("player.readings"))


def measured(frames: Frames, rate: int = RATE) -> Audio:
    return Audio(np.ascontiguousarray(frames.T, dtype=np.float32), rate)


@pytest.mark.parametrize("rate", [22_050, 48_000])
def test_a_track_that_played_through_reads_as_the_analysis_has_it(
    come: Callable[..., Player], site: Site, rate: int
) -> None:
    """Loud and quiet parts, so that both gates cut; dense treble, whose true peaks are well above its samples."""
    swell = np.repeat([0.02, 0.2, 0.1, 0.001], rate)[:, None]
    dry = swell * noise(1, 4, rate, seed=1)
    wet = np.concatenate([tone(-6, 2, rate / 4.01, rate), tone(-30, 1, 500, rate), noise(0.1, 1, rate, seed=2)])
    player = played(come, site, {"dry": dry, "t1": wet}, rate, gain_db=-6.0)  # which the meters do not count
    readings = through(player)
    for side, frames in (("dry", dry), ("heard", wet)):
        expected = measured(frames, rate)
        assert readings[side]["integratedLufs"] == pytest.approx(loudness_lufs(expected), abs=0.1), side
        assert readings[side]["truePeakDbtp"] == pytest.approx(true_peak_dbtp(expected), abs=0.2), side


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_the_weighting_is_that_of_the_analysis_at_every_rate(come: Callable[..., Player], rate: int) -> None:
    script = f"return (await import('/static/player/weighting.js')).kWeighting({rate})"
    ours = np.array(come().run(script))
    expected = k_weighting(rate)
    np.testing.assert_allclose(ours, np.delete(expected, 3, axis=1), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("sides", "expected", "within"),
    [
        (lambda x: x[:, :1], 1.0, 0.001),
        (lambda x: x[:, [0, 0]], 1.0, 0.001),
        (lambda x: x[:, :1] * [1, -1], -1.0, 0.001),
        (lambda x: x, 0.0, 0.05),
        (lambda x: x * [1, 0], None, 0.0),
    ],
    ids=["mono", "equal sides", "one side upside down", "independent noise", "a silent side"],
)
def test_correlation(
    come: Callable[..., Player], site: Site, sides: Callable[[Frames], Frames], expected: float | None, within: float
) -> None:
    read = through(played(come, site, {"dry": sides(noise(0.1, 1.5))}))["heard"]["correlation"]
    assert read is None if expected is None else read == pytest.approx(expected, abs=within)


def test_momentary_loudness_follows_a_step_within_400_ms_and_short_term_is_of_three_seconds(
    come: Callable[..., Player], site: Site
) -> None:
    player = played(come, site, {"dry": np.concatenate([tone(-40, 3), tone(-20, 2)])})
    player.run(
        """window.seen = [];
        const look = () => {
          seen.push(player.readings.heard?.momentaryLufs ?? null);
          requestAnimationFrame(look);
        };
        look();"""
    )
    read = through(player)["heard"]
    seen = [value for value in player.page.evaluate("seen") if value is not None]
    on_the_way = {round(value, 3) for value in seen if -39.9 < value < -20.1}
    assert seen[0] == pytest.approx(-40, abs=0.1)
    assert read["momentaryLufs"] == pytest.approx(-20, abs=0.1)
    assert seen == sorted(seen) or max(np.diff(seen)) > 5  # up, and not back
    assert len(on_the_way) <= 4  # readings come every 100 ms
    assert read["shortTermLufs"] == pytest.approx(10 * np.log10((1e-4 + 2 * 1e-2) / 3), abs=0.3)


def test_before_there_is_enough_nothing_is_told(come: Callable[..., Player], site: Site) -> None:
    read = through(played(come, site, {"dry": tone(-20, 1)}))["heard"]
    assert read["momentaryLufs"] == pytest.approx(-20, abs=0.2)
    assert read["shortTermLufs"] is None
    assert through(played(come, site, {"dry": tone(-20, 0.25)}))["heard"]["momentaryLufs"] is None


def test_a_clipped_sample_run_lights_a_light_that_stays_until_it_is_pressed(
    come: Callable[..., Player], site: Site
) -> None:
    clean, clipped = noise(0.05, 2), noise(0.05, 2)
    clean[RATE, 0] = 1.0  # which only touches full scale
    clipped[RATE : RATE + 3, 1] = [1.0, 1.0, -1.0]
    player = played(come, site, {"dry": clean, "t1": clipped})
    through(player)
    player.until(LIT)
    light = player.page.locator(".player-clip")
    assert light.inner_text() == "Clipped"
    assert light.get_attribute("title").startswith("Turn 1 is clipped at 0:01.")
    player.run("player.select('dry')")
    player.until("player.state.audible === 'dry'")
    assert light.is_enabled()
    light.click()
    assert light.is_disabled()
    through(player)
    assert light.is_disabled()


def test_meters_rest_while_nothing_plays(come: Callable[..., Player], site: Site) -> None:
    player = played(come, site, {"dry": noise(0.1, 5)})
    player.page.click(".player-play")
    player.until("player.readings.heard?.momentaryLufs")
    player.run("player.pause()")
    since = player.page.evaluate("player.tap.context.currentTime")
    player.until(f"player.tap.context.currentTime > {since} + 0.3")  # what was measured before has arrived
    before = player.page.evaluate("player.readings")
    player.until(f"player.tap.context.currentTime > {since} + 1.5")
    assert player.page.evaluate("player.readings") == before


def test_the_bar_falls_when_it_rests(come: Callable[..., Player], site: Site) -> None:
    player = played(come, site, {"dry": noise(0.1, 4)})
    bar = "Number(document.querySelector('.player-loud i').style.scale.split(' ')[0])"
    player.page.click(".player-play")
    player.until(f"{bar} > 0.2")
    player.page.click(".player-play")
    player.until(f"{bar} === 0")


def test_the_totals_begin_anew_with_another_version(come: Callable[..., Player], site: Site) -> None:
    quiet = noise(0.01, 8)
    quiet[RATE // 2] = 0.9
    player = played(come, site, {"dry": quiet, "t1": noise(0.1, 8)})
    player.run("player.select('dry')")
    player.until("player.state.audible === 'dry'")
    player.page.click(".player-play")
    player.until("(player.readings.heard?.truePeakDbtp ?? -99) > -2")
    player.run("player.select('t1')")
    player.until("(player.readings.heard.truePeakDbtp ?? -99) > -20 && player.readings.dry.truePeakDbtp < -20")
    assert player.page.evaluate("player.readings.heard.truePeakDbtp") < -4


def test_the_spectrum_shows_a_tone_in_its_third_octave(come: Callable[..., Player], site: Site) -> None:
    sides = tone(-12, 8) * [1, -1]  # which a sum of both would lose
    player = played(come, site, {"dry": sides})
    assert player.page.evaluate("player.readings.heard") is None
    player.page.click(".player-play")
    player.until("player.readings.heard")
    assert player.page.evaluate("player.readings.heard.bands") is None  # nobody looks
    player.page.click(".player-figures summary")
    beside = "Math.max(...player.readings.heard.bands.filter((_, band) => Math.abs(band - 17) > 2))"
    player.until(f"player.readings.heard.bands?.[17] > -12.5 && {beside} < -60")  # the onset has gone by
    assert player.page.evaluate("player.readings.heard.bands[17]") == pytest.approx(-12, abs=0.5)
    player.until("document.querySelector('.player-spectrum-heard').getAttribute('d')?.startsWith('M')")


def test_a_blind_test_shows_no_levels(come: Callable[..., Player], site: Site) -> None:
    player = played(come, site, {"dry": noise(0.1, 4), "t1": noise(0.2, 4)})
    assert player.page.is_visible(".player-levels")
    player.page.click(".player-begin")
    player.until("player.state.blind === 'asking' && player.state.playing && player.state.position > 1")
    assert not player.page.is_visible(".player-levels")
    assert player.page.evaluate("player.readings.heard?.momentaryLufs ?? null") is None


def test_what_a_whole_track_is_stands_beside_each_version(come: Callable[..., Player]) -> None:
    player = come()
    levels = {"loudness_lufs": -9.96, "loudness_range_lu": 3.04, "true_peak_dbtp": 0.31, "mono_loss_db": 0.0}
    part = version("t2", whole=False, levels=None)
    player.give(data("t1", "t2", versions=[version("dry"), version("t1", levels=levels), part]), "dry")
    player.page.click(".player-figures summary")
    table = player.page.locator(".player-whole")
    assert [text.split("\t") for text in table.inner_text().splitlines()[1:]] == [
        ["", "Dry", "Turn 1", "Turn 2"],
        ["Loudness, LUFS", "−14.2", "−10.0", "–"],
        ["Loudness range, LU", "6.1", "3.0", "–"],
        ["True peak, dBTP", "−1.0", "0.3", "–"],
        ["In mono, dB", "−2.9", "0.0", "–"],
    ]


def test_who_wants_less_motion_sees_a_new_level_once_a_second(come: Callable[..., Player], site: Site) -> None:
    moved = {}
    for motion in ("no-preference", "reduce"):
        player = played(lambda motion=motion: come(reduced_motion=motion), site, {"dry": noise(0.1, 3)})
        player.run(
            """window.moved = 0; new MutationObserver((all) => (moved += all.length))
            .observe(document.querySelector(".player-loud i"), { attributeFilter: ["style"] });"""
        )
        through(player)
        duration = player.run("return getComputedStyle(document.querySelector('.player-loud i')).transitionDuration")
        moved[motion] = (player.page.evaluate("moved"), duration)
    assert moved["no-preference"][0] >= 20
    assert moved["no-preference"][1] == "0.1s"
    assert moved["reduce"][0] <= 8
    assert moved["reduce"][1] == "0s"


@pytest.mark.parametrize(
    "lacking",
    [
        "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', { value: undefined })",
        "AudioWorklet.prototype.addModule = async () => { throw new Error('there is no such file'); }",
    ],
    ids=["worklets", "the file"],
)
def test_where_there_can_be_no_meters_it_plays_without(come: Callable[..., Player], site: Site, lacking: str) -> None:
    player = played(come, site, {"dry": noise(0.1, 3)})
    player.run(lacking)
    player.page.click(".player-play")
    player.until("player.state.playing && player.state.position > 0.1")
    assert player.page.evaluate("player.readings") == {"dry": None, "heard": None}
    player.page.click(".player-figures summary")
    assert player.page.locator(".player-figures caption:visible").all_inner_texts() == ["The whole track"]


def test_in_the_studio_a_sample_reads_as_its_analysis(guest: Guest) -> None:
    page = guest.page
    page.click("#sample-groove")
    page.wait_for_selector(".player-play:not(:disabled)")
    page.click(".player-figures summary")
    expected = sound_of(Path(static_folder()) / "samples" / "groove.flac")
    shown = page.locator(".player-whole td").all_inner_texts()
    fold_db = -expected.fold.loss_db
    figures = [expected.loudness_lufs, expected.loudness_range_lu, expected.true_peak_dbtp, fold_db]
    assert shown == [f"{figure:.1f}".replace("-", "−") for figure in figures]
    page.click(".player-play")
    page.wait_for_function("document.querySelector('ifx-player').readings.heard?.integratedLufs")
    assert json.loads(page.evaluate("JSON.stringify(document.querySelector('ifx-player').readings.heard.truePeakDbtp)"))
