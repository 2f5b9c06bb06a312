"""`python -m graders export`: points and reports in the formats of an LMS."""

import argparse
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from graders.console import say
from graders.errors import UsageError
from graders.files import write_file
from graders.gradebook import FEEDBACK
from graders.gradebook.canvas import fill_gradebook
from graders.gradebook.changes import Filled, LeftOut, who
from graders.gradebook.feedback import changed_files, feedback
from graders.gradebook.gradescope import gradescope_results
from graders.gradebook.moodle import fill_worksheet
from graders.results.result import Result
from graders.results.store import Results, read_result, results_of
from graders.results.table import read_table
from graders.text import counted, line, printable
from graders.uploads.lms.roster import read_roster

FILES = {
    "canvas": "canvas.csv",
    "moodle": "moodle.csv",
}
EARLIER = "not among the uploads of the newest run"
UNFINISHED = (
    "The newest run did not finish, so some points may belong to earlier uploads; run the "
    "batch again."
)
ASKED = {
    "canvas": ("gradebook", "the gradebook that Canvas exports under Grades"),
    "moodle": ("worksheet", "the grading worksheet that Moodle's assignment offers"),
}


def export(options: argparse.Namespace, console: Console) -> int:
    """Write the file that `--to` asks for; return 1 if some students are left out of it.

    Raises:
        UsageError: something is missing or wrong.
    """
    results, nothing, finished = _results(options)
    if options.to in ASKED:
        left = _table(options, results, console)
    elif options.to in FEEDBACK:
        left = _feedback(options, results, console)
    else:
        left = _gradescope(options, results, console)
    left = [*left, *nothing]
    for each in left:
        _say(console, f"Left out: {each}")
    if not finished:
        _say(console, UNFINISHED)
    return int(bool(left) or not finished)


def _results(options: argparse.Namespace) -> tuple[Sequence[Result], Sequence[LeftOut], bool]:
    """Return the requested results, the students without one, and whether the run finished."""
    place = options.out
    of_run = Results((read_result(place),)) if place.is_file() else results_of(place)
    if options.student is None:
        missing = [
            LeftOut(id, "not graded yet; run the batch until it finishes") for id in of_run.missing
        ]
        earlier = [LeftOut(who(each), EARLIER) for each in of_run.earlier]
        return of_run.found, [*missing, *earlier], of_run.finished
    if any(result.student.id == options.student for result in of_run.earlier):
        raise UsageError(f"`{options.student}` is {EARLIER}.")
    chosen = [result for result in of_run.found if result.student.id == options.student]
    if not chosen:
        raise UsageError(f"There is no student `{options.student}` in {options.out}.")
    return chosen, [], of_run.finished


def _table(
    options: argparse.Namespace, results: Sequence[Result], console: Console
) -> Sequence[LeftOut]:
    name, what = ASKED[options.to]
    source: Path | None = getattr(options, name)
    if source is None:
        raise UsageError(f"`--to {options.to}` needs `--{name} FILE.csv`, {what}.")
    target = _target(options)
    if target.resolve() == source.resolve():
        raise UsageError(f"{target} is the {name} itself; choose another `--file`.")
    done = _filled(options, source, results)
    for note in done.notes:
        _say(console, note)
    if options.dry_run:
        for change in done.changes:
            _say(console, str(change))
    else:
        write_file(target, done.table.text().encode("utf-8"))
    same = len(results) - len(done.changes) - len(done.left)
    counts = f"{len(done.changes)} changed, {same} unchanged, {len(done.left)} left out"
    _say(console, f"{counts}. {_wrote(options, target)}")
    return done.left


def _filled(options: argparse.Namespace, source: Path, results: Sequence[Result]) -> Filled:
    roster = read_roster(options.roster) if options.roster else None
    table = read_table(source)
    if options.to == "canvas":
        return fill_gradebook(table, options.column, results, roster)
    return fill_worksheet(table, results, roster, options.column, options.identifier_column)


def _feedback(
    options: argparse.Namespace, results: Sequence[Result], console: Console
) -> Sequence[LeftOut]:
    target = _target(options)
    done = feedback(options.to, options.out, results)
    if options.dry_run:
        for change in _changed(done.files, target):
            _say(console, change)
    else:
        write_file(target, done.zipped())
    _say(console, f"{counted(len(done.files), 'report')}. {_wrote(options, target)}")
    return done.left


def _changed(files: Mapping[str, bytes], target: Path) -> list[str]:
    try:
        return changed_files(files, target.read_bytes() if target.exists() else b"")
    except (OSError, zipfile.BadZipFile):
        return [f"{target} is not a zip and would be replaced."]


def _gradescope(
    options: argparse.Namespace, results: Sequence[Result], console: Console
) -> Sequence[LeftOut]:
    """Write each student's results.json; Gradescope itself handles manual points."""
    failed = "needs staff: the grader failed, not the submission"
    left = [LeftOut(who(r), failed) for r in results if r.status == "needs_staff"]
    ready = [result for result in results if result.status != "needs_staff"]
    if options.file and len(results) != 1:
        raise UsageError("`--file` is for one student; choose one with `--student ID`.")
    folder = options.out / "gradescope" if options.out.is_dir() else options.out.parent
    files = {r.student.id: options.file or folder / f"{r.student.id}.json" for r in ready}
    for result in ready:
        path, text = files[result.student.id], gradescope_results(result).encode()
        if not options.dry_run:
            write_file(path, text)
        elif not (path.is_file() and path.read_bytes() == text):
            _say(console, f"{who(result)}: {'changed' if path.exists() else 'new'}")
    _say(console, f"{counted(len(ready), 'result')}. {_wrote(options, options.file or folder)}")
    return left


def _target(options: argparse.Namespace) -> Path:
    if options.file is None and not options.out.is_dir():
        raise UsageError("Name the file to write with `--file`.")
    target: Path = options.file or options.out / FILES.get(options.to, f"{options.to}.zip")
    return target


def _wrote(options: argparse.Namespace, target: Path) -> str:
    return "Nothing was written." if options.dry_run else f"Wrote {target}"


def _say(console: Console, text: str) -> None:
    say(console, line(printable(text), 1_000))
