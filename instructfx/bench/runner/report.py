"""Tables, and their places in a page."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from instructfx import __version__
from instructfx.engine.context import package_versions


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"


def conditions(seed: int) -> str:
    """What the figures were measured on, in one line."""
    versions = ", ".join(f"{name} {version}" for name, version in package_versions().items() if name != "instructfx")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    machine = f"{cores} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return f"InstructFX {__version__}, seed {seed}; {machine}; {versions}.\n"


def put(page: str, name: str, path: Path) -> None:
    """Replace the section of that name in a page, between its two markers, or append it."""
    start, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    section = f"{start}\n{page.strip()}\n{end}"
    text = path.read_text() if path.exists() else ""
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda match: section, text)
    else:
        text = f"{text.rstrip()}\n\n{section}\n".lstrip()
    temporary = path.with_suffix(".new")
    temporary.write_text(text)
    temporary.replace(path)
