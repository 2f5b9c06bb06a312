"""Deadlines and other times, from sheets, the command line or an LMS; each has a time zone."""

from datetime import datetime
from typing import Any

from graders.errors import UsageError

EXAMPLE = "2026-12-01T23:59+01:00"
YEARS = range(1990, 2200)


def read_deadline(value: Any) -> datetime:
    """Return a sheet's `deadline`; raise ValueError with the reason if it is invalid."""
    if not isinstance(value, datetime):
        raise ValueError(f"`deadline` must be a date with a time, without quotes, as in {EXAMPLE}")
    if value.tzinfo is None:
        raise ValueError(f"`deadline` has no time zone; write it as in {EXAMPLE}")
    return value


def moment_or_none(text: str | None) -> datetime | None:
    """Return a time in ISO 8601 with its time zone, or None for anything else."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year in YEARS else None


def given_deadline(text: str) -> datetime:
    """Read `--deadline`.

    Raises:
        UsageError: it is not a date with time and zone.
    """
    moment = moment_or_none(text)
    if moment is None:
        raise UsageError(
            f"`{text}` is not a deadline; give date, time and time zone, as in {EXAMPLE}."
        )
    return moment
