"""The page for manual points in Chromium: two tabs, a keyboard, a hostile notebook."""

import base64
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graders.manual.desk import desk
from graders.manual.server import application, server
from graders.results.result import Manual, QuestionResult
from graders.results.result_json import to_json
from graders.uploads.intake import take_in
from tests.conftest import serious
from tests.reports.test_reports import JANE, check, items, result

pytestmark = pytest.mark.browser

TOKEN = "t0ken"
AWAY = "http://127.0.0.1:9/away"  # nobody answers there, and nobody may ask
RUN = f"<script>document.title='ran';parent.document.title='ran';fetch('{AWAY}')</script>"
IMAGE = f"<img src='{AWAY}.png' onerror=\"document.title='ran'\">"
ESCAPES = (
    f"{RUN}{IMAGE}<iframe src='{AWAY}'></iframe><form action='{AWAY}'><button>Go</button></form>"
    f"<style>@import '{AWAY}.css'; body {{ background: url({AWAY}) }}</style>"
    f"<link rel='stylesheet' href='{AWAY}.css'><base href='{AWAY}'><meta http-equiv='refresh' "
    f"content='0;url={AWAY}'><a href='javascript:document.title=1' target='_top'>top</a>"
    f"<svg onload=\"document.title='ran'\"></svg><object data='{AWAY}'></object>"
)


def cell(number: int, kind: str, source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    more = {"execution_count": 1, "outputs": list(outputs)} if kind == "code" else {}
    return {"id": f"c{number}", "cell_type": kind, "metadata": {}, "source": source} | more


def shown(kind: str, data: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: data}}


HOSTILE = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        cell(0, "markdown", f"# Curves\n{ESCAPES}\n[link]({AWAY}) ![picture]({AWAY}.png)"),
        cell(1, "code", f"print('{RUN}')", shown("text/html", ESCAPES)),
        cell(2, "code", "1", shown("image/svg+xml", f"<svg>{RUN}</svg>")),
        cell(3, "code", "1", shown("application/javascript", "document.title='ran'")),
        cell(4, "code", "1", shown("text/latex", f"${RUN}$"), shown("text/markdown", ESCAPES)),
        cell(5, "code", "1", shown("image/png", base64.b64encode(b"no picture").decode())),
    ],
}


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """Bo's upload holds the notebook."""
    place = tmp_path / "uploads"
    place.mkdir()
    with zipfile.ZipFile(place / "bo_12_99_rnn.zip", "w") as archive:
        archive.writestr("q3.ipynb", json.dumps(HOSTILE))
        archive.writestr("notes.md", f"Why? {ESCAPES}")
    return place


@pytest.fixture
def out(tmp_path: Path, uploads: Path) -> Path:
    """Two students with a manual question each, one of them with a hostile name."""
    (bo,) = take_in(uploads).uploads
    for one in (JANE, replace(bo.read()[0], name="<b>Bo</b>\u202e")):
        question = QuestionResult("3", "Hypothesis", items(check(1)), Manual(Decimal(2)))
        folder = tmp_path / "out" / "students" / one.id
        folder.mkdir(parents=True)
        found = replace(result(questions=(question,)), assignment="vu-3b", student=one)
        (folder / "result.json").write_text(to_json(found), encoding="utf-8")
    return tmp_path / "out"


@pytest.fixture
def address(out: Path, uploads: Path) -> Iterator[str]:
    """The running page."""
    serving = server(0)
    host = f"127.0.0.1:{serving.server_port}"
    serving.set_app(application(desk(out, take_in(uploads).uploads), TOKEN, host))
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield f"http://{host}/{TOKEN}/"
    serving.shutdown()
    serving.server_close()


@pytest.fixture(params=["", "work/0", "work/1"])
def place(address: str, request: pytest.FixtureRequest) -> str:
    return address + request.param


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Any, place: str, scheme: str) -> None:
    assert serious(visit(place, color_scheme=scheme)) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_its_window_in_both_schemes(
    visit: Any, place: str, width: int, scheme: str
) -> None:
    page = visit(place, color_scheme=scheme, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(250, 249, 246)", "dark": "rgb(21, 23, 26)"}[scheme]


def test_points_are_given_with_the_keyboard_alone(visit: Any, address: str, out: Path) -> None:
    page = visit(address)
    page.get_by_role("link", name="Bo").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/0")
    for _ in range(3):  # skip link, all answers, points
        page.keyboard.press("Tab")
    page.keyboard.type("1.5")
    page.keyboard.press("Tab")
    page.keyboard.type("Good curves")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/1")
    assert "12,<b>Bo</b>" in (out / "manual.csv").read_text(encoding="utf-8-sig")
    page.goto(address)
    assert "1 of 2 answers still ungraded" in page.inner_text("header")
    assert "1.5" in page.inner_text("tbody tr:first-child")


def test_a_second_tab_shows_what_the_first_saved(visit: Any, address: str, out: Path) -> None:
    first, second = visit(f"{address}work/0"), visit(f"{address}work/0")
    first.fill("#points", "2")
    first.fill("#comment", "first")
    first.get_by_role("button").click()
    first.wait_for_url("**/work/1")
    second.fill("#points", "1")
    second.get_by_role("button").click()
    assert "meanwhile this question was given 2 points, “first”" in second.inner_text(
        "[role=alert]"
    )
    assert second.input_value("#points") == "1"
    second.get_by_role("button").click()
    second.wait_for_url("**/work/1")
    assert ",1,2," in (out / "manual.csv").read_text(encoding="utf-8-sig")


def test_a_hostile_notebook_runs_nothing_and_asks_nobody(visit: Any, address: str) -> None:
    page = visit(f"{address}work/0")
    frame = page.frame(name="shown")
    assert page.locator("iframe").get_attribute("sandbox") == ""
    for file in ("q3.ipynb", "notes.md"):
        page.get_by_role("link", name=file).click()
        frame.wait_for_load_state()
        page.wait_for_timeout(300)
        assert "Curves" in frame.locator("body").inner_text() or file == "notes.md"
        assert frame.locator("script, iframe, object, form").count() == 0
    assert page.title() != "ran" and len(page.frames) == 2
    assert [url for url in page.seen if url.startswith("http") and address not in url] == []
    assert not any(url.startswith(AWAY) for url in page.seen)


def test_a_link_in_a_notebook_cannot_take_the_page_away(visit: Any, address: str) -> None:
    page = visit(f"{address}work/0")
    for link in page.frame(name="shown").get_by_role("link").all():
        link.dispatch_event("click")
    page.wait_for_timeout(300)
    assert page.url == f"{address}work/0" and page.title() != "ran"


def test_an_idle_connection_blocks_nobody(visit: Any, address: str) -> None:
    import socket

    host, port = address.split("/")[2].split(":")
    with socket.create_connection((host, int(port))):
        assert "2 of 2 answers" in visit(address).inner_text("header")
