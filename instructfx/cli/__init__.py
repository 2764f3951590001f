"""The command line: a file for each command."""

from instructfx.cli.main import main

__all__ = ["main"]
