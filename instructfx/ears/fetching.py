"""Fetching a published file: resumed where it broke off, checked, and never half-written under its own name."""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.ears.checking import CheckProgress, OnCheckProgress, ignore, is_intact, never, sha256_of
from instructfx.ears.checkpoints import Published, size_of
from instructfx.errors import Cancelled, EarError

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0
ATTEMPTS = 5  # in a row that bring next to nothing
WORTHWHILE_BYTES = 1 << 20
PAUSE_SECONDS = 1.0  # doubled after each attempt
SPARE_BYTES = 50_000_000
TRY_LATER = (408, 425, 429, 500, 502, 503, 504)
AGAIN = "run the same command again"


class _Broken(Exception):
    """An attempt that another may continue; says why it ended."""


def address_of(published: Published) -> str:
    """Where the file is fetched: its URL, or its name under INSTRUCTFX_CLAP_MIRROR. Raises EarError."""
    import httpx

    mirror = os.environ.get("INSTRUCTFX_CLAP_MIRROR")
    if not mirror:
        return published.url
    try:
        address = httpx.URL(mirror)
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise EarError(f"INSTRUCTFX_CLAP_MIRROR is {mirror!r}; it must begin with https:// or http:// and a host")
    return f"{mirror.rstrip('/')}/{published.file_name}"


