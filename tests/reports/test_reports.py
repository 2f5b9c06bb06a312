"""Pages for students and staff, with any strings. Tests check structure, not bytes."""

import base64
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import pytest
from jinja2 import UndefinedError

from graders.results.result import (
    OUTCOMES,
    STATUSES,
    CheckResult,
    CodePlace,
    Environment,
    FileNotes,
    ItemResult,
    Manual,
    Outcome,
    QuestionResult,
    Result,
    Status,
    Student,
)
from graders.results.scoring import DetailCosts, RecognisedFault, Role
from graders.results.summary import ResultSummary, summarise
from graders.text import block, counted, decimal, line, percent, sentence, visible
from reports.outcome_words import OUTCOME_WORDS, STATUS_WORDS
from reports.page import TEMPLATES, render
from reports.staff.check_page import check_file, render_checks
from reports.staff.class_page import render_class
from reports.student.check_view import MessageView, message_view
from reports.student.student_page import render_report, student_page

BEGUN = [outcome for outcome in OUTCOMES if outcome != "not_begun"]
ENVIRONMENT = Environment("3.11.7", "2.6.0", "zygote", 17, "9c1e7f")
JANE = Student("4711", "Doe, Jane", upload="doejane_4711_99_3b.zip", sha256="ab12")
MESSAGE = 'Called:   pad_batch([[4], [5, 6]], pad=0)\nReturned: "<3 rows>"\nExpected: 2 rows'
TOLD = 'Called pad_batch([[4], [5, 6]], pad=0) Returned "<3 rows>" Expected 2 rows'
SCRIPT = "<script>alert('1')</script>"
VOID = {"meta", "rect"}
INLINE = {"a", "abbr", "bdi", "mark", "strong"}


