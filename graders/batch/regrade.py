"""`--regrade` and `--since`: which reusable results of earlier runs are graded again."""

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graders.errors import UsageError
from graders.results.result import CheckResult, Student
from graders.results.store import result_in
from graders.sheets.deadline import EXAMPLE, moment_or_none
from graders.sheets.sheet import Sheet
from graders.text import counted, line
from graders.uploads.upload import Upload


@dataclass(frozen=True)
class Regrade:
    """The user's request: `names` select the results, `since` limits their age.

    Args:
        names: students' ids or e-mail addresses, checks or parts; a check or part selects the
            results in which it, or a check of it, is not passed. Without names, all are selected.
        since: results that were finished earlier are regraded; None: all, however new.
    """

    names: tuple[str, ...] = ()
    since: datetime | None = None


def given_since(text: str) -> datetime:
    """Read `--since`.

    Raises:
        UsageError: it is not a date with time and zone.
    """
    moment = moment_or_none(text)
    if moment is None:
        raise UsageError(f"`{text}` is not a time; give date, time and time zone, as in {EXAMPLE}.")
    return moment


def to_regrade(asked: Regrade, uploads: Sequence[Upload], sheet: Sheet, out: Path) -> set[str]:
    """Return the uploads to regrade, by the id of their first student.

    Raises:
        UsageError: a name is not a student, check or part here; the text names the nearest.
    """
    students = [student for each in uploads for student in each.students]
    _known(asked.names, {name for student in students for name in _names_of(student)}, sheet)
    if not asked.names and asked.since is None:
        return set()
    times = _finished(out) if asked.since else {}
    return {
        upload.student.id
        for upload in uploads
        if _named(asked.names, upload, sheet, out) and _old(asked.since, upload, times, out)
    }


def regrade_remarks(asked: Regrade, regraded: Set[str], out: Path) -> Iterator[str]:
    """Yield how many results of earlier runs are regraded, if regrading was requested."""
    if asked != Regrade():
        count = sum((out / "students" / id / "result.json").is_file() for id in regraded)
        yield f"Regrading {counted(count, 'result')} of earlier runs."


def _named(names: Sequence[str], upload: Upload, sheet: Sheet, out: Path) -> bool:
    if not names or any(name in names for each in upload.students for name in _names_of(each)):
        return True
    result = result_in(out, upload.student.id)
    return result is not None and any(_is_meant(check, names, sheet) for check in result.checks)


def _names_of(student: Student) -> list[str]:
    return [name for name in (student.id, student.email) if name]


def _is_meant(check: CheckResult, names: Sequence[str], sheet: Sheet) -> bool:
    if check.outcome == "passed" or check.id not in sheet.checks:
        return False
    return any(name in names for name in _called(check.id, sheet))


def _old(since: datetime | None, upload: Upload, times: dict[str, float], out: Path) -> bool:
    if since is None:
        return True
    id = upload.student.id
    file = out / "students" / id / "result.json"
    written = file.stat().st_mtime if file.is_file() else 0.0
    return times.get(id, written) < since.timestamp()


def _finished(out: Path) -> dict[str, float]:
    """Return when each result was graded, from the run's log; manual grades may be newer."""
    try:
        log = (out / "run.jsonl").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return dict(each for text in log.splitlines() for each in _graded(text))


def _graded(text: str) -> Iterator[tuple[str, float]]:
    try:
        event = json.loads(text)
        if event["event"] == "finished" and event["fresh"]:
            yield str(event["id"]), float(event["time"])
    except (ValueError, KeyError, TypeError):
        return  # a line that a full disk cut


def _called(check: str, sheet: Sheet) -> tuple[str, ...]:
    """Return the names of a check: id, id without folder, function, part."""
    return check, check.rpartition("/")[2], check.partition("::")[2], sheet.checks[check].part


def _known(names: Iterable[str], students: set[str], sheet: Sheet) -> None:
    known = students | {name for check in sheet.checks for name in _called(check, sheet)}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            nearest = f"; the nearest is `{line(near[0])}`" if near else ""
            raise UsageError(
                f"`{line(name)}` is not a student, check or part of this batch{nearest}."
            )
