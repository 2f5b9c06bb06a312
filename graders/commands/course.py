"""Commands about the set of sheets, template, reference and fixtures."""

import argparse
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from graders.commands import Commands, points
from graders.console import say


def add(commands: Commands) -> None:
    """Add the commands to the command line."""
    assignment = commands.add_parser("assignment", help="validate assignment files")
    assignment.add_argument(
        "file", type=Path, nargs="*", help="a TOML file (default: all assignments)"
    )
    assignment.set_defaults(run=_assignment)
    _add_old_name(commands, "sheet", assignment)
    template = commands.add_parser(
        "template", help="check template, reference, assignments and fixtures for consistency"
    )
    template.add_argument(
        "parts", nargs="*", metavar="PART", help="parts whose checks are run (default: all)"
    )
    template.set_defaults(run=_template)
    fixtures = commands.add_parser("fixtures", help="rebuild the fixtures")
    fixtures.add_argument(
        "--expected", action="store_true", help="also grade the sample uploads and keep the results"
    )
    fixtures.set_defaults(run=_fixtures)
    release = commands.add_parser("release", help="build the student handout (zip)")
    release.add_argument("assignment", help="which assignment, e.g. vu-3b")
    release.add_argument(
        "--out", type=Path, help="where to write it (default: dist/ASSIGNMENT.zip)"
    )
    release.set_defaults(run=_release)
    _add_new_assignment(commands)


def _add_new_assignment(commands: Commands) -> None:
    new = commands.add_parser("new-assignment", help="start an assignment from existing parts")
    new.add_argument("name", help="name of the assignment, e.g. my-course")
    new.add_argument(
        "--parts", required=True, help="parts, separated by commas, e.g. padding,elman"
    )
    new.add_argument("--title", help="title that students read (default: the name)")
    new.add_argument(
        "--points", type=points, default=Decimal(10), help="total points (default: 10)"
    )
    new.set_defaults(run=_new_assignment)
    _add_old_name(commands, "new-sheet", new)


def _add_old_name(commands: Commands, name: str, command: argparse.ArgumentParser) -> None:
    """Keep the name that a command had before 0.2; without a help text it is not listed."""
    commands.add_parser(name, parents=[command], add_help=False)


def _assignment(options: argparse.Namespace, console: Console) -> int:
    from graders.sheets.sheet import SHEETS, read_sheet_file, sheet_names

    for file in options.file or [SHEETS / f"{name}.toml" for name in sheet_names()]:
        sheet = read_sheet_file(file)
        words = f"{sheet.name}: {sheet.title}, {sheet.points} points, {len(sheet.checks)} checks"
        say(console, words)
    return 0


def _template(options: argparse.Namespace, console: Console) -> int:
    from graders.text import counted
    from graders.validation.consistency.template import problems

    found = 0
    for problem in problems(options.parts):
        say(console, problem)
        found += 1
    console.print(f"{counted(found, 'problem')}." if found else "No problems found.")
    return int(bool(found))


def _fixtures(options: argparse.Namespace, console: Console) -> int:
    from graders.fixtures.fixtures import write

    names = write()
    if options.expected:
        from graders.fixtures.samples import rebuild_expected

        names += [f"expected/{name}" for name in rebuild_expected()]
    rebuilt = "\n".join(f"rebuilt {name}" for name in names)
    say(console, rebuilt or "Everything is up to date.")
    return 0


def _release(options: argparse.Namespace, console: Console) -> int:
    from graders.files import write_file
    from graders.student.release import release

    target = options.out or Path("dist", f"{options.assignment}.zip")
    data = release(options.assignment)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_file(target, data)
    say(console, f"Wrote {target}, {len(data):,} bytes")
    return 0


def _new_assignment(options: argparse.Namespace, console: Console) -> int:
    from graders.sheets.new_sheet import new_sheet
    from graders.sheets.sheet import SHEETS

    parts = [part.strip() for part in options.parts.split(",")]
    text = new_sheet(options.name, options.title or options.name, parts, options.points)
    target = SHEETS / f"{options.name}.toml"
    target.write_text(text, encoding="utf-8")
    words = "Next, edit titles, points and manual points, then run `python -m graders template`."
    say(console, f"Wrote {target}. {words}")
    return 0
