"""The tables of docs/soundness.md: measured results of the checks.

Each table is between two marks. A run over some parts writes their rows and keeps the others.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from graders.errors import UsageError
from graders.fixtures.fixtures import FIXTURES
from graders.paths import ROOT
from graders.sheets.check_index import known_checks
from graders.validation import flakiness
from graders.validation.mutation import Verdict
from graders.validation.shown import VERDICTS
from graders.validation.soundness import SoundnessRow, parts_with_checks

PAGE = ROOT / "docs" / "soundness.md"
ALL = "total"
COLUMNS = {
    "answers": ("mistakes", "caught", "with the right hint", "right answers", "passed", "seeds"),
    "shown": ("mistakes", *VERDICTS),
    "changes": ("mutants", "caught", "survivors with a reason"),
    "luck": ("checks", "seeds", "failures of right answers"),
}
LEAST = ("seeds",)  # the total is the minimum over the parts; other columns are summed
Rows = Mapping[str, Sequence[int]]


def answers(row: SoundnessRow, count: int) -> list[int]:
    """Return a part's numbers of known-wrong and known-correct answers, run under `count` seeds."""
    return [row.mistakes, row.caught, row.hinted, row.variants, row.passed, count]


def changed(verdict: Verdict) -> list[int]:
    """Return a part's numbers of mutants; there must be no survivors without a reason."""
    return [verdict.changes, verdict.changes - verdict.excused, verdict.excused]


def met(part: str) -> list[int]:
    """Return a part's numbers of checks, of seeds for each of them, and of failed correct answers."""
    found = [it for check, it in flakiness.read().items() if known_checks()[check].part == part]
    return [len(found), min(it.seeds for it in found), sum(len(it.failed) for it in found)]


def write(page: Path, table: str, rows: Rows) -> None:
    """Write the rows of some parts into a table of the page; those of other parts stay.

    Raises:
        UsageError: the page has no such table.
    """
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    first, last = _marks(table)
    before, found, rest = text.partition(f"{first}\n")
    _, ended, after = rest.partition(last)
    if not (found and ended):
        raise UsageError(
            f"{page} has no place for this table: it needs a line {first}, then {last}"
        )
    merged = {**read(text, table), **rows}
    known = {part: merged[part] for part in parts_with_checks() if part in merged}
    lines = "".join(f"{line}\n" for line in _table(table, known))
    page.write_text(f"{before}{found}{lines}{ended}{after}", encoding="utf-8")


def read(text: str, table: str) -> dict[str, list[int]]:
    """Return the rows of a table by part, with the row of all parts."""
    first, last = _marks(table)
    rows = {}
    for line in text.partition(first)[2].partition(last)[0].splitlines():
        cells = [cell.strip().replace(",", "") for cell in line.strip("| ").split("|")]
        if len(cells) > 1 and all(cell.isdecimal() for cell in cells[1:]):
            rows[cells[0]] = [int(cell) for cell in cells[1:]]
    return rows


def _marks(table: str) -> tuple[str, str]:
    return f"<!-- {table} -->", f"<!-- end of {table} -->"


def _table(table: str, rows: Rows) -> Iterator[str]:
    columns = COLUMNS[table]
    yield f"| part | {' | '.join(columns)} |"
    yield f"|---|{'--:|' * len(columns)}"
    for part, row in {**rows, ALL: _in_all(columns, rows)}.items():
        yield f"| {part} | {' | '.join(f'{number:,}' for number in row)} |"


def _in_all(columns: Sequence[str], rows: Rows) -> list[int]:
    by_column = zip(columns, zip(*rows.values(), strict=True), strict=True)
    return [min(numbers) if name in LEAST else sum(numbers) for name, numbers in by_column]


def learnt() -> list[str]:
    """Return the rows of the table of learned or random results, from fixtures/calibration.json."""
    found = json.loads((FIXTURES / "calibration.json").read_text(encoding="utf-8"))
    return [
        f"| {name} | {figures['false_alarm_of_the_check_below']:.0e} | "
        f"{len(figures['mistakes_caught'])} | {min(figures['mistakes_caught'].values()):.1%} |"
        for name, figures in found.items()
        if "false_alarm_of_the_check_below" in figures
    ]
