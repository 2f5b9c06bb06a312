"""The pages for manual grading: a list of answers, and one answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from graders.text import block, counted, line, sentence
from reports.page import render


@dataclass(frozen=True)
class MarkView:
    """One question of one student, with the grade so far and the submitted files."""

    number: str
    name: str
    id: str
    question: str
    title: str
    criteria: str
    maximum: str
    points: str
    comment: str
    version: str
    pending: bool
    files: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls,
        number: int,
        words: tuple[str, str, str, str, str],
        maximum: Decimal,
        points: str,
        comment: str,
        version: str,
        pending: bool,
        files: Sequence[str],
        left_out: Mapping[str, str],
    ) -> "MarkView":
        name, id, question, title, criteria = words
        return cls(
            number=str(number),
            name=line(name),
            id=line(id),
            question=line(question),
            title=line(title),
            criteria=block(criteria),
            maximum=counted(maximum, "point"),
            points=points,
            comment=comment,
            version=version,
            pending=pending,
            files=tuple(line(file) for file in files[:200]),
            left_out=tuple((line(file), sentence(why)) for file, why in [*left_out.items()][:200]),
        )


@dataclass(frozen=True)
class MarkPage:
    """What mark.html.j2 prints: the list, or one answer, with a refusal if saving failed."""

    title: str
    status: str
    works: tuple[MarkView, ...]
    work: MarkView | None
    refusal: str


def render_list(works: Sequence[MarkView]) -> str:
    """Render the list of all answers."""
    ungraded = sum(work.pending for work in works)
    status = f"{ungraded} of {counted(len(works), 'answer')} still ungraded."
    return render("mark.html.j2", MarkPage("Manual grading", status, tuple(works), None, ""))


def render_work(work: MarkView, refusal: str = "") -> str:
    """Render one question of one student."""
    title = f"Question {work.question}: {work.name}"
    return render("mark.html.j2", MarkPage(title, "", (), work, block(refusal)))
