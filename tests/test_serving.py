"""The service as a process: it changes its release without refusing anybody, keeps its limits, and ends as it should."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from builds import built
from registergraf.web.ground.i18n import LANGUAGES
from service import COMMAND, Service, options, running
from support import EARLIER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registergraf.release import Release
    from registergraf.settings import Settings

pytestmark = pytest.mark.slow

ENDLESS = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
ASK = "/sparql?query=" + quote("ASK { ?s ?p ?o }")
COUNT = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")


@pytest.fixture(scope="module")
def tight(release: Release, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has little patience and little room."""
    assert release
    limits = {"query_workers": 1, "query_queue": 1, "query_wait_seconds": 2, "query_seconds": 4, "connections": 6}
    with running(tmp_path_factory.mktemp("tight"), *options(settings), request_seconds=1, **limits) as service:
        yield service


def problem(answer: tuple[int, dict[str, str], bytes]) -> str:
    """What the problem document of an answer says, and the limit it names."""
    assert answer[1]["content-type"].startswith("application/problem+json")
    told = json.loads(answer[2])
    return f"{told['detail']} {told.get('limit')}"


@contextlib.contextmanager
def asking(service: Service, *paths: str) -> Iterator[list[tuple[int, dict[str, str], bytes]]]:
    """Ask for all of them at once while the block runs; the answers are there after it."""
    answers: list[tuple[int, dict[str, str], bytes]] = []
    threads = [threading.Thread(target=lambda path: answers.append(service.ask(path)), args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        for thread in threads:
            thread.join(60)


def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def figure(service: Service, name: str) -> float:
    """One figure of /metrics."""
    lines = service.ask("/metrics")[2].decode().splitlines()
    return float(next(line for line in lines if line.startswith(f"registergraf_{name} ")).split()[1])


# ---------------------------------------------------------------- another release


@pytest.fixture
def two_releases(release: Release, settings: Settings, tmp_path: Path) -> tuple[Settings, str, str]:
    """Settings of a folder with two releases, of which the session's is the current one, and their names."""
    folder = tmp_path / "releases"
    shutil.copytree(settings.releases_dir, folder, symlinks=True)
    ours = replace(settings, releases=str(folder))
    other = built(EARLIER)
    shutil.copytree(other.path, folder / other.name)
    return ours, release.name, other.name


def point(folder: Path, name: str) -> None:
    """Have `current` point at a release, in one step."""
    link = folder / "link"
    link.symlink_to(name)
    link.replace(folder / "current")


def test_the_release_changes_and_nobody_is_refused(two_releases: tuple[Settings, str, str], tmp_path: Path) -> None:
    """Under load each answer is one release's whole answer; one that cannot be opened changes nothing."""
    settings, first, second = two_releases
    with running(tmp_path, *options(settings)) as service:
        before = service.ask(COUNT)[2]
        assert first in service.ask("/nb/registry/npr")[2].decode()  # from then on pages are made before the change
        seen: list[tuple[int, bytes]] = []
        stop = threading.Event()
        number = itertools.count()

        def load() -> None:
            with contextlib.closing(service.connect()) as connection:
                while not stop.is_set():
                    connection.request("GET", f"{COUNT}%23{next(number)}")  # a comment, so that none is kept
                    answer = connection.getresponse()
                    seen.append((answer.status, answer.read()))

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            point(settings.releases_dir, second)
            os.kill(service.process.pid, signal.SIGHUP)
            service.hears(f"serving release {second}")
            after = service.ask(COUNT)[2]
            assert second in service.ask("/nb/registry/npr")[2].decode()
            point(settings.releases_dir, "there-is-none")
            os.kill(service.process.pid, signal.SIGHUP)
            said = service.hears("could not be changed")
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)

        assert f"{second} is served on" in said
        assert before != after
        assert {status for status, _ in seen} == {200}
        assert {body for _, body in seen} == {before, after}
        assert service.ask(COUNT)[2] == after
        assert 'outcome="failed"} 1.0' in service.ask("/metrics")[2].decode()
        assert first != second


def test_pages_are_made_before_anybody_asks(two_releases: tuple[Settings, str, str], tmp_path: Path) -> None:
    """Once somebody reads pages, of each release that is served; and the service ends in the middle of it."""
    settings, _, second = two_releases
    with running(tmp_path, *options(settings)) as service:
        assert figure(service, "pages_ahead") == 0
        service.ask("/nb/registry/npr")
        until(lambda: figure(service, "pages_ahead") > len(LANGUAGES), "no page is made ahead")
        first = service.ask("/nb/registry/npr")[2]
        point(settings.releases_dir, second)
        os.kill(service.process.pid, signal.SIGHUP)
        service.hears(f"serving release {second}")
        until(lambda: figure(service, "pages_ahead") > 0, "none of the other release is made")

        assert service.ask("/nb/registry/npr")[2] != first
        service.process.terminate()
        assert service.process.wait(30) == 0


# ---------------------------------------------------------------- limits


def test_what_is_kept_is_dated_when_it_goes_out(tight: Service) -> None:
    """A cache reckons the age of what it has from that date."""
    dates = []
    for _ in range(3):
        dates.append(tight.ask("/nb/about")[1]["date"])
        time.sleep(1.1)

    assert len(set(dates)) == 3


def test_a_full_queue_is_told_at_once(tight: Service) -> None:
    """One query is answered, one waits; the third is told to come again, and pages are served all the while."""
    with asking(tight, ENDLESS, f"{ENDLESS}%23") as slow:
        until(lambda: figure(tight, "queries_waiting") == 1, "no query waits")
        full = tight.ask(ASK)
        page = tight.ask("/nb/registry/npr")

    assert (full[0], full[1]["retry-after"].isdecimal()) == (503, True)
    assert "query-queue" in problem(full)
    assert page[0] == 200
    assert {answer[0] for answer in slow} == {503}
    assert sorted(problem(answer).split()[-1] for answer in slow) == ["query-seconds", "query-wait-seconds"]
    assert tight.ask(ASK)[0] == 200


def test_too_many_requests_under_way_are_told_at_once(tight: Service) -> None:
    """Those who send slowly count; whether the service lives can still be asked."""
    refused: list[tuple[int, dict[str, str], bytes]] = []
    with contextlib.ExitStack() as stack:

        def crowd() -> bool:
            for _ in range(8):
                sender = stack.enter_context(socket.create_connection(("127.0.0.1", tight.port)))
                sender.sendall(b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nquery=")
            refused[:] = [tight.ask(f"{ASK}%23{time.monotonic_ns()}")]  # what is kept needs no room
            return refused[0][0] == 503

        until(crowd, "nobody is refused")
        alive = tight.ask("/healthz")

    assert (refused[0][1]["retry-after"], alive[0]) == ("1", 200)
    assert "connections" in problem(refused[0])
    until(lambda: tight.ask(ASK)[0] == 200, "the service is not back")


def test_a_slow_body_is_told_and_the_connection_closed(tight: Service) -> None:
    """408, problem document and all, and then the end."""
    with socket.create_connection(("127.0.0.1", tight.port), timeout=20) as sender:
        sender.sendall(b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nquery=")
        answer = b"".join(iter(lambda: sender.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"request-seconds" in answer


def test_a_slow_head_has_its_connection_closed(tight: Service) -> None:
    """A head that does not end is not waited for, one byte now and then does not help."""
    with socket.create_connection(("127.0.0.1", tight.port), timeout=20) as sender:
        sender.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 20:
                sender.sendall(b"x")
                sender.settimeout(0.2)
                with contextlib.suppress(TimeoutError):
                    if not sender.recv(1024):
                        break
        assert time.monotonic() - started < 15

    assert tight.ask("/healthz")[0] == 200


def test_who_hangs_up_has_the_query_killed(tight: Service) -> None:
    """The only worker is free again for the next one, long before the query's own time is up."""
    with socket.create_connection(("127.0.0.1", tight.port)) as client:
        client.sendall(f"GET {ENDLESS} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(0.5)

    assert tight.ask(ASK)[0] == 200
    until(lambda: 'status="499"' in tight.ask("/metrics")[2].decode(), "nobody has left")


def test_a_rate_is_for_each_client_behind_a_proxy(release: Release, settings: Settings, tmp_path: Path) -> None:
    """The client is who our proxy saw; what it writes itself changes nothing, a page is told as a page."""
    assert release
    with running(tmp_path, *options(settings), rate=0.01, rate_burst=2, proxies=1) as service:
        mine = [
            service.ask("/prefixes.json", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"})
            for number in range(3)
        ]
        others = service.ask("/prefixes.json", headers={"X-Forwarded-For": "198.51.100.8"})
        page = service.ask("/", headers={"X-Forwarded-For": "198.51.100.7", "Accept": "text/html"})

    assert [status for status, _, _ in mine] == [200, 200, 429]
    assert int(mine[2][1]["retry-after"]) > 1
    assert "rate" in problem(mine[2])
    assert others[0] == 200
    assert (page[0], page[1]["content-type"]) == (429, "text/html; charset=utf-8")
    assert b"<h1" in page[2]


# ---------------------------------------------------------------- processes


def children(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *children(child)]
    return found


def test_a_front_that_is_killed_is_started_again(release: Release, settings: Settings, tmp_path: Path) -> None:
    """With workers of its own; who asks meanwhile waits; those of the one before are gone, and all are at the end."""
    assert release
    with running(tmp_path, *options(settings), query_workers=2) as service:
        front = front_of(service)
        before = [front, *children(front)]
        time.sleep(6)  # one that ends within 5.5 s of its start is not tried again
        os.kill(front, signal.SIGKILL)
        assert service.ask(ASK)[0] == 200
        assert service.says().count("serving release") == 2
        until(lambda: not any(map(lives, before)), "the workers of the one before are left")
        after = children(service.process.pid)

    until(lambda: not any(map(lives, after)), "processes are left")


def test_who_comes_before_the_service_is_ready_waits_for_it(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    """The port is taken at once, and whoever connects is answered when there is somebody to answer."""
    assert release
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    early = Service(
        port,
        subprocess.Popen(
            [COMMAND, *options(settings), "serve", "--port", str(port)], cwd=tmp_path, stderr=subprocess.PIPE
        ),
        tmp_path,
    )
    try:
        until(lambda: connects(port), "nobody listens")
        assert early.ask(ASK)[0] == 200
    finally:
        early.process.terminate()
        _, said = early.process.communicate(timeout=40)

    assert b"serving release" in said


def has_version_six() -> bool:
    """Whether this machine has a loopback of IPv6."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_version_six(), reason="there is no IPv6 here")
def test_an_address_of_version_six_is_told_as_a_browser_takes_it(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    """In square brackets (RFC 3986, section 3.2.2), and it is listened to."""
    assert release
    call = [COMMAND, *options(settings), "serve", "--host", "::1", "--port", "0"]
    with (tmp_path / "talk").open("w+") as talk:
        service = Service(0, subprocess.Popen(call, cwd=tmp_path, stderr=talk), tmp_path / "talk")
        try:
            told = re.search(r"http://\[::1\]:(\d+)/", service.hears("serving release"))
            assert told
            with contextlib.closing(http.client.HTTPConnection("::1", int(told[1]), timeout=30)) as connection:
                connection.request("GET", "/healthz")
                assert connection.getresponse().read() == b"alive\n"
        finally:
            service.process.terminate()
            assert service.process.wait(40) == 0


def connects(port: int) -> bool:
    """Whether somebody listens there."""
    with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def front_of(service: Service) -> int:
    """The process that answers: the one the service started that has processes of its own."""
    return next(child for child in children(service.process.pid) if children(child))


def lives(pid: int) -> bool:
    """Whether there is such a process, other than as a name that waits to be reaped."""
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_what_is_under_way_is_answered_when_the_service_ends(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    """A termination signal waits for the query, here until it reaches its limit; the exit code is 0 (see `running`)."""
    assert release
    with running(tmp_path, *options(settings), query_seconds=3) as service, asking(service, ENDLESS) as answers:
        time.sleep(1)
        service.process.send_signal(signal.SIGTERM)

    assert [status for status, _, _ in answers] == [503]
    assert "query-seconds" in problem(answers[0])
