"""Gradescope's export of submissions: a folder for each, and whose they are in one YAML file."""

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
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the other is far too slow for so much


def gradescope_fits(names: Names) -> bool:
    """Return whether the file and its folders lie side by side."""
    return METADATA in names.every and any(
        name.startswith("submission_") for name in names.every if name != METADATA
    )


def gradescope_owners(text: bytes, place: str) -> dict[str, Owner]:
    """Read whose each folder is.

    Raises:
        UsageError: the file is not what Gradescope writes.
    """
    try:
        _refuse_deep(text)
        document = yaml.load(text, LOADER)
        return {str(folder): _owner(str(folder), entry) for folder, entry in document.items()}
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, AttributeError) as problem:
        raise UsageError(
            f"{place} cannot be read as Gradescope's; export the submissions again, or say "
            "`--lms plain` to go by the folders' names."
        ) from problem


def _refuse_deep(text: bytes) -> None:
    """The fast loader calls itself for every level, and ends the process at some thousands."""
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
    handed_in = time.astimezone(UTC).isoformat() if time else ""
    told = time.isoformat(timespec="seconds") if time else None
    return Owner(first.id, first.name, handed_in=handed_in, submitted_at=told, people=people)


def _person(submitter: Mapping[str, Any], folder: str, number: int) -> Person:
    """Know a student by id or e-mail; without either, by the submission and not by the name."""
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
