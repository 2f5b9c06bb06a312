"""The items of a question: what a TA would give points for, and the checks that decide on each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graders.results.scoring import ROLES, USUAL_COSTS, DetailCosts, Role
from graders.sheets.check_index import Check
from graders.sheets.toml_values import amount, required, table, tables, text

KEYS = ("title", "points", "core", "major", "minor", "details")
COSTS_KEYS = ("each", "together")
LISTS: dict[Role, str] = {"core": "core", "major": "major", "minor": "minor", "detail": "details"}


@dataclass(frozen=True)
class Item:
    """One item: its points, and its checks by role, in the sheet's order.

    Args:
        checks: the role of each check, by the check's id.
    """

    title: str
    points: Decimal
    checks: Mapping[str, Role]


def read_items(value: Any, place: str) -> tuple[Item, ...]:
    """Read the items of a question from its TOML.

    Raises:
        ValueError: a value is wrong; the text says where.
    """
    return tuple(_item(entry, place) for entry in tables(value, f"`items` of {place}"))


def read_costs(value: Any) -> DetailCosts:
    """Read what failed details take: shares of an item, from 0 to 1.

    Raises:
        ValueError: a value is wrong; the text says where.
    """
    entry, usual, one = table(value, "`details`", COSTS_KEYS), USUAL_COSTS, Decimal(1)
    return DetailCosts(
        amount(entry.get("each", usual.each), "`details.each`", one),
        amount(entry.get("together", usual.together), "`details.together`", one),
    )


def item_problems(item: Item, place: str, known: Mapping[str, Check]) -> Iterator[str]:
    """Yield what is wrong with an item: without a core check it could be earned by anything."""
    if "core" not in item.checks.values():
        yield f"The item “{item.title}” of {place} has no core check."
    if not item.points:
        yield f"The item “{item.title}” of {place} has no points."
    parts = sorted({known[check].part for check in item.checks if check in known})
    if len(parts) > 1:
        yield f"The item “{item.title}” of {place} has checks of {' and '.join(parts)}; split it."


def _item(value: Any, place: str) -> Item:
    entry = table(value, f"an item of {place}", KEYS)
    title = text(required(entry, "title", f"an item of {place}"), f"an item's `title` of {place}")
    where = f"the item “{title}” of {place}"
    points = amount(required(entry, "points", where), f"the points of {where}")
    pairs = [
        (text(check, f"a check of {where}"), role)
        for role in ROLES
        for check in tables(entry.get(LISTS[role], []), f"`{LISTS[role]}` of {where}")
    ]
    for check, times in Counter(check for check, _ in pairs).items():
        if times > 1:
            raise ValueError(f"{where} names {check} twice")
    return Item(title, points, dict(pairs))
