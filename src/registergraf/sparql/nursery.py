"""The process that loads the dataset once and forks the workers, which share its pages; here it is, from the inside.

Forking takes milliseconds where loading takes seconds, so a worker that was killed is back at once. This process has
one thread and evaluates nothing, so that a fork of it is whole. Where it ends, the workers live on: each ends when its
own connection is closed.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import DefaultGraph, RdfFormat, Store, parse

from registergraf.errors import QueryError
from registergraf.sparql.isolation import leave_network
from registergraf.sparql.wire import Channel, ChannelClosedError, Setup, pack_error
from registergraf.sparql.worker import Loaded, work

__all__ = ["main"]

_STACK = 8 << 20
"""Bytes of a worker's stack, as many as the first thread of a process usually has."""


def main(descriptor: int) -> None:
    """Load what the connection on a file descriptor says, then fork and reap workers until it is closed."""
    for for_the_service in (signal.SIGINT, signal.SIGHUP):
        signal.signal(for_the_service, signal.SIG_IGN)
    channel = Channel.of(descriptor)
    with contextlib.suppress(ChannelClosedError):
        setup = Setup(**channel.receive().header)
        try:
            loaded = _load(setup)
        except (OSError, SyntaxError) as error:
            channel.send(pack_error(QueryError(str(error))))
            return
        gc.collect()
        gc.freeze()  # so that collecting in a worker does not copy these pages
        channel.send({})
        while True:
            _obey(channel, loaded, setup)


def _obey(channel: Channel, loaded: Loaded, setup: Setup) -> None:
    """Fork a worker for the connection that comes along, or tell how one ended."""
    order, _, file = channel.receive()
    if "reap" in order:
        channel.send({"status": _reap(order["reap"])})
        return
    number = os.fork()
    if number == 0:
        channel.close()
        _become_worker(file, loaded, setup)
    os.close(file)
    channel.send({"pid": number})


def _reap(number: int) -> int:
    """Wait for a worker that was killed, and give its status as `subprocess` has it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    except ChildProcessError:
        return 0


def _become_worker(file: int, loaded: Loaded, setup: Setup) -> None:
    try:
        threading.stack_size(_STACK)
        # In a thread, which allocates from pages of its own: in the gaps between those of the graph each worker would
        # soon have copied them all.
        thread = threading.Thread(target=_work_and_exit, args=(file, loaded, setup))
        thread.start()
        thread.join()
    finally:
        os._exit(1)


def _work_and_exit(file: int, loaded: Loaded, setup: Setup) -> None:
    status = 1
    try:
        work(Channel.of(file), loaded, setup)
        status = 0
    except BaseException as error:  # noqa: BLE001 - told, and then the process ends
        sys.stderr.write(f"a query worker ended: {error!r}\n")
    finally:
        os._exit(status)


def _load(setup: Setup) -> Loaded:
    """Load the dataset into memory, or open its index; both without a network."""
    if setup.index:
        _make_index(setup)
        leave_network()
        store = Store.read_only(setup.index)
        return Loaded(store, store)
    with Path(setup.dataset).open("rb") as file:
        leave_network()
        store = Store()
        if _may_have_blank_nodes(file):
            # Slower, but it gives blank nodes the same names in each process.
            store.bulk_extend(parse(file, RdfFormat.N_QUADS))
        else:
            # A store wrote the terms, which need not be checked again; to load in bulk takes half as much memory more.
            store.load(file, format=RdfFormat.N_QUADS, lenient=True)
    return Loaded(store, _view_of(store))


def _view_of(store: Store) -> Store:
    """The default graph alone; the store itself where there is nothing else in it."""
    if next(store.named_graphs(), None) is None:
        return store
    view = Store()
    view.bulk_extend(store.quads_for_pattern(None, None, None, DefaultGraph()))
    return view


def _may_have_blank_nodes(file: BinaryIO) -> bool:
    """Whether there is what a blank node begins with, in a literal perhaps; an empty file cannot be mapped."""
    if not os.fstat(file.fileno()).st_size:
        return False
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text.find(b"_:") >= 0


def _make_index(setup: Setup) -> None:
    """Make the index where it is missing, whole or not at all, in a process of its own.

    A store that was open for writing must not live on in a process that forks.
    """
    target = Path(setup.index)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = tempfile.mkdtemp(prefix=".new-", dir=target.parent)
    number = os.fork()
    if number == 0:
        _fill_and_exit(fresh, setup.dataset)
    if os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]):
        shutil.rmtree(fresh, ignore_errors=True)
        raise OSError(f"the index of {setup.dataset} could not be made in {target.parent}")
    try:
        Path(fresh).rename(target)
    except OSError:  # another service was faster
        shutil.rmtree(fresh, ignore_errors=True)


def _fill_and_exit(folder: str, dataset: str) -> None:
    status = 1
    try:
        store = Store(folder)
        store.bulk_load(path=dataset, format=RdfFormat.N_QUADS)
        store.optimize()
        store.flush()
        del store
        status = 0
    except (OSError, SyntaxError) as error:
        sys.stderr.write(f"{dataset}: {error}\n")
    finally:
        os._exit(status)
