"""The pages in Chromium: `tox -e browser`. They load nothing, run nothing foreign, and can be used."""

import functools
import shutil
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from graders.paths import ROOT
from graders.results.result import (
    CheckResult,
    Environment,
    FileNotes,
    ItemResult,
    Outcome,
    QuestionResult,
    Result,
    Student,
)
from graders.results.summary import summarise
from graders.similarity.similarity import Pair, Side, Similarity
from reports.formats import write_pdfs
from reports.staff.check_page import render_checks
from reports.staff.class_page import render_class
from reports.staff.similarity_page import FILE, render_similarity
from reports.student.student_page import render_report
from tests.conftest import serious
from tests.reports.test_reports import check, four_of_ten, hostile, item, items, ten_students

pytestmark = pytest.mark.browser

NAMES = (
    "</title><script>document.title='ran'</script>",
    "<img src=x onerror=alert(1)>",
    "=1+1\u202e",
)
FIGURES: tuple[dict[str, Any], ...] = (
    {
        "kind": "matrices",
        "title": "A batch",
        "matrix": [],
        "shape": [2, 10],
        "first": [0, 0],
        "returned": [[-0.123456] * 10, [1] * 10],
        "expected": [[0] * 10, [1] * 10],
        "wrong": [[True] * 10, [False] * 10],
    },
    {
        "kind": "bars",
        "title": "Frequencies",
        "labels": ["0", "1"],
        "series": {"drawn": [0.25, 0.75], "softmax": [0.5, 0.5]},
        "line": ["threshold", 0.9],
        "percent": True,
    },
    {
        "kind": "curves",
        "title": "Training",
        "axis": "step",
        "x": [1, 2, 3],
        "series": {"loss": [3, None, 1], "gradient norm": [1, 1, 1]},
        "line": None,
        "band": ["90 of 100 trainings", [1, 1, 0], [4, 3, 2]],
    },
    {"kind": "texts", "title": "Written", "rows": [["(()", 3, "one stays open"], ["()", None, ""]]},
)


@functools.cache
def a_class() -> list[Result]:
    """Ten students, one with every outcome and figure, and three with hostile names."""
    failed = check(30, "failed", message="It is wrong.\nReturned: 1", hint="h", figures=FIGURES)
    passed = check(31, figures=FIGURES[1:3])
    shown = items(failed, passed, item(replace(failed, id="test_x.py::b"), passed, title="Both"))
    fourth = QuestionResult("4", "Figures", shown)
    first = four_of_ten()
    first = replace(first, questions=(*first.questions, fourth), status="graded")
    strange = [
        replace(hostile(name, "graded"), student=Student(f"8{i}", name, True, name))
        for i, name in enumerate(NAMES)
    ]
    return [first, *ten_students(), *strange]


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a batch writes of the class."""
    out = tmp_path_factory.mktemp("class")
    summaries = [summarise(result) for result in a_class()]
    title = "Recurrent neural networks"
    (out / "index.html").write_text(render_class(summaries, title, True), encoding="utf-8")
    known = {summary.student.id for summary in summaries}
    (out / FILE).write_text(render_similarity(alike(), known), encoding="utf-8")
    (out / "checks").mkdir()
    for name, page in render_checks(summaries).items():
        (out / "checks" / name).write_text(page, encoding="utf-8")
    for result in a_class():
        folder = out / "students" / result.student.id
        folder.mkdir(parents=True)
        (folder / "report.html").write_text(render_report(result), encoding="utf-8")
    return out


def alike() -> Similarity:
    """A pair with every sort of piece, and a ring with hostile names."""
    code = ((1, "def f(x):", True), (2, f"\tx = '{NAMES[0]}'" + "x" * 300, False))
    pieces = ((Side(NAMES[1], code, 0), Side("q3.ipynb, cell 12", code, 40)),)
    people = [Student(f"8{i}", name, group="Team 1") for i, name in enumerate(NAMES)]
    stranger = Student("99", "Gone", group="Team 1")
    pairs = (
        Pair((people[0],), (people[1], people[2]), 1.0, 0.4, True, pieces * 3),
        Pair((people[0],), (stranger,), 0.61, 0.1, False, pieces),
    )
    return Similarity(12, (people[1],), (stranger,), 3, ((*people, stranger),), pairs)


PAGES = (
    *("index.html", "similarity.html", "checks/x.2.html"),
    *("students/4711/report.html", "students/80/report.html"),
)


@pytest.fixture(params=PAGES)
def page_file(out: Path, request: pytest.FixtureRequest) -> Path:
    return out / request.param


def test_a_page_asks_for_nothing_and_prints_nothing(visit: Any, page_file: Path) -> None:
    page = visit(page_file)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.seen == [page_file.as_uri()]


@pytest.mark.parametrize("name", range(len(NAMES)))
def test_hostile_names_run_no_script(visit: Any, out: Path, name: int) -> None:
    page = visit(out / "students" / f"8{name}" / "report.html")
    assert page.evaluate("document.scripts.length") == 0
    assert page.title() != "ran" and NAMES[name][:4] in page.inner_text("h1 + .student")
    assert visit(out / "index.html").evaluate("document.scripts.length") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Any, page_file: Path, scheme: str) -> None:
    page = visit(page_file, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert serious(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_its_window_in_both_schemes(
    visit: Any, page_file: Path, width: int, scheme: str, tmp_path: Path
) -> None:
    page = visit(page_file, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(250, 249, 246)", "dark": "rgb(21, 23, 26)"}[scheme]
    page.screenshot(path=tmp_path / f"{page_file.stem}-{width}-{scheme}.png", full_page=True)


class Anchors(HTMLParser):
    """The ids and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str | None] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids.add(dict(attrs).get("id"))
        self.links += [value for name, value in attrs if name == "href" and value]


