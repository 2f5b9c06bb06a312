"""Validated values of a sheet's TOML; an invalid one raises ValueError with the reason."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any


def table(value: Any, place: str, known: Collection[str]) -> dict[str, Any]:
    """Return a table that has no other keys than these."""
    if not isinstance(value, dict):
        raise ValueError(f"{place} must be a table, but is {_shown(value)}")
    for key in value:
        if key not in known:
            raise ValueError(f"{place} has an unknown key {key}; known are {', '.join(known)}")
    return value


def required(document: dict[str, Any], key: str, place: str) -> Any:
    """Return the value of a required key."""
    if key not in document:
        raise ValueError(f"{place} has no `{key}`")
    return document[key]


def tables(value: Any, place: str) -> list[Any]:
    """Return a list, as of `[[…]]`; its entries are not validated."""
    if not isinstance(value, list):
        raise ValueError(f"{place} must be a list, but is {_shown(value)}")
    return value


def text(value: Any, place: str) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place} must be a text, but is {_shown(value)}")
    return value


def whole(value: Any, place: str, least: int = 0) -> int:
    """Return a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"{place} must be a whole number of at least {least}, but is {_shown(value)}"
        )
    return value


def amount(value: Any, place: str, most: Decimal | None = None) -> Decimal:
    """Return an exact number: not negative, not NaN, at most `most`."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise ValueError(f"{place} must be a number, but is {_shown(value)}")
    number = Decimal(value)
    if not number.is_finite() or number < 0 or (most is not None and number > most):
        span = "not be negative" if most is None else f"be from 0 to {most}"
        raise ValueError(f"{place} must {span}, but is {value}")
    return number


def one_of(value: Any, place: str, choices: Collection[str]) -> str:
    """Return one of these words."""
    if value not in choices:
        words = " or ".join(f'"{choice}"' for choice in choices)
        raise ValueError(f"{place} must be {words}, but is {_shown(value)}")
    return str(value)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)
