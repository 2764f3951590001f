"""The frame of an exported program: what is called from the command line. It needs nothing else of InstructFX."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from instructfx.effects.standalone import Samples


def main(process: Callable[[Samples, int], Samples], notes: Sequence[str] = ()) -> None:
    """`python preset.py in.wav out.wav`; a WAV is written in floating point, so that nothing clips in it."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: python {Path(sys.argv[0]).name} in.wav out.wav")
    with soundfile.SoundFile(sys.argv[1]) as source:
        samples, sample_rate = source.read(dtype="float32", always_2d=True), source.samplerate
    sound = process(np.ascontiguousarray(samples.T), sample_rate).T
    subtype = "FLOAT" if sys.argv[2].lower().endswith(".wav") else None
    with soundfile.SoundFile(sys.argv[2], "w", sample_rate, sound.shape[1], subtype) as target:
        for start in range(0, len(sound), 65536):
            target.write(sound[start : start + 65536])
    peak_db = 20 * math.log10(max(float(np.abs(sound).max()), 1e-6))
    sys.stdout.write(f"{sys.argv[2]}: {len(sound) / sample_rate:.1f} s, peak {peak_db:+.1f} dBFS\n")
    if peak_db > 0:
        sys.stdout.write("That is above full scale: lower LEVEL_DB, unless the file is a WAV, which does not clip.\n")
    for note in notes:
        sys.stdout.write(f"Note: {note}.\n")
