"""Progress of a run: a progress bar on a terminal, a plain line per student elsewhere,
and one JSON line per event in run.jsonl."""

import json
import os
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from graders.console import say
from graders.files import on_disk
from graders.results.result import Result, Student
from graders.results.result_json import number
from graders.sheets.sheet import Sheet
from graders.text import line


class Events:
    """Shows a run's progress on `console` and keeps its log in `log`."""

    def __init__(self, console: Console, log: Path) -> None:
        self._console = console
        self._log = log
        self._running: dict[str, str] = {}
        self._counts = {"done": 0, "failed": 0}
        self._total, self._jobs = 0, 1
        self._progress = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[running]}", markup=False),
            console=console,
            transient=True,
        )
        self._bar = self._progress.add_task("grading", total=None, counts="", running="")

    def started(self, total: int, sheet: Sheet, jobs: int) -> None:
        self._total, self._jobs = total, jobs
        self._note("started", uploads=total, assignment=sheet.name)
        self._progress.update(self._bar, total=total)
        if self._console.is_terminal:
            self._progress.start()

    def remark(self, text: str) -> None:
        """Show and log a remark on the whole run."""
        self._note("remark", text=text)
        say(self._console, text)

    def submitted(self, student: Student) -> None:
        self._running[student.id] = student.name or student.id
        self._note("submitted", id=student.id)
        self._show()

    def finished(self, result: Result, fresh: bool) -> None:
        self._running.pop(result.student.id, None)
        self._counts["done"] += 1
        self._counts["failed"] += result.status != "graded"
        self._note(
            "finished",
            id=result.student.id,
            status=result.status,
            points=number(result.points),
            seconds=result.seconds,
            fresh=fresh,
        )
        self._show()
        if not self._console.is_terminal:
            say(self._console, self._line(result, fresh))

    def stopped(self, finished: int) -> None:
        self._progress.stop()
        self._note("stopped", finished=finished)

    def _show(self) -> None:
        counts, running = self._counts, list(self._running.values())[: self._jobs]
        self._progress.update(
            self._bar,
            completed=counts["done"],
            counts=f"{len(running)} running, {counts['failed']} need attention",
            running=line(", ".join(running))[:40],
        )

    def _line(self, result: Result, fresh: bool) -> str:
        place = f"[{self._counts['done']}/{self._total}]"
        who = line(f"{result.student.id} {result.student.name}".strip())
        if result.status != "graded":
            return f"{place} {who}: {result.status.replace('_', ' ')}: {line(result.message or '')}"
        lost = sum(bool(item.failed) for item in result.items)
        words = f"{number(result.points)} of {number(result.max_points)} points"
        words += f", {lost} of {len(result.items)} items with failed checks" if lost else ""
        words += "" if fresh else " (cached)"
        return f"{place} {who}: {words}"

    def _note(self, event: str, **fields: Any) -> None:
        entry = {"time": round(time.time(), 3), "event": event, **fields}
        with on_disk(self._log):
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("ab+") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - 1, 0))
                cut = file.read(1) not in (b"", b"\n")  # a full disk cut the last line
                file.write(b"\n" * cut + json.dumps(entry).encode() + b"\n")
