"""similarity.html, only for staff: pairs of uploads with similar code, side by side."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from urllib.parse import quote

from graders.results.result import Student
from graders.similarity.similarity import THRESHOLD, WINDOW, Pair, Side, Similarity
from graders.text import counted, line, missing
from reports.page import render
from reports.staff.class_page import SIMILARITY

FILE = SIMILARITY
NAMED = 50  # students in a list


@dataclass(frozen=True)
class OwnerView:
    """A student's name, and the link to the report if there is one."""

    name: str
    id: str
    href: str


@dataclass(frozen=True)
class LineView:
    """One line of code, and whether it is also in the other upload."""

    number: str
    text: str
    shared: bool


@dataclass(frozen=True)
class SideView:
    """A piece of one upload."""

    file: str
    lines: tuple[LineView, ...]
    more: str


@dataclass(frozen=True)
class PairView:
    """Two uploads, how similar they are, and the matching pieces."""

    anchor: str
    one: tuple[OwnerView, ...]
    other: tuple[OwnerView, ...]
    share: str
    whole: str
    summary: str
    pieces: tuple[tuple[SideView, SideView], ...]


@dataclass(frozen=True)
class SimilarityPage:
    """Everything that similarity.html.j2 prints."""

    title: str
    summary: str
    how: str
    notes: tuple[str, ...]
    rings: tuple[tuple[OwnerView, ...], ...]
    pairs: tuple[PairView, ...]
    more: str


def render_similarity(found: Similarity, known: Set[str]) -> str:
    """Render the page; `known` are the ids of students who have a report beside it."""
    return render("similarity.html.j2", _page(found, known))


def in_short(found: Similarity) -> str:
    """Return the summary in one sentence."""
    are = "is" if found.found == 1 else "are"
    pairs = counted(found.found, "pair") if found.found else "none"
    return f"{counted(found.compared, 'upload')} compared: {pairs} {are} similar."


def _page(found: Similarity, known: Set[str]) -> SimilarityPage:
    return SimilarityPage(
        title="Code similarity",
        summary=in_short(found),
        how=f"Two uploads are listed if {THRESHOLD:.0%} or more of one's best-matching passage of "
        f"{WINDOW} k-grams, about 40 lines, is also in the other's code.".replace("%", "\u00a0%"),
        notes=tuple(_notes(found)),
        rings=tuple(_people(ring, known) for ring in found.clusters),
        pairs=tuple(_pair(pair, i, known) for i, pair in enumerate(found.pairs, 1)),
        more=_more(found),
    )


def _notes(found: Similarity) -> list[str]:
    """Return notes on code that is not or only partly compared, or differs from the graded code."""
    kinds = (
        ("Compared only in part, because it is too long or too slow to read", found.cut),
        ("Not compared, because it cannot be read", found.unread),
        (
            "Compared, but changed since grading; run the batch again on these uploads",
            found.changed,
        ),
    )
    return [f"{words}: {_listed(students)}." for words, students in kinds if students]


def _more(found: Similarity) -> str:
    """Return a note if not every pair is listed."""
    if found.found == len(found.pairs):
        return ""
    return (
        f"{len(found.pairs)} of {counted(found.found, 'pair')} are listed: the most similar, and in "
        "clusters of more than two those that connect them."
    )


def _listed(students: Sequence[Student]) -> str:
    names = ", ".join(line(each.name or each.id) for each in students[:NAMED])
    rest = len(students) - NAMED
    return f"{names} {missing(rest, 'student')}" if rest > 0 else names


def _pair(pair: Pair, position: int, known: Set[str]) -> PairView:
    return PairView(
        anchor=f"pair-{position}",
        one=_people(pair.one, known),
        other=_people(pair.other, known),
        share=_percent(pair.share),
        whole=_percent(pair.whole),
        summary=" ".join(_summary(pair)),
        pieces=tuple((_side(one), _side(other)) for one, other in pair.pieces),
    )


def _summary(pair: Pair) -> list[str]:
    texts = [
        "The same files, byte for byte."
        if pair.identical
        else f"{_percent(pair.share)} of the best-matching passage, and {_percent(pair.whole)} of "
        "the student's own code, is also in the other upload."
    ]
    groups = {each.group for each in pair.one} & {each.group for each in pair.other} - {""}
    texts += [f"Both are in the group {line(group)}." for group in sorted(groups)]
    if not pair.pieces:
        texts.append("What they share is common in this class.")
    return texts


def _percent(share: float) -> str:
    return f"{int(100 * share)}\u00a0%"


def _people(students: Sequence[Student], known: Set[str]) -> tuple[OwnerView, ...]:
    return tuple(
        OwnerView(
            line(each.name or each.id),
            line(each.id) if each.name not in ("", each.id) else "",
            f"students/{quote(each.id, safe='', errors='surrogatepass')}/report.html"
            if each.id in known
            else "",
        )
        for each in students
    )


def _side(side: Side) -> SideView:
    return SideView(
        line(side.file),
        tuple(LineView(str(n), line(t.expandtabs(4)), shared) for n, t, shared in side.lines),
        missing(side.more, "line") if side.more else "",
    )
