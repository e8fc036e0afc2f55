"""HTTP for real: an ASGI application in front of the pages and the endpoint, and the process that serves it.

The front is asynchronous, so that a client that is slow to send or to read holds no thread. It answers by itself what
was answered before, bounds what a client may send and how often, and hands the rest to WSGI in threads.
"""

from __future__ import annotations

from registergraf.server.run import serve

__all__ = ["serve"]
