"""Commands about the results of a batch: manual grades, exports, pages, comparisons."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from graders.commands import FORMS, Commands, secret_seed, sheet_and_seed
from graders.console import say
from graders.gradebook import TARGETS

if TYPE_CHECKING:
    from graders.uploads.upload import Upload


def add(commands: Commands) -> None:
    """Add the commands to the command line."""
    _add_manual(commands)
    _add_diff(commands)
    _add_export(commands)
    _add_autograder(commands)
    _add_reports(commands)
    _add_mark(commands)
    _add_similarity(commands)


def _add_manual(commands: Commands) -> None:
    manual = commands.add_parser(
        "manual", help="merge manual grades from OUT/manual.csv into reports and grades.csv"
    )
    manual.add_argument("out", type=Path, help="the folder that a batch wrote")
    manual.set_defaults(run=_manual)


def _add_diff(commands: Commands) -> None:
    diff = commands.add_parser("diff", help="list score changes between two runs, with the cause")
    diff.add_argument("old", type=Path, help="the folder that the earlier `batch --out` wrote")
    diff.add_argument("new", type=Path, help="the folder of the later one")
    diff.add_argument("--csv", type=Path, metavar="FILE", help="also write a table (default: none)")
    diff.add_argument("--html", type=Path, metavar="FILE", help="also write a page (default: none)")
    diff.set_defaults(run=_diff)


def _add_export(commands: Commands) -> None:
    export = commands.add_parser("export", help="export grades or feedback to an LMS")
    export.add_argument("out", type=Path, help="the folder that `batch --out` wrote")
    export.add_argument(
        "--to",
        required=True,
        choices=TARGETS,
        help="what to write, for which LMS: grades or feedback files",
    )
    _add_tables(export)
    export.add_argument("--student", metavar="ID", help="only this student (default: all)")
    export.add_argument("--file", type=Path, help="where to write it (default: a file in OUT)")
    export.add_argument(
        "--dry-run", action="store_true", help="list what would change and write nothing"
    )
    export.set_defaults(run=_export)


def _add_tables(export: argparse.ArgumentParser) -> None:
    """Add the options on the tables of an LMS and their columns."""
    export.add_argument(
        "--gradebook", type=Path, help="the Canvas gradebook, as exported (default: none)"
    )
    export.add_argument(
        "--worksheet", type=Path, help="the Moodle grading worksheet, as exported (default: none)"
    )
    export.add_argument(
        "--column",
        help="the assignment in the gradebook, or the grade's header (default: the only one)",
    )
    export.add_argument(
        "--identifier-column", help="header of the worksheet's identifiers (default: recognised)"
    )
    export.add_argument(
        "--roster", type=Path, help="CSV of ids, names, e-mail, groups (default: none)"
    )


def _add_autograder(commands: Commands) -> None:
    autograder = commands.add_parser("gradescope-zip", help="build a Gradescope autograder")
    sheet_and_seed(autograder, None, "a secret one")
    autograder.add_argument(
        "--out",
        type=Path,
        default=Path("autograder.zip"),
        help="where to write it (default: autograder.zip)",
    )
    autograder.set_defaults(run=_gradescope_zip)


def _add_reports(commands: Commands) -> None:
    reports = commands.add_parser(
        "reports", help="render a class's reports again, or write them as zip, PDF or Markdown"
    )
    reports.add_argument("out", type=Path, help="the folder that `batch --out` wrote")
    reports.add_argument(
        "--render",
        action="store_true",
        help="write reports, class page and grades.csv again from the results, without grading",
    )
    reports.add_argument(
        "--zip", type=Path, metavar="FILE", help="write all reports in one zip (default: none)"
    )
    reports.add_argument("--pdf", action="store_true", help="students/<id>/report.pdf each")
    reports.add_argument(
        "--markdown", action="store_true", help="students/<id>/comment.md each, for an LMS"
    )
    reports.set_defaults(run=_reports)


def _add_mark(commands: Commands) -> None:
    mark = commands.add_parser("mark", help="grade manually on a local web page")
    mark.add_argument("out", type=Path, help="the folder that a batch wrote")
    mark.add_argument(
        "uploads",
        type=Path,
        nargs="?",
        help="the uploads that were graded, to show their files (default: none)",
    )
    _as_graded(mark)
    mark.add_argument("--port", type=int, default=0, help="port of the page (default: a free one)")
    mark.set_defaults(run=_mark)


def _add_similarity(commands: Commands) -> None:
    similarity = commands.add_parser(
        "similarity", help="similarity report: submissions with similar code"
    )
    similarity.add_argument("out", type=Path, help="the folder that a batch wrote")
    similarity.add_argument("uploads", type=Path, help="the uploads that were graded")
    _as_graded(similarity)
    similarity.add_argument(
        "--given",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="more code that all students were given: a file or folder; repeatable (default: none)",
    )
    similarity.set_defaults(run=_similarity)


def _as_graded(command: argparse.ArgumentParser) -> None:
    """Add the options that tell `batch` the owners of the uploads."""
    command.add_argument(
        "--lms", default="auto", choices=FORMS, help="same value as for `batch` (default: auto)"
    )
    command.add_argument(
        "--roster", type=Path, help="same value as for `batch` (default: the LMS's own)"
    )


def _manual(options: argparse.Namespace, console: Console) -> int:
    from graders.manual.apply import merge

    merged = merge(options.out)
    table = (options.out / "manual.csv").resolve()
    waiting = f"; {merged.waiting} still pending in {table}" if merged.waiting else ""
    words = f"{merged.changed} of {merged.students} results have new manual grades{waiting}."
    say(console, words)
    if merged.missing or not merged.finished:
        missing = f": {merged.missing} have no result yet" if merged.missing else ""
        say(console, f"The latest run did not finish{missing}; run the batch again.")
    return 0


def _diff(options: argparse.Namespace, console: Console) -> int:
    from graders.files import write_file
    from graders.results.diff import compare
    from reports.staff.diff_page import lines, render_diff, table

    found = compare(options.old, options.new)
    for text in lines(found):
        console.print(text, soft_wrap=True)
    if options.csv:
        write_file(options.csv, table(found).encode())
    if options.html:
        write_file(options.html, render_diff(found).encode())
    return 0


def _export(options: argparse.Namespace, console: Console) -> int:
    from graders.gradebook.export import export

    return export(options, console)


def _gradescope_zip(options: argparse.Namespace, console: Console) -> int:
    from graders.files import write_file
    from graders.gradebook.gradescope_zip import autograder_zip

    seed = secret_seed() if options.seed is None else options.seed
    write_file(options.out, autograder_zip(options.assignment, seed))
    say(console, f"Wrote {options.out}")
    return 0


def _reports(options: argparse.Namespace, console: Console) -> int:
    from reports.formats import export

    for text in export(options.out, options.zip, options.pdf, options.markdown, options.render):
        say(console, text)
    return 0


def _mark(options: argparse.Namespace, console: Console) -> int:
    from graders.manual.server import serve

    uploads = _uploads(options) if options.uploads else None
    return serve(options.out, uploads, options.port, console)


def _uploads(options: argparse.Namespace) -> Sequence["Upload"]:
    from graders.uploads.intake import take_in
    from graders.uploads.lms.roster import read_roster

    roster = read_roster(options.roster) if options.roster else None
    return take_in(options.uploads, options.lms, roster).uploads


def _similarity(options: argparse.Namespace, console: Console) -> int:
    from graders.files import write_file
    from graders.results.store import results_of
    from graders.results.summary import summarise
    from graders.similarity.compare import compare
    from graders.student.notebook import given_sources
    from graders.text import listed
    from reports.publish import write_pages
    from reports.staff.similarity_page import FILE, in_short, render_similarity

    results = results_of(options.out).found
    sources = given_sources({result.assignment for result in results}, options.given)
    found = compare(results, _uploads(options), sources)
    page = options.out / FILE
    write_file(page, render_similarity(found, {each.student.id for each in results}).encode())
    write_pages([summarise(result) for result in results], options.out)
    say(console, f"{in_short(found)} Look at {page.resolve()}")
    if found.changed:
        say(console, f"Changed since grading: {listed([s.name or s.id for s in found.changed])}.")
    return 0
