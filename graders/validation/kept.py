"""What known mistakes keep of their items, on every sheet that asks for them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from graders.errors import UsageError
from graders.grading.grade import item_result
from graders.grading.run_check import Finding
from graders.mistakes import Mistake, Weight
from graders.results.result import ItemResult
from graders.results.scoring import Severity
from graders.sheets.sheet import Sheet, read_sheet, sheet_names

BANDS: dict[Severity, tuple[Decimal, Decimal]] = {
    "fatal": (Decimal(0), Decimal("0.1")),
    "major": (Decimal("0.1"), Decimal("0.5")),
    "minor": (Decimal("0.5"), Decimal("0.85")),
    "slip": (Decimal("0.85"), Decimal("0.98")),
}
"""The least and the most that a mistake of a severity keeps of its item."""


PAGE = "mistakes.md"  # beside the page with the other tables


@dataclass(frozen=True)
class Kept:
    """What one mistake keeps of its item on one sheet.

    Args:
        share: of the item's points, from 0 to 1.
        fault: what it was recognised as, or "".
    """

    mistake: str
    weight: Weight
    sheet: str
    item: str
    share: Decimal
    fault: str

    @property
    def in_band(self) -> bool:
        least, most = BANDS[self.weight.severity]
        return least <= self.share <= most

    @property
    def line(self) -> str:
        """Say what is kept, and what the severity allows."""
        least, most = (f"{100 * end:.0f}" for end in BANDS[self.weight.severity])
        words = f"keeps {100 * self.share:.0f} % of “{self.item}” on {self.sheet}"
        return f"{self.mistake}: {words}; {self.weight.severity} is {least} to {most} %"


def band_problems(found: Sequence[Kept]) -> Iterator[str]:
    """Yield which mistakes keep more or less than their severity allows, unless that is known."""
    for mistake, own in _by_mistake(found):
        outside = [each.line for each in own if not each.in_band]
        if own[0].weight.open and not outside:
            yield f"{mistake}: is in its band; remove “open” from its entry in severities.toml"
        elif not own[0].weight.open:
            yield from dict.fromkeys(outside)


def _by_mistake(found: Sequence[Kept]) -> Iterator[tuple[str, list[Kept]]]:
    for mistake in dict.fromkeys(each.mistake for each in found):
        yield mistake, [each for each in found if each.mistake == mistake]


def write_table(page: Path, part: str, found: Sequence[Kept]) -> None:
    """Write what the mistakes of a part keep into its table of a page; other parts stay."""
    if not found:
        return
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    first, last = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    before, _, rest = text.partition(first)
    after = rest.partition(last)[2] if rest else ""
    lines = "".join(f"{line}\n" for line in table(found))
    page.write_text(f"{before}{first}\n## {part}\n\n{lines}{last}{after}", encoding="utf-8")


def table(found: Sequence[Kept]) -> Iterator[str]:
    """Yield the rows of a Markdown table: a mistake, its severity and reason, what it keeps."""
    yield "| mistake | severity | why | keeps of its item | recognised as |"
    yield "|---|---|---|--:|---|"
    for mistake, own in _by_mistake(found):
        shares = sorted({each.share for each in own})
        span = " to ".join(f"{100 * share:.0f}" for share in dict.fromkeys((shares[0], shares[-1])))
        faults = " / ".join(dict.fromkeys(each.fault for each in own if each.fault))
        weight = own[0].weight
        open_ = " (open)" if weight.open else ""
        yield f"| {mistake} | {weight.severity} | {weight.reason} | {span} %{open_} | {faults} |"


def kept(
    part: str, mistake: Mistake, weight: Weight, findings: Mapping[str, Finding]
) -> Iterator[Kept]:
    """Yield what a mistake keeps on each sheet that asks one of the checks that it must fail.

    Its item is that of the first such check.

    Args:
        findings: of all checks of the part, by their names without the file.
    """
    for sheet, items in items_of(part, findings):
        by_check = {check.id.partition("::")[2]: item for item in items for check in item.checks}
        if item := next((by_check[name] for name in mistake.fails if name in by_check), None):
            fault = item.fault.name if item.fault else ""
            yield Kept(mistake.name, weight, sheet, item.title, item.score.share, fault)


def items_of(
    part: str, findings: Mapping[str, Finding]
) -> Iterator[tuple[str, tuple[ItemResult, ...]]]:
    """Yield the items of a part on each sheet that asks for it, by the sheet's name.

    Args:
        findings: of all checks of the part, by their names without the file.
    """
    by_id = {f"test_{part}.py::{name}": finding for name, finding in findings.items()}
    for sheet in _sheets():
        own = [item for item in sheet.items if next(iter(item.checks)) in by_id]
        if own:
            known = sheet.checks
            yield sheet.name, tuple(item_result(i, known, by_id, sheet.details) for i in own)


@cache
def _sheets() -> tuple[Sheet, ...]:
    """Read the assignments; one that is inconsistent is named by `template`."""
    found = []
    for name in sheet_names():
        with contextlib.suppress(UsageError):
            found.append(read_sheet(name))
    return tuple(found)
