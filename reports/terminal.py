"""A result on the terminal: a short report. In a pipe, it is plain lines of full length."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from graders.results.result import CheckResult, ItemResult, QuestionResult, Result
from graders.results.shown_first import first_to_fix
from graders.text import SENTENCE_LIMIT, block, counted, line, points_of, sentence
from reports.outcome_words import FLAGGED, FLAGGED_MEANING, OUTCOME_WORDS
from reports.student.check_view import CodeLine, code_view
from reports.student.failures import similar_failures

CODE = 12  # lines of the student's code; the report has more
LISTED = 6  # failed checks of an item; the report has all
COLOURS = {"good": "green", "bad": "red", "open": "yellow"}


def show(result: Result, report: Path, console: Console) -> None:
    """Print questions, some of the failed checks, what to fix first, and the points."""
    for question in result.questions:
        _print_question(question, console)
    if first := first_to_fix(result):
        words = "Begin here" if first.outcome == "not_begun" else "Fix this first"
        console.print(Text(f"\n{words}", "bold"))
        for text in _first(first, result):
            _print(text, 2, console)
    console.print()
    for text in _ending(result):
        console.print(text, soft_wrap=True)
    console.print(Text(f"The report: {report.resolve()}"), soft_wrap=True)


def _print_question(question: QuestionResult, console: Console) -> None:
    title = Text(f"{line(question.number)}. {sentence(question.title)}", "bold")
    share = Text(points_of(question.points, question.max_points))
    if all(not item.failed for item in question.items):
        share.stylize("green")
    _print_row(title, share, console)
    for item in question.items:
        _print_item(item, console)


def _print_item(item: ItemResult, console: Console) -> None:
    """Print an item that lost points or is undecided, with some of its failed checks."""
    if not item.failed and not item.held:
        return
    points = "not decided" if item.undecided else points_of(item.points, item.max_points)
    _print_row(Text(f"   {line(item.title)}"), Text(points), console)
    if (reason := item.reason) and not item.undecided:
        _print(Text(sentence(reason)), 3, console)
    if not item.begun:
        return
    for check in item.failed[:LISTED]:
        _print_failed(check, console)
    if len(item.failed) > LISTED:
        _print(Text(f"… and {len(item.failed) - LISTED} more"), 5, console)


def _print_row(title: Text, share: Text, console: Console) -> None:
    if console.is_terminal:
        row = Table.grid(expand=True, padding=(0, 2))
        row.add_column()
        row.add_column(justify="right", no_wrap=True)
        row.add_row(title, share)
        console.print(row)
    else:
        console.print(title + Text(": ") + share, soft_wrap=True)


def _print_failed(check: CheckResult, console: Console) -> None:
    words = OUTCOME_WORDS[check.outcome]
    sign = Text(words.symbol, COLOURS[words.tone])
    if console.is_terminal:
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_row("    ", sign, Text(_sentence(check)))
        console.print(row)
    else:
        console.print(Text("     ") + sign + Text(f" {_sentence(check)}"), soft_wrap=True)


def _first(check: CheckResult, result: Result) -> Iterator[Text]:
    yield Text(_sentence(check))
    words = OUTCOME_WORDS[check.outcome]
    yield Text(f"{words.symbol} {words.word}.", COLOURS[words.tone])
    if check.fault:
        yield Text(sentence(check.fault.sentence), "bold")
    if check.message:
        yield Text(block(check.message))
    if check.hint and not (check.fault and check.hint == check.fault.sentence):
        yield Text("Hint: ", "bold") + Text(block(check.hint))
    if view := code_view(check.place):
        yield Text(view.title, "bold")
        yield from map(_code_line, _near(view.lines))
    if others := similar_failures(check, result.checks):
        fail = "fails" if others == 1 else "fail"
        yield Text(f"{counted(others, 'more check')} of this part {fail} in the same way.")


def _near(lines: Sequence[CodeLine]) -> Sequence[CodeLine]:
    """Return a few lines: around the marked one, or the first."""
    marked = next((place for place, row in enumerate(lines) if row[2]), CODE // 2)
    first = max(0, marked - CODE // 2)
    return lines[first : first + CODE]


def _code_line(row: CodeLine) -> Text:
    number, text, raised = row
    return Text(f"{'>' if raised else ' '} {number:4}  {text}", "bold" if raised else "")


def _sentence(check: CheckResult) -> str:
    return sentence(check.sentence or check.id)


def _ending(result: Result) -> Iterator[Text]:
    if result.status != "needs_staff":
        yield Text(points_of(result.points, result.max_points), "bold")
    else:
        yield Text("Not decided yet: our grader failed, course staff will look at it.", "bold")
    if result.pending_points:
        verb = "is" if result.pending_points == 1 else "are"
        pending = counted(result.pending_points, "point")
        yield Text(f"{pending} {verb} graded manually (pending).")
    for text in result.notes:
        yield Text(line(text, SENTENCE_LIMIT))
    if result.flags:
        yield Text(f"{FLAGGED}. {FLAGGED_MEANING}", "bold")
        yield from (Text(f"  {line(str(flag), SENTENCE_LIMIT)}") for flag in result.flags)
    if result.message:
        yield Text(block(result.message))


def _print(text: Text, indent: int, console: Console) -> None:
    """Print an indented text, wrapped to the terminal's width if there is one."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
        return
    for part in text.split("\n", allow_blank=True):
        console.print(Text(" " * indent) + part, soft_wrap=True)
