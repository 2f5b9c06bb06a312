"""`python -m graders COMMAND`: the one command line of the project."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from graders.harness.ending import ended
from graders.harness.errors import UsageError

Command = Callable[[argparse.Namespace, Console], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 done but something failed, 2 the user's fault."""
    options = parser().parse_args(arguments)
    run: Command = options.run
    stopped = "Stopped. Finished results are kept; the same command goes on."
    return ended(lambda console: run(options, console), stopped)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="python -m graders", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    batch = commands.add_parser("batch", help="grade a class's uploads")
    batch.add_argument("uploads", type=Path, help="the LMS's zip, or a folder of uploads")
    batch.add_argument("--out", type=Path, required=True, help="folder for results and reports")
    batch.add_argument(
        "--lms",
        default="auto",
        choices=["auto", "canvas", "moodle", "gradescope", "brightspace", "plain"],
        help="whose form the uploads have; recognised unless said",
    )
    batch.add_argument("--roster", type=Path, help="CSV of ids, names, e-mail, groups")
    batch.add_argument("--jobs", type=_count, help="how many at a time (as many as cores)")
    batch.add_argument("--sandbox", choices=["auto", "zygote", "bwrap", "none"], help="(auto)")
    batch.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="grade in the slots of a Dask cluster, such as tcp://host:8786, not on this machine",
    )
    batch.add_argument("--deadline", help="where the sheet has none: 2026-12-01T23:59+01:00")
    batch.add_argument("--waivers", type=Path, help="CSV of who was given more time, and why")
    batch.add_argument(
        "--regrade",
        action="append",
        default=[],
        metavar="WHO|CHECK",
        help="grade anew: this student, or all who do not pass this check or part; repeatable",
    )
    batch.add_argument(
        "--since",
        metavar="TIME",
        help="grade anew what was finished before (of --regrade, if given): 2026-12-01T23:59+01:00",
    )
    batch.set_defaults(run=_batch)
    worker = commands.add_parser("worker", help="offer slots of this machine to a Dask cluster")
    worker.add_argument("scheduler", metavar="ADDRESS", help="of its scheduler: tcp://host:8786")
    worker.add_argument("--slots", type=_count, default=os.cpu_count() or 1)
    worker.add_argument("--sandbox", default="auto", choices=["auto", "zygote", "bwrap"])
    worker.set_defaults(run=_worker)
    manual = commands.add_parser("manual", help="put the points of OUT/manual.csv into results")
    manual.add_argument("out", type=Path, help="the folder that a batch wrote")
    manual.set_defaults(run=_manual)
    diff = commands.add_parser("diff", help="what moved between two batches, and why")
    diff.add_argument("old", type=Path, help="the folder that the earlier `batch --out` wrote")
    diff.add_argument("new", type=Path, help="the folder of the later one")
    diff.add_argument("--csv", type=Path, metavar="FILE", help="the same as a table")
    diff.add_argument("--html", type=Path, metavar="FILE", help="the same as a page, for staff")
    diff.set_defaults(run=_diff)
    check = commands.add_parser("check", help="check one submission: a folder or an archive")
    check.add_argument("folder", type=Path)
    check.add_argument("--part", help="only the checks of one part, such as elman")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    check.add_argument("--report", type=Path, help="where the report goes (FOLDER/report.html)")
    sandboxes = ["auto", "zygote", "bwrap", "locked", "none"]
    check.add_argument("--sandbox", default="none", choices=sandboxes)
    check.set_defaults(run=_check)
    for command in (batch, check):
        command.add_argument("--assignment", default="rnn")
        command.add_argument("--seed", type=int, default=1)
    export = commands.add_parser("export", help="write points or reports as an LMS reads them")
    export.add_argument("out", type=Path, help="the folder that `batch --out` wrote")
    export.add_argument(
        "--to",
        required=True,
        choices=["canvas", "canvas-feedback", "moodle", "moodle-feedback", "gradescope"],
    )
    export.add_argument("--gradebook", type=Path, help="Canvas's gradebook, as exported")
    export.add_argument("--worksheet", type=Path, help="Moodle's grading worksheet, as exported")
    export.add_argument("--column", help="the assignment in the gradebook, or the grade's header")
    export.add_argument("--identifier-column", help="the worksheet's first header, as it is called")
    export.add_argument("--roster", type=Path, help="CSV of ids, names, e-mail, groups")
    export.add_argument("--student", metavar="ID", help="only this one")
    export.add_argument("--file", type=Path, help="where it goes (a file in OUT)")
    export.add_argument("--dry-run", action="store_true", help="only say what would change")
    export.set_defaults(run=_export)
    autograder = commands.add_parser("gradescope-zip", help="make an autograder for Gradescope")
    autograder.add_argument("--assignment", default="rnn")
    autograder.add_argument("--seed", type=int, default=1)
    autograder.add_argument("--out", type=Path, default=Path("autograder.zip"))
    autograder.set_defaults(run=_gradescope_zip)
    reports = commands.add_parser("reports", help="a class's reports as zip, PDF or Markdown")
    reports.add_argument("out", type=Path, help="the folder that `batch --out` wrote")
    reports.add_argument("--zip", type=Path, metavar="FILE", help="all reports in one zip")
    reports.add_argument("--pdf", action="store_true", help="students/<id>/report.pdf each")
    reports.add_argument(
        "--markdown", action="store_true", help="students/<id>/comment.md each, for an LMS"
    )
    reports.set_defaults(run=_reports)
    mark = commands.add_parser("mark", help="give points by hand on a page of this machine")
    mark.add_argument("out", type=Path, help="the folder that a batch wrote")
    mark.add_argument("uploads", type=Path, nargs="?", help="what was graded, to look into it")
    mark.add_argument("--port", type=int, default=0, help="a free one unless given")
    mark.set_defaults(run=_mark)
    similarity = commands.add_parser("similarity", help="whose uploads hold alike code, for staff")
    similarity.add_argument("out", type=Path, help="the folder that a batch wrote")
    similarity.add_argument("uploads", type=Path, help="what was graded")
    similarity.add_argument("--roster", type=Path, help="CSV of ids, names, e-mail, groups")
    similarity.add_argument(
        "--given",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="further code that students were given: a file or folder; repeatable",
    )
    similarity.set_defaults(run=_similarity)
    sheet = commands.add_parser("sheet", help="read the sheets and say what is wrong with them")
    sheet.add_argument("file", type=Path, nargs="*", help="a TOML file; all sheets unless named")
    sheet.add_argument("--check", action="store_true", help="the default, and all there is")
    sheet.set_defaults(run=_sheet)
    template = commands.add_parser("template", help="twins, reference, skeleton, sheets, fixtures")
    template.add_argument("parts", nargs="*", metavar="PART", help="whose checks are run (all)")
    template.set_defaults(run=_template)
    fixtures = commands.add_parser("fixtures", help="rebuild the fixtures")
    fixtures.add_argument(
        "--expected", action="store_true", help="also grade the sample uploads and keep the results"
    )
    fixtures.set_defaults(run=_fixtures)
    release = commands.add_parser("release", help="make the folder that students get, as a zip")
    release.add_argument("assignment")
    release.add_argument("--out", type=Path, help="where it goes (dist/ASSIGNMENT.zip)")
    release.set_defaults(run=_release)
    new = commands.add_parser("new-sheet", help="begin a sheet from parts that exist")
    new.add_argument("name", help="such as my-course")
    new.add_argument("--parts", required=True, help="separated by commas: padding,elman")
    new.add_argument("--title", help="as students read it (the name)")
    new.add_argument("--points", type=_points, default=Decimal(10))
    new.set_defaults(run=_new_sheet)
    calibrate = commands.add_parser("calibrate", help="measure the thresholds of learning checks")
    calibrate.add_argument("checks", nargs="*", metavar="NAME", help="such as brackets; else all")
    calibrate.add_argument("--runs", type=_count, default=1000)
    calibrate.set_defaults(run=_calibrate)
    sound = commands.add_parser("soundness", help="known wrong and right answers, judged")
    sound.add_argument("parts", nargs="*", metavar="PART", help="all that have checks unless named")
    sound.add_argument("--seeds", type=_count, default=3, help="how many fresh sets of numbers")
    sound.add_argument("--table", type=Path, metavar="FILE", help="write the numbers there")
    sound.set_defaults(run=_soundness)
    mutants = commands.add_parser("mutants", help="does a check notice? one change at a time")
    mutants.add_argument(
        "parts", nargs="*", metavar="PART", help="all that have checks unless named"
    )
    mutants.add_argument("--table", type=Path, metavar="FILE", help="write the numbers there")
    mutants.set_defaults(run=_mutants)
    seeds = commands.add_parser("seeds", help="does a check depend on luck? right answers, judged")
    seeds.add_argument("parts", nargs="*", metavar="PART", help="all that have checks unless named")
    seeds.add_argument("--seeds", type=_count, default=1000, help="how many seeds each check meets")
    seeds.add_argument("--variants", action="store_true", help="each seed meets a variant as well")
    seeds.add_argument("--again", action="store_true", help="forget what was met before")
    seeds.add_argument("--table", type=Path, metavar="FILE", help="write the numbers there")
    seeds.set_defaults(run=_seeds)
    return top


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _points(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise argparse.ArgumentTypeError(f"{text} is no number") from None


def _batch(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.batch import Batch, run
    from graders.harness.deadline import given_deadline
    from graders.harness.events import Events
    from graders.harness.regrade import Regrade, given_since
    from graders.harness.sheet import read_sheet
    from graders.harness.waivers import read_waivers

    sheet = read_sheet(options.assignment)
    if options.deadline:
        sheet = replace(sheet, deadline=given_deadline(options.deadline))
    if options.deadline and not sheet.late:
        words = f"The sheet {sheet.name} has no [late]: lateness is shown, and costs nothing."
        console.print(words, markup=False, soft_wrap=True)
    if options.scheduler and (options.jobs or options.sandbox):
        raise UsageError(
            "`--jobs` and `--sandbox` are for slots on this machine; those of a cluster are set "
            "where they start: `python -m graders worker ADDRESS --slots 4 --sandbox bwrap`."
        )
    if options.sandbox == "none":
        print(
            "Without a sandbox these uploads run with your rights: grade only your own.",
            file=sys.stderr,
        )
    batch = Batch(
        options.uploads,
        options.out,
        sheet,
        options.seed,
        options.jobs or os.cpu_count() or 1,
        options.sandbox or "auto",
        waivers=read_waivers(options.waivers) if options.waivers else {},
        lms=options.lms,
        roster=options.roster,
        regrade=Regrade(
            tuple(options.regrade), given_since(options.since) if options.since else None
        ),
        scheduler=options.scheduler,
    )
    summaries = run(batch, Events(console, options.out / "run.jsonl"))
    look = (options.out / "index.html").resolve()
    unreadable = sum(summary.status == "unreadable" for summary in summaries)
    graded = f"{len(summaries) - unreadable} graded" + (
        f", {unreadable} unreadable" if unreadable else ""
    )
    if waiting := sum(summary.waiting for summary in summaries):
        words = f"{waiting} rows of {look.with_name('manual.csv')} wait for points by hand."
        console.print(words, markup=False, soft_wrap=True)
    console.print(f"{graded}. Look at {look}", markup=False, soft_wrap=True)
    return int(any(summary.needs_staff for summary in summaries))


def _worker(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.cluster import work

    def tell(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    work(options.scheduler, options.slots, options.sandbox, tell)
    return 0


def _manual(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.merge import merge

    merged = merge(options.out)
    table = (options.out / "manual.csv").resolve()
    waiting = f"; {merged.waiting} still wait in {table}" if merged.waiting else ""
    words = f"{merged.changed} of {merged.students} results have new points by hand{waiting}."
    console.print(words, markup=False, soft_wrap=True)
    return 0


def _diff(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.diff import compare
    from graders.harness.lms.export import write_file
    from reports.diff_page import lines, render_diff, table

    found = compare(options.old, options.new)
    for text in lines(found):
        console.print(text, soft_wrap=True)
    if options.csv:
        write_file(options.csv, table(found).encode())
    if options.html:
        write_file(options.html, render_diff(found).encode())
    return 0


def _check(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.single import check

    return check(options, console)


def _export(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.lms.export import export

    return export(options, console)


def _gradescope_zip(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.lms.export import write_file
    from graders.harness.lms.gradescope_zip import autograder_zip

    write_file(options.out, autograder_zip(options.assignment, options.seed))
    console.print(f"Wrote {options.out}", markup=False, soft_wrap=True)
    return 0


def _reports(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.exports import export

    for text in export(options.out, options.zip, options.pdf, options.markdown):
        console.print(text, markup=False, soft_wrap=True)
    return 0


def _mark(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.mark_server import serve

    return serve(options.out, options.uploads, options.port, console)


def _similarity(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.folder import write_pages
    from graders.harness.lms.export import write_file
    from graders.harness.merge import results_of
    from graders.harness.similarity_class import compare
    from reports.similarity_page import FILE, in_short, render_similarity
    from reports.summary import summarise

    results = list(results_of(options.out))
    sheets = {result.assignment for result in results}
    found = compare(sheets, options.uploads, options.roster, options.given)
    page = options.out / FILE
    write_file(page, render_similarity(found, {each.student.id for each in results}).encode())
    write_pages([summarise(result) for result in results], options.out)
    words = f"{in_short(found)} Look at {page.resolve()}"
    console.print(words, markup=False, soft_wrap=True)
    return 0


def _sheet(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.sheet import SHEETS, read_sheet_file, sheet_names

    for file in options.file or [SHEETS / f"{name}.toml" for name in sheet_names()]:
        sheet = read_sheet_file(file)
        words = f"{sheet.name}: {sheet.title}, {sheet.points} points, {len(sheet.checks)} checks"
        console.print(words, markup=False, soft_wrap=True)
    return 0


def _template(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.template import problems
    from reports.text import counted

    found = 0
    for problem in problems(options.parts):
        console.print(problem, markup=False, soft_wrap=True)
        found += 1
    console.print(f"{counted(found, 'problem')}." if found else "The set holds together.")
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


def _release(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.lms.export import write_file
    from graders.harness.release import release

    target = options.out or Path("dist", f"{options.assignment}.zip")
    data = release(options.assignment)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_file(target, data)
    console.print(f"Wrote {target}, {len(data):,} bytes", markup=False, soft_wrap=True)
    return 0


def _new_sheet(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.new_sheet import new_sheet
    from graders.harness.sheet import SHEETS

    parts = [part.strip() for part in options.parts.split(",")]
    text = new_sheet(options.name, options.title or options.name, parts, options.points)
    target = SHEETS / f"{options.name}.toml"
    target.write_text(text, encoding="utf-8")
    words = (
        f"Wrote {target}. Now titles, points, points by hand; then `python -m graders template`."
    )
    console.print(words, markup=False, soft_wrap=True)
    return 0


def _calibrate(options: argparse.Namespace, console: Console) -> int:
    from graders.harness.calibrate import write

    console.print(write(options.runs, options.checks), markup=False, soft_wrap=True)
    return 0


def _seeds(options: argparse.Namespace, console: Console) -> int:
    from graders.harness import rates
    from graders.harness.seeds import run

    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    parts = _parts(options.parts)
    lost = run(parts, options.seeds, options.variants, options.again, say)
    for text in lost:
        say(text)
    if options.table:
        rates.write(options.table, "luck", {part: rates.met(part) for part in parts})
    return int(bool(lost))


def _mutants(options: argparse.Namespace, console: Console) -> int:
    from graders.harness import rates
    from graders.harness.mutants import judge

    holds = True
    for part in _parts(options.parts):
        verdict = judge(part)
        for text in verdict.lines:
            console.print(text, markup=False, soft_wrap=True)
        holds = holds and verdict.holds
        if options.table and verdict.holds:
            rates.write(options.table, "changes", {part: rates.changed(verdict)})
    return int(not holds)


def _parts(named: list[str]) -> list[str]:
    """Give the parts that were named, all that have checks where none was."""
    from graders.harness.soundness import parts_with_checks

    known = parts_with_checks()
    if unknown := [part for part in named if part not in known]:
        raise UsageError(f"No part {', '.join(unknown)} has checks; there are {', '.join(known)}.")
    return named or known


def _soundness(options: argparse.Namespace, console: Console) -> int:
    from graders.harness import rates
    from graders.harness.soundness import printed, soundness

    table = soundness(_parts(options.parts), range(1, options.seeds + 1))
    console.print(printed(table))
    for row in table.rows:
        for text in row.lines:
            console.print(text, markup=False)
    if options.table:
        rows = {row.part: rates.answers(row, options.seeds) for row in table.rows}
        rates.write(options.table, "answers", rows)
    return int(not table.holds)


if __name__ == "__main__":
    sys.exit(main())
