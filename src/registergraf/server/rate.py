"""How many requests a client may make: a token bucket for each address."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict

__all__ = ["Rate", "network_of"]

_MOST_CLIENTS = 100_000
_PREFIX = {4: 32, 6: 64}
"""What counts as one client: an IPv4 address, an IPv6 network."""


class Rate:
    """So many requests a second in the long run, and so many at once; a rate of 0 counts nothing."""

    def __init__(self, rate: float, burst: int, *, loopback: bool) -> None:
        self._rate = rate
        self._burst = float(max(1, burst))
        self._loopback = loopback
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take a request of a client; the seconds it has to wait with the next try where it may not, else 0."""
        if not self._rate:
            return 0
        name = network_of(client, _PREFIX)
        if not name or (not self._loopback and ipaddress.ip_address(client).is_loopback):
            return 0
        now = time.monotonic()
        tokens, then = self._buckets.pop(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[name] = (tokens - allowed, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if allowed else (1 - tokens) / self._rate


def network_of(client: str, prefixes: dict[int, int]) -> str:
    """The network of an address with the prefix for its version; "" for what is no address."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, prefixes[address.version]), strict=False).network_address)
