"""How often one address may open sessions and send files: so many times within a minute that slides."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from instructfx.errors import LimitError

WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000
TOO_OFTEN = "too many tracks were opened or sent from where you are; up to {} a minute are taken. Try again in {} s."


def household(address: str) -> str:
    """What counts as one address: of the sixth version the 64 bits that everybody is given as a whole.

    >>> household("2001:db8::1") == household("2001:db8::2:1")
    True
    >>> household("::ffff:10.0.0.1")
    '10.0.0.1'
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False).network_address)


class Arrivals:
    """What was counted of each address lately. most is for each address and kind, None for no limit."""

    def __init__(self, most: int | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._lock = threading.Lock()
        self._times: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def opens(self, address: str) -> None:
        """Somebody there opens a session. LimitError where that happens too often."""
        self._count("open", address)

    def sends(self, address: str) -> None:
        """Somebody there sends a file. LimitError where that happens too often."""
        self._count("send", address)

    def _count(self, kind: str, address: str) -> None:
        if self._most is None or not address:
            return
        with self._lock:
            now, key = self._now(), (kind, household(address))
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            while len(self._times) > MOST_ADDRESSES:
                self._times.popitem(last=False)
            while times and now - times[0] >= WINDOW_SECONDS:
                times.popleft()
            if len(times) >= self._most:
                wait = max(1, round(times[0] + WINDOW_SECONDS - now))
                raise LimitError(TOO_OFTEN.format(self._most, wait))
            times.append(now)
