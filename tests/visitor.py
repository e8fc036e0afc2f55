"""Somebody at a real browser: with a mouse and scripts, or with nothing but a keyboard and no script at all."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver.remote.webelement import WebElement

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MODES = ("mouse and scripts", "keyboard without scripts")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--lang=en-US",
    "--window-size=1280,1200",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # the network is cut
)
TABS = 60
"""Presses of the tab key, beyond the stops that are counted, after which something counts as out of reach."""
STOPS_BEFORE = """
const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility());
return stops.indexOf(arguments[0]) - stops.indexOf(document.activeElement) - 1;
"""
"""How many things the tab key stops at between where it is and a thing; a field for a day is more than one."""


@dataclass(frozen=True)
class Visitor:
    """A visitor of the service at an address."""

    driver: webdriver.Chrome
    base: str
    mode: str

    @property
    def by_keyboard(self) -> bool:
        """Whether there is no mouse."""
        return self.mode != MODES[0]

    @property
    def text(self) -> str:
        """The text of the main part, in one line."""
        return " ".join(self.driver.find_element(By.TAG_NAME, "main").text.split())

    @property
    def path(self) -> str:
        """Where the visitor is."""
        parts = urlsplit(self.driver.current_url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def start(self) -> None:
        """Begin at the start page."""
        self.driver.get(f"{self.base}/en/")

    def follow(self, text: str, within: str = "body", *, part: bool = False) -> None:
        """Follow the first link with a text, or with a part of it."""
        match = f"contains(normalize-space(.), {_quoted(text)})" if part else f"normalize-space(.)={_quoted(text)}"
        self._use(self._find(f"//{within}//a[{match}]"))

    def press(self, text: str, within: str = "body") -> None:
        """Press a button."""
        self._use(self._find(f"//{within}//button[normalize-space(.)={_quoted(text)}]"))

    def unfold(self, text: str) -> None:
        """Open what is folded below a text."""
        self._use(self._find(f"//main//summary[normalize-space(.)={_quoted(text)}]"), stays=True)

    def fill(self, label: str, value: str, within: str = "main") -> None:
        """Fill in the field of a label; a day is given as 2022-06-01."""
        field = self._labelled(label, within)
        if field.get_attribute("type") == "date":
            year, month, day = value.split("-")
            value = month + day + year  # as one types it in an American browser
        if self.by_keyboard:
            self._reach(field)
        if field.tag_name == "select":
            Select(field).select_by_visible_text(value)
            return
        if field.get_attribute("type") != "date":
            field.send_keys(Keys.CONTROL, "a")
        field.send_keys(value)

    def tick(self, label: str) -> None:
        """Tick a box by its label."""
        box = self._find(f"//input[@type='checkbox'][@aria-label={_quoted(label)}]")
        if self.by_keyboard:
            self._reach(box)
            box.send_keys(Keys.SPACE)
        else:
            box.click()

    def sees(self, text: str, seconds: float = 10) -> None:
        """Wait until the main part has a text."""
        with contextlib.suppress(Exception):
            WebDriverWait(self.driver, seconds).until(lambda _: text in self.text)
        assert text in self.text, f"{text!r} is not at {self.path}: {self.text[:2000]}"

    def hosts(self) -> set[str]:
        """The hosts that were asked for anything since the last call; those of `data:` and of the browser are none."""
        hosts = set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = urlsplit(message["params"]["request"]["url"])
                if address.scheme in {"http", "https", "ws", "wss"}:
                    hosts.add(address.hostname or "")
        return hosts

    def complaints(self) -> list[str]:
        """What the browser complained of since the last call, refused resources included."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def _find(self, path: str) -> WebElement:
        found = [one for one in self.driver.find_elements(By.XPATH, path) if one.is_displayed()]
        assert found, f"there is no {path} at {self.path}"
        return found[0]

    def _labelled(self, label: str, within: str) -> WebElement:
        named = self._find(f"//{within}//label[normalize-space(.)={_quoted(label)}]")
        return self.driver.find_element(By.ID, named.get_attribute("for") or "")

    def _use(self, element: WebElement, *, stays: bool = False) -> None:
        before = self.driver.find_element(By.TAG_NAME, "html")
        stays = stays or "#" in (element.get_attribute("href") or "")
        if self.by_keyboard:
            self._reach(element)
            element.send_keys(Keys.ENTER)
        else:
            element.click()
        if stays:
            return
        with contextlib.suppress(Exception):  # a script stays on the page
            WebDriverWait(self.driver, 2, poll_frequency=0.05).until(lambda _: _is_gone(before))

    def _reach(self, element: WebElement) -> None:
        """Go to an element with the tab key alone: as often as there are stops before it, and on from there."""
        count = self.driver.execute_script(STOPS_BEFORE, element)
        self.driver.switch_to.active_element.send_keys(Keys.TAB * max(count, 0))
        for _ in range(TABS):
            if self.driver.switch_to.active_element == element:
                return
            self.driver.switch_to.active_element.send_keys(Keys.TAB)
        raise AssertionError(f"the tab key does not lead to {element.get_attribute('outerHTML')} at {self.path}")


def _is_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except Exception:  # noqa: BLE001  # of several kinds, by the version of the driver
        return True
    return False


def _quoted(text: str) -> str:
    return f'"{text}"'


@contextlib.contextmanager
def visitor(base: str, mode: str) -> Iterator[Visitor]:
    """A visitor with a browser, which is closed at the end."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if mode != MODES[0]:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    try:
        yield Visitor(driver, base, mode)
    finally:
        driver.quit()
