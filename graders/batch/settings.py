"""Settings of one run over a class."""

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
        extensions: deadline extensions by student id.
        lms: LMS whose export format the uploads have, or "auto".
        scheduler: address of a cluster, whose workers and sandboxes are then used.
    """

    uploads: Path
    out: Path
    sheet: Sheet
    seed: int
    jobs: int
    sandbox: str = "auto"
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    lms: str = "auto"
    roster: Path | None = None
    regrade: Regrade = field(default_factory=Regrade)
    scheduler: str = ""

    @property
    def hidden(self) -> tuple[Path, ...]:
        """The folders that no submission may see."""
        return self.uploads.resolve(), self.out.resolve()
