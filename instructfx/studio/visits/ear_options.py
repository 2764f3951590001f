"""Who can listen to a visitor's track, and the one download of CLAP for all visitors."""

from __future__ import annotations

import functools
import logging
import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from instructfx.ears import EARS
from instructfx.errors import Cancelled, EarError, InstructFXError
from instructfx.studio.visits.phrases import sentence

if TYPE_CHECKING:
    from instructfx.ears.checking import CheckProgress
    from instructfx.ears.checkpoints import Checkpoint, Published

log = logging.getLogger(__name__)

BUILT_IN, FETCHED = EARS
"""The ear that is always there, and the one that is fetched, takes its time and has a choice of losses."""
LABELS = {BUILT_IN: "Built-in", FETCHED: "CLAP"}
OFF = ("0", "no", "off", "false")
GONE = "CLAP is no longer installed here: choose the built-in ear, or fetch CLAP again"
SWITCHED_OFF = "this studio does not fetch CLAP: INSTRUCTFX_STUDIO_FETCH is off; its host can change that"
BROKE = "the download of CLAP failed on our side; what has arrived is kept: press the button again to continue"

Stage = Literal["idle", "fetching", "checking", "stopping", "stopped", "failed"]


@dataclass(frozen=True)
class Offer:
    """What a visitor can choose: names of ears, and the usual one of them.

    missing_bytes are to be fetched into folder before CLAP can be chosen; 0 where it can be, or may not be fetched.
    trouble is why it can neither be chosen nor fetched.
    """

    ears: tuple[str, ...] = (BUILT_IN,)
    usual: str = BUILT_IN
    missing_bytes: int = 0
    folder: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Fetch:
    """How far the download is: of all files while it fetches, of one file while it checks."""

    stage: Stage = "idle"
    done_bytes: int = 0
    total_bytes: int = 0
    trouble: str = ""

    @property
    def runs(self) -> bool:
        return self.stage in ("fetching", "checking", "stopping")


def may_fetch() -> bool:
    """Whether visitors may start the download: INSTRUCTFX_STUDIO_FETCH=0 says that they may not."""
    return os.environ.get("INSTRUCTFX_STUDIO_FETCH", "").strip().lower() not in OFF


def offered() -> Offer:
    """What can be chosen now, told without reading a checkpoint."""
    from instructfx.ears import usual_ear
    from instructfx.ears.checking import look
    from instructfx.ears.checkpoints import chosen_checkpoint

    try:
        checkpoint = chosen_checkpoint()
        missing = _missing(checkpoint)
        if not missing:
            look(checkpoint)
            usual = usual_ear()
            return Offer((BUILT_IN, FETCHED), usual if usual in LABELS else BUILT_IN)
    except EarError as error:
        return Offer(trouble=sentence(error) if may_fetch() else "")
    if not may_fetch():
        return Offer()
    return Offer(missing_bytes=sum(each.size_bytes for each in missing), folder=_short(checkpoint.path.parent))


def granted(ear: str) -> str:
    """The ear that was chosen, the usual one where none was. Raises EarError where it can no longer be had."""
    offer = offered()
    if ear and ear not in offer.ears:
        raise EarError(GONE)
    return ear or offer.usual


def as_before(ear: str) -> str:
    """That ear where it can still be had, else the usual one."""
    offer = offered()
    return ear if ear in offer.ears else offer.usual


class Fetching:
    """The download in the background, one at a time whoever asks for it. What has arrived is kept when it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._state = Fetch()

    @property
    def state(self) -> Fetch:
        """How far it is."""
        state = self._state
        return replace(state, stage="stopping") if state.runs and self._stop.is_set() else state

    def start(self) -> None:
        """Start or continue it, unless it runs. Raises EarError where visitors may not."""
        if not may_fetch():
            raise EarError(SWITCHED_OFF)
        with self._lock:
            if self._state.runs:
                return
            self._stop.clear()
            self._state = Fetch("fetching")
        threading.Thread(target=self._run, name="fetch", daemon=True).start()

    def stop(self) -> None:
        """Ask it to end; it does after the bytes that are on their way."""
        self._stop.set()

    def _run(self) -> None:
        try:
            self._fetch()
            self._state = Fetch()
        except Cancelled:
            last = self._state
            self._state = replace(last if last.stage == "fetching" else Fetch(), stage="stopped")
        except InstructFXError as error:
            self._state = Fetch("failed", trouble=for_the_page(error))
        except Exception:
            log.exception("fetching CLAP failed")
            self._state = Fetch("failed", trouble=sentence(EarError(BROKE)))

    def _fetch(self) -> None:
        from instructfx.ears.checking import needed
        from instructfx.ears.checkpoints import chosen_checkpoint
        from instructfx.ears.fetching import download

        checkpoint = chosen_checkpoint()
        wanted = needed(checkpoint, functools.partial(self._tell, 0, 0))
        total, done = sum(each.size_bytes for each in wanted), 0
        for each in wanted:
            download(each, checkpoint.path.parent, functools.partial(self._tell, done, total), self._stop.is_set)
            done += each.size_bytes

    def _tell(self, earlier_bytes: int, total_bytes: int, progress: CheckProgress) -> None:
        if progress.stage == "fetching":
            self._state = Fetch("fetching", earlier_bytes + progress.done_bytes, total_bytes)
        else:
            self._state = Fetch("checking", progress.done_bytes, progress.total_bytes)


def for_the_page(error: InstructFXError) -> str:
    """What an error says to somebody who has a button and no command line."""
    from instructfx.ears.fetching import AGAIN

    return sentence(error).replace(AGAIN, "press the button again")


def _missing(checkpoint: Checkpoint) -> list[Published]:
    """The published files that are not there or not as long as they should be; EarError where none can help."""
    from instructfx.ears.checking import look
    from instructfx.ears.checkpoints import TOKENIZER, size_of

    folder = checkpoint.path.parent
    if checkpoint.published:
        wanted = (*TOKENIZER, checkpoint.published)
        return [each for each in wanted if size_of(folder / each.file_name) != each.size_bytes]
    if size_of(checkpoint.path) is None:
        look(checkpoint)
    return [each for each in TOKENIZER if size_of(folder / each.file_name) is None]


def _short(folder: Path) -> str:
    """A folder as its owner writes it."""
    home = os.path.expanduser("~")
    text = str(folder)
    return f"~{text.removeprefix(home)}" if text.startswith(f"{home}{os.sep}") else text
