"""What is shown first of each known mistake: its cause, a rule, another cause, or nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from rich.table import Table as Printed

from graders.grading.grade import item_result
from graders.grading.run_check import Finding
from graders.mistakes import Mistake
from graders.results.result import CheckResult, ItemResult, QuestionResult
from graders.results.scoring import USUAL_COSTS
from graders.results.shown_first import first_of
from graders.sheets.check_index import known_checks
from graders.sheets.items import Item
from graders.validation.kept import items_of

Verdict = Literal["named", "general", "misleading", "none"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
UNWANTED = ("misleading", "none")


@dataclass(frozen=True)
class Shown:
    """What is shown first of one mistake.

    Args:
        words: the message and the hint.
    """

    mistake: str
    verdict: Verdict
    words: str = ""

    @property
    def line(self) -> str:
        return f"{self.mistake}: shown first is {self.verdict}: {self.words[:300]}"


def shown_of(
    part: str, mistake: Mistake, others: Iterable[Mistake], findings: Mapping[str, Finding]
) -> Shown:
    """Judge what is shown first, on the assignment where it says least."""
    sheets = [items for _, items in items_of(part, findings)]
    found = [_shown(mistake, others, items) for items in sheets if _wrong(items)]
    found = found or [_shown(mistake, others, (_alone(part, findings),))]
    return max(found, key=lambda each: VERDICTS.index(each.verdict))


def _wrong(items: Sequence[ItemResult]) -> bool:
    return any(item.failed for item in items)


def _shown(mistake: Mistake, others: Iterable[Mistake], items: Sequence[ItemResult]) -> Shown:
    check = first_of(QuestionResult("", "", tuple(items)))
    if check is None:
        return Shown(mistake.name, "none")
    text = " ".join(f"{check.message} {check.hint}".split())
    return Shown(mistake.name, _verdict(mistake, others, check, text), text)


def _alone(part: str, findings: Mapping[str, Finding]) -> ItemResult:
    """Return all checks as one item, for mistakes in what no assignment asks for."""
    by_id = {f"test_{part}.py::{name}": finding for name, finding in findings.items()}
    item = Item(part, Decimal(1), dict.fromkeys(by_id, "core"))
    return item_result(item, known_checks(), by_id, USUAL_COSTS)


def _verdict(mistake: Mistake, others: Iterable[Mistake], check: CheckResult, text: str) -> Verdict:
    if check.fault is not None:
        return "named" if check.fault.name == mistake.recognised else "misleading"
    own = bool(mistake.hint) and mistake.hint in text
    if own and not mistake.recognised:
        return "named"
    known = {each.hint for each in others if not each.recognised} - {mistake.hint, ""}
    if any(words in text for words in known) and not own:
        return "misleading"
    return "general" if check.hint else "none"


def counts_of(found: Sequence[Shown]) -> list[int]:
    """Return how many mistakes each verdict has, with the number of all first."""
    counts = Counter(each.verdict for each in found)
    return [len(found), *(counts[verdict] for verdict in VERDICTS)]


def printed(rows: Mapping[str, Sequence[Shown]]) -> Printed:
    """Return the table for a terminal, by part."""
    lines = Printed("part", "mistakes", *VERDICTS, box=None)
    for part, found in rows.items():
        lines.add_row(part, *map(str, counts_of(found)))
    return lines
