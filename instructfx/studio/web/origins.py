"""Under which names the studio answers, and whose pages may send it anything: its own alone.

A page from elsewhere can have a browser send requests here, and by a name of its own that leads here (DNS rebinding)
even read the answers. The first says where it comes from in Origin, the second in Host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from instructfx.errors import SetupError

HOSTS = "INSTRUCTFX_HOSTS"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
DEFAULT_PORTS = {"http": 80, "https": 443, "": None}
LEGAL = "names or addresses with commas, each with its port where that is not the usual one, such as music.example"


@dataclass(frozen=True)
class HostName:
    """A host and a port; None is the usual port of whatever scheme."""

    name: str
    port: int | None


@dataclass(frozen=True)
class Hosts:
    """Names under which the studio is reached. named are those of its host's own, ("*", None) for any; bound is where
    it listens. Loopback and the address at which a connection has come in are always among them: no page from
    elsewhere can have an address in its place."""

    named: tuple[HostName, ...] = ()
    bound: str = ""

    @property
    def loopback_alone(self) -> bool:
        """Whether nobody but who sits at this machine comes in."""
        return self.bound in LOOPBACK and not self.named

    def known(self, host: str, came_in_at: str) -> bool:
        """Whether a Host header names this studio. came_in_at is the address of this end of the connection."""
        place = host_name_of(host)
        if place is None:
            return False
        here = {*LOOPBACK, self.bound, came_in_at} - {""}
        return place.name in here or any(each.name in ("*", place.name) for each in self.named)

    def own(self, origin: str, host: str) -> bool:
        """Whether an Origin header is of a page of ours: of the host that is asked, or of one that is named."""
        scheme, _, rest = origin.partition("://")
        place, asked = host_name_of(rest, scheme), host_name_of(host, scheme)
        if place is None or scheme not in ("http", "https"):
            return False
        return place == asked or place in self.named


def hosts_from(environment: Mapping[str, str], bound: str = "") -> Hosts:
    """INSTRUCTFX_HOSTS, "music.example" or several with commas, "*" for any; SetupError where it is anything else."""
    named = []
    for each in filter(None, (part.strip() for part in environment.get(HOSTS, "").split(","))):
        place = HostName("*", None) if each == "*" else host_name_of(each)
        if place is None or not place.name:
            raise SetupError(f"{HOSTS} holds {each!r}; it must be {LEGAL}. Change it, or leave it out.")
        named.append(place)
    return Hosts(tuple(named), _name(bound))


def host_name_of(host: str, scheme: str = "") -> HostName | None:
    """The host and port in a header; None where it is none."""
    try:
        parts = urlsplit(f"//{host.strip()}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.path or parts.query or parts.fragment or "@" in host:
        return None
    usual = DEFAULT_PORTS.get(scheme)
    return HostName(_name(name), None if port == usual or (not scheme and port in (80, 443)) else port)


def _name(host: str) -> str:
    """A name in its usual form: an address as short as it can be, a name without the dot at its end."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return host.lower().rstrip(".")
