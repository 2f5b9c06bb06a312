"""What one run over a class was asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graders.batch.extensions import Extension
from graders.batch.regrade import Regrade
from graders.sheets.sheet import Sheet


@dataclass(frozen=True)
class Batch:
    """One run over a class: what to grade, how, and where the results go.

    Args:
        waivers: deadline extensions by student id.
        lms: the form of the uploads, or "auto".
        scheduler: address of a cluster, whose slots and sandboxes then count, not ours.
    """

    uploads: Path
    out: Path
    sheet: Sheet
    seed: int
    jobs: int
    sandbox: str = "auto"
    waivers: Mapping[str, Extension] = field(default_factory=dict)
    lms: str = "auto"
    roster: Path | None = None
    regrade: Regrade = field(default_factory=Regrade)
    scheduler: str = ""

    @property
    def hidden(self) -> tuple[Path, ...]:
        """The folders that no submission may see."""
        return self.uploads.resolve(), self.out.resolve()
