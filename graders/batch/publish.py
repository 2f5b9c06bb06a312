"""The last stage of a run: write each finished result to disk, and the pages at the end."""

from collections.abc import Iterable
from dataclasses import replace

from graders.batch.collect import Work
from graders.batch.grade_class import Graded
from graders.batch.lateness import cost_changed, lateness
from graders.batch.progress import Events
from graders.results.manual_csv import ManualEntry, entries, given_for_another_upload, merged
from graders.results.result import Result
from graders.results.store import result_in, write_class, write_manual
from graders.results.summary import ResultSummary, summarise
from reports.publish import write_pages, write_result


def publish(work: Work, graded: Iterable[Graded], events: Events) -> list[ResultSummary]:
    """Write results, reports, class page and grades.csv, also if grading is stopped halfway.

    Returns:
        A summary of each result, by student id; for students that a stopped run did not reach,
        that of an earlier run.
    """
    out = work.batch.out
    summaries: dict[str, ResultSummary] = {}
    manual: list[ManualEntry] = []
    try:
        for each in graded:
            final = _publish_one(work, each, events)
            summaries[final.student.id] = summarise(final)
            manual.extend(entries(final))
        write_class(work.students, True, out)
    finally:
        reached = len(summaries)
        summaries |= _left(work, work.students - set(summaries))
        ordered = [summaries[id] for id in sorted(summaries)]
        try:
            write_pages(ordered, out)
            write_manual(manual, out)
        finally:
            events.stopped(reached)
    return ordered


def _publish_one(work: Work, graded: Graded, events: Events) -> Result:
    """Write one result, with its late penalty and manual grades."""
    batch, student = work.batch, graded.result.student
    earlier = result_in(batch.out, student.id)
    extension = batch.extensions.get(student.id)
    late = lateness(student, batch.sheet.deadline, batch.sheet.late, extension)
    final = merged(replace(graded.result, late=late), work.marks, earlier)
    if graded.fresh or final != earlier:
        write_result(final, batch.out, batch.sheet.title)
    for remark in (given_for_another_upload(final, earlier), cost_changed(final, earlier)):
        if remark:
            events.remark(remark)
    events.finished(final, graded.fresh)
    return final


def _left(work: Work, students: Iterable[str]) -> dict[str, ResultSummary]:
    """Return the earlier results of students that a stopped run did not reach."""
    found = {student: result_in(work.batch.out, student) for student in students}
    name = work.batch.sheet.name
    return {s: summarise(r) for s, r in found.items() if r and r.assignment == name}
