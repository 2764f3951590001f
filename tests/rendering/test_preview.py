"""What is heard while a knob is turned is what the render will sound like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from instructfx.audio import Audio, save
from instructfx.audio.loudness import loudness_lufs
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.engine.live import LiveSession, open_session
from instructfx.rendering.preview import Preview

RACK = Chain().added("eq", {"low_shelf_gain_db": 6}).added("reverb", {"mix": 0.4}).added("compressor", {})


@pytest.fixture
def live(music: Audio, tmp_path: Path) -> LiveSession:
    save(Audio(music.samples[:, : 4 * music.sample_rate], music.sample_rate), tmp_path / "song.wav")
    return open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")


def test_a_preview_is_the_render_of_the_excerpt(live: LiveSession) -> None:
    heard = live.preview(RACK)
    assert (heard.sample_rate, heard.samples.shape) == (44_100, (2, 4 * 44_100))
    live.edit(RACK)
    rendered = live.render().samples[:, : heard.frames]
    quiet = 20 * np.log10(np.abs(heard.samples).max())
    assert quiet < -1.4, "nothing here needs limiting"
    factor = float((heard.samples * rendered).sum() / (rendered**2).sum())
    assert abs(20 * np.log10(factor)) < 0.5  # the render's loudness is gated, and its tail counts
    assert np.abs(heard.samples - factor * rendered).max() < 1e-4
    assert live.turns[-1].chain == RACK


@pytest.mark.parametrize(("gain_db", "louder"), [(0, 0), (-6, -6)])
def test_a_preview_keeps_the_level_law(gain_db: float, louder: float, live: LiveSession) -> None:
    loud = live.preview(RACK.added("gain", {"gain_db": gain_db}))
    assert loudness_lufs(loud) == pytest.approx(loudness_lufs(live.track.excerpt()) + louder, abs=0.5)


def test_a_preview_does_not_clip(live: LiveSession) -> None:
    loud = live.preview(Chain().added("gain", {"gain_db": 12}))
    assert np.abs(loud.samples).max() <= 10 ** (-1.4 / 20) + 1e-6
    assert loudness_lufs(loud) > loudness_lufs(live.track.excerpt()) + 4


def test_what_was_heard_before_changes_nothing(live: LiveSession) -> None:
    excerpt = live.track.excerpt()
    player = Preview(excerpt)
    chains = [
        RACK, RACK.adjusted("compressor", {"ratio": 8}), RACK.bypassed("reverb", True), Chain(RACK.slots[::-1]), RACK,
        RACK.without("eq"), Chain(), RACK.locked("eq", ["mid_q"]), RACK.adjusted("eq", {"mid_gain_db": -9}),
    ]  # fmt: skip
    for chain in chains:
        assert np.array_equal(player.of(chain).samples, Preview(excerpt).of(chain).samples)


def test_only_what_changed_is_rendered_again(live: LiveSession, monkeypatch: pytest.MonkeyPatch) -> None:
    live.preview(RACK)
    for name in ("eq", "reverb"):
        monkeypatch.setattr(type(EFFECTS[name].render), "__call__", None)
    before = live.preview(RACK)
    after = live.preview(RACK.adjusted("compressor", {"ratio": 8}))
    assert not np.array_equal(before.samples, after.samples)
    with pytest.raises(TypeError):
        live.preview(RACK.adjusted("eq", {"mid_gain_db": 1}))
