"""Each server as its own documentation says to run it: over the same file, on loopback, read-only where it can be."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote
from urllib.request import urlopen

from generate import TRIPLE

from bench_http.machine import family, free_port, memory_of, worked
from bench_http.releases import copied
from registergraf.release import current

if TYPE_CHECKING:
    from collections.abc import Mapping

BESIDE = Path(sys.executable).parent
SMALLEST = "ASK { ?s ?p ?o }"
LOAD_SECONDS = 180
"""The most that a server may take to load a graph; one that takes longer is not measured on it."""
REST_SECONDS = 300
"""The most that is waited for a server to be done with what clients asked that have left."""
_WATCHED_SECONDS = 0.2
_AT_REST = 0.1
"""The part of a processor that a server which rests takes at most."""


class NotLoadedError(Exception):
    """A server did not load the graph; the text says why."""


class Server:
    """A server in a folder of its own: `load` a graph once, then `start` and `stop` it any number of times."""

    name: str
    path = "/sparql?query="
    """Its address, up to the query."""
    command = ""
    """The program without which it cannot be measured."""
    most_triples = 1 << 40
    has_claims = False
    """Whether it is given every graph, and has the default graph by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / type(self).__name__.lower()
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @classmethod
    def here(cls) -> bool:
        """Whether it is installed."""
        return bool(shutil.which(cls.command) or (BESIDE / cls.command).is_file())

    def load(self, graph: Path) -> float:
        """Make ready what it serves; gives the seconds."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        started = time.perf_counter()
        self._load(graph)
        return time.perf_counter() - started

    def _load(self, graph: Path) -> None:
        raise NotImplementedError

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _environment(self) -> Mapping[str, str]:
        return {}

    def start(self, seconds: float = 900) -> float:
        """Start it; gives the seconds until it answers a query."""
        self.port = free_port()
        self._log = (self.folder / "log").open("wb")
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self._command(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | self._environment(),
            cwd=self.folder,
        )
        while time.perf_counter() - started < seconds:
            with suppress(OSError), urlopen(self._address(), timeout=60):
                return time.perf_counter() - started
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        raise SystemExit(f"{self.name} does not answer:\n{(self.folder / 'log').read_text(errors='replace')[-2000:]}")

    def _address(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}{quote(SMALLEST)}"

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None and self._log is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(120)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._log.close()
            self._process = None

    def rest(self) -> None:
        """Wait until it works no more: one that goes on for clients that have left would slow down the next."""
        end = time.perf_counter() + REST_SECONDS
        while self._process is not None and time.perf_counter() < end:
            before = self._worked()
            time.sleep(_WATCHED_SECONDS)
            if self._worked() - before < _AT_REST * _WATCHED_SECONDS:
                return
        if self._process is not None:
            print(f"{self.name} was still at work after {REST_SECONDS} s, and the next was measured beside it.")

    def _worked(self) -> float:
        return sum(worked(one) for one in family(self._process.pid)) if self._process else 0.0

    def memory(self) -> float:
        """What its processes have in memory, in MiB, pages that several share counted once."""
        return sum(memory_of(one) for one in family(self._process.pid)) if self._process else 0.0


class Registergraf(Server):
    """Ours with its defaults, except that the access log goes to a file."""

    name = "Registergraf"
    command = "registergraf"
    has_claims = True
    template = Path("releases")
    """Releases whose current one the graph is put in the place of."""

    def _load(self, graph: Path) -> None:
        copied(self.folder / "releases", current(self.template), graph.read_bytes())
        self.start()  # a graph that is large is indexed now
        self.stop()

    def _command(self) -> list[str]:
        options = ["--releases", str(self.folder / "releases")]
        return [str(BESIDE / self.command), *options, "serve", "--port", str(self.port)]

    def _environment(self) -> Mapping[str, str]:
        return {"REGISTERGRAF_ACCESS_LOG": str(self.folder / "access.log")}


class Oxigraph(Server):
    """Oxigraph's own server over its database on disk."""

    name = "Oxigraph"
    command = "oxigraph"
    has_claims = True
    path = "/query?query="

    def _load(self, graph: Path) -> None:
        place = ["--location", str(self.folder / "data")]
        for call in (["load", *place, "--file", str(graph), "--format", "nq"], ["optimize", *place]):
            subprocess.run([_found(self.command), *call], check=True, capture_output=True)

    def _command(self) -> list[str]:
        place = ["--location", str(self.folder / "data")]
        return [_found(self.command), "serve-read-only", *place, "--bind", f"127.0.0.1:{self.port}"]


