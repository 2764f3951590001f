"""Is this installation well? What `python -m instructfx doctor` says."""

from __future__ import annotations

import platform
import shutil
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from instructfx.errors import InstructFXError

NEEDED = (
    "torch",
    "gradio",
    "pedalboard",
    "dasp-pytorch",
    "scikit-optimize",
    "laion-clap",
    "litellm",
    "soundfile",
    "soxr",
    "sqlmodel",
    "pyloudnorm",
)
ROOMY_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether all is well, and what was found or what to do."""

    name: str
    well: bool
    detail: str


def examine() -> list[Finding]:
    """Run every check; none of them needs a network."""
    return [_python(), *_packages(), _ffmpeg(), _sessions(), _a_turn(), _minds(), _clap()]


def _python() -> Finding:
    version = platform.python_version()
    well = tuple(map(int, platform.python_version_tuple()[:2])) >= (3, 11)
    return Finding("python", well, version if well else f"{version}; 3.11 or newer is needed")


def _packages() -> list[Finding]:
    findings = []
    for name in NEEDED:
        try:
            findings.append(Finding(name, True, metadata.version(name)))
        except metadata.PackageNotFoundError:
            findings.append(Finding(name, False, "not installed; run pip install -r requirements.txt"))
    return findings


def _ffmpeg() -> Finding:
    found = shutil.which("ffmpeg")
    return Finding("ffmpeg", True, found or "not installed: all formats but M4A and AAC can be read")


def _sessions() -> Finding:
    from instructfx.store import Store, default_folder

    folder = default_folder()
    try:
        Store(folder)
    except InstructFXError as error:
        return Finding("sessions", False, str(error))
    free_gb = shutil.disk_usage(folder).free / 1e9
    return Finding("sessions", free_gb > ROOMY_GB, f"{folder}, {free_gb:.0f} GB free")


def _a_turn() -> Finding:
    """One real turn on two seconds of noise."""
    from instructfx.audio import Audio, save
    from instructfx.live import open_session

    noise = np.random.default_rng(0).standard_normal((2, 88_200)).astype(np.float32) * np.float32(0.1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        try:
            save(Audio(noise, 44_100), path)
            turn = open_session(path, store=folder).say("make it warmer")
        except InstructFXError as error:
            return Finding("a turn", False, str(error))
    fell = turn.refined.loss_after <= turn.refined.loss_before
    detail = (
        f"{turn.route} in {turn.seconds:.1f} s, loss {turn.refined.loss_before:.2f} to {turn.refined.loss_after:.2f}"
    )
    return Finding("a turn", fell, detail)


def _minds() -> Finding:
    return Finding("planner and ear", True, "builtin and perceptual: no key, no network and no model file needed")


def _clap() -> Finding:
    """What can be seen of the checkpoint without reading two gigabytes; `clap verify` reads them."""
    from instructfx.ears.checking import look
    from instructfx.ears.checkpoints import GET, MUSIC, chosen_checkpoint, size_of

    try:
        checkpoint = chosen_checkpoint()
        size = size_of(checkpoint.path)
        if size is None and checkpoint.published:
            fetched = f"{GET} fetches {MUSIC.size_bytes / 1e9:.1f} GB"
            return Finding("CLAP", True, f"not installed: {fetched}; the built-in ear is used")
        look(checkpoint)
    except InstructFXError as error:
        return Finding("CLAP", False, str(error))
    return Finding("CLAP", True, f"{checkpoint.path}, {(size or 0) / 1e9:.1f} GB, {checkpoint.architecture}")
