"""Each type of page in a real browser: axe-core finds nothing, and at 320 pixels nothing has to be scrolled sideways.

WCAG 2.1, levels A and AA, and axe's own best practices. Each page in one language light and in
another dark; AXE=all looks at every combination. A width of 320 pixels is 1280 at 400 % (success criterion 1.4.10).
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import make_server

from registergraf.web.ground.i18n import LANGUAGES
from webpages import application

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = os.environ.get("AXE") == "all"
AXE = Path(__file__).parent / "browser/node_modules/axe-core/axe.min.js"
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER and AXE.is_file()), reason="no chromium, chromedriver or axe-core"),
]

TYPES = [
    "/", "/search?q=npr", "/registry/", "/registry/npr", "/compare?registry=npr&registry=msis", "/law/",
    "/act/LOV-2014-06-20-43", "/provision/lov-2014-06-20-43.p11", "/organisation/", "/organisation/983744516",
    "/concept/consent-not-required", "/claim/npr-11", "/audit", "/audit/trend", "/rule/", "/rule/L34", "/ns", "/query/", "/query/roles",
    "/catalogue", "/about", "/sources", "/registry/finnesikke", "/organisation/983744516?show=sparql", "/picture/",
    "/picture/periods", "/picture/controllers", "/picture/matrix", "/purpose/npr-6", "/dump/", "/api", "/picture/tree/act/LOV-2014-06-20-43", "/picture/around/registry/npr",
    "/registry/npr?as-of=2019-01-01", "/changes", "/sparql",
]  # fmt: skip
"""One address for each template."""

RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
  found => done(found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html).join(" | ")}`)),
  error => done([String(error)]),
);
"""
WIDER = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """
return [...document.querySelectorAll(".scroll:has(> .stacked)")].filter(box => box.scrollWidth > box.clientWidth)
  .map(box => box.textContent.slice(0, 100));
"""
"""Tables whose rows are read from the top down on a narrow screen, and that reach out of their boxes all the same."""
OUTSIDE = """
return [...document.querySelectorAll("figure.picture svg")].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  }).map(text => text.textContent);
});
"""
"""Labels that reach out of their picture, of which a part is not seen."""
NARROW = {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of the application on a real socket."""
    server = make_server("127.0.0.1", 0, application(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window; nothing is fetched to start it."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def violations(browser: Any, address: str, scheme: str) -> list[str]:
    """What axe finds on a page in a colour scheme."""
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    browser.get(address)
    browser.execute_script(AXE.read_text("utf-8"))
    return list(browser.execute_async_script(RUN))


def combinations(number: int) -> list[tuple[str, str]]:
    """The languages and schemes in which a page is looked at: two that change with the page; all with AXE=all."""
    every = [(lang, scheme) for lang in LANGUAGES for scheme in ("light", "dark")]
    return every if EVERY else [every[(2 * number) % 6], every[(2 * number + 3) % 6]]


@pytest.mark.parametrize(("number", "path"), list(enumerate(TYPES)), ids=TYPES)
def test_axe_finds_nothing(browser: Any, base: str, number: int, path: str) -> None:
    """A type of page has no violation, whatever the language, in light and in dark."""
    found = {
        (lang, scheme): told
        for lang, scheme in combinations(number)
        if (told := violations(browser, f"{base}/{lang}{path}", scheme))
    }
    assert not found


@pytest.mark.parametrize("path", TYPES)
def test_page_fits_a_narrow_screen(browser: Any, base: str, path: str) -> None:
    """At 320 pixels the page itself is not wider than the screen; only a matrix or a picture scrolls, in its own box."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", NARROW)
    browser.get(f"{base}/nn{path}")
    wider, cut = browser.execute_script(WIDER), browser.execute_script(CUT)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wider <= 0
    assert cut == []


@pytest.mark.parametrize("path", [path for path in TYPES if path.startswith("/picture/")])
def test_labels_lie_within_their_picture(browser: Any, base: str, path: str) -> None:
    """No label is cut off by the edge of its picture, in the language whose names are longest."""
    browser.get(f"{base}/nb{path}")
    assert browser.execute_script(OUTSIDE) == []


def test_list_of_data_sources_is_printed(browser: Any, base: str) -> None:
    """On paper the list stands without what there is to choose by, though it lies in a form."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.get(f"{base}/nb/registry/")
    heights = browser.execute_script(
        "return ['.found table', '.facets', '.found button'].map(name => document.querySelector(name).offsetHeight)"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert heights[0] > 1000
    assert heights[1:] == [0, 0]
