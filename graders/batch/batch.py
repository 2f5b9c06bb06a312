"""Grade a class: collect the uploads, grade each on a worker, publish each finished result."""

from contextlib import AbstractContextManager

from graders.batch.collect import Work, collect
from graders.batch.grade_class import grade_class
from graders.batch.progress import Events
from graders.batch.publish import publish
from graders.batch.settings import Batch
from graders.batch.slots import Slots, local_slots
from graders.files import on_disk
from graders.results.store import sweep, write_class
from graders.results.summary import ResultSummary


def run(batch: Batch, events: Events) -> list[ResultSummary]:
    """Grade every upload that has no result yet, and write reports, class page and grades.

    Raises:
        UsageError: nothing more can be graded; the text names the remedy.
        KeyboardInterrupt: the user stopped the run; what is finished is on disk.
    """
    work = collect(batch)
    with _slots(batch, events) as slots:
        _prepare(work)
        return publish(work, grade_class(work, slots, events), events)


def _slots(batch: Batch, events: Events) -> AbstractContextManager[Slots]:
    if not batch.scheduler:
        return local_slots(batch.jobs, batch.sandbox, batch.hidden)
    from graders.batch.cluster import cluster_slots  # its imports take a second

    return cluster_slots(batch.scheduler, batch.sheet, batch.seed, batch.hidden, events.remark)


def _prepare(work: Work) -> None:
    """Prepare OUT: write this run's students, remove unfinished files of an earlier run."""
    out = work.batch.out
    with on_disk(out):
        (out / "students").mkdir(parents=True, exist_ok=True)
        sweep(out)
    write_class(work.students, False, out)