class RdflibEndpoint(Server):
    """rdflib-endpoint over rdflib's memory; it asks all graphs as one, so that it is given the default graph alone."""

    name = "rdflib-endpoint"
    command = "rdflib-endpoint"
    path = "/?query="
    most_triples = 200_000

    def _load(self, graph: Path) -> None:
        with graph.open(encoding="utf-8") as lines, (self.folder / "graph.nq").open("w", encoding="utf-8") as file:
            file.writelines(line for line in lines if TRIPLE.match(line.rstrip("\n")))

    def _command(self) -> list[str]:
        return [_found(self.command), "serve", "--host", "127.0.0.1", "--port", str(self.port), "graph.nq"]


class Virtuoso(Server):
    """Virtuoso, with the buffers that its documentation gives for 4 GB and as many threads as clients."""

    name = "Virtuoso"
    command = "virtuoso-t"
    path = "/sparql?default-graph-uri=urn:default&query="

    def _load(self, graph: Path) -> None:
        shutil.copy(graph, self.folder / "graph.nq")
        self.start()
        text = f"file_open('{self.folder}/graph.nq')"
        # Not TTLP_MT, which in 7.2.5 stands still every now and then.
        load = f"log_enable(2); DB.DBA.TTLP({text}, '', 'urn:default', 512); checkpoint;"
        call = ["isql-vt", f"127.0.0.1:{self._sql_port}", "dba", "dba", f"exec={load}"]
        try:
            made = subprocess.run(call, check=True, capture_output=True, text=True, timeout=LOAD_SECONDS)
        except subprocess.TimeoutExpired:
            raise NotLoadedError(f"it took longer than {LOAD_SECONDS} seconds to load this") from None
        finally:
            self.stop()
        if "Error" in made.stdout + made.stderr:
            raise NotLoadedError(made.stdout + made.stderr)

    def _command(self) -> list[str]:
        self._sql_port = free_port()
        files = {
            "Database": ("DatabaseFile", "ErrorLogFile", "LockFile", "TransactionFile", "xa_persistent_file"),
            "TempDatabase": ("DatabaseFile", "TransactionFile"),
        }
        lines = []
        for part, names in files.items():
            lines += [f"[{part}]", *(f"{name} = {self.folder}/{part}.{name}" for name in names)]
        lines += [
            "[Parameters]",
            f"ServerPort = 127.0.0.1:{self._sql_port}",
            f"DirsAllowed = {self.folder}",
            "NumberOfBuffers = 340000\nMaxDirtyBuffers = 250000\nServerThreads = 40",
            "[HTTPServer]",
            f"ServerPort = 127.0.0.1:{self.port}",
            f"ServerRoot = {self.folder}",
            "ServerThreads = 24\nMaxClientConnections = 24\nKeepAliveTimeout = 60\nMaxKeepAlives = 1000000",
            "[SPARQL]",
            "ResultSetMaxRows = 1000000",
        ]
        (self.folder / "virtuoso.ini").write_text("\n".join(lines) + "\n")
        return [_found(self.command), "+foreground", "+configfile", str(self.folder / "virtuoso.ini")]


SERVERS: tuple[type[Server], ...] = (Registergraf, Oxigraph, RdflibEndpoint, Virtuoso)


def _found(command: str) -> str:
    beside = BESIDE / command
    return str(beside) if beside.is_file() else str(shutil.which(command))
