"""The order of the files, and what the tests in a browser share; the others need none of that."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.formats import BROWSERS

LONGEST = (
    "tests/validation/test_soundness.py",
    "tests/checks/test_strange_answers.py",
    "tests/test_staff_guide.py",
    "tests/validation/test_floor.py",
    "tests/fixtures/test_sheet_samples.py",
    "tests/fixtures/test_samples.py",
    "tests/batch/test_cluster.py",
    "tests/validation/test_template.py",
    "tests/student/test_notebook.py",
    "tests/batch/test_killed.py",
    "tests/student/test_release.py",
    "tests/student/test_windows.py",
    "tests/batch/test_our_faults.py",
    "tests/batch/test_batch.py",
    "tests/remote/test_session.py",
    "tests/gradebook/test_export.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest files first: one that starts last keeps all cores but its own waiting.

    `--dist loadfile` keeps this order only with `--no-loadscope-reorder`.
    """
    places = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--picture", action="store_true", help="write docs/report.png again")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert program, "Chromium is not there: install Debian's package `chromium`."
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program, args=["--disable-gpu", "--disable-background-networking"]
        )


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Open pages and note whatever they ask for, print, or throw."""
    contexts = []

    def open_page(place: Path | str, **settings: Any) -> Any:
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.seen = []
        page.on("console", lambda message: page.seen.append(message.text))
        page.on("pageerror", lambda error: page.seen.append(str(error)))
        page.on("dialog", lambda dialog: page.seen.append(dialog.message))
        page.on("request", lambda request: page.seen.append(request.url))
        page.goto(place if isinstance(place, str) else place.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def serious(page: Any) -> list[tuple[str, str]]:
    """What axe finds on a page that keeps somebody from using it."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        (each["id"], node["html"][:200])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
