"""`--regrade` and `--since`: which results of earlier runs are not taken over, though they could be."""

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
    """What the user asked for: `names` say whose results, `since` how old they may be.

    Args:
        names: students' ids or e-mail addresses, checks or parts; a check or part stands for the
            results in which it, or a check of it, is not passed. Without names, all are meant.
        since: results that were finished earlier are not taken over; None: however new.
    """

    names: tuple[str, ...] = ()
    since: datetime | None = None


def given_since(text: str) -> datetime:
    """Read `--since`.

    Raises:
        UsageError: it is no date with time and zone.
    """
    moment = moment_or_none(text)
    if moment is None:
        raise UsageError(f"`{text}` is no time; give date, time and time zone, as in {EXAMPLE}.")
    return moment


def graded_anew(asked: Regrade, uploads: Sequence[Upload], sheet: Sheet, out: Path) -> set[str]:
    """Name the uploads, by the student they are graded for, whose results are not taken over.

    Raises:
        UsageError: a name is no student, check or part here; the text names the nearest.
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


def told(asked: Regrade, anew: Set[str], out: Path) -> Iterator[str]:
    """Yield how many results of an earlier run are not taken over, where that was asked for."""
    if asked != Regrade():
        count = sum((out / "students" / id / "result.json").is_file() for id in anew)
        yield f"As asked, {counted(count, 'result')} of earlier runs will be regraded."


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
    """Read in the run's log when each result was graded; manual points came later, maybe."""
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
    """List what a check can be called: id, id without folder, function, part."""
    return check, check.rpartition("/")[2], check.partition("::")[2], sheet.checks[check].part


def _known(names: Iterable[str], students: set[str], sheet: Sheet) -> None:
    known = students | {name for check in sheet.checks for name in _called(check, sheet)}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            nearest = f"; the nearest is `{line(near[0])}`" if near else ""
            raise UsageError(f"`{line(name)}` is no student, check or part of this batch{nearest}.")