def download(
    published: Published,
    folder: Path,
    on_progress: OnCheckProgress = ignore,
    cancelled: Callable[[], bool] = never,
) -> Path:
    """Bring a published file into a folder, unless it is there and intact; its path.

    What has arrived lies in `<name>.part` until its SHA-256 is right; a later call continues it. Raises Cancelled when
    asked to stop, and EarError: no network, refused, broken off for good, damaged, no room, no permission, or another
    download into this folder.
    """
    target = folder / published.file_name
    part = target.with_name(f"{target.name}.part")
    with _reported(target), _alone(folder):
        if is_intact(published, folder, on_progress, cancelled):
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        if (size_of(part) or 0) > published.size_bytes:
            part.unlink()
        _check_room(published, part, folder)
        _fetch(published, part, on_progress, cancelled)
        found = sha256_of(part, on_progress, cancelled)
        if found != published.sha256:
            part.unlink()
            raise EarError(
                f"{target.name} arrived damaged and was deleted: its SHA-256 is {found} and should be "
                f"{published.sha256}; {AGAIN} to fetch it anew"
            )
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
    return target


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    import filelock

    try:
        with filelock.FileLock(folder / ".download.lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise EarError(f"another download into {folder} is under way; wait until it has ended") from error


@contextmanager
def _reported(target: Path) -> Iterator[None]:
    """Turn what the file system says into one line for a person."""
    try:
        yield
    except PermissionError as error:
        raise EarError(
            f"no permission to write into {target.parent}; change it, or set INSTRUCTFX_MODELS to a folder of your own"
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise EarError(
                f"the disk with {target.parent} ran full; what has arrived is kept: make room and {AGAIN}"
            ) from error
        raise EarError(
            f"cannot write {target}: {error.strerror or error}; set INSTRUCTFX_MODELS to another folder"
        ) from error


def _check_room(published: Published, part: Path, folder: Path) -> None:
    wanted = published.size_bytes - (size_of(part) or 0)
    free = shutil.disk_usage(folder).free
    if wanted and free < wanted + SPARE_BYTES:
        raise EarError(
            f"no room for {published.file_name}: it needs {(wanted + SPARE_BYTES) / 1e6:,.0f} MB and {folder} has "
            f"{free / 1e6:,.0f} MB free; make room, or set INSTRUCTFX_MODELS to a folder on another disk"
        )


def _fetch(published: Published, part: Path, on_progress: OnCheckProgress, cancelled: Callable[[], bool]) -> None:
    """Attempt after attempt, until the part is as long as the published file."""
    import httpx

    url = address_of(published)
    fruitless = 0
    answered = False
    with _client(url) as client:
        while (before := size_of(part) or 0) < published.size_bytes:
            _stop_if(cancelled, published)
            try:
                with client.stream("GET", url, headers=_asking_from(before)) as response:
                    answered = True
                    _receive(response, published, part, on_progress, cancelled)
                reason = "the server ended early"
            except (httpx.RequestError, _Broken) as error:
                reason = str(error) or type(error).__name__
                if not answered:
                    raise EarError(
                        f"cannot reach {httpx.URL(url).host}: {reason}; check the network and its proxy, "
                        "or set INSTRUCTFX_CLAP_MIRROR to a server that has the files"
                    ) from error
            arrived = size_of(part) or 0
            if arrived == published.size_bytes:
                return
            fruitless = 0 if arrived - before >= WORTHWHILE_BYTES else fruitless + 1
            if fruitless == ATTEMPTS:
                raise EarError(
                    f"{published.file_name} broke off at {arrived / 1e6:,.0f} of {published.size_bytes / 1e6:,.0f} MB "
                    f"({reason}); what has arrived is kept: {AGAIN} to continue"
                )
            if fruitless:
                _pause(PAUSE_SECONDS * 2 ** (fruitless - 1), cancelled)


def _client(url: str) -> httpx.Client:
    import httpx

    def keep_encrypted(request: httpx.Request) -> None:
        if url.startswith("https:") and request.url.scheme != "https":
            raise EarError(f"{httpx.URL(url).host} redirects to {request.url.host} without encryption; it was refused")

    try:
        return httpx.Client(
            follow_redirects=True,
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            event_hooks={"request": [keep_encrypted]},
        )
    except (ValueError, ImportError) as error:  # what httpx makes of proxies that it does not know
        raise EarError(f"the proxy in the environment cannot be used: {error}; unset it or set another") from error


def _asking_from(offset: int) -> dict[str, str]:
    plain = {"Accept-Encoding": "identity"}
    return {**plain, "Range": f"bytes={offset}-"} if offset else plain


def _receive(
    response: httpx.Response,
    published: Published,
    part: Path,
    on_progress: OnCheckProgress,
    cancelled: Callable[[], bool],
) -> None:
    """Append one answer to the part, or begin it again where the server does not continue."""
    done = _continues_at(response, published, part)
    with part.open("ab" if done else "wb") as file:
        for block in response.iter_raw():
            _stop_if(cancelled, published)
            done += len(block)
            if done > published.size_bytes:
                part.unlink()
                raise _another_file(response, published, "longer")
            file.write(block)
            on_progress(CheckProgress(part.stem, "fetching", done, published.size_bytes))


def _continues_at(response: httpx.Response, published: Published, part: Path) -> int:
    """How many bytes of the part the answer follows on."""
    status = f"{response.status_code} {response.reason_phrase}".strip()
    offset = size_of(part) or 0
    if response.status_code == 206:
        given = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if given and given[2] not in ("*", str(published.size_bytes)):
            raise _another_file(response, published, f"{int(given[2]):,} bytes long")
        if given and int(given[1]) == offset:
            return offset
        part.unlink(missing_ok=True)
        raise _Broken("the server continues in the wrong place")
    if response.status_code == 416:
        part.unlink(missing_ok=True)
        raise _Broken("the server has less than had arrived")
    if response.status_code in TRY_LATER:
        raise _Broken(f"the server answers {status}")
    if response.status_code != 200:
        raise EarError(
            f"{response.url.host} answers {status} to {response.url.path}; try later, "
            "or set INSTRUCTFX_CLAP_MIRROR to a server that has the files"
        )
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != published.size_bytes:
        raise _another_file(response, published, f"{int(length):,} bytes long")
    return 0


def _another_file(response: httpx.Response, published: Published, length: str) -> EarError:
    return EarError(
        f"what {response.url.host} has as {published.file_name} is {length}, not {published.size_bytes:,} bytes: it is "
        "truncated or another file; try later, or set INSTRUCTFX_CLAP_MIRROR to a server that has the published one"
    )


def _stop_if(cancelled: Callable[[], bool], published: Published) -> None:
    if cancelled():
        raise Cancelled(f"stopped; what has arrived of {published.file_name} is kept: {AGAIN} to continue")


def _pause(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not cancelled():
        time.sleep(min(0.1, seconds))
