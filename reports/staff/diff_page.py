"""Score changes between two batches, for staff: on the terminal, as CSV and as a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from rich.text import Text

from graders.results.diff import Change, Comparison, Difference, State, Tally
from graders.results.result import Student
from graders.results.table import cell
from graders.text import counted, decimal, line, sentence
from reports.outcome_words import OUTCOME_WORDS, STATUS_WORDS
from reports.page import render

COLUMNS = (
    *("id", "name", "moved", "question", "item", "check", "before", "after"),
    *("points_before", "points_after", "why"),
)
LISTED = 200  # students listed that only one folder has
NAMES = {
    "status": "Status",
    "item": "Item",
    "check": "Check",
    "manual": "Manual grading",
    "lateness": "Lateness",
}


@dataclass(frozen=True)
class ChangeView:
    """One change: the item, and its two states in words."""

    question: str
    name: str
    sentence: str
    before: str
    after: str


@dataclass(frozen=True)
class DifferenceView:
    """One student's points before and after, the changes, and why."""

    name: str
    id: str
    points: str
    gain: str
    tone: str
    changes: tuple[ChangeView, ...]
    why: str


@dataclass(frozen=True)
class TallyView:
    """One changed check, with the numbers of students by kind of change."""

    question: str
    name: str
    sentence: str
    gained: str
    lost: str
    other: str


@dataclass(frozen=True)
class DiffPage:
    """Everything that diff.html.j2 prints."""

    title: str
    old: str
    new: str
    summary: str
    differences: tuple[DifferenceView, ...]
    tallies: tuple[TallyView, ...]
    only: tuple[tuple[str, tuple[str, ...]], ...]
    damaged: tuple[str, ...]


def render_diff(found: Comparison) -> str:
    """Render the comparison as a self-contained page."""
    return render("diff.html.j2", _page(found))


def lines(found: Comparison) -> Iterator[Text]:
    """Yield the comparison as lines: each student, each check, and at the end a summary."""
    page = _page(found)
    for view in page.differences:
        who = Text(f"{view.id} {view.name}".strip(), "bold")
        colour = {"good": "green", "bad": "red"}.get(view.tone, "")
        yield who + Text(f": {view.points}") + Text(f" ({view.gain})", colour)
        for change in view.changes:
            yield Text(
                f"    {_named(change.question, change.name)}: {change.before} → {change.after}"
            )
        yield Text(f"    Why: {view.why}", "dim")
    if page.tallies:
        yield Text("By check", "bold")
    for tally in page.tallies:
        counts = f"{tally.gained} now pass, {tally.lost} no longer pass, {tally.other} other"
        yield Text(f"    {_named(tally.question, tally.name)}: {counts}")
    for title, names in page.only:
        yield Text(f"{title}: {', '.join(names)}")
    for file in page.damaged:
        yield Text(f"Left out, not a result: {file}", "yellow")
    yield Text(page.summary, "bold")


def table(found: Comparison) -> str:
    """Return CSV: a row for each change, and one for each student's total."""
    rows = [row for difference in found.differences for row in _rows(difference)]
    rows += [_only(student, f"only in {found.old}") for student in found.only_old]
    rows += [_only(student, f"only in {found.new}") for student in found.only_new]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _rows(found: Difference) -> Iterator[tuple[str, ...]]:
    who, why = (cell(found.student.id), cell(found.student.name)), cell("; ".join(found.why))
    yield (*who, "total", "", "", "", "", "", _number(found.before), _number(found.after), why)
    for change in found.changes:
        before, after = change.before, change.after
        item = change.shown.sentence if change.entry.kind == "item" else ""
        check = change.entry.name if change.entry.kind == "check" else ""
        yield (
            *who,
            change.entry.kind,
            cell(change.shown.question),
            cell(item),
            cell(check),
            before.word if before else "",
            after.word if after else "",
            _number(before.points if before else None),
            _number(after.points if after else None),
            why,
        )