class Page(HTMLParser):
    """A page as a tree of (tag, attributes), its text, and the text of chosen tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.declarations: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag not in INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    @property
    def text(self) -> str:
        return " ".join(self.texts["body"][0].split())

    def all(self, tag: str) -> list[str]:
        return [" ".join(text.split()) for text in self.texts.get(tag, [])]

    def attributes(self, name: str) -> Iterator[str]:
        return (attrs[name] or "" for _, attrs in self.tags if name in attrs)


def check(number: int, outcome: Outcome = "passed", **fields: object) -> CheckResult:
    values = {"sentence": f"Sentence {number} holds.", **fields}
    return CheckResult(id=f"test_x.py::test_{number}", outcome=outcome, **values)  # type: ignore[arg-type]


def item(*checks: CheckResult, points: str = "0.5", title: str = "") -> ItemResult:
    """Return an item of these checks, named after the first."""
    title = title or f"Item {checks[0].id.rpartition('_')[2]}"
    return ItemResult(title, Decimal(points), checks)


def items(*found: CheckResult | ItemResult) -> tuple[ItemResult, ...]:
    """Return the items of a question; a check is an item of its own."""
    return tuple(each if isinstance(each, ItemResult) else item(each) for each in found)


def result(*found: CheckResult | ItemResult, **fields: object) -> Result:
    question = QuestionResult("3b", "Elman & others", items(*found))
    values = {"questions": (question,), "student": JANE, "status": "graded", **fields}
    return Result(assignment="vu-3b", environment=ENVIRONMENT, **values)  # type: ignore[arg-type]


def report(*found: CheckResult | ItemResult, **fields: object) -> Page:
    return Page(render_report(result(*found, **fields)))


def class_page(*results: Result) -> Page:
    return Page(render_class([summarise(each) for each in results]))


def student(id: str, name: str, *found: CheckResult | ItemResult, **fields: object) -> Result:
    return result(*found, **{"student": Student(id, name), **fields})


def four_of_ten() -> Result:
    """Every outcome, output, manual points pending and given, files, handed in late."""
    first = QuestionResult(
        "1", "Outcomes", items(*(check(i, outcome) for i, outcome in enumerate(BEGUN)))
    )
    second = QuestionResult("2", "By hand", (), Manual(Decimal(4), Decimal("3.5"), "Clear curves."))
    done = items(check(20, output="epoch 1"))
    third = QuestionResult("3", "Pending", done, Manual(Decimal("1.5")))
    return Result(
        "rnn",
        replace(JANE, late=True),
        "graded",
        (first, second, third),
        ENVIRONMENT,
        (FileNotes("elman.py", ("line 40: training loop skipped",)), FileNotes("padding.py")),
        seconds=3.21,
    )


PAGES = {
    "four of ten": lambda: render_report(four_of_ten()),
    "unreadable": lambda: render_report(result(status="unreadable", message="Damaged archive.")),
    "needs staff": lambda: render_report(
        result(check(1, "grader_error"), status="needs_staff", message="No worker.")
    ),
    "hostile": lambda: render_report(hostile(SCRIPT)),
    "class": lambda: render_class([summarise(four_of_ten()), summarise(hostile(SCRIPT))]),
    "empty class": lambda: render_class([]),
    "check": lambda: only_check(four_of_ten(), hostile(SCRIPT, "graded")),
}


def only_check(*results: Result) -> str:
    """Return the page of the last check that somebody failed."""
    return list(render_checks([summarise(each) for each in results]).values())[-1]


def hostile(text: str, status: Status = "needs_staff") -> Result:
    """`text` in every field that a student or a file name can reach, and in all others too."""
    bad = check(1, "failed", sentence=text, message=text, hint=text, output=text, seconds=1.0)
    place = CodePlace(text, text, 2, ((1, "x" * 300), (2, text)), raised=True)
    bad = replace(bad, id=text, fault=RecognisedFault(text, "major", text), place=place)
    lost = items(item(bad, title=text))
    question = QuestionResult(text, text, lost, Manual(Decimal(1), Decimal(0), text))
    return Result(
        text,
        Student(text, text, True, text, text),
        status,
        (question,),
        Environment(text, text, text, 1, text),
        (FileNotes(text, (text,)),),
        text,
    )


@pytest.fixture(params=PAGES, ids=str)
def html(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


def own_scripts(html: str) -> list[str]:
    """Return the scripts that a page may have: only a page about a class has one, ours."""
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    return [script] if 'class="class"' in html else []


# Every page


def test_a_page_loads_nothing_and_runs_nothing(html: str) -> None:
    page = Page(html)
    names = {name for _, attrs in page.tags for name in attrs}
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "base"}
    assert page.texts.get("script", []) == own_scripts(html)
    assert not {name for name in names if name.startswith("on")} | (names & {"src", "style"})
    ways = ("#", "students/", "../students/", "checks/", "../index.html")
    assert all(href.startswith(ways) for href in page.attributes("href"))
    assert not re.findall(r"url\(|@import", page.texts["style"][0])


def test_a_page_allows_its_one_style_sheet_by_hash_and_nothing_else(html: str) -> None:
    page = Page(html)
    (policy,) = (a["content"] for t, a in page.tags if "http-equiv" in a)
    (style,) = page.texts["style"]
    scripts = "".join(f"script-src 'sha256-{digest(text)}'; " for text in own_scripts(html))
    assert policy == (
        f"default-src 'none'; {scripts}style-src 'sha256-{digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_a_page_is_complete_html_with_its_outline_in_order(html: str) -> None:
    page = Page(html)
    metas = {attrs.get("name"): attrs["content"] for tag, attrs in page.tags if "name" in attrs}
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4", "h5")]
    assert page.declarations == ["doctype html"]
    assert ("html", {"lang": "en"}) in page.tags
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert page.all("title")[0]


def test_ids_are_unique_and_every_inner_link_and_label_finds_one(html: str) -> None:
    page = Page(html)
    ids = list(page.attributes("id"))
    inner = [href[1:] for href in page.attributes("href") if href.startswith("#")]
    assert len(ids) == len(set(ids))
    assert {*inner, *page.attributes("aria-labelledby")} <= set(ids)
    assert "main" in inner and page.all("a")[0] == "Skip to the content"


def test_header_cells_say_what_they_head(html: str) -> None:
    scopes = {attrs.get("scope") for tag, attrs in Page(html).tags if tag == "th"}
    assert scopes <= {"col", "row"}


def test_pictures_are_decoration_beside_words(html: str) -> None:
    svgs = [attrs for tag, attrs in Page(html).tags if tag == "svg"]
    assert all(attrs["aria-hidden"] == "true" for attrs in svgs)


def test_the_style_serves_dark_print_phone_and_keyboard() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    for needed in (
        "(prefers-color-scheme: dark)",
        "@media print",
        "(max-width: 40rem)",
        ":focus-visible",
        "break-inside: avoid",
        "::details-content",
    ):
        assert needed in style
    assert "<" not in style


def test_a_view_that_lacks_a_field_is_our_bug_and_raises() -> None:
    with pytest.raises(UndefinedError):
        render("class.html.j2", object())


# Hostile strings

HOSTILE = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "</pre></textarea></title><img src=x onerror=alert(1)>": "</pre></textarea></title><img src=x",
    '" onmouseover="alert(1)': '" onmouseover="alert(1)',
    "{{ 7 * 7 }}{% raw %}": "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&amp;": "&lt;b&gt;&amp;",
    "javascript:alert(1)": "javascript:alert(1)",
    "a\x1b[31mred\x1b]8;;http://x\x07": "a\\x1b[31mred\\x1b]8;;",
    "a\u202egnp.exe\u2066\u200f\u061c": "a\\u202egnp.exe\\u2066\\u200f\\u061c",
    "a\u200b\ufeff\u2060b\u00ad\U000e0041": "a\\u200b\\ufeff\\u2060b\\xad\\U000e0041",
    "a\ud800\x00\x7f\x85b": "a\\ud800\\x00\\x7f\\x85b",
    "10%\r20%": "10%\\r20%",
    "Z" + "\u0301" * 300: "Z\u0301\u0301\u0301\u0301…",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_shown_and_changes_nothing_on_the_page(text: str) -> None:
    for render_it in (render_report, lambda each: render_class([summarise(each)])):
        harmless, page = Page(render_it(hostile("x"))), Page(render_it(hostile(text)))
        assert HOSTILE[text] in page.text
        assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
        page.text.encode("utf-8")


def test_text_that_a_view_forgot_is_still_made_visible() -> None:
    view = replace(student_page(four_of_ten()), title="a\x1b\u202e<b>")
    assert "<title>a\\x1b\\u202e&lt;b&gt;</title>" in render("report.html.j2", view)


def test_visible_keeps_what_people_write_and_is_stable() -> None:
    names = "Doe, Jane García Şahin 山田\u3000太郎 حسن שרה O'Neill Việt ❤️ 1\u00a0000 €"
    assert visible(names) == names
    assert visible("a\tb\r\nc\nd") == "a\tb\nc\nd"
    assert all(visible(visible(text)) == visible(text) for text in HOSTILE)
    assert visible("\u3164\u2800\u034f\U000e0101") == "\\u3164\\u2800\\u034f\\U000e0101"


def test_a_line_is_one_line_and_says_what_it_left_out() -> None:
    assert line("a\nb\tc") == "a\\nb\\tc"
    assert line("x" * 201) == "x" * 200 + "… (1 more character)"
    assert line("x" * 12_545) == "x" * 200 + "… (12,345 more characters)"
    assert sentence("Wrapped\n    over lines.") == "Wrapped over lines."
    assert sentence("x" * 700) == "x" * 600 + "… (100 more characters)"


def test_a_block_keeps_its_end_with_the_error() -> None:
    many = block("\n".join([*["noise"] * 500, "ValueError: x"])).split("\n")
    assert many[:80] == ["noise"] * 80 and many[81:] == [*["noise"] * 39, "ValueError: x"]
    assert many[80] == "… (2,287 more characters)"  # 381 lines of 6, and a line end
    long = block("b" * 50 + "\n" + ("c" * 50 + "\n") * 1_000 + "ValueError: x")
    assert long.endswith("c\nValueError: x") and "\n… (45,064 more characters)\n" in long
    wide = block("d" * 50_000)
    assert wide.split("\n") == [
        "d" * 1_000 + "… (3,000 more characters)",
        "… (44,000 more characters)",
        "d" * 1_000 + "… (1,000 more characters)",
    ]
    assert block("x" * 1_500) == "x" * 1_000 + "… (500 more characters)"
    assert block("\n  indented\n") == "  indented"


def test_numbers_are_exact_and_only_all_is_one_hundred_percent() -> None:
    assert [decimal(Decimal(text)) for text in ("10", "1E+1", "0.250", "0.00", "7.25")] == [
        *("10", "10", "0.25", "0", "7.25")
    ]
    assert counted(Decimal(1), "point") == "1 point"
    assert counted(Decimal("0.5"), "point") == "0.5 points"
    assert counted(1200, "line") == "1,200 lines"
    assert [percent(*each) for each in ((999, 1000), (3, 3), (1, 1000), (0, 9), (0, 0))] == [
        *("99 %", "100 %", "under 1 %", "0 %", "—")
    ]


# The student's report


def test_the_report_says_who_what_and_how_many_points() -> None:
    page = Page(render_report(four_of_ten()))
    assert page.all("h1") == ["rnn"]
    assert page.all("title") == ["rnn: Doe, Jane"]
    assert page.all("header")[0] == (
        "Score report rnn Doe, Jane 4711 Handed in late 4.5 of 10 points "
        "1.5 points are still to be graded manually. "
        "0.5 points are not decided: our grader failed."
    )


def test_one_point_is_in_the_singular() -> None:
    question = QuestionResult("1", "", items(item(check(1), points="0")), Manual(Decimal(1)))
    page = report(questions=(question,))
    assert "0 of 1 point 1 point is still to be graded manually." in page.text


def test_questions_are_seen_at_a_glance_with_symbols_and_words() -> None:
    page = Page(render_report(four_of_ten()))
    assert page.all("tr")[1:] == [
        "Question 1 Outcomes ✗ 1 of 8 in full 0.5 of 4 0.5 not decided yet",
        "Question 2 By hand graded manually 3.5 of 4",
        "Question 3 Pending ✓ 1 of 1 in full 0.5 of 2 1.5 more pending",
        "Total 4.5 of 10",
    ]


@pytest.mark.parametrize(
    ("outcome", "glance"),
    [
        ("passed", "✓ 1 of 1 in full 0.5 of 0.5"),
        ("error", "✗ 0 of 1 in full 0 of 0.5"),
        ("not_run", "— 0 of 1 in full 0 of 0.5"),
        ("not_begun", "○ 0 of 1 in full 0 of 0.5"),
        ("grader_error", "? 0 of 1 in full ? of 0.5 0.5 not decided yet"),
    ],
)
def test_the_symbol_of_a_question_is_that_of_its_worst_check(outcome: Outcome, glance: str) -> None:
    assert report(check(1, outcome)).all("tr")[1] == f"Question 3b Elman & others {glance}"


# What each outcome says: its item's points, then the check.
WORDS: dict[Outcome, tuple[str, str]] = {
    "passed": ("✓ Item 1 0.5 of 0.5 points", "✓ Sentence 1 holds. Passed"),
    "failed": ("✗ Item 1 0 of 0.5 points", "✗ Sentence 1 holds. Wrong result"),
    "error": ("✗ Item 1 0 of 0.5 points", "✗ Sentence 1 holds. Raised an error"),
    "timeout": (
        "✗ Item 1 0 of 0.5 points",
        "✗ Sentence 1 holds. Took too long Your code was stopped when its time limit was reached.",
    ),
    "memory": (
        "✗ Item 1 0 of 0.5 points",
        "✗ Sentence 1 holds. Used too much memory Your code was stopped at its memory limit.",
    ),
    "crash": (
        "✗ Item 1 0 of 0.5 points",
        "✗ Sentence 1 holds. The process ended "
        "Python itself ended while it ran your code for this check.",
    ),
    "not_run": ("— Item 1 0 of 0.5 points", "— Sentence 1 holds. Not run"),
    "not_begun": ("○ Item 1 0 of 0.5 points", "○ Sentence 1 holds. Not begun"),
    "grader_error": (
        "? Item 1 ? of 0.5 points",
        "? Sentence 1 holds. Our fault, not decided yet Our grader failed here, not your code. "
        "No points are lost: course staff will look at it.",
    ),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_described_in_words(outcome: Outcome) -> None:
    page = report(check(1, outcome))
    heading, text_of = WORDS[outcome]
    assert [text for text in page.all("div") if " Item 1 " in f" {text} "][-1] == heading
    assert page.all("ol") == [text_of]
    assert OUTCOME_WORDS[outcome].symbol and set(OUTCOME_WORDS) == set(OUTCOMES)


FAULT = RecognisedFault("mean for max", "major", "The outputs are those of a mean.")
HALF = DetailCosts(Decimal("0.5"), Decimal("0.5"))


@pytest.mark.parametrize(
    ("roles", "points", "reason"),
    [
        ({}, "✓ The item 2 of 2 points", ""),
        ({1: "core"}, "✗ The item 0 of 2 points", "A core check failed: keeps 0 %."),
        (
            {2: "major"},
            "✗ The item 0.6 of 2 points",
            "A check of a major point failed: keeps 30 %.",
        ),
        (
            {3: "minor", 4: "detail"},
            "✗ The item 1.4 of 2 points",
            "A check of a minor point failed: keeps 70 %.",
        ),
        ({4: "detail"}, "✗ The item 1.9 of 2 points", "1 detail failed: keeps 95 %."),
    ],
)
def test_an_item_says_its_points_and_why_some_are_missing(
    roles: dict[int, Role], points: str, reason: str
) -> None:
    all_roles: tuple[Role, ...] = ("core", "major", "minor", "detail")
    checks = (
        check(i, "failed" if i in roles else "passed", role=role)
        for i, role in enumerate(all_roles, 1)
    )
    page = report(item(*checks, points="2", title="The item"))
    (heading,) = (text for text in page.all("div") if text.endswith(points))
    assert heading == points
    assert (f"{points} {reason}" if reason else points) in page.text
    lists = page.all("ol")
    failed = [f"✗ Sentence {i} holds. Wrong result{' detail' * (i == 4)}" for i in roles]
    if roles:
        assert lists[0] == " ".join(failed)
    passed = [text for text in page.all("details") if "passed" in text]
    assert len(passed) == 1 and passed[0].startswith(f"{counted(4 - len(roles), 'check')} passed")
    assert ("not counted: nothing here counts without the core" in passed[0]) is (1 in roles)
    assert ("Sentence 4 holds. Passed detail" in passed[0]) is (4 not in roles)


def test_a_recognised_fault_is_told_with_its_item_and_decides_its_points() -> None:
    checks = check(1, "failed", fault=FAULT), check(2, role="major"), check(3, role="detail")
    page = report(item(*checks, points="2", title="Pooling"))
    assert (
        "✗ Pooling 0.6 of 2 points Recognised as “mean for max”, major: keeps 30 %. "
        "The outputs are those of a mean. ✗ Sentence 1 holds." in page.text
    )
    assert "2 checks passed ✓ Sentence 2" in page.text and "not counted" not in page.text
    fatal = replace(checks[0], fault=replace(FAULT, severity="fatal"))
    page = report(item(fatal, *checks[1:], title="Pooling"))
    assert "Recognised as “mean for max”, fatal: keeps 0 %." in page.text
    assert "2 checks passed, not counted" in page.text


def test_an_item_on_which_we_failed_is_not_decided_and_gives_no_reason() -> None:
    checks = check(1, "grader_error"), check(2, "failed"), check(3)
    page = report(item(*checks, points="2", title="Pooling"))
    assert "✗ Pooling ? of 2 points" in page.text and "keeps" not in page.text
    assert "not counted" not in page.text


def test_a_sheets_own_costs_of_details_are_those_on_the_page() -> None:
    lost = item(check(1), check(2, "failed", role="detail"), points="2", title="Pooling")
    page = report(replace(lost, costs=HALF))
    assert "✗ Pooling 1 of 2 points 1 detail failed: keeps 50 %." in page.text


def test_failed_checks_come_first_and_anchors_keep_the_sheets_order() -> None:
    page = report(item(check(1), check(2, "failed"), check(3)), item(check(4)))
    anchors = [attrs["id"] for tag, attrs in page.tags if tag == "li" and "id" in attrs]
    assert anchors == ["check-2", "check-1", "check-3", "check-4"]
    assert "#check-2" in page.attributes("href")


def test_a_check_that_was_not_run_for_a_reason_says_what_that_means() -> None:
    page = report(check(1, "not_run", message="Elman could not be constructed."))
    assert page.all("ol")[0].endswith(
        "This check was not run, so it earned no points. Elman could not be constructed."
    )


def test_a_failed_check_shows_message_hint_and_folded_output() -> None:
    page = report(check(1, "timeout", message=MESSAGE, hint="<Side>?", output="a\nb", seconds=10))
    assert page.all("dl")[:2] == [TOLD, TOLD]  # first in "Fix this first"
    assert page.texts["pre"] == ["a\nb"]
    assert page.all("details") == ["Printed output (2 lines) a b"]
    assert page.all("ol")[0].endswith("Hint <Side>? Printed output (2 lines) a b")
    assert "(10.0 s)" in page.text


def test_a_check_without_sentence_is_still_named() -> None:
    page = report(check(1, sentence=""))
    assert page.all("ol") == ["✓ test_x.py::test_1 Passed"]


def first_to_fix(page: Page) -> list[str]:
    return [text for text in page.all("section") if text.startswith("Fix this first")]


def test_fix_this_first_is_the_first_check_in_order_that_did_not_pass() -> None:
    checks = check(1), check(2, "error", message=MESSAGE, hint="Look at pad."), check(3, "failed")
    page = report(*checks)
    assert first_to_fix(page) == [
        "Fix this first Sentence 2 holds. ✗ Raised an error. "
        "An error stopped your code before it returned a result. "
        + TOLD
        + " Hint Look at pad. See it among the other checks"
    ]
    anchors = [attrs["id"] for tag, attrs in page.tags if tag == "li" and "id" in attrs]
    assert anchors == ["check-1", "check-2", "check-3"]
    assert "#check-2" in page.attributes("href")


def test_our_failures_are_not_what_to_fix_first() -> None:
    (first,) = first_to_fix(report(check(1, "grader_error"), check(2), check(3, "crash")))
    assert "Sentence 3 holds." in first
    (first,) = first_to_fix(report(item(check(1, "grader_error"), check(2, "failed"))))
    assert "Sentence 2 holds." in first


def test_failures_with_one_cause_are_shown_once() -> None:
    shape = "The output has the wrong shape.\nReturned: ({0}, 2)\nExpected: ({0}, 3)"
    one, two, three = (check(i, "failed", message=shape.format(i), hint="h") for i in (1, 2, 3))
    other = check(4, "failed", message="The loss is wrong.")
    page = report(one, two, other, three)
    (first,) = first_to_fix(page)
    assert (
        "2 more checks of this part fail in the same way: fix this one, then check again." in first
    )
    folded = "Returned ({0}, 2) Expected ({0}, 3) Hint h Go to the first of them"
    expected = "Fails in the same way as “Sentence 1 holds.” The output has the wrong shape. "
    assert page.all("details") == [expected + folded.format(i) for i in (2, 3)]
    assert page.all("li")[0].endswith("Returned (1, 2) Expected (1, 3) Hint h")
    assert list(page.attributes("href")).count("#check-1") == 3
    (first,) = first_to_fix(report(one, two))
    assert "1 more check of this part fails in the same way: " in first


def test_our_own_failures_are_not_put_together_with_others() -> None:
    page = report(*(check(i, "grader_error", message="No worker.") for i in (1, 2)))
    assert "in the same way" not in page.text


def test_a_message_is_taken_apart_and_nothing_of_it_is_lost() -> None:
    text = "It raised X.\n  File a.py\nCalled:   f(1)\nmore\nReturned: 2\nExpected: 3\nOther: 4"
    view = message_view(text)
    assert view == MessageView(
        "It raised X.",
        "  File a.py",
        (("Called", "f(1)\nmore"), ("Returned", "2"), ("Expected", "3\nOther: 4")),
    )
    assert message_view("") is None


def test_where_nothing_is_to_fix_the_report_says_so() -> None:
    page = report(check(1), check(2))
    assert "Nothing to fix ✓ Every check passed. Question by question" in page.text
    assert not first_to_fix(page)
    page = report(check(1), check(2, "grader_error"), status="needs_staff")
    assert "Nothing to fix ✓ Every check that our grader could finish passed." in page.text
    assert "Nothing to fix" not in report(check(1, "grader_error")).text


def test_manual_points_are_lines_of_their_own() -> None:
    lists = Page(render_report(four_of_ten())).all("ol")
    assert len(lists) == 8 + 1 + 1 + 1  # a list for each item, and one for each question by hand
    assert lists[8] == "✎ Manual grading Given 3.5 of 4 points Clear curves."
    assert lists[10] == (
        "✎ Manual grading Pending 1.5 points "
        "Course staff grade this part. Until then these points are open, not lost."
    )


def test_an_unreadable_upload_is_shown_first_and_leaves_nothing_to_fix_below() -> None:
    page = report(check(1, "not_run"), status="unreadable", message="Only <report.pdf> inside.")
    assert page.all("section")[0] == (
        "Your upload could not be read So no check could be run. Submit again if you still can, "
        "or ask course staff. Only <report.pdf> inside."
    )
    assert not first_to_fix(page)
    assert "No file was loaded." in page.text


def test_our_own_failure_is_never_a_zero() -> None:
    page = report(check(1, "grader_error"), status="needs_staff", message="No worker started.")
    assert "Not decided yet 0 of 0.5 points so far" in page.all("header")[0]
    assert page.all("section")[0] == (
        "Course staff will look at this Our grader could not finish. That is not your fault, "
        "and you lose no points. No worker started."
    )


def test_a_message_with_a_grade_is_a_note() -> None:
    page = report(check(1), message="Two uploads; the later one counts.")
    text = "A note on this grade Two uploads; the later one counts."
    assert page.all("section")[0] == text


def test_the_report_says_what_was_loaded_and_how_it_was_graded() -> None:
    page = Page(render_report(four_of_ten()))
    sections = page.all("section")
    assert sections[-2] == "Your files elman.py line 40: training loop skipped padding.py loaded"
    assert sections[-1] == (
        "How it was graded Sizes and values in the checks are drawn from the seed: "
        "the same seed gives the same numbers. Upload doejane_4711_99_3b.zip "
        "Upload (SHA-256) ab12 Python 3.11.7 PyTorch 2.6.0 Sandbox zygote Seed 17 "
        "Graders (SHA-256) 9c1e7f Time taken 3.2 s"
    )
    assert page.all("footer") == [
        "Graded with Unroll. The checks of an item decide together on its points; "
        "warnings and printed output never cost any."
    ]


def test_floods_of_files_checks_and_output_leave_a_page_that_opens() -> None:
    flood = "<&>\x1b" * 100_000 + "\n" * 100_000
    files = tuple(FileNotes(f"{i}.py", ("note",) * 200) for i in range(3_000))
    checks = (check(i, "failed", message=flood, output=flood) for i in range(20))
    html = render_report(result(*checks, files=files))
    assert "… (2,800 more files)" in html and "… (150 more notes)" in html
    assert len(html) < 2_000_000


def test_nothing_looks_full_that_is_not() -> None:
    most = *(item(check(i), points="9.999") for i in range(2)), check(3, "failed")
    bars = [a["width"] for _, a in report(*most).tags if a.get("class") == "earned"]
    assert bars == ["97.5", "97.5"]
    tiny = report(item(check(1), points="99999"), item(check(2, "failed"), points="1"))
    assert [a["width"] for _, a in tiny.tags if a.get("class") == "earned"] == ["99.9", "99.9"]


# The class page


def test_an_empty_class_is_a_page_too() -> None:
    page = class_page()
    assert page.all("main") == ["The class students 0 No uploads graded yet."]
    assert page.all("h1") == ["No results yet"] and "table" not in page.texts


def test_a_class_of_one_is_counted_in_the_singular() -> None:
    page = class_page(student("1", "Doe, Jane", check(1)))
    numbers = dict(zip(page.all("dt"), page.all("dd"), strict=True))
    assert numbers == {
        "student": "1",
        "mean points": "0.5",
        "median points": "0.5",
        "handed in late": "0",
    }
    assert "Mean, median and distribution cover 1 graded student." in page.text
    assert "1 student with all 0.5 points" in page.text


def a_class() -> list[Result]:
    manual = QuestionResult("4", "Hypothesis", (), Manual(Decimal(2)))
    good = QuestionResult("3", "Elman", items(check(1), check(2)))
    half = QuestionResult("3", "Elman", items(check(1), check(2, "failed")))
    lost = QuestionResult("3", "Elman", items(check(1), check(2, "grader_error")))
    none = QuestionResult("3", "Elman", items(check(1, "not_run"), check(2, "not_run")))
    return [
        student("9", "Zoe", questions=(good, manual)),
        student("2", "adam", questions=(half, manual)),
        result(student=Student("7", "Bob", late=True), questions=(half, manual)),
        student("5", "Cy", questions=(lost, manual), status="needs_staff", message="No\nworker."),
        student("6", "Di", questions=(none, manual), status="unreadable", message="Bad CRC."),
    ]


def test_the_class_page_lists_first_what_a_person_must_look_at() -> None:
    page = class_page(*a_class())
    assert page.all("section")[0] == (
        "Needs attention "
        "Unreadable: 1 student uploads that could not be read Di 6 Bad CRC. "
        "Needs staff: 1 student our grader could not finish; students lose no points "
        "Cy 5 No worker. "
        "Question 4, manual grading: 4 students 2 points each, pending Who adam 2 Bob 7 Cy 5 Zoe 9"
    )


def test_many_pending_students_are_folded() -> None:
    few, many = (
        Page(render_class([summarise(student(str(i), "", status="unreadable")) for i in range(n)]))
        for n in (12, 13)
    )
    assert "details" not in few.texts and len(many.texts["details"]) == 1
    assert "Unreadable: 13 students" in many.text


def test_the_class_page_has_the_sheets_title_and_links_to_the_similarity_page() -> None:
    page = Page(render_class([summarise(four_of_ten())], "Recurrent networks", True))
    assert page.all("h1") == ["Recurrent networks"] and page.all("title") == ["Recurrent networks"]
    assert "similarity.html" in page.attributes("href")
    page = class_page(four_of_ten())
    assert page.all("h1") == ["rnn"] and "similarity.html" not in page.attributes("href")


def test_the_class_page_has_a_row_per_student_that_links_to_the_report() -> None:
    page = class_page(*a_class())
    assert page.all("tr")[:6] == [
        "Name Id Points of 3 Q3 of 1 Q4 of 2 Late Status",
        "adam 2 0.5 + 2 pending 0.5 0 pending graded",
        "Bob 7 0.5 + 2 pending 0.5 0 pending late graded",
        "Cy 5 ? + 2 pending ? not decided 0 pending needs staff",
        "Di 6 0 + 2 pending 0 0 pending unreadable",
        "Zoe 9 1 + 2 pending 1 0 pending graded",
    ]
    assert [h for h in page.attributes("href") if h.startswith("students")][-5:] == [
        f"students/{id}/report.html" for id in "27569"
    ]
    assert set(STATUS_WORDS) == set(STATUSES)


def test_mean_and_median_are_of_those_whose_points_are_decided() -> None:
    page = class_page(*a_class())
    assert page.all("dl") == ["students 5 mean points 0.67 median points 0.5 handed in late 1"]
    assert (
        "Mean, median and distribution cover 3 graded students, "
        "without points that are still to be graded manually." in page.text
    )


def test_the_distribution_is_described_in_words_and_keeps_full_points_apart() -> None:
    most = item(check(1), points="9.99")
    almost = QuestionResult("1", "", (most, item(check(2, "failed"), points="0.01")))
    full = QuestionResult("1", "", (most, item(check(2), points="0.01")))
    page = class_page(student("1", "a", questions=(almost,)), student("2", "b", questions=(full,)))
    shown_text = page.all("ol")[0]
    assert "0 students with 0 to under 1 points" in shown_text
    assert "1 student with 9 to under 10 points" in shown_text
    assert "1 student with all 10 points" in shown_text


def test_checks_are_counted_among_those_for_whom_they_were_decided() -> None:
    page = class_page(*a_class())
    assert page.all("tr")[6:] == [
        "Question Title Mean points Full points None Discrimination Most frequent hint",
        "Q3 Elman 0.67 of 1 1 0 —",
        "Q4 Hypothesis 0.00 of 2 0 3 —",
        "Question Item Mean points Full points None Discrimination Most frequent fault or hint",
        "Q3 Item 1 0.50 of 0.5 3 0 —",
        "Q3 Item 2 0.17 of 0.5 1 2 —",
        "Question Check Passed Share Discrimination Most frequent hint",
        "3 Sentence 1 holds. 3 of 3 100 % —",
        "3 Sentence 2 holds. 1 of 3 33 % —",
    ]


SHAPE = "The output has the wrong shape.\nReturned: ({}, 2)"


def ten_students() -> list[Result]:
    """The better half passes check 2; three of the others fail in one way, two in another."""
    results = []
    for i in range(10):
        second = check(2) if i < 5 else check(2, "failed", message=SHAPE.format(i), hint="Stack.")
        if i > 7:
            second = check(2, "error", message="It raised ValueError: x", hint="Look.")
        third = check(3) if i < 5 else check(3, "failed", message="No.")
        results.append(student(str(i), f"Name {i}", check(1), second, third))
    return results


def test_the_class_page_shows_topics_to_revisit_and_discrimination() -> None:
    page = class_page(*ten_students())
    again = next(text for text in page.all("section") if text.startswith("Topics to revisit"))
    assert again == (
        "Topics to revisit Sentence 2 holds. Question 3b, passed by 5 of 10 Stack. "
        "Sentence 3 holds. Question 3b, passed by 5 of 10"
    )
    assert page.all("tr")[-3:] == [
        "3b Sentence 1 holds. 10 of 10 100 % —",
        "3b Sentence 2 holds. 5 of 10 50 % +1.00 Stack.",
        "3b Sentence 3 holds. 5 of 10 50 % +1.00",
    ]
    assert "Q3b Elman & others 1.00 of 1.5 5 0 — Stack." in page.all("tr")


def three_with_a_fault() -> list[Result]:
    """Return results with one item: one right, two with the same fault, two without a name for it."""
    fault = RecognisedFault("mean for max", "major", "The outputs are those of a mean.")
    known = check(1, "failed", hint="Look at the pooling.", fault=fault)
    other = check(1, "failed", hint="Stack.")
    detail = check(2, "failed", role="detail", hint="Mind the batch.")
    found = [(check(1), check(2)), (known, check(2)), (known, detail), (other, check(2))]
    found.append((check(1), detail))
    return [student(str(i), "", item(*each, points="2")) for i, each in enumerate(found)]


def test_the_class_page_has_a_row_per_item_with_its_commonest_fault() -> None:
    page = class_page(*three_with_a_fault())
    row = next(text for text in page.all("tr") if text.startswith("Q3b Item 1"))
    assert row == "Q3b Item 1 1.02 of 2 1 1 — mean for max"  # (2 + 0.6 + 0.6 + 0 + 1.9) / 5
    without = [three_with_a_fault()[i] for i in (0, 3)]
    row = next(text for text in class_page(*without).all("tr") if text.startswith("Q3b Item 1"))
    assert row == "Q3b Item 1 1.00 of 2 1 1 — Stack."
    headings = page.all("h2")
    assert headings.index("Items") + 1 == headings.index("Checks")


def test_items_are_told_apart_by_question_and_counted_where_they_are_decided() -> None:
    two = tuple(QuestionResult(n, "", items(item(check(1), title="Same"))) for n in "12")
    ours = items(item(check(1, "grader_error"), check(2), title="Same", points="2"))
    page = class_page(
        student("1", "a", questions=two),
        student("2", "b", questions=(two[0], QuestionResult("2", "", ours))),
    )
    found = [text for text in page.all("tr") if " Same " in text]
    assert found == ["Q1 Same 0.50 of 0.5 1 0 —", "Q2 Same 0.50 of 0.5 1 0 —"]


def test_a_check_has_a_page_with_each_way_of_failing_once() -> None:
    pages = render_checks([summarise(each) for each in ten_students()])
    assert sorted(pages) == ["x.2.html", "x.3.html"]
    page = Page(pages["x.2.html"])
    assert page.all("header") == [
        "Class page · Question 3b: Elman & others Sentence 2 holds. "
        "Passed by 5 of 10 graded students (50 %). The others fail in 2 ways."
    ]
    assert page.all("section") == [
        "3 students: ✗ Wrong result The output has the wrong shape. Returned (5, 2) "
        "Hint Stack. Who Name 5 Name 6 Name 7",
        "2 students: ✗ Raised an error It raised ValueError: x Hint Look. Who Name 8 Name 9",
    ]
    assert "../students/5/report.html#check-2" in page.attributes("href")
    assert "checks/x.2.html" in class_page(*ten_students()).attributes("href")


def test_the_page_of_a_check_is_a_plain_file_name() -> None:
    assert check_file("test_elman.py::test_is_causal") == "elman.is_causal.html"
    assert check_file("hidden/test_a.py::../../b<") == "hidden-test_a.-b-.html"
    assert check_file("../..\x00") == "-..html"


def test_the_slowest_to_grade_are_named() -> None:
    slow = replace(ten_students()[0], seconds=45.2)
    page = class_page(slow, *ten_students()[1:])
    assert "Slowest to grade: Name 0 (45 s)." in page.text
    assert "Slowest" not in class_page(*ten_students()).text


def test_a_question_that_one_result_lacks_is_marked() -> None:
    other = QuestionResult("8", "New", items(check(9)))
    page = class_page(student("1", "a", check(1)), student("2", "b", questions=(other,)))
    assert "— not in this assignment" in page.text


@pytest.mark.parametrize("id", ["../../x", "a/b?c#d", "javascript:alert(1)", "\ud800", "é&\"'<"])
def test_a_hostile_id_stays_one_folder_of_a_link(id: str) -> None:
    page = class_page(student(id, "x", check(1)))
    (href,) = {href for href in page.attributes("href") if not href.startswith("#")}
    folder = href.removeprefix("students/").removesuffix("/report.html")
    assert not set(folder) & set("/?#:\"'<")
    assert unquote(folder, errors="surrogatepass") == id


def test_a_thousand_students_make_a_light_page_quickly() -> None:
    outcomes: list[Outcome] = ["passed", "failed", "error"]
    summaries: list[ResultSummary] = []
    for i in range(1_000):
        questions = tuple(
            QuestionResult(
                str(q),
                f"Question about {q}",
                items(*(check(10 * q + c, outcomes[(i + c) % 3]) for c in range(8))),
                Manual(Decimal(1)) if q > 7 else None,
            )
            for q in range(10)
        )
        summaries.append(summarise(student(f"{i:07}", f"Family {i}, Given", questions=questions)))
    start = time.process_time()
    html = render_class(summaries)
    assert time.process_time() - start < 5
    assert len(html.encode()) < 2_000_000
    assert len(Page(html).all("tr")) == 1 + 1_000 + 1 + 10 + 1 + 80 + 1 + 80
    pages = render_checks(summaries)
    assert len(pages) == 80 and max(map(len, pages.values())) < 200_000
    assert summaries[0].questions[0].title is summaries[-1].questions[0].title


def test_the_class_page_does_not_depend_on_the_order_of_results() -> None:
    summaries = [summarise(each) for each in a_class()]
    assert render_class(summaries) == render_class(summaries[::-1])


@pytest.mark.parametrize("status", STATUSES)
def test_a_summary_has_the_points_of_its_result(status: Status) -> None:
    whole = replace(four_of_ten(), status=status, message="m")
    summary = summarise(whole)
    assert (summary.points, summary.max_points, summary.pending_points) == (
        *(whole.points, whole.max_points, whole.pending_points),
    )
    assert (summary.student, summary.status, summary.message) == (whole.student, status, "m")
    assert summary.needs_staff  # one of its checks is a grader_error
    assert not summarise(student("1", "a", check(1), status="unreadable")).needs_staff
