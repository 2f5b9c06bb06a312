"""Values of a sheet's TOML, each read with half a sentence (as ValueError) where it is wrong."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any


def table(value: Any, place: str, known: Collection[str]) -> dict[str, Any]:
    """Read a table of no other keys than these."""
    if not isinstance(value, dict):
        raise ValueError(f"{place} must be a table, and is {_shown(value)}")
    for key in value:
        if key not in known:
            raise ValueError(f"{place} has an unknown key {key}; known are {', '.join(known)}")
    return value


def required(document: dict[str, Any], key: str, place: str) -> Any:
    """Return what must be there."""
    if key not in document:
        raise ValueError(f"{place} has no `{key}`")
    return document[key]


def tables(value: Any, place: str) -> list[Any]:
    """Read a list, as of `[[…]]`; whoever reads an entry says what it must be."""
    if not isinstance(value, list):
        raise ValueError(f"{place} must be a list, and is {_shown(value)}")
    return value


def text(value: Any, place: str) -> str:
    """Read a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place} must be a text, and is {_shown(value)}")
    return value


def whole(value: Any, place: str, least: int = 0) -> int:
    """Read a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"{place} must be a whole number of at least {least}, and is {_shown(value)}"
        )
    return value


def amount(value: Any, place: str, most: Decimal | None = None) -> Decimal:
    """Read an exact number: not negative, not NaN, at most `most`."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise ValueError(f"{place} must be a number, and is {_shown(value)}")
    number = Decimal(value)
    if not number.is_finite() or number < 0 or (most is not None and number > most):
        span = "not be negative" if most is None else f"be from 0 to {most}"
        raise ValueError(f"{place} must {span}, and is {value}")
    return number


def one_of(value: Any, place: str, choices: Collection[str]) -> str:
    """Read one of these words."""
    if value not in choices:
        words = " or ".join(f'"{choice}"' for choice in choices)
        raise ValueError(f"{place} must be {words}, and is {_shown(value)}")
    return str(value)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)
