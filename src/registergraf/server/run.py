"""The process that listens: granian, with one process for the front, which is asynchronous."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined] # as Granian itself does
from granian.server.mp import MPServer

from registergraf.errors import ReleaseError
from registergraf.memory import in_one_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from registergraf.server.front import Front
    from registergraf.settings import Settings

__all__ = ["serve"]

_HEAD_BYTES = 128 * 1024
"""The most that the head of a request may be; a longer query is to be sent in a body."""
_BACKLOG = 1024
"""Connections that wait to be taken."""
_IDLE_TIMES = 4
"""Connections for each request that may be under way; most of them wait for their next request."""
_LOGS = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"_granian": {"level": "ERROR", "handlers": ["stderr"], "propagate": False}},
}


class _Server(MPServer):
    """Granian, except that a hang-up signal is for the front to act on: it changes the release in place."""

    def __init__(self, listener: socket.socket, *args: Any, beside: Callable[[], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self._listener = listener
        self._beside = multiprocessing.Process(target=_nicely, args=(beside,), daemon=True)
        self.respawned_wrks[0] = time.monotonic()  # a front that ends as soon as it starts is not tried again

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the front, and what is to be done beside it."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        self._beside.start()
        Thread(target=self._beside.join, daemon=True).start()

    def _init_shared_socket(self) -> None:
        """Have the front take connections where they have been waiting for it since before it was made."""
        self._sso = self._listener
        self._shd = SocketHolder(self._listener.fileno(), False, _BACKLOG)  # type: ignore[assignment,call-arg]

    def signal_handler_reload(self, *_: object) -> None:
        """Pass the signal on."""
        for front in self.wrks:
            os.kill(front.inner.pid, signal.SIGHUP)


def serve(settings: Settings, host: str, port: int, beside: Callable[[], None]) -> None:
    """Serve the current release until interrupted or terminated; 0 takes any free port.

    `beside` is called once in a process of its own, with what the service leaves of the processors.

    Raises `ReleaseError` when the port cannot be had, and when the service cannot start, which is logged with why.
    """
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    # A fork starts at once with what this process has loaded; but one with threads, if it built the release, cannot.
    multiprocessing.set_start_method("fork" if _has_one_thread() else "spawn", force=True)
    _allow_connections(settings.connections * _IDLE_TIMES)
    server = _Server(
        listener,
        "registergraf",
        host,
        port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=settings.connections * _IDLE_TIMES,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(settings.request_seconds * 1000), max_buffer_size=_HEAD_BYTES
        ),
        log_level=LogLevels.error,
        log_dictconfig=_LOGS,
        respawn_failed_workers=True,
        beside=beside,
        workers_kill_timeout=math.ceil(settings.query_wait_seconds + settings.query_seconds) + 5,
    )
    announce = partial(_announce, host, port)
    try:
        server.serve(target_loader=partial(_front, settings, announce), wrap_loader=False)
    except SystemExit as error:
        if error.code:
            raise ReleaseError("the service ended, for the reason above") from error


def _front(settings: Settings, ready: Callable[[str], None]) -> Front:
    """Make the application in the process that serves it; the one that listens does not need what it imports."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is a release to change
    in_one_place()
    from registergraf.server.starting import start  # noqa: PLC0415

    with ThreadPoolExecutor(1) as beside:
        started = beside.submit(start, settings)
        from registergraf.server.front import Front  # noqa: PLC0415 - meanwhile

    return Front(settings, ready, started)


def _nicely(work: Callable[[], None]) -> None:
    os.nice(19)
    work()


def _has_one_thread() -> bool:
    """Whether nothing else runs in this process, threads of libraries included; False where it cannot be told."""
    return len([*Path("/proc/self/task").glob("*")]) == 1


def _announce(host: str, port: int, release: str) -> None:
    place = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"serving release {release} at http://{place}:{port}/  (Ctrl+C stops)\n")
    sys.stderr.flush()


def _listen(host: str, port: int) -> socket.socket:
    """Take a port before there are processes: whoever connects waits there, also while a front is made again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReleaseError(f"port {port} on {host} cannot be used: {reason}; choose another with --port") from error
    listener.setblocking(False)
    return listener


def _allow_connections(count: int) -> None:
    """Have as many descriptors as connections need, where the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1024
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
