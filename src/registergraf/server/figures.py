"""Figures of the service for Prometheus, in the text format that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from registergraf.server.messages import Response

if TYPE_CHECKING:
    from registergraf.server.messages import Sent
    from registergraf.server.world import World

__all__ = ["Figures"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "OPTIONS"})


class Figures:
    """What happened since the process was started; the names keep to Prometheus's conventions."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        told: Any = {"registry": self._registry, "namespace": "registergraf"}
        self._requests = Counter("http_requests", "Requests answered.", ("area", "method", "status", "kept"), **told)
        self._seconds = Histogram("http_request_seconds", "From head to answer.", ("area",), buckets=_SECONDS, **told)
        self._bytes = Counter("http_response_bytes", "Bytes of bodies sent.", ("area",), **told)
        self._under_way = Gauge("http_requests_under_way", "Requests that are being answered.", **told)
        self._waiting = Gauge("queries_waiting", "Queries that wait for a worker.", **told)
        self._kept = Gauge("kept_bytes", "Bytes of the responses that are kept.", **told)
        self._release = Gauge("release_info", "The release that is served.", ("release", "as_of"), **told)
        self._reloads = Counter("reloads", "Changes to a new release, by how they ended.", ("outcome",), **told)

    def note(self, area: str, method: str, sent: Sent, seconds: float) -> None:
        """Count a request that was answered."""
        told = method if method in _METHODS else "other"
        self._requests.labels(area, told, str(sent.status), "yes" if sent.kept else "no").inc()
        self._seconds.labels(area).observe(seconds)
        self._bytes.labels(area).inc(sent.size)

    def note_reload(self, outcome: str) -> None:
        """Count a change to another release."""
        self._reloads.labels(outcome).inc()

    def tell(self, world: World, under_way: int) -> Response:
        """Everything as of now."""
        self._under_way.set(under_way)
        self._waiting.set(world.pool.waiting)
        self._kept.set(world.kept.size)
        self._release.clear()
        self._release.labels(world.release.name, world.release.as_of.isoformat()).set(1)
        body = generate_latest(self._registry)
        headers = [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(body)))]
        return Response(200, [*headers, ("Cache-Control", "no-store")], body)
