"""Figures of the service for Prometheus, in the text format that it reads.

A request is counted in a few dictionaries; the library, whose counters cost more than a response that is kept, makes
the text of them when it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from registergraf.server.messages import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from registergraf.server.messages import Sent
    from registergraf.server.world import World

__all__ = ["Figures"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BOUNDS = (*map(str, map(float, _SECONDS)), "+Inf")
_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "OPTIONS"})


class _Area:
    """What was answered of one kind: how many within each bound of time, and sums of time and bytes."""

    def __init__(self) -> None:
        self.within = [0] * len(_BOUNDS)
        self.seconds = 0.0
        self.bytes = 0

    @property
    def buckets(self) -> list[tuple[str, float]]:
        """How many took at most each bound."""
        return list(zip(_BOUNDS, accumulate(self.within), strict=True))


class Figures:
    """What happened since the process was started; the names keep to Prometheus's conventions."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int, bool]] = Counter()  # by area, method, status, and whether kept
        self._areas: dict[str, _Area] = {}
        self._reloads: Counter[str] = Counter()

    def note(self, area: str, method: str, sent: Sent, seconds: float) -> None:
        """Count a request that was answered."""
        told = method if method in _METHODS else "other"
        self._requests[area, told, sent.status, sent.kept] += 1
        of_area = self._areas.get(area) or self._areas.setdefault(area, _Area())
        of_area.within[bisect_left(_SECONDS, seconds)] += 1
        of_area.seconds += seconds
        of_area.bytes += sent.size

    def note_reload(self, outcome: str) -> None:
        """Count a change to another release."""
        self._reloads[outcome] += 1

    def tell(self, world: World, under_way: int) -> Response:
        """Everything as of now."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - loaded when it is asked for
        from prometheus_client.exposition import CONTENT_TYPE_LATEST  # noqa: PLC0415
        from prometheus_client.registry import Collector  # noqa: PLC0415

        figures = self

        class Now(Collector):
            def collect(self) -> Iterator[Metric]:
                yield from figures.counted()
                yield from _gauges(world, under_way)

        registry = CollectorRegistry()
        registry.register(Now())
        body = generate_latest(registry)
        headers = [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(body)))]
        return Response(200, [*headers, ("Cache-Control", "no-store")], body)

    def counted(self) -> Iterator[Metric]:
        """What was counted, as Prometheus's library has it."""
        from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415

        labels = ("area", "method", "status", "kept")
        requests = CounterMetricFamily("registergraf_http_requests", "Requests answered.", labels=labels)
        for (area, method, status, kept), count in self._requests.items():
            requests.add_metric((area, method, str(status), "yes" if kept else "no"), count)
        seconds = HistogramMetricFamily(
            "registergraf_http_request_seconds", "From head to answer.", labels=("area",), unit="seconds"
        )
        sizes = CounterMetricFamily("registergraf_http_response_bytes", "Bytes of bodies sent.", labels=("area",))
        for area, told in self._areas.items():
            seconds.add_metric((area,), told.buckets, told.seconds)
            sizes.add_metric((area,), told.bytes)
        reloads = CounterMetricFamily(
            "registergraf_reloads", "Changes to a new release, by how they ended.", labels=("outcome",)
        )
        for outcome, count in self._reloads.items():
            reloads.add_metric((outcome,), count)
        yield from (requests, seconds, sizes, reloads)


def _gauges(world: World, under_way: int) -> Iterator[Metric]:
    from prometheus_client.metrics_core import GaugeMetricFamily  # noqa: PLC0415

    for name, what, value in (
        ("http_requests_under_way", "Requests that are being answered.", under_way),
        ("queries_waiting", "Queries that wait for a worker.", world.pool.waiting),
        ("kept_bytes", "Bytes of the responses that are kept.", world.kept.size),
        ("pages_ahead", "Pages that were made before anybody asked for them.", world.pages_ahead),
    ):
        yield GaugeMetricFamily(f"registergraf_{name}", what, value=value)
    release = GaugeMetricFamily("registergraf_release_info", "The release that is served.", labels=("release", "as_of"))
    release.add_metric((world.release.name, world.release.as_of.isoformat()), 1)
    yield release
