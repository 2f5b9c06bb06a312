"""What trivial answers earn: a floor that no rule of scoring may lift."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.table import Table as Printed

from graders.validation.answers import reference_files
from graders.validation.kept import items_of
from graders.validation.soundness import Bench
from graders.validation.trivial import trivial_answers

MOST = Decimal("0.01")  # of a part's points


@dataclass(frozen=True)
class Floor:
    """What one trivial answer earns of a part's points on one sheet, and on which items."""

    part: str
    rule: str
    sheet: str
    points: Decimal
    max_points: Decimal
    items: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.points <= MOST * self.max_points

    @property
    def line(self) -> str:
        names = ", ".join(f"“{item}”" for item in self.items)
        words = f"{self.rule} earn {self.points:f} of {self.max_points:f} points on {self.sheet}"
        return f"{self.part}: {words}: {names}"


def floors(parts: Sequence[str], seed: int = 1) -> list[Floor]:
    """List what trivial answers of these parts earn, on each sheet that asks for the part."""
    bench = Bench()
    try:
        return [floor for part in parts for floor in floors_of(bench, part, seed)]
    finally:
        bench.close()


def floors_of(bench: Bench, part: str, seed: int) -> Iterator[Floor]:
    """Yield what each trivial answer of a part earns on each sheet that asks for the part."""
    for rule, files in trivial_answers(reference_files(), part).items():
        findings, _ = bench.run(files, part, seed)
        for sheet, items in items_of(part, findings):
            yield Floor(
                part,
                rule,
                sheet,
                sum((item.points for item in items), Decimal(0)),
                sum((item.max_points for item in items), Decimal(0)),
                tuple(item.title for item in items if item.points),
            )


def printed(found: Sequence[Floor]) -> Printed:
    """Lay out for a terminal what each rule earns at most, in percent of a part's points."""
    rules = list(dict.fromkeys(floor.rule for floor in found))
    table = Printed("part", *rules, box=None)
    for part in dict.fromkeys(floor.part for floor in found):
        own = [floor for floor in found if floor.part == part]
        table.add_row(part, *(_most([f for f in own if f.rule == rule]) for rule in rules))
    return table


def _most(found: Sequence[Floor]) -> str:
    shares = [100 * floor.points / floor.max_points for floor in found]
    return f"{max(shares):.1f} %" if shares else "-"
