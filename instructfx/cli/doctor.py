"""Is this installation well? What `python -m instructfx doctor` says."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
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
class DoctorCheck:
    """One check: its name, whether all is well, and what was found or what to do."""

    name: str
    well: bool
    detail: str


def examine(ping: bool = False) -> list[DoctorCheck]:
    """Run every check; none of them needs a network, but for the one request that ping sends to a language model."""
    checks = [_python(), *_packages(), _ffmpeg(), _sessions(), _a_turn(), _planner(), _ear(), _clap()]
    return [*checks, _ping()] if ping else checks


def _python() -> DoctorCheck:
    version = platform.python_version()
    well = tuple(map(int, platform.python_version_tuple()[:2])) >= (3, 11)
    return DoctorCheck("python", well, version if well else f"{version}; 3.11 or newer is needed")


def _packages() -> list[DoctorCheck]:
    findings = []
    for name in NEEDED:
        try:
            findings.append(DoctorCheck(name, True, metadata.version(name)))
        except metadata.PackageNotFoundError:
            findings.append(DoctorCheck(name, False, "not installed; install InstructFX again"))
    return findings


def _ffmpeg() -> DoctorCheck:
    found = shutil.which("ffmpeg")
    return DoctorCheck("ffmpeg", True, found or "not installed: all formats but M4A and AAC can be read")


def _sessions() -> DoctorCheck:
    from instructfx.store import Store, default_folder

    folder = default_folder()
    try:
        Store(folder)
    except InstructFXError as error:
        return DoctorCheck("sessions", False, str(error))
    free_gb = shutil.disk_usage(folder).free / 1e9
    return DoctorCheck("sessions", free_gb > ROOMY_GB, f"{folder}, {free_gb:.0f} GB free")


def _a_turn() -> DoctorCheck:
    """One real turn on two seconds of noise."""
    from instructfx.audio import Audio, save
    from instructfx.engine.live import open_session

    noise = np.random.default_rng(0).standard_normal((2, 88_200)).astype(np.float32) * np.float32(0.1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        try:
            save(Audio(noise, 44_100), path)
            live = open_session(path, planner="builtin", store=folder)
            live.say("make it warmer")
        except InstructFXError as error:
            return DoctorCheck("a turn", False, str(error))
    turn = live.session.current
    if turn is None:
        return DoctorCheck("a turn", False, "nothing changed")
    fell = turn.refined.loss_after <= turn.refined.loss_before
    detail = (
        f"{turn.route} in {turn.seconds:.1f} s, loss {turn.refined.loss_before:.2f} to {turn.refined.loss_after:.2f}"
    )
    return DoctorCheck("a turn", fell, detail)


def _planner() -> DoctorCheck:
    """Who plans, and why."""
    from instructfx.planners import planner_named, usual_planner
    from instructfx.planners.llm import DEFAULT_KEYS, DEFAULT_MODEL
    from instructfx.planners.own_server import own_server

    name = usual_planner()
    url = os.environ.get("INSTRUCTFX_PLANNER_URL", "")
    try:
        planner_named(name)
    except InstructFXError as error:
        return DoctorCheck("planner", False, f"{name}: {error}")
    if os.environ.get("INSTRUCTFX_PLANNER"):
        asked_at = f", asked at {own_server(url).shown}" if url and name != "builtin" else ""
        why = f"INSTRUCTFX_PLANNER says so{asked_at}"
    elif name == DEFAULT_MODEL:
        why = f"{next(key for key in DEFAULT_KEYS if os.environ.get(key))} is set"
    else:
        why = f"no language model is named (INSTRUCTFX_PLANNER) and {DEFAULT_KEYS[0]} is not set"
    return DoctorCheck("planner", True, f"{name}, because {why}")


def _ping() -> DoctorCheck:
    """One tiny request to the language model that plans."""
    from instructfx.planners import model_named, usual_planner
    from instructfx.planners.prompt import text

    name = usual_planner()
    if name == "builtin":
        return DoctorCheck("ping", True, "nothing to ask: the built-in planner needs no network")
    started = time.perf_counter()
    try:
        answer = model_named(name).answer([{"role": "user", "content": text("ping.md")}], (), "auto", lambda: False)
    except InstructFXError as error:
        return DoctorCheck("ping", False, str(error))
    price = "" if answer.price_usd is None else f", ${answer.price_usd:.4f}"
    tokens = f"{answer.input_tokens} + {answer.output_tokens} tokens"
    return DoctorCheck("ping", True, f"{name} answered in {time.perf_counter() - started:.1f} s, {tokens}{price}")


def _ear() -> DoctorCheck:
    from instructfx.ears import EARS, usual_ear

    name = usual_ear()
    if name not in EARS:
        return DoctorCheck("ear", False, f"INSTRUCTFX_EAR is {name!r}; there is {', '.join(EARS)}")
    chosen = "INSTRUCTFX_EAR says so" if os.environ.get("INSTRUCTFX_EAR") else "that is the best of what is installed"
    return DoctorCheck("ear", True, f"{name}, because {chosen}")


def _clap() -> DoctorCheck:
    """What can be seen of the checkpoint without reading two gigabytes; `clap verify` reads them."""
    from instructfx.ears.checking import look
    from instructfx.ears.checkpoints import GET, MUSIC, chosen_checkpoint, size_of

    try:
        checkpoint = chosen_checkpoint()
        size = size_of(checkpoint.path)
        if size is None and checkpoint.published:
            fetched = f"{GET} fetches {MUSIC.size_bytes / 1e9:.1f} GB"
            return DoctorCheck("CLAP", True, f"not installed: {fetched}; the built-in ear is used")
        look(checkpoint)
    except InstructFXError as error:
        return DoctorCheck("CLAP", False, str(error))
    return DoctorCheck("CLAP", True, f"{checkpoint.path}, {(size or 0) / 1e9:.1f} GB, {checkpoint.architecture}")
