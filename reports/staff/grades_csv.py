"""grades.csv: one line per student, for spreadsheets and gradebooks.

UTF-8 without a byte-order mark: an LMS would read the mark as part of the first column's name.
Excel needs the mark only if the file is double-clicked; Data > From Text/CSV asks for the encoding.
Lines end with LF, which spreadsheets, importers and command-line tools can all read.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from graders.results.summary import ResultSummary
from graders.results.table import cell
from graders.text import decimal


def write_grades(summaries: Sequence[ResultSummary], path: Path) -> None:
    """Write one line per student, by id, with exact decimals; the file is replaced as a whole.

    Points that are undecided because of our own failure are an empty cell, never a zero.
    """
    ordered = sorted(summaries, key=lambda summary: (summary.student.id, summary.student.upload))
    numbers = dict.fromkeys(q.number for summary in ordered for q in summary.questions)
    columns = {
        "id": [cell(summary.student.id) for summary in ordered],
        "name": [cell(summary.student.name) for summary in ordered],
        "late": ["true" if summary.late else "false" for summary in ordered],
        "status": [summary.status for summary in ordered],
        "points": [_total(summary) for summary in ordered],
        "max_points": [decimal(summary.max_points) for summary in ordered],
        "pending_points": [decimal(summary.pending_points) for summary in ordered],
        "late_points": [decimal(summary.late_points) for summary in ordered],
        **{cell(f"q{number}"): [_points(s, number) for s in ordered] for number in numbers},
        "upload": [cell(summary.student.upload) for summary in ordered],
        "sha256": [cell(summary.student.sha256) for summary in ordered],
    }
    part = path.with_name(path.name + ".part")
    pd.DataFrame(columns, dtype=object).to_csv(
        part, index=False, encoding="utf-8", lineterminator="\n"
    )
    os.replace(part, path)


def _total(summary: ResultSummary) -> str:
    return "" if summary.needs_staff else decimal(summary.points)


def _points(summary: ResultSummary, number: str) -> str:
    question = next((q for q in summary.questions if q.number == number), None)
    return "" if question is None or question.undecided_points else decimal(question.points)
