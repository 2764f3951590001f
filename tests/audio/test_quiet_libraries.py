"""What libraries in C print is kept out, and what we print, and what kills a process, is not."""

from __future__ import annotations

import subprocess
import sys

SAID = """
import ctypes, os, sys
from instructfx.audio.quiet import quiet_libraries
with quiet_libraries():
    os.write(2, b"a frame that cannot be read\\n")
    print("a warning of ours", file=sys.stderr)
    {then}
os.write(2, b"behind it\\n")
"""


def run(then: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SAID.format(then=then)], capture_output=True, text=True, check=False)


def test_only_what_libraries_print_is_kept_out() -> None:
    ended = run("pass")
    assert (ended.returncode, ended.stderr) == (0, "a warning of ours\nbehind it\n")


def test_what_kills_the_process_is_told() -> None:
    ended = run("ctypes.string_at(0)")
    assert ended.returncode != 0
    assert "a frame" not in ended.stderr
    assert "Fatal Python error" in ended.stderr
