"""A first version of a sheet: a question for each part, with the items that other sheets have."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal

from graders.errors import UsageError
from graders.results.scoring import Role
from graders.sheets.check_index import known_checks, of_part
from graders.sheets.items import LISTS, Item
from graders.sheets.sheet import parse_sheet, read_sheet, sheet_names

STEP = Decimal("0.001")
ONE = Decimal(1)
NOT_ASKED = "put it into an item, or say why it is not asked"


def new_sheet(name: str, title: str, parts: Sequence[str], points: Decimal) -> str:
    """Return the text of a sheet; it is valid without changes.

    Raises:
        UsageError: the name is taken or invalid, a part has no checks, or the points are too few.
    """
    with_checks = {check.part for check in known_checks().values()}
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise UsageError(
            f"{name} is not a valid assignment name; use lower-case letters, digits and hyphens."
        )
    if name in sheet_names():
        raise UsageError(f"The assignment {name} already exists; choose another name.")
    if unknown := [part for part in parts if part not in with_checks]:
        known = ", ".join(sorted(with_checks))
        raise UsageError(f"Unknown part {', '.join(unknown)}; known parts are {known}.")
    lines = ["format = 2", f"title = {_quoted(title)}", "version = 1", f"points = {points:f}"]
    unused: list[str] = []
    shares = _shares(points, [ONE] * len(parts))
    for number, (part, share) in enumerate(zip(parts, shares, strict=True), 1):
        items = _items_of(part)
        lines += ["", "[[questions]]", f'number = "{number}"', f'title = "{part}"']
        for item, worth in zip(items, _shares(share, [item.points for item in items]), strict=True):
            lines += ["", *_item_lines(item, worth)]
        asked = {check for item in items for check in item.checks}
        unused += [check.id for check in of_part(part) if check.id not in asked]
    if unused:
        lines += ["", "[not_asked]", *(f'"{check}" = "{NOT_ASKED}"' for check in unused)]
    text = "\n".join(lines) + "\n"
    parse_sheet(name, text)
    return text


def _items_of(part: str) -> Sequence[Item]:
    """Take the items of the sheet that asks most of a part; a draft where none asks for it."""
    ids = [check.id for check in of_part(part)]
    drafts = [_of_sheet(name, set(ids)) for name in sheet_names()]
    best = max(drafts, key=lambda items: sum(len(item.checks) for item in items), default=[])
    rest: dict[str, Role] = dict.fromkeys(ids[1:], "detail")
    return best or [Item(part, ONE, {ids[0]: "core", **rest})]


def _of_sheet(name: str, ids: set[str]) -> list[Item]:
    return [item for item in read_sheet(name).items if ids.issuperset(item.checks)]


def _item_lines(item: Item, points: Decimal) -> Iterator[str]:
    yield from ("[[questions.items]]", f"title = {_quoted(item.title)}", f"points = {points:f}")
    for role, key in LISTS.items():
        if checks := [check for check, own in item.checks.items() if own == role]:
            yield f"{key} = ["
            yield from (f'  "{check}",' for check in checks)
            yield "]"


def _shares(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share out exactly, in steps; what does not come out even goes to the largest share."""
    total = sum(weights, Decimal(0))
    shares = [(whole * weight / total).quantize(STEP, ROUND_DOWN) for weight in weights]
    if min(shares) <= 0:
        raise UsageError(
            f"{whole:f} points are too few for {len(weights)} items; give more points."
        )
    if whole % STEP:
        raise UsageError(f"{whole:f} points have more than three decimals; give fewer.")
    largest = shares.index(max(shares))
    shares[largest] += whole - sum(shares, Decimal(0))
    return shares


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        raise UsageError("A title is one line of text.")
    return f'"{escaped}"'
