"""Gradescope's export of submissions: a folder for each, and the owners in one YAML file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from graders.errors import UsageError
from graders.text import printable
from graders.uploads.lms.lms import Lms, Names, nobody
from graders.uploads.owner import Owner, Person

METADATA = "submission_metadata.yml"
DEEPEST = 50
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the other is far too slow


def gradescope_fits(names: Names) -> bool:
    """Return whether the metadata file and submission folders are side by side."""
    return METADATA in names.every and any(
        name.startswith("submission_") for name in names.every if name != METADATA
    )


def gradescope_owners(text: bytes, place: str) -> dict[str, Owner]:
    """Return the owner of each folder.

    Raises:
        UsageError: the file is not what Gradescope writes.
    """
    try:
        _refuse_deep(text)
        document = yaml.load(text, LOADER)
        return {str(folder): _owner(str(folder), entry) for folder, entry in document.items()}
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, AttributeError) as problem:
        raise UsageError(
            f"{place} is not a readable Gradescope file; export the submissions again, or use "
            "`--lms plain` to take the owners from the folder names."
        ) from problem


def _refuse_deep(text: bytes) -> None:
    """Raise ValueError for deep nesting: the fast loader is recursive and crashes at some thousands."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} levels")


def _owner(folder: str, entry: Mapping[str, Any]) -> Owner:
    submitters = entry.get(":submitters") or ()
    people = tuple(_person(each, folder, n) for n, each in enumerate(submitters, 1))
    if not people:
        raise ValueError(f"{folder} has no submitters")
    time = _time(entry.get(":created_at"))
    first = people[0]
    sortable_time = time.astimezone(UTC).isoformat() if time else ""
    submitted_at = time.isoformat(timespec="seconds") if time else None
    return Owner(
        first.id, first.name, sortable_time=sortable_time, submitted_at=submitted_at, people=people
    )


def _person(submitter: Mapping[str, Any], folder: str, number: int) -> Person:
    """Return a student, identified by id or e-mail; without either, by the submission."""
    name, sid, email = (str(submitter.get(f":{key}") or "") for key in ("name", "sid", "email"))
    id = sid or email or (folder if number == 1 else f"{folder}-{number}")
    return Person(id, printable(name or id), printable(email))


def _time(value: object) -> datetime | None:
    """Return a time with its offset; YAML's times without one are in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


GRADESCOPE = Lms(
    "gradescope",
    owner=nobody,
    fits=gradescope_fits,
    metadata=METADATA,
    owners=gradescope_owners,
)
