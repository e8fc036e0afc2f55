"""A listener on loopback that must not be reached."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Listener:
    """A server on loopback that counts who connects, and hangs up."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if connection.recv(4) == b"stop":
                    return
                self.connections += 1

    def close(self) -> None:
        """Stop listening, after everything that had connected is counted."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"stop")
        self._thread.join()
        self._socket.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen for a while."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()
