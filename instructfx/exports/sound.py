"""The whole track through the chain, as a file for listening: exactly what the studio plays, in another coat.

Every format has the level and the peaks of `render.py`: as loud as the dry track plus what the gain effect asks for,
true peaks limited to -1.4 dBTP. So nothing clips in any of them, and the floating-point file is limited as well.
Where the chain is empty every format holds the track as it came, MP3 as well as it can.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from instructfx import __version__
from instructfx.audio import Samples, put
from instructfx.audio.naming import for_libsndfile
from instructfx.audio.signal import resampled
from instructfx.chain import Chain
from instructfx.errors import ExportError
from instructfx.exports.tags import Tags, read_tags, write_tags
from instructfx.exports.wanted import Wanted, one_line, quoted
from instructfx.rendering.track import Rendering, rendering

DITHER_SEED = 16
LARGEST_RIFF_BYTES = (1 << 32) - (64 << 20)  # sizes in a WAV have 32 bits; the rest is for tags and a cover
RENDERED = 0.8  # share of the work that is done once the chain has been through the track
LONGEST_REMARK = 600  # characters


@dataclass(frozen=True)
class Encoding:
    """How samples are written: libsndfile's names, bytes a sample (at most), what else its encoder is told."""

    container: str
    subtype: str
    sample_bytes: int
    dithered: bool = False
    compression_level: float | None = None
    bitrate_mode: str | None = None


ENCODINGS = {
    "wav16": Encoding("WAV", "PCM_16", 2, dithered=True),
    "wav24": Encoding("WAV", "PCM_24", 3),
    "wav32f": Encoding("WAV", "FLOAT", 4),
    "flac": Encoding("FLAC", "PCM_24", 3),
    # libsndfile and pedalboard both bring LAME 3.100, and their files are equally large at V0. libsndfile reads and
    # writes everything else here, and takes rates from 8 kHz, where pedalboard starts at 32.
    "mp3": Encoding("MP3", "MPEG_LAYER_III", 4, compression_level=0.0, bitrate_mode="VARIABLE"),
}


def write_sound(wanted: Wanted, path: Path) -> tuple[str, ...]:
    """Render into `path`, with the tags of the original; what the person should know."""
    encoding, track, chain = ENCODINGS[wanted.format.name], wanted.track, wanted.session.chain
    rate = wanted.format.rate_of(track.sample_rate)
    tags = read_tags(track.path).remarked(remark(wanted))
    with rendering(chain, track, None, lambda share: wanted.go_on(RENDERED * share), wanted.cancelled) as rendered:
        container = _container(encoding, rendered.frames * track.channels)
        try:
            fitting = rendered.fitting(encoding.subtype)
            _write(wanted, path, rendered, fitting, encoding, container, rate, tags)
            write_tags(path, tags)
        except (soundfile.LibsndfileError, AssertionError) as error:  # soundfile asserts that all was written
            reason = getattr(error, "error_string", "") or "not all of it could be written"
            raise ExportError(f"cannot write {wanted.target}: {reason.strip()} Free some disk space.") from error
    notes = [*rendered.level.notes]
    if fitting < 1:
        notes.append(
            f"it is {-20 * np.log10(fitting):.1f} dB lower, to fit below full scale; wav32f leaves it as it is"
        )
    if rate != track.sample_rate:
        notes.append(f"MP3 holds no {track.sample_rate} Hz; the file is at {rate} Hz")
    if tags.too_large:
        notes.append(f"left out because they are too large: {', '.join(tags.too_large)}")
    return tuple(notes)


def remark(wanted: Wanted) -> str:
    """What was done, for the comment: InstructFX 0.1.0: "make it warmer" (Equaliser, Reverb)."""
    did = labels(wanted.session.chain) or "nothing"
    text = f"InstructFX {__version__}: {quoted(wanted.said)} ({did})".replace(":  (", ": (")
    return text if len(text) <= LONGEST_REMARK else f"{text[: LONGEST_REMARK - 2]} …"


def labels(chain: Chain) -> str:
    """The effects that are heard, in the order of the sound: "Equaliser, Reverb"."""
    return ", ".join(slot.effect.label for slot in chain.slots if not slot.bypassed)


def dithered(rng: np.random.Generator, samples: Samples) -> npt.NDArray[np.int16]:
    """Rounded to 16 bits after adding triangular noise of two steps, so that what is lost is noise and no distortion.

    TPDF dither (Lipshitz, Wannamaker and Vanderkooy 1992); the same for the same seed.
    """
    noise = rng.random(samples.shape, np.float32) - rng.random(samples.shape, np.float32)
    return np.clip(np.round(32768 * samples.astype(np.float64) + noise), -32768, 32767).astype(np.int16)


def _container(encoding: Encoding, samples: int) -> str:
    too_large = encoding.container == "WAV" and samples * encoding.sample_bytes > LARGEST_RIFF_BYTES
    return "RF64" if too_large else encoding.container


def _write(
    wanted: Wanted,
    path: Path,
    rendered: Rendering,
    fitting: np.float32,
    encoding: Encoding,
    container: str,
    rate: int,
    tags: Tags,
) -> None:
    more = {"compression_level": encoding.compression_level, "bitrate_mode": encoding.bitrate_mode}
    with soundfile.SoundFile(
        for_libsndfile(path), "w", rate, wanted.track.channels, encoding.subtype, format=container, **more
    ) as file:
        if encoding.container == "WAV":
            _put_info(file, tags)
        done = 0
        rng = np.random.default_rng(DITHER_SEED)
        for block in resampled(rendered.blocks(), rendered.sample_rate, rate, wanted.track.channels):
            block = fitting * block
            if encoding.dithered and not (rendered.dry and _fits_16_bits(block)):
                file.write(dithered(rng, block).T)
            elif encoding.dithered:
                file.write(np.int16(block * 32768).T)
            else:
                put(file, block)
            done += block.shape[1]
            wanted.go_on(min(RENDERED + (1 - RENDERED) * done / (rendered.frames * rate / rendered.sample_rate), 1.0))


def _fits_16_bits(block: Samples) -> bool:
    """Whether 16 bits hold these samples as they are, like those of a track that came in 16 bits."""
    scaled = block * np.float32(32768)
    return bool((scaled == np.rint(scaled)).all() and (scaled < 32768).all())


def _put_info(file: soundfile.SoundFile, tags: Tags) -> None:
    """The list of a WAV that programs without ID3 look at; before the first samples, as libsndfile wants it."""
    for name, texts in (
        ("title", tags.title), ("artist", tags.artist), ("album", tags.album), ("date", tags.date),
        ("genre", tags.genre), ("tracknumber", tags.track), ("copyright", tags.copyright),
        ("comment", [one_line(text) for text in tags.comment]),
    ):  # fmt: skip
        if texts:
            setattr(file, name, "; ".join(texts))
