"""What a worker does: all that is heavy, in a process of its own.

`python -m instructfx.studio.workers.worker FOLDER SECONDS` reads messages from standard input and answers on what was
its standard output. It ends, with whatever it has started, as soon as its input does: when the server closes it or is
no more. FOLDER is its own, for temporary files; SECONDS is how long one piece of work may take.
"""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import queue
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO, NoReturn

from instructfx.audio.quiet import quiet_libraries
from instructfx.errors import InstructFXError
from instructfx.studio.workers import logs
from instructfx.studio.workers.messages import Failed, ProgressReport, Ready, Stop, WorkAnswer, WorkRequest
from instructfx.studio.workers.service import Service

log = logging.getLogger("instructfx.worker")

NICENESS = 5  # the page comes first


class Worker:
    """The loop of a worker process: one request after the other, while a thread listens for Stop and for the end."""

    def __init__(self, source: BinaryIO, target: BinaryIO, folder: Path, seconds: float) -> None:
        self._source, self._target, self._folder = source, target, folder
        self._requests: queue.SimpleQueue[WorkRequest] = queue.SimpleQueue()
        self._stop, self._abandoned = threading.Event(), threading.Event()
        self._desk = Service(self._tell, self._stop, self._abandoned, seconds)

    def run(self) -> None:
        """Work until the process ends."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        importlib.import_module("instructfx.engine.live")  # seconds, which are nobody's yet
        self._tell(Ready())
        while True:
            self._tell(self._answer(self._requests.get()))

    def _answer(self, request: WorkRequest) -> WorkAnswer:
        try:
            return self._desk.do(request)
        except InstructFXError as error:
            return Failed(error)
        except Exception:
            log.exception("a worker failed at %s", type(request).__name__)
            return Failed()

    def _tell(self, message: Ready | ProgressReport | WorkAnswer) -> None:
        try:
            pickle.dump(message, self._target)
            self._target.flush()
        except OSError:
            self._end()

    def _listen(self) -> None:
        while True:
            try:
                message: WorkRequest | Stop = pickle.load(self._source)
            except (EOFError, OSError, pickle.UnpicklingError):
                self._end()
            if isinstance(message, Stop):
                self._stop.set()
                if message.abandoned:
                    self._abandoned.set()
            else:
                self._stop.clear()
                self._abandoned.clear()
                self._requests.put(message)

    def _end(self) -> NoReturn:
        """End at once, with every process that was started here and all that was left in the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(0)


def main() -> None:
    """Become a worker: give way to others, and keep what libraries print out of the pipe."""
    folder = Path(sys.argv[1])
    tempfile.tempdir = str(folder)
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with quiet_libraries():
        logs.to_stderr()
        Worker(sys.stdin.buffer, target, folder, float(sys.argv[2])).run()


if __name__ == "__main__":
    main()
