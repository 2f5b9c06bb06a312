"""Commands that validate the checks: thresholds, known answers, mutants, seeds."""

import argparse
from functools import partial
from pathlib import Path

from rich.console import Console

from graders.commands import Commands, count
from graders.console import say
from graders.errors import UsageError


def add(commands: Commands) -> None:
    """Add the commands to the command line."""
    calibrate = commands.add_parser("calibrate", help="measure the thresholds of learning checks")
    calibrate.add_argument("checks", nargs="*", metavar="NAME", help="e.g. brackets (default: all)")
    calibrate.add_argument(
        "--runs", type=count, default=1000, help="trainings per check (default: 1000)"
    )
    calibrate.set_defaults(run=_calibrate)
    sound = commands.add_parser(
        "soundness", help="run the checks on known-wrong and known-correct submissions"
    )
    sound.add_argument("parts", nargs="*", metavar="PART", help="parts to run (default: all)")
    sound.add_argument("--seeds", type=count, default=3, help="how many seeds (default: 3)")
    sound.add_argument(
        "--table", type=Path, metavar="FILE", help="also write the numbers to FILE (default: none)"
    )
    sound.set_defaults(run=_soundness)
    mutants = commands.add_parser("mutants", help="mutation-test the checks")
    mutants.add_argument("parts", nargs="*", metavar="PART", help="parts to run (default: all)")
    mutants.add_argument(
        "--table", type=Path, metavar="FILE", help="also write the numbers to FILE (default: none)"
    )
    mutants.set_defaults(run=_mutants)
    seeds = commands.add_parser(
        "seeds", help="find flaky checks: run correct answers under many seeds"
    )
    seeds.add_argument("parts", nargs="*", metavar="PART", help="parts to run (default: all)")
    seeds.add_argument("--seeds", type=count, default=1000, help="how many seeds (default: 1000)")
    seeds.add_argument(
        "--variants",
        action="store_true",
        help="also run a variant of the right answer under each seed",
    )
    seeds.add_argument("--again", action="store_true", help="run all seeds again")
    seeds.add_argument(
        "--table", type=Path, metavar="FILE", help="also write the numbers to FILE (default: none)"
    )
    seeds.set_defaults(run=_seeds)


def _calibrate(options: argparse.Namespace, console: Console) -> int:
    from graders.validation.calibration.calibrate import write

    say(console, write(options.runs, options.checks))
    return 0


def _soundness(options: argparse.Namespace, console: Console) -> int:
    from graders.validation import floor, shown, tables
    from graders.validation.floor import floors
    from graders.validation.kept import PAGE, write_table
    from graders.validation.shown import counts_of
    from graders.validation.soundness import printed, soundness

    parts = _parts(options.parts)
    table = soundness(parts, range(1, options.seeds + 1))
    console.print(printed(table))
    say(console, "What is shown first of each mistake:")
    console.print(shown.printed({row.part: row.shown for row in table.rows}))
    for row in table.rows:
        for text in row.lines:
            console.print(text, markup=False)
    found = floors(parts)
    say(console, "What trivial answers earn of a part's points:")
    console.print(floor.printed(found))
    for each in found:
        if not each.holds:
            console.print(each.line, markup=False)
    if options.table:
        for row in table.rows:
            write_table(options.table.with_name(PAGE), row.part, row.kept)
        rows = {row.part: tables.answers(row, options.seeds) for row in table.rows}
        tables.write(options.table, "answers", rows)
        judged = {row.part: counts_of(row.shown) for row in table.rows}
        tables.write(options.table, "shown", judged)
    return int(not (table.holds and all(each.holds for each in found)))


def _mutants(options: argparse.Namespace, console: Console) -> int:
    from graders.validation import tables
    from graders.validation.mutation import judge

    holds = True
    for part in _parts(options.parts):
        verdict = judge(part)
        for text in verdict.lines:
            say(console, text)
        holds = holds and verdict.holds
        if options.table and verdict.holds:
            tables.write(options.table, "changes", {part: tables.changed(verdict)})
    return int(not holds)


def _seeds(options: argparse.Namespace, console: Console) -> int:
    from graders.validation import tables
    from graders.validation.flakiness import run

    parts, report = _parts(options.parts), partial(say, console)
    lost = run(parts, options.seeds, options.variants, options.again, report)
    for text in lost:
        report(text)
    if options.table:
        tables.write(options.table, "luck", {part: tables.met(part) for part in parts})
    return int(bool(lost))


def _parts(named: list[str]) -> list[str]:
    """Return the named parts, or all parts with checks if none is named."""
    from graders.validation.soundness import parts_with_checks

    known = parts_with_checks()
    if unknown := [part for part in named if part not in known]:
        raise UsageError(f"Unknown part {', '.join(unknown)}; known parts are {', '.join(known)}.")
    return named or known
