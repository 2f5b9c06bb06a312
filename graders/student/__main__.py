"""`python -m graders.student COMMAND`: the commands in a student's folder."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from graders.console import ended, say
from graders.errors import Unreadable, UsageError
from graders.files import packed, write_whole
from graders.paths import ROOT
from graders.sheets.sheet import Sheet, read_sheet
from graders.student.check_one import only_part, write_report
from graders.student.folder import OWN, grade_submitted, own_files, upload_name
from reports.terminal import show

Command = Callable[[argparse.Namespace, Sheet, Console], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit codes: 0 all checks passed, 1 a check failed, 2 a usage error."""
    options = parser().parse_args(arguments)
    command: Command = options.run
    return ended(lambda console: command(options, _sheet(), console), "Stopped.")


def _sheet() -> Sheet:
    """Return the sheet of this folder."""
    return read_sheet(json.loads((ROOT / OWN).read_text(encoding="utf-8"))["assignment"])


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m graders.student", description=__doc__)
    top.add_argument("--folder", type=Path, default=Path(), help="your folder (default: this one)")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="run all checks and write the report")
    check.set_defaults(run=_check)
    quick = commands.add_parser("quick", help="run the checks of one part")
    quick.add_argument("part", nargs="?", help="e.g. elman (default: list the parts)")
    quick.add_argument("--watch", action="store_true", help="run again whenever a file is saved")
    quick.set_defaults(run=_quick)
    submit = commands.add_parser("submit", help="pack the upload and check it")
    submit.add_argument(
        "name",
        nargs="?",
        help="the upload's name, as the assignment requires it (default: ASSIGNMENT.zip)",
    )
    submit.set_defaults(run=_submit)
    for command in (check, quick, submit):
        command.add_argument(
            "--seed", type=int, default=1, help="seed of all random inputs and sizes (default: 1)"
        )
    return top


def _check(options: argparse.Namespace, sheet: Sheet, console: Console) -> int:
    return _graded(packed(own_files(options.folder)), "", options, sheet, console)


def _quick(options: argparse.Namespace, sheet: Sheet, console: Console) -> int:
    if options.part is None:
        raise UsageError(f"Choose a part: {', '.join(sheet.parts)}.")
    part = only_part(sheet, options.part)
    if not options.watch:
        return _check(options, part, console)
    from watchfiles import PythonFilter, watch

    seen, first = PythonFilter(extra_extensions=(".ipynb",)), True
    # A file saved while the checks run is seen afterwards: the watcher keeps running.
    for changes in watch(
        options.folder, watch_filter=seen, rust_timeout=300, yield_on_timeout=True
    ):
        if first or changes:
            first = False
            _again(options, part, console)
    return 0


def _again(options: argparse.Namespace, part: Sheet, console: Console) -> None:
    try:
        _check(options, part, console)
    except (UsageError, Unreadable) as problem:
        say(console, str(problem))
    console.print("Waiting for the next save; stop with Ctrl-C.")


def _submit(options: argparse.Namespace, sheet: Sheet, console: Console) -> int:
    name, files = upload_name(sheet, options.name), own_files(options.folder)
    target = options.folder / "dist" / name
    target.parent.mkdir(exist_ok=True)
    write_whole(target, packed(files))
    code = _graded(target.read_bytes(), name, options, sheet, console)
    say(console, f"\nReady to submit: {target.resolve()} contains")
    for path, content in files.items():
        say(console, f"  {path} ({len(content):,} bytes)")
    return code


def _graded(
    data: bytes, name: str, options: argparse.Namespace, sheet: Sheet, console: Console
) -> int:
    """Grade an upload, show the result and write the report."""
    result = grade_submitted(data, name, sheet, options.seed)
    show(result, write_report(result, sheet, options.folder / "report.html"), console)
    return int(not result.all_checks_passed)


if __name__ == "__main__":
    sys.exit(main())
