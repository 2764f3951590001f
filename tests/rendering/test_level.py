"""The level law, for every effect there is: as loud as the dry sound, plus the gain that was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from instructfx.audio import Audio, save
from instructfx.audio.loudness import loudness_lufs
from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.effects import EFFECTS, Effect
from instructfx.rendering.excerpt import Excerpt
from instructfx.rendering.level import asked_gain_db, k_energy, under_the_ceiling
from instructfx.rendering.preview import Preview
from instructfx.rendering.track import render_audio

RATE = 44_100
ASKED = "gain_db"  # the setting of the effect that asks for level
by_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


@pytest.fixture(scope="module")
def dry(music: Audio) -> Audio:
    """Two seconds of music, quiet enough to be turned up without a limiter."""
    return Audio(np.ascontiguousarray(0.25 * music.samples[:, RATE : 3 * RATE]), RATE)


@pytest.fixture(scope="module")
def excerpt(dry: Audio) -> Excerpt:
    return Excerpt(torch.from_numpy(dry.samples)[None], RATE)


def along_the_ranges(effect: Effect, unit: float) -> Chain:
    """The effect with every setting at the same place in its range, 0 to 1."""
    return Chain().added(effect.name, {param.name: param.from_unit(unit) for param in effect.params})


def level_db(samples: torch.Tensor) -> float:
    return float(10 * k_energy(samples, RATE).log10())


@pytest.mark.parametrize("unit", [0.15, 0.5, 0.8])
@by_effect
def test_what_is_heard_is_as_loud_as_what_went_in_plus_what_is_asked_for(
    effect: Effect, unit: float, excerpt: Excerpt
) -> None:
    chain = along_the_ranges(effect, unit)
    asked_db = chain.slots[0].settings.get(ASKED, 0.0)
    assert float(asked_gain_db(chain, chain.tensors())) == asked_db
    assert level_db(excerpt.heard(chain)) == pytest.approx(level_db(excerpt.samples) + asked_db, abs=1e-3)


@pytest.mark.parametrize("gain_db", [-7.0, 4.0])
def test_gain_is_heard_wherever_it_stands_and_only_while_it_is_on(gain_db: float, excerpt: Excerpt) -> None:
    quieter = Chain().added("gain", {"gain_db": gain_db}).added("compressor", {"threshold_db": -40, "ratio": 8})
    for chain in (quieter, Chain(quieter.slots[::-1])):
        assert level_db(excerpt.heard(chain)) == pytest.approx(level_db(excerpt.samples) + gain_db, abs=1e-3)
    assert level_db(excerpt.heard(quieter.bypassed("gain", True))) == pytest.approx(level_db(excerpt.samples), abs=1e-3)


def test_each_of_a_batch_of_settings_is_brought_to_its_own_level(excerpt: Excerpt) -> None:
    chain = Chain().added("distortion", {}).added("gain", {})
    drives_db, gains_db = torch.tensor([2.0, 30.0, 12.0]).double(), torch.tensor([0.0, -6.0, 3.0]).double()
    settings = [dict(each) for each in chain.tensors()]
    settings[chain.names.index("distortion")]["drive_db"] = drives_db
    settings[chain.names.index("gain")]["gain_db"] = gains_db
    levels_db = 10 * k_energy(excerpt.heard(chain, settings), RATE).log10()
    torch.testing.assert_close(levels_db.double(), gains_db + level_db(excerpt.samples), atol=1e-3, rtol=0)


def test_silence_is_not_turned_up(excerpt: Excerpt) -> None:
    silence = Excerpt(torch.zeros_like(excerpt.samples), RATE)
    assert not silence.heard(Chain().added("gain", {"gain_db": 6})).any()


@by_effect
def test_an_excerpt_a_preview_and_a_render_agree_on_the_level(effect: Effect, dry: Audio, tmp_path: Path) -> None:
    """Within what the gate of a whole track's loudness makes of it; the tail behind the track is not compared."""
    chain = along_the_ranges(effect, 0.5)
    save(dry, tmp_path / "dry.wav")
    heard = Excerpt(torch.from_numpy(dry.samples)[None], RATE).heard(chain)[0].numpy()
    preview, render = Preview(dry).of(chain), render_audio(chain, inspect(tmp_path / "dry.wav"))
    render = Audio(render.samples[:, : dry.frames], RATE)
    np.testing.assert_allclose(preview.samples, heard, atol=1e-6)
    asked_db = chain.slots[0].settings.get(ASKED, 0.0)
    assert loudness_lufs(preview) == pytest.approx(loudness_lufs(dry) + asked_db, abs=0.5)
    assert loudness_lufs(render) == pytest.approx(loudness_lufs(dry) + asked_db, abs=0.05)


@pytest.mark.parametrize(
    ("over_db", "lowered_db", "limited_db"),
    [(-3.0, 0.0, 0.0), (0.0, 0.0, 0.0), (2.0, 0.0, 2.0), (6.0, 0.0, 6.0), (11.0, 5.0, 6.0)],
)
def test_peaks_are_limited_first_and_what_sticks_out_further_lowers_the_whole(
    over_db: float, lowered_db: float, limited_db: float
) -> None:
    level = under_the_ceiling(4.0, -1.4 - 4.0 + over_db)
    assert (level.gain_db, level.limited_db) == pytest.approx((4.0 - lowered_db, limited_db))
