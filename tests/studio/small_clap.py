"""A published CLAP of 3 MB that is nobody's, and the studio that knows no other: `python small_clap.py --port 0`."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from scripted_server import HELD_SECONDS, Server

from instructfx.ears import checking, checkpoints, fetching

CONTENT = random.Random(1).randbytes(3_000_000)


@contextmanager
def published_by(server: Server) -> Iterator[None]:
    """Within the block all that is published is what this server has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "PAUSE_SECONDS", 0.0)
        patch.setattr(fetching, "SILENCE_SECONDS", HELD_SECONDS)  # a server that holds is not one that hangs
        tokenizer = tuple(server.publish(each.file_name, b"{}") for each in checkpoints.TOKENIZER)
        music = replace(server.publish(checkpoints.MUSIC.file_name, CONTENT), architecture="HTSAT-base")
        patch.setattr(checkpoints, "MUSIC", music)
        for module in (checkpoints, checking):
            patch.setattr(module, "CHECKPOINTS", (music,))
            patch.setattr(module, "TOKENIZER", tokenizer)
        yield


if __name__ == "__main__":
    from instructfx.cli import main
    from instructfx.studio.page import ear_panel

    ear_panel.LOOK_SECONDS = 0.3
    with published_by(Server()):  # whose files another process has: INSTRUCTFX_CLAP_MIRROR says where
        sys.exit(main(["studio", *sys.argv[1:]]))