def _only(student: Student, where: str) -> tuple[str, ...]:
    return cell(student.id), cell(student.name), cell(where), *[""] * (len(COLUMNS) - 3)


def _number(points: Decimal | None) -> str:
    return "" if points is None else decimal(points)


def _page(found: Comparison) -> DiffPage:
    old, new = (line(str(path)) for path in (found.old, found.new))
    only = ((old, found.only_old), (new, found.only_new))
    return DiffPage(
        title="Score changes",
        old=old,
        new=new,
        summary=_summary(found),
        differences=tuple(_difference(each) for each in found.differences),
        tallies=tuple(_tally(each) for each in found.tallies),
        only=tuple((f"Only in {where}", _names(who)) for where, who in only if who),
        damaged=tuple(line(str(file), 1_000) for file in found.damaged),
    )


def _summary(found: Comparison) -> str:
    if found.is_empty:
        words = f"No changes: {counted(found.both, 'student')} compared"
    else:
        gains = [each.gain for each in found.differences if each.gain is not None]
        more, less = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
        words = f"{len(found.differences)} of {counted(found.both, 'student')} changed: "
        words += f"{more} with more points, {less} with fewer"
    if found.damaged:
        words += f"; {counted(len(found.damaged), 'file')} could not be compared"
    return f"{words}."


def _names(students: Sequence[Student]) -> tuple[str, ...]:
    names = [line(f"{student.id} {student.name}".strip()) for student in students[:LISTED]]
    more = len(students) - LISTED
    return (*names, f"… and {more:,} more") if more > 0 else tuple(names)


def _difference(found: Difference) -> DifferenceView:
    before, after = (_number(each) or "undecided" for each in (found.before, found.after))
    gain = found.gain
    return DifferenceView(
        name=line(found.student.name),
        id=line(found.student.id),
        points=f"{before} → {after} of {counted(found.maximum, 'point')}",
        gain=_signed(gain),
        tone="open" if not gain else "good" if gain > 0 else "bad",
        changes=tuple(_change(each) for each in found.changes),
        why="; ".join(line(reason) for reason in found.why),
    )


def _signed(gain: Decimal | None) -> str:
    if not gain:
        return "not decided" if gain is None else "the same"
    return f"{'+' if gain > 0 else ''}{decimal(gain)}"


def _change(change: Change) -> ChangeView:
    names = {"item": change.shown.sentence, "check": change.entry.name}
    return ChangeView(
        question=_question(change.shown.question),
        name=line(names.get(change.entry.kind) or NAMES[change.entry.kind]),
        sentence=sentence(change.shown.sentence) if change.entry.kind == "check" else "",
        before=_state(change, change.before),
        after=_state(change, change.after),
    )


def _state(change: Change, state: State | None) -> str:
    if state is None:
        return "not in the assignment"
    if change.entry.kind == "status":
        return next(word for status, word in STATUS_WORDS.items() if status == state.word)
    if change.entry.kind == "lateness":
        return f"{state.word}, {decimal(-(state.points or Decimal(0)))} deducted"
    if change.entry.kind == "manual":
        return "pending" if state.points is None else _of(state)
    if change.entry.kind == "item":
        return line(state.word) if state.points is None else f"{_of(state)} ({line(state.word)})"
    return next(words.word for outcome, words in OUTCOME_WORDS.items() if outcome == state.word)


def _of(state: State) -> str:
    return f"{_number(state.points)} of {decimal(state.of)}"


def _tally(found: Tally) -> TallyView:
    return TallyView(
        question=_question(found.question),
        name=line(found.check),
        sentence=sentence(found.sentence),
        gained=f"{found.gained:,}",
        lost=f"{found.lost:,}",
        other=f"{found.other:,}",
    )


def _question(number: str) -> str:
    return f"Q{line(number)}" if number else ""


def _named(question: str, name: str) -> str:
    return f"{question} {name}".strip()