def test_every_link_leads_to_a_page_and_a_place_on_it(out: Path) -> None:
    pages = {file.resolve(): Anchors(file.read_text("utf-8")) for file in out.rglob("*.html")}
    assert len(pages) > 1 + len(a_class())
    for file, page in pages.items():
        for link in page.links:
            path, _, place = link.partition("#")
            target = (file.parent / unquote(path)).resolve() if path else file
            assert target in pages, (file, link)
            assert not place or place in pages[target].ids, (file, link)


def points(page: Any) -> list[float]:
    """Read the column of points; undecided ones are lowest."""
    cells = page.locator("table.students td.total").all_inner_texts()
    return [-1.0 if text.startswith("?") else float(text.split()[0]) for text in cells]


def test_a_table_is_sorted_by_a_click_and_by_the_keyboard(visit: Any, out: Path) -> None:
    page = visit(out / "index.html")
    head = page.locator("table.students th.number").first
    head.locator("button").click()
    up = points(page)
    assert up == sorted(up) and head.get_attribute("aria-sort") == "ascending"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert points(page) == sorted(up, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    page.locator("table.students th").first.locator("button").click()
    assert head.get_attribute("aria-sort") is None
    names = page.locator("table.students tbody th").all_inner_texts()
    assert [n for n in names if n.startswith("Name")] == [f"Name {i}" for i in range(10)]


def test_without_script_everything_is_there_and_folds(visit: Any, out: Path) -> None:
    page = visit(out / "index.html", java_script_enabled=False)
    assert page.locator("table.students tbody tr").count() == len(a_class())
    assert page.locator("button").count() == 0
    report = visit(out / "students/4711/report.html", java_script_enabled=False)
    for folded, inside in (("details.passed", "ol"), ("details:has(> .folded)", ".folded")):
        hidden = report.locator(folded).first
        assert not hidden.locator(inside).first.is_visible()
        hidden.locator("summary").first.focus()
        report.keyboard.press("Enter")
        assert hidden.locator(inside).first.is_visible()


def test_the_keyboard_skips_to_the_content(visit: Any, out: Path) -> None:
    page = visit(out / "students/4711/report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")


def test_print_shows_what_is_folded(visit: Any, out: Path) -> None:
    page = visit(out / "students/4711/report.html")
    page.emulate_media(media="print")
    assert page.locator("details pre, details figure").first.is_visible()
    assert len(page.pdf()) > 10_000


def test_a_report_becomes_a_pdf(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out / "students/4711", tmp_path / "students/4711")
    write_pdfs([tmp_path / "students/4711/report.html"])
    assert (tmp_path / "students/4711/report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_thousand_students_open_in_two_seconds(visit: Any, out: Path, tmp_path: Path) -> None:
    many = [
        replace(result, student=Student(str(i), f"Name {i}"))
        for i in range(1_000)
        for result in [a_class()[i % 11]]
    ]
    file = tmp_path / "index.html"
    file.write_text(render_class([summarise(result) for result in many]), encoding="utf-8")
    page = visit(file)
    spent = "performance.getEntriesByType('navigation')[0].domComplete"
    assert page.evaluate(spent) < 2_000
    assert page.locator("table.students tbody tr").count() == 1_000


def question_of(
    number: str, title: str, outcomes: tuple[Outcome, ...], points: str
) -> QuestionResult:
    checks = (CheckResult(f"{number}.{i}", "…", o) for i, o in enumerate(outcomes))
    return QuestionResult(number, title, tuple(item(c, points=points) for c in checks))


def example() -> Result:
    message = (
        "Changing the first input changes no later output.\n"
        "Called:   Elman(6, 6, 6)(float32 tensor of shape (4, 3, 6))"
    )
    hint = (
        "Assign the new hidden state to the variable that the next step reads, with its activation."
    )
    first = "The first input affects the outputs of later steps."
    second = "Running a sequence in two parts, passing on the hidden state, equals one run."
    return Result(
        assignment="rnn",
        student=Student("5105", "Eklund, Saga"),
        status="graded",
        questions=(
            question_of("1", "Padding and batching", ("passed",) * 4, "0.25"),
            question_of("2", "Baseline: a perceptron on every token", ("passed",) * 4, "0.25"),
            QuestionResult(
                "3",
                "Elman network",
                (
                    ItemResult(
                        "The recurrence",
                        Decimal("0.75"),
                        (
                            CheckResult("a", first, "failed", "core", message, hint),
                            CheckResult("b", second, "failed", "core", message, hint),
                        ),
                    ),
                    ItemResult(
                        "The outputs",
                        Decimal("0.75"),
                        (CheckResult("c", "An output for each input.", "passed"),),
                    ),
                ),
            ),
        ),
        environment=Environment("3.11", "2.13", "bwrap", 1, "0" * 64),
        files=(FileNotes("elman.py"),),
    )


def test_the_picture_in_the_readme_shows_a_report(visit, tmp_path, request):
    """`tox -e browser -- --picture -k picture` makes it again."""
    page = tmp_path / "report.html"
    page.write_text(render_report(example(), "Recurrent neural networks"), encoding="utf-8")
    kept = ROOT / "docs" / "report.png"
    target = kept if request.config.getoption("picture") else tmp_path / "report.png"
    size = {"width": 800, "height": 970}
    seen = visit(page, viewport=size, color_scheme="light", device_scale_factor=1.5)
    seen.screenshot(path=target)
    assert kept.read_bytes()[:24] == target.read_bytes()[:24]  # a PNG of the same size
    assert target.stat().st_size > 20_000 and kept.stat().st_size < 300_000
