"""What `check` prints: the report in short, on a terminal and in a pipe."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from graders.results.result import Manual, QuestionResult, Result
from reports.terminal import show
from tests.reports.test_reports import HOSTILE, check, hostile, result

SHAPE = "The output has the wrong shape.\nCalled:   f(1)\nReturned: (2,)\nExpected: (3,)"


def printed(shown: Result, terminal: bool = False) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=80, no_color=True, highlight=False)
    show(shown, Path("/x/report.html"), console)
    said = file.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
    return [line.rstrip() for line in said.split("\n")]


def failed() -> Result:
    lost = (check(i, "failed", message=SHAPE, hint="Stack them.") for i in range(1, 9))
    return result(check(0, "grader_error"), *lost, check(9))


def test_a_pipe_gets_plain_lines() -> None:
    assert printed(failed()) == [
        "3b. Elman & others: 1 of 10 checks passed, 0.5 of 5 points",
        "   ? Sentence 0 holds.",
        *(f"   ✗ Sentence {i} holds." for i in range(1, 6)),
        "   … and 3 more",
        "",
        "Fix this first",
        "  Sentence 1 holds.",
        "  ✗ Wrong result.",
        "  The output has the wrong shape.",
        "  Called:   f(1)",
        "  Returned: (2,)",
        "  Expected: (3,)",
        "  Hint: Stack them.",
        "  7 more checks of this part fail in the same way.",
        "",
        "0.5 of 5 points",
        "The report: /x/report.html",
        "",
    ]


def test_a_pipe_cuts_no_line_and_a_terminal_wraps_at_its_width() -> None:
    long = result(check(1, "failed", sentence=" ".join(["word"] * 40)))
    assert f"   ✗ {' '.join(['word'] * 40)}" in printed(long)
    lines = printed(long, terminal=True)
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("     word")]


def test_what_is_still_open_is_said() -> None:
    question = QuestionResult("1", "Both", (check(1),), Manual(Decimal(2)))
    lines = printed(result(questions=(question,), message="Two uploads.", notes=("Late.",)))
    assert lines[-6:] == [
        "0.5 of 2.5 points",
        "2 points are graded manually (pending).",
        "Late.",
        "Two uploads.",
        "The report: /x/report.html",
        "",
    ]
    lines = printed(replace(failed(), status="needs_staff"))
    assert "Not decided yet: our grader failed, course staff will look at it." in lines


def test_full_points_need_no_fixing() -> None:
    assert printed(result(check(1))) == [
        "3b. Elman & others: 1 of 1 check passed, 0.5 of 0.5 points",
        "",
        "0.5 of 0.5 points",
        "The report: /x/report.html",
        "",
    ]


def test_a_hostile_text_cannot_write_to_the_terminal() -> None:
    for text in HOSTILE:
        for terminal in (False, True):
            said = "\n".join(printed(hostile(text), terminal))
            assert not set("\x1b\x07\u202e\u200b\x00") & set(said)
