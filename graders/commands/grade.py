"""Commands that grade: a class, one submission, and Dask workers on this machine."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from graders.commands import FORMS, Commands, count, secret_seed, sheet_and_seed
from graders.console import say
from graders.errors import UsageError

if TYPE_CHECKING:
    from graders.batch.settings import Batch
    from graders.results.summary import ResultSummary
    from graders.sheets.sheet import Sheet


def add(commands: Commands) -> None:
    """Add the commands to the command line."""
    _add_batch(commands)
    _add_worker(commands)
    _add_check(commands)


def _add_batch(commands: Commands) -> None:
    batch = commands.add_parser("batch", help="grade a class's uploads")
    batch.add_argument("uploads", type=Path, help="the LMS's zip, or a folder of uploads")
    batch.add_argument("--out", type=Path, required=True, help="folder for results and reports")
    batch.add_argument(
        "--lms",
        default="auto",
        choices=FORMS,
        help="LMS export format (default: auto, which detects it)",
    )
    batch.add_argument(
        "--roster", type=Path, help="CSV of ids, names, e-mail, groups (default: the LMS's own)"
    )
    batch.add_argument(
        "--jobs", type=count, help="submissions graded in parallel (default: CPU cores)"
    )
    batch.add_argument(
        "--sandbox",
        choices=["auto", "zygote", "bwrap", "none"],
        help="how submissions are confined (default: auto, the best that works here)",
    )
    batch.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="grade on a Dask cluster, such as tcp://host:8786 (default: on this machine)",
    )
    _add_grading_options(batch)
    sheet_and_seed(batch, None, "that of the results in OUT, otherwise a secret one")
    batch.set_defaults(run=_batch)


def _add_grading_options(batch: argparse.ArgumentParser) -> None:
    """Add the options on deadlines and on what is graded again."""
    batch.add_argument(
        "--deadline",
        help="deadline if the assignment sets none, e.g. 2026-12-01T23:59+01:00 (default: none)",
    )
    batch.add_argument(
        "--extensions",
        "--waivers",  # its name before 0.2
        dest="extensions",
        type=Path,
        metavar="FILE",
        help="CSV of deadline extensions (default: none)",
    )
    batch.add_argument(
        "--regrade",
        action="append",
        default=[],
        metavar="STUDENT|CHECK",
        help="regrade a student, or everyone failing a check or part; repeatable (default: nobody)",
    )
    batch.add_argument(
        "--since",
        metavar="TIME",
        help="regrade results older than TIME; with --regrade, only among those (default: none)",
    )


def _add_worker(commands: Commands) -> None:
    worker = commands.add_parser("worker", help="start a Dask worker on this machine")
    worker.add_argument(
        "scheduler", metavar="ADDRESS", help="address of the scheduler, e.g. tcp://host:8786"
    )
    worker.add_argument(
        "--slots",
        type=count,
        default=os.cpu_count() or 1,
        help="submissions graded in parallel (default: CPU cores)",
    )
    worker.add_argument(
        "--sandbox",
        default="auto",
        choices=["auto", "zygote", "bwrap"],
        help="how submissions are confined (default: auto, the best that works here)",
    )
    worker.set_defaults(run=_worker)


def _add_check(commands: Commands) -> None:
    check = commands.add_parser("check", help="check one submission: a folder or an archive")
    check.add_argument("folder", type=Path, help="the submission: a folder or an archive")
    check.add_argument(
        "--part", help="only the checks of one part, e.g. elman (default: all parts)"
    )
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    check.add_argument(
        "--report", type=Path, help="where to write the report (default: FOLDER/report.html)"
    )
    sandboxes = ["auto", "zygote", "bwrap", "locked", "none"]
    check.add_argument(
        "--sandbox",
        default="none",
        choices=sandboxes,
        help="how the submission is confined (default: none, for your own work)",
    )
    sheet_and_seed(check)
    check.set_defaults(run=_check)


def _batch(options: argparse.Namespace, console: Console) -> int:
    from graders.batch.batch import run
    from graders.batch.progress import Events
    from graders.sheets.deadline import given_deadline
    from graders.sheets.sheet import read_sheet

    sheet = read_sheet(options.assignment)
    if options.deadline:
        sheet = replace(sheet, deadline=given_deadline(options.deadline))
    if options.deadline and not sheet.late:
        words = "has no [late] policy: lateness is shown without a penalty."
        say(console, f"The assignment {sheet.name} {words}")
    _check_places(options)
    if options.sandbox == "none":
        print(
            "Without a sandbox these uploads run with your permissions: grade only your own.",
            file=sys.stderr,
        )
    batch = _settings(options, sheet)
    say(
        console,
        f"Seed {batch.seed}; grade with `--seed {batch.seed}` for the same inputs elsewhere.",
    )
    summaries = run(batch, Events(console, options.out / "run.jsonl"))
    _say_where(console, summaries, (options.out / "index.html").resolve())
    return int(any(summary.needs_staff for summary in summaries))


def _settings(options: argparse.Namespace, sheet: "Sheet") -> "Batch":
    from graders.batch.extensions import read_extensions
    from graders.batch.regrade import Regrade, given_since
    from graders.batch.settings import Batch

    return Batch(
        options.uploads,
        options.out,
        sheet,
        seed_of(options.out) if options.seed is None else options.seed,
        options.jobs or os.cpu_count() or 1,
        options.sandbox or "auto",
        extensions=read_extensions(options.extensions) if options.extensions else {},
        lms=options.lms,
        roster=options.roster,
        regrade=Regrade(
            tuple(options.regrade), given_since(options.since) if options.since else None
        ),
        scheduler=options.scheduler,
    )


def seed_of(out: Path) -> int:
    """Return the seed of the results in OUT, so that they stay as they are, or else a secret one."""
    from graders.results.store import any_result

    earlier = any_result(out)
    return earlier.environment.seed if earlier else secret_seed()


def _check_places(options: argparse.Namespace) -> None:
    """Refuse options for the workers on this machine if a cluster grades."""
    if options.scheduler and (options.jobs or options.sandbox):
        raise UsageError(
            "`--jobs` and `--sandbox` set the workers on this machine; set those of a cluster "
            "where you start them: `python -m graders worker ADDRESS --slots 4 --sandbox bwrap`."
        )


def _say_where(console: Console, summaries: Sequence["ResultSummary"], page: Path) -> None:
    """Print how many submissions were graded, what is pending, and where the results are."""
    unreadable = sum(summary.status == "unreadable" for summary in summaries)
    graded = f"{len(summaries) - unreadable} graded" + (
        f", {unreadable} unreadable" if unreadable else ""
    )
    if waiting := sum(summary.waiting for summary in summaries):
        say(console, f"{waiting} manual grades pending in {page.with_name('manual.csv')}.")
    say(console, f"{graded}. Look at {page}")


def _worker(options: argparse.Namespace, console: Console) -> int:
    from graders.batch.cluster import work

    work(options.scheduler, options.slots, options.sandbox, partial(say, console))
    return 0


def _check(options: argparse.Namespace, console: Console) -> int:
    from graders.student.check_one import check

    return check(options, console)
