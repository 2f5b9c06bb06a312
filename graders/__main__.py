"""`python -m graders COMMAND`: the one command line of the project."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from graders.harness.errors import Unreadable, UsageError

Command = Callable[[argparse.Namespace, Console], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 done but something failed, 2 the user's fault."""
    options = parser().parse_args(arguments)
    console = Console(highlight=False)
    run: Command = options.run
    try:
        return run(options, console)
    except (UsageError, Unreadable) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Finished results are kept; the same command goes on.", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="python -m graders", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    batch = commands.add_parser("batch", help="grade a class's uploads")
    batch.add_argument("uploads", type=Path, help="the LMS's zip, or a folder of uploads")
    batch.add_argument("--out", type=Path, required=True, help="folder for results and reports")
    batch.add_argument("--jobs", type=_count, default=os.cpu_count() or 1)
    batch.add_argument("--sandbox", default="auto", choices=["auto", "bwrap", "none"])
    batch.set_defaults(run=_batch)
    check = commands.add_parser("check", help="check one submission: a folder or an archive")
    check.add_argument("folder", type=Path)
    check.add_argument("--part", help="only the checks of one part, such as elman")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    check.add_argument("--report", type=Path, help="where the report goes (FOLDER/report.html)")
    check.add_argument("--sandbox", default="none", choices=["auto", "bwrap", "none"])
    check.set_defaults(run=_check)
    for command in (batch, check):
        command.add_argument("--assignment", default="rnn")
        command.add_argument("--seed", type=int, default=1)
    sheet = commands.add_parser("sheet", help="read the sheets and say what is wrong with them")
    sheet.add_argument("--check", action="store_true", help="the default, and all there is yet")
    sheet.set_defaults(run=_sheet)
    template = commands.add_parser("template", help="twins, reference, skeleton, sheets, fixtures")
    template.set_defaults(run=_template)
    fixtures = commands.add_parser("fixtures", help="rebuild the fixtures")
    fixtures.add_argument(
        "--expected", action="store_true", help="also grade the sample uploads and keep the results"
    )
    fixtures.set_defaults(run=_fixtures)
    calibrate = commands.add_parser("calibrate", help="measure the thresholds of learning checks")
    calibrate.add_argument("--runs", type=_count, default=1000)
    calibrate.set_defaults(run=_calibrate)
    sound = commands.add_parser("soundness", help="known wrong and right answers, judged")
    sound.add_argument("parts", nargs="*", metavar="PART", help="all that have checks unless named")
    sound.add_argument("--seeds", type=_count, default=3, help="how many fresh sets of numbers")
    sound.set_defaults(run=_soundness)
    return top


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _batch(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.batch import Batch, run
    from graders.harness.events import Events
    from graders.harness.sheet import read_sheet

    sheet = read_sheet(options.assignment)
    if options.sandbox == "none":
        print(
            "Without a sandbox these uploads run with your rights: grade only your own.",
            file=sys.stderr,
        )
    batch = Batch(options.uploads, options.out, sheet, options.seed, options.jobs, options.sandbox)
    summaries = run(batch, Events(console, options.out / "run.jsonl"))
    look = (options.out / "index.html").resolve()
    unreadable = sum(summary.status == "unreadable" for summary in summaries)
    graded = f"{len(summaries) - unreadable} graded" + (
        f", {unreadable} unreadable" if unreadable else ""
    )
    console.print(f"{graded}. Look at {look}", markup=False, soft_wrap=True)
    return int(any(summary.needs_staff for summary in summaries))


def _check(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.single import check

    return check(options, console)


def _sheet(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.sheet import read_sheet, sheet_names

    for name in sheet_names():
        sheet = read_sheet(name)
        console.print(f"{name}: {sheet.title}, {sheet.points} points, {len(sheet.checks)} checks")
    return 0


def _template(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.template import problems

    found = list(problems())
    for problem in found:
        console.print(problem, markup=False, soft_wrap=True)
    console.print("The set holds together." if not found else f"{len(found)} problems.")
    return int(bool(found))


def _fixtures(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.fixtures import write

    names = write()
    if options.expected:
        from graders.harness.samples import rebuild_expected

        names += [f"expected/{name}" for name in rebuild_expected()]
    rebuilt = "\n".join(f"rebuilt {name}" for name in names)
    console.print(rebuilt or "All are as they should be.", markup=False, soft_wrap=True)
    return 0


def _calibrate(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.calibrate import write

    console.print(write(options.runs), markup=False, soft_wrap=True)
    return 0


def _soundness(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.soundness import parts_with_checks, printed, soundness

    known = parts_with_checks()
    if unknown := [part for part in options.parts if part not in known]:
        raise UsageError(f"No part {', '.join(unknown)} has checks; there are {', '.join(known)}.")
    table = soundness(options.parts or known, range(1, options.seeds + 1))
    console.print(printed(table))
    for row in table.rows:
        for text in row.lines:
            console.print(text, markup=False)
    return int(not table.holds)


if __name__ == "__main__":
    sys.exit(main())
