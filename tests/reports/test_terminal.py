"""What `check` prints: the report in short, on a terminal and in a pipe."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from graders.results.result import Manual, QuestionResult, Result
from graders.results.scoring import RecognisedFault
from reports.terminal import show
from tests.reports.test_reports import HOSTILE, check, hostile, item, items, result

SHAPE = "The output has the wrong shape.\nCalled:   f(1)\nReturned: (2,)\nExpected: (3,)"


def printed(shown: Result, terminal: bool = False) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=80, no_color=True, highlight=False)
    show(shown, Path("/x/report.html"), console)
    shown_text = file.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
    return [line.rstrip() for line in shown_text.split("\n")]


def failed() -> Result:
    lost = [check(i, "failed", message=SHAPE, hint="Stack them.") for i in range(1, 9)]
    return result(
        item(check(0, "grader_error"), check(10), title="Undecided"),
        item(*lost, title="Shapes", points="4"),
        item(check(9), title="Right"),
    )


def test_a_pipe_gets_plain_lines() -> None:
    assert printed(failed()) == [
        "3b. Elman & others: 0.5 of 5 points",
        "   Undecided: not decided",
        "     ? Sentence 0 holds.",
        "   Shapes: 0 of 4 points",
        "   a core check failed",
        *(f"     ✗ Sentence {i} holds." for i in range(1, 7)),
        "     … and 2 more",
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
    assert f"     ✗ {' '.join(['word'] * 40)}" in printed(long)
    lines = printed(long, terminal=True)
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("       word")]


def test_pending_points_are_shown() -> None:
    question = QuestionResult("1", "Both", items(check(1)), Manual(Decimal(2)))
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
        "3b. Elman & others: 0.5 of 0.5 points",
        "",
        "0.5 of 0.5 points",
        "The report: /x/report.html",
        "",
    ]


def test_a_recognised_fault_is_told_with_its_item_and_first() -> None:
    fault = RecognisedFault("mean for max", "major", "The outputs are those of a mean.")
    lost = check(1, "failed", message=SHAPE, fault=fault), check(2, "failed", role="detail")
    lines = printed(result(item(*lost, title="Pooling", points="2"), item(check(3), title="Right")))
    assert lines[:6] == [
        "3b. Elman & others: 1.1 of 2.5 points",
        "   Pooling: 0.6 of 2 points",
        "   recognised as “mean for max”, major",
        "     ✗ Sentence 1 holds.",
        "     ✗ Sentence 2 holds.",
        "",
    ]
    first = lines.index("Fix this first")
    assert lines[first + 1 : first + 4] == [
        "  Sentence 1 holds.",
        "  ✗ Wrong result.",
        "  The outputs are those of a mean.",
    ]


def test_a_hostile_text_cannot_write_to_the_terminal() -> None:
    for text in HOSTILE:
        for terminal in (False, True):
            shown_text = "\n".join(printed(hostile(text), terminal))
            assert not set("\x1b\x07\u202e\u200b\x00") & set(shown_text)
