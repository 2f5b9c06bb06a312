"""Score changes between two batches, for staff: on a terminal, as a table and as a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from rich.text import Text

from graders.results.diff import Comparison, Difference, Move, State, Tally
from graders.results.result import Student
from graders.results.table import cell
from graders.text import counted, decimal, line, sentence
from reports.outcome_words import OUTCOME_WORDS, STATUS_WORDS
from reports.page import render

COLUMNS = (
    *("id", "name", "moved", "question", "check", "before", "after"),
    *("points_before", "points_after", "why"),
)
LISTED = 200  # students named where only one folder has them
NAMES = {
    "status": "Status",
    "check": "Check",
    "by hand": "Manual grading",
    "lateness": "Lateness",
}


@dataclass(frozen=True)
class MoveView:
    """One thing that moved: where, and its two states in words."""

    question: str
    name: str
    sentence: str
    before: str
    after: str


@dataclass(frozen=True)
class DifferenceView:
    """One student's points before and after, what moved, and why."""

    name: str
    id: str
    points: str
    gain: str
    tone: str
    moves: tuple[MoveView, ...]
    why: str


@dataclass(frozen=True)
class TallyView:
    """One check that moved, and for how many students in which way."""

    question: str
    name: str
    sentence: str
    gained: str
    lost: str
    otherwise: str


@dataclass(frozen=True)
class DiffPage:
    """Everything that diff.html.j2 prints."""

    title: str
    old: str
    new: str
    said: str
    differences: tuple[DifferenceView, ...]
    tallies: tuple[TallyView, ...]
    only: tuple[tuple[str, tuple[str, ...]], ...]
    damaged: tuple[str, ...]


def render_diff(found: Comparison) -> str:
    """Render the comparison as a self-contained page."""
    return render("diff.html.j2", _page(found))


def lines(found: Comparison) -> Iterator[Text]:
    """Say the comparison in lines: each student, each check, and in the end how many moved."""
    page = _page(found)
    for view in page.differences:
        who = Text(f"{view.id} {view.name}".strip(), "bold")
        colour = {"good": "green", "bad": "red"}.get(view.tone, "")
        yield who + Text(f": {view.points}") + Text(f" ({view.gain})", colour)
        for move in view.moves:
            yield Text(f"    {_named(move.question, move.name)}: {move.before} → {move.after}")
        yield Text(f"    Why: {view.why}", "dim")
    if page.tallies:
        yield Text("By check", "bold")
    for tally in page.tallies:
        counts = f"{tally.gained} now pass, {tally.lost} no longer, {tally.otherwise} otherwise"
        yield Text(f"    {_named(tally.question, tally.name)}: {counts}")
    for title, names in page.only:
        yield Text(f"{title}: {', '.join(names)}")
    for file in page.damaged:
        yield Text(f"Left out, for it is no result: {file}", "yellow")
    yield Text(page.said, "bold")


def table(found: Comparison) -> str:
    """Return CSV: a row for each thing that moved, and one for each student's total."""
    rows = [row for difference in found.differences for row in _rows(difference)]
    rows += [_only(student, f"only in {found.old}") for student in found.only_old]
    rows += [_only(student, f"only in {found.new}") for student in found.only_new]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _rows(found: Difference) -> Iterator[tuple[str, ...]]:
    who, why = (cell(found.student.id), cell(found.student.name)), cell("; ".join(found.why))
    yield (*who, "total", "", "", "", "", _number(found.before), _number(found.after), why)
    for move in found.moves:
        before, after = move.before, move.after
        check = move.thing.name if move.thing.kind == "check" else ""
        yield (
            *who,
            move.thing.kind,
            cell(move.shown.question),
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
        said=_said(found),
        differences=tuple(_difference(each) for each in found.differences),
        tallies=tuple(_tally(each) for each in found.tallies),
        only=tuple((f"Only in {where}", _names(who)) for where, who in only if who),
        damaged=tuple(line(str(file), 1_000) for file in found.damaged),
    )


def _said(found: Comparison) -> str:
    if found.nothing_moved:
        words = f"Nothing moved: {counted(found.both, 'student')} as before"
    else:
        gains = [each.gain for each in found.differences if each.gain is not None]
        more, less = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
        words = f"{len(found.differences)} of {counted(found.both, 'student')} moved: "
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
        moves=tuple(_move(each) for each in found.moves),
        why="; ".join(line(reason) for reason in found.why),
    )


def _signed(gain: Decimal | None) -> str:
    if not gain:
        return "not decided" if gain is None else "the same"
    return f"{'+' if gain > 0 else ''}{decimal(gain)}"


def _move(move: Move) -> MoveView:
    name = NAMES[move.thing.kind] if move.thing.kind != "check" else move.thing.name
    return MoveView(
        question=_question(move.shown.question),
        name=line(name),
        sentence=sentence(move.shown.sentence),
        before=_state(move, move.before),
        after=_state(move, move.after),
    )


def _state(move: Move, state: State | None) -> str:
    if state is None:
        return "not on the sheet"
    if move.thing.kind == "status":
        return next(word for status, word in STATUS_WORDS.items() if status == state.word)
    if move.thing.kind == "lateness":
        return f"{state.word}, {decimal(-(state.points or Decimal(0)))} taken"
    if move.thing.kind == "by hand":
        return "pending" if state.points is None else _of(state)
    word = next(words.word for outcome, words in OUTCOME_WORDS.items() if outcome == state.word)
    return word if state.points is None else f"{word}, {_of(state)}"


def _of(state: State) -> str:
    return f"{_number(state.points)} of {decimal(state.of)}"


def _tally(found: Tally) -> TallyView:
    return TallyView(
        question=_question(found.question),
        name=line(found.check),
        sentence=sentence(found.sentence),
        gained=f"{found.gained:,}",
        lost=f"{found.lost:,}",
        otherwise=f"{found.otherwise:,}",
    )


def _question(number: str) -> str:
    return f"Q{line(number)}" if number else ""


def _named(question: str, name: str) -> str:
    return f"{question} {name}".strip()
