"""Ten tasks of an analyst and ten of an auditor, from the start page, in a real browser.

With a mouse and scripts, and with the keyboard alone and scripts off; the network is cut, and nobody else is asked.
"""

# ruff: noqa: D400  # a task is told as the question it answers

from __future__ import annotations

import csv
import io
import re
import urllib.request
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from registergraf.namespaces import BASE
from service import options, running
from visitor import CHROMIUM, DRIVER, MODES, Visitor, visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registergraf.release import Release
    from registergraf.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no chromium with its driver"),
]


@pytest.fixture(scope="module")
def base(settings: Settings, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service of the release."""
    assert release.path.exists()
    with running(tmp_path_factory.mktemp("tasks"), *options(settings)) as service:
        yield service.base


@pytest.fixture(scope="module", params=MODES)
def person(request: pytest.FixtureRequest, base: str) -> Iterator[Visitor]:
    """Somebody at a browser."""
    with visitor(base, request.param) as somebody:
        yield somebody


def download(visitor: Visitor, text: str) -> str:
    """What a link leads to, as a program gets it."""
    link = visitor.driver.find_element(By.LINK_TEXT, text).get_attribute("href") or ""
    with urllib.request.urlopen(link) as answer:  # noqa: S310  # of the service that was started here
        return str(answer.read().decode())


# ---------------------------------------------------------------- analyst


def find_a_registry_by_its_abbreviation(visitor: Visitor) -> None:
    """What is NPR?"""
    visitor.fill("Search the whole graph", "npr")
    visitor.press("Search", "main")
    visitor.follow("Norwegian Patient Registry", "main")
    visitor.sees("Norwegian Patient Registry")
    assert visitor.path == "/en/registry/npr"


def find_what_rests_on_a_letter(visitor: Visitor) -> None:
    """Which data sources rest on section 11 letter h?"""
    visitor.fill("Search the whole graph", "§11h")
    visitor.press("Search", "main")
    visitor.follow("bokstav h", "main", part=True)
    visitor.sees("Nasjonalt register over hjerte- og karlidelser")


def count_those_that_require_consent(visitor: Visitor) -> None:
    """How many require consent, of how many?"""
    visitor.follow("Data sources", "header")
    visitor.follow("Consent required", "main")
    visitor.sees("Showing 33 of 85 data sources where consent is “Consent required”.")


def narrow_by_two_facets(visitor: Visitor) -> None:
    """Which surveys require consent? And back to all surveys."""
    visitor.follow("Data sources", "header")
    visitor.follow("Population-based health survey", "main")
    visitor.follow("Consent required", "main")
    visitor.sees("where the kind is “Population-based health survey” and consent is “Consent required”.")
    visitor.follow("Consent required", "main", part=True)
    visitor.sees("where the kind is “Population-based health survey”.")


def take_the_selection_along(visitor: Visitor) -> None:
    """The same selection as a sheet."""
    visitor.follow("Data sources", "header")
    visitor.follow("Right to object", "main")
    rows = list(csv.DictReader(io.StringIO(download(visitor, "CSV"))))
    assert {row["consent"] for row in rows} == {"Right to object"}


def compare_two(visitor: Visitor) -> None:
    """In what do the registry of hospital patients and that of municipal ones differ?"""
    visitor.follow("Data sources", "header")
    visitor.fill("Search names and descriptions", "helse")
    visitor.press("Search", "main")
    for name in ("Municipal Patient and User Registry", "Norwegian Patient Registry"):
        visitor.tick(f"Compare {name}")
    visitor.press("Compare the chosen", "main")
    visitor.sees("2 data sources, unlike in")


def go_back_in_time(visitor: Visitor) -> None:
    """Who was controller of the patient registry in June 2022? The day goes along to the next page."""
    visitor.follow("Data sources", "header")
    visitor.fill("Show what held on", "2022-06-01", "footer")
    visitor.press("Show", "footer")
    visitor.sees("You see what held on 1 June 2022.")
    visitor.follow("Norwegian Patient Registry", "main")
    visitor.sees("You see what held on 1 June 2022.")
    assert visitor.path == "/en/registry/npr?as-of=2022-06-01"


def see_what_changed(visitor: Visitor) -> None:
    """What changed for the patient registry since June 2022?"""
    visitor.fill("Search the whole graph", "npr")
    visitor.press("Search", "main")
    visitor.follow("Norwegian Patient Registry", "main")
    visitor.follow("What has changed?", "footer")
    visitor.fill("From", "2022-06-01")
    visitor.press("Show the changes", "main")
    visitor.sees("Controller went from Norwegian Directorate of Health to Norwegian Institute of Public Health.")


def ask_a_ready_made_question(visitor: Visitor) -> None:
    """On access to what does the Norwegian Institute of Public Health decide?"""
    visitor.follow("Query", "header")
    visitor.follow("Ready-made queries", "main")
    visitor.follow("What an organisation decides", "main")
    visitor.fill("Organisation number", "983744516")
    visitor.press("Run", "main")
    visitor.sees("Norwegian Patient Registry")


def ask_a_question_of_ones_own(visitor: Visitor) -> None:
    """A query, its answer with names, and an address to cite it by."""
    visitor.follow("Query", "header")
    if not visitor.by_keyboard:
        visitor.press("Use the plain form", "main")
    visitor.press("Run", "main")
    visitor.sees("Norwegian Patient Registry")
    if not visitor.by_keyboard:
        visitor.press("Use the plain form", "main")
    visitor.press("Store with a permanent address", "main")
    visitor.sees("Norwegian Patient Registry")
    assert visitor.path.startswith("/q/")


ANALYST = (
    find_a_registry_by_its_abbreviation,
    find_what_rests_on_a_letter,
    count_those_that_require_consent,
    narrow_by_two_facets,
    take_the_selection_along,
    compare_two,
    go_back_in_time,
    see_what_changed,
    ask_a_ready_made_question,
    ask_a_question_of_ones_own,
)


# ---------------------------------------------------------------- auditor


def open_the_rules(visitor: Visitor) -> None:
    """What is the graph audited against, and with what outcome?"""
    visitor.follow("Audit", "header")
    visitor.follow("Rules", "main")
    visitor.sees("L01")
    visitor.sees("Failed")


def read_a_rule_and_its_law(visitor: Visitor) -> None:
    """What does rule L05 say, and what does it rest on?"""
    visitor.follow("Audit", "header")
    visitor.follow("Rules", "main")
    visitor.follow("L05", "main", part=True)
    visitor.follow("bokstav b", "main", part=True)
    visitor.sees("bokstav b")
    assert visitor.path.startswith("/en/provision/")


def find_those_that_fail(visitor: Visitor) -> None:
    """Which data sources have warnings, and of which rule?"""
    visitor.follow("Data sources", "header")
    visitor.unfold("Outcome of the audit")
    visitor.follow("Warning", "main")
    visitor.sees("data sources where an outcome of the audit is “Warning”.")


def see_verdicts_with_reasons(visitor: Visitor) -> None:
    """What does the audit say of the patient registry?"""
    open_npr(visitor)
    visitor.follow("Outcomes of the rules", "main")
    visitor.sees("Tested against what holds")


def follow_a_value_to_its_evidence(visitor: Visitor) -> None:
    """In which document, and in which lines, was it read?"""
    open_npr(visitor)
    visitor.follow("1", "main")
    note = visitor.driver.find_element(By.CSS_SELECTOR, ":target")
    assert "line" in note.text


def see_what_was_rejected(visitor: Visitor) -> None:
    """Which statement was not accepted, and why?"""
    visitor.fill("Search the whole graph", "hjerneslag")
    visitor.press("Search", "main")
    visitor.follow("Norwegian Stroke Registry", "main")
    visitor.sees("Rejected")


def see_what_is_not_said(visitor: Visitor) -> None:
    """Of what is a document silent?"""
    open_npr(visitor)
    visitor.follow("What the sources do not say", "main")
    visitor.sees("do not say anything about this")


def find_those_nothing_is_said_of(visitor: Visitor) -> None:
    """Of which data sources do the sources not say whether consent is needed?"""
    visitor.follow("Data sources", "header")
    visitor.follow("The sources do not say", "main")
    visitor.sees("is “The sources do not say”.")


def take_the_evidence_along(visitor: Visitor) -> None:
    """The claims, as data."""
    open_npr(visitor)
    assert "claim:npr-1" in download(visitor, "Turtle")


def name_what_was_audited(visitor: Visitor) -> None:
    """Which release is this, and of which day?"""
    footer = visitor.driver.find_element(By.TAG_NAME, "footer").text
    assert re.search(r"21 November 2026\. Release [0-9a-f]{16}", footer)


def open_npr(visitor: Visitor) -> None:
    """Go to the page of the patient registry."""
    visitor.fill("Search the whole graph", "npr")
    visitor.press("Search", "main")
    visitor.follow("Norwegian Patient Registry", "main")


AUDITOR = (
    open_the_rules,
    read_a_rule_and_its_law,
    find_those_that_fail,
    see_verdicts_with_reasons,
    follow_a_value_to_its_evidence,
    see_what_was_rejected,
    see_what_is_not_said,
    find_those_nothing_is_said_of,
    take_the_evidence_along,
    name_what_was_audited,
)


@pytest.mark.parametrize("task", [*ANALYST, *AUDITOR], ids=lambda task: task.__name__)
def test_task(person: Visitor, task: Callable[[Visitor], None]) -> None:
    """It can be done, asks no other host, and the browser has nothing to complain of."""
    person.start()
    task(person)
    assert person.hosts() == {"127.0.0.1"}
    assert person.complaints() == []


def test_the_editor(base: str) -> None:
    """YASGUI completes our own terms, draws the answer with names, stores it, keeps nothing, and asks nobody else."""
    with visitor(base, MODES[0]) as somebody:
        somebody.start()
        somebody.follow("Query", "header")
        driver = somebody.driver
        somebody.sees("Use the plain form")
        driver.execute_script(
            "const editor = document.querySelector('.CodeMirror').CodeMirror;"
            "editor.setValue(arguments[0]); editor.setCursor(1, 36); editor.focus();",
            f"PREFIX rg: <{BASE}ns#>\nSELECT ?registry WHERE {{ ?registry rg:consentM }}",
        )
        editor = driver.switch_to.active_element
        editor.send_keys(Keys.CONTROL, Keys.SPACE)
        hint = WebDriverWait(driver, 10).until(lambda _: driver.find_element(By.CSS_SELECTOR, ".CodeMirror-hint"))
        assert hint.text == "rg:consentModel"
        editor.send_keys(Keys.ENTER, " ?model }")
        driver.execute_script(
            "document.querySelector('.CodeMirror').CodeMirror.setValue(arguments[0])",
            f"PREFIX rg: <{BASE}ns#>\nSELECT ?model (COUNT(*) AS ?count) WHERE {{ ?r a rg:DataSource ; "
            "rg:consentModel ?model } GROUP BY ?model",
        )
        driver.find_element(By.CSS_SELECTOR, ".yasqe_queryButton").click()
        somebody.sees("Consent required")
        somebody.sees("count by model")
        kept = driver.execute_script("return Object.keys(localStorage)")
        assert kept == []
        assert somebody.hosts() == {"127.0.0.1"}
        assert somebody.complaints() == []
