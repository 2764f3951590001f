"""The reverb's impulse response, for convolution plug-ins and for preset files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import torch

from instructfx.audio.naming import for_libsndfile
from instructfx.chain import Chain, Slot
from instructfx.effects.device import CPU
from instructfx.effects.memoryless import as_tensors
from instructfx.errors import ExportError
from instructfx.exports.wanted import Wanted

INAUDIBLE_DB = -110.0  # energy of what is cut off at the end, against all of it


def room_slot(chain: Chain) -> Slot:
    """The chain's last reverb, the room in which all of it stands; ExportError where it has none."""
    rooms = [slot for slot in chain.slots if slot.effect.impulse_response]
    if not rooms:
        there = ", ".join(chain.names) or "no effects"
        raise ExportError(f'the chain has no reverb, so it has no impulse response; it has {there}. Say "add reverb".')
    return rooms[-1]


def room_of(slot: Slot, sample_rate: int, channels: int) -> npt.NDArray[np.float32]:
    """What a slot with an impulse response answers to one click, without the click: (channels, taps).

    Each channel is of unit energy at 44.1 kHz, and as loud at other rates; it ends where -110 dB of its energy are
    left. ExportError for any other slot.
    """
    response = slot.effect.impulse_response
    if response is None:
        raise ExportError(f"{slot.effect.label} has no impulse response")
    with torch.no_grad():
        taps = response(as_tensors(slot.settings), sample_rate, channels, CPU)[0].numpy()
    left = np.cumsum(np.square(taps, dtype=np.float64).max(axis=0)[::-1])[::-1]
    end = int(np.searchsorted(-left, -left[0] * 10 ** (INAUDIBLE_DB / 10)))
    return np.ascontiguousarray(taps[:, : max(end, 1)], dtype=np.float32)


def write_room(wanted: Wanted, path: Path) -> tuple[str, ...]:
    """The impulse response as a WAV of 32-bit floats at the track's rate, wet alone."""
    chain = wanted.session.chain
    slot = room_slot(chain)
    save_room(room_of(slot, wanted.track.sample_rate, wanted.track.channels), wanted.track.sample_rate, path)
    label = chain.labels[slot.id].lower()
    which = f"the {label}" if label == slot.effect.label.lower() else label
    mix = f"{slot.settings['mix']:.0%}".replace("%", " %")
    return (f"the file holds {which} alone; mix in {mix} of it",)


def save_room(room: npt.NDArray[np.float32], sample_rate: int, path: Path) -> None:
    """Write (channels, taps) as floats."""
    try:
        soundfile.write(for_libsndfile(path), room.T, sample_rate, "FLOAT", format="WAV")
    except (soundfile.LibsndfileError, AssertionError) as error:  # soundfile asserts that all was written
        raise ExportError(f"cannot write the impulse response into {path.parent}. Free some disk space.") from error
