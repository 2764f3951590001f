"""What a session can be taken away as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from instructfx.audio import MP3_RATES
from instructfx.errors import ExportError


@dataclass(frozen=True)
class Format:
    """A kind of file. name is for programs, label for people, help one line; suffix starts with a full stop.

    mark is what a file's name says of it, so that two kinds with one suffix can lie beside each other; samples is how
    the whole track is kept in it, empty where it is not.
    """

    name: str
    label: str
    suffix: str
    media_type: str
    help: str
    mark: str = ""
    samples: str = ""

    def rate_of(self, sample_rate: int) -> int:
        """The rate in Hz at which the format holds a track of that rate."""
        return mp3_rate(sample_rate) if self.name == "mp3" else sample_rate


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format(
                "wav16",
                "WAV 16 bit",
                ".wav",
                "audio/wav",
                "the whole track for CDs and old players, with TPDF dither",
                "16-bit",
                "16 bit",
            ),
            Format(
                "wav24", "WAV 24 bit", ".wav", "audio/wav", "the whole track for any studio program", "24-bit", "24 bit"
            ),
            Format(
                "wav32f",
                "WAV 32-bit float",
                ".wav",
                "audio/wav",
                "the whole track unrounded: the same level and limited peaks",
                "float",
                "32-bit float",
            ),
            Format(
                "flac",
                "FLAC 24 bit",
                ".flac",
                "audio/flac",
                "the whole track, as exact as WAV 24 bit and smaller",
                samples="24 bit",
            ),
            Format(
                "mp3",
                "MP3",
                ".mp3",
                "audio/mpeg",
                "the whole track for phones and mail: VBR of the highest quality (V0)",
                samples="variable bit rate",
            ),
            Format("preset", "Preset", ".json", "application/json", "the chain, for InstructFX and other programs"),
            Format(
                "python", "Python file", ".py", "text/x-python", "a program that rebuilds the chain on pedalboard alone"
            ),
            Format(
                "reverb",
                "Reverb as WAV",
                ".wav",
                "audio/wav",
                "the impulse response of the reverb, for convolution plug-ins",
                "room",
            ),
            Format(
                "sheet",
                "Settings as text",
                ".txt",
                "text/plain",
                "every setting in its unit, and what was said",
                "settings",
            ),
            Format(
                "pdf",
                "Settings as PDF",
                ".pdf",
                "application/pdf",
                "the same on one A4 page, with the equaliser's curve",
                "settings",
            ),
            Format(
                "session",
                "Session",
                ".ifx.zip",
                "application/zip",
                "all turns and the dry track in one file; to go on, drop it on the page or use `sessions import`",
            ),
        )
    }
)
"""Name -> format, in the order in which they are offered."""


def format_named(name: str) -> Format:
    """The format of that name; ExportError lists the names."""
    if name not in FORMATS:
        raise ExportError(f"there is no format {name!r:.40}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def mp3_rate(sample_rate: int) -> int:
    """The rate at which MP3 holds a track: its own, else a simple fraction of it, else the next above, in Hz."""
    for rate in sorted(MP3_RATES, reverse=True):
        if rate <= sample_rate and sample_rate % rate == 0 and (rate == sample_rate or rate >= 44_100):
            return rate
    return min((rate for rate in MP3_RATES if rate > sample_rate), default=max(MP3_RATES))
