"""`similarity OUT UPLOADS`: submissions with similar code. A reason to look, never a finding.

Nothing of an upload is run or parsed as Python. Fellows who hand in one upload are one; the same
files handed in by two are named first.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from graders.results.result import Result, Student
from graders.similarity.pairs import Alike, alike, own, pieces
from graders.similarity.similarity import Pair, Similarity
from graders.similarity.tokens import Code, Numbers, code_of
from graders.uploads.upload import UnreadableUpload, Upload

LISTED = 50  # pairs that are shown


@dataclass(frozen=True)
class ComparedUpload:
    """One upload that was compared: all who handed it in, its hash and its code."""

    students: tuple[Student, ...]
    sha256: str
    code: Code


def compare(
    results: Sequence[Result], uploads: Sequence[Upload], sources: Mapping[str, bytes]
) -> Similarity:
    """Compare the uploads of a class with these results, less the sources that all were given."""
    graded = {result.student.sha256 for result in results}
    return similar(uploads, code_of(sources).hashes, graded)


def similar(
    uploads: Sequence[Upload], given: Numbers, graded: Set[str] | None = None
) -> Similarity:
    """Compare all uploads that can be read.

    Args:
        graded: the hashes of the uploads that were graded; None: nothing is said of it.
    """
    handed: list[ComparedUpload] = []
    unread: list[Student] = []
    for upload in uploads:
        try:
            student, submission = upload.read()
        except UnreadableUpload:
            unread.extend(upload.students)
            continue
        code = code_of(submission.files).without(given)
        handed.append(ComparedUpload(upload.students, student.sha256, code))
    codes = own([each.code for each in handed])
    found = [*_identical(handed), *alike(codes)]
    once = {(each.one, each.other): each for each in reversed(found)}  # the first of each two
    likest = sorted(once.values(), key=lambda each: (each.share, each.whole), reverse=True)
    ties, rings = _tied(likest)
    return Similarity(
        compared=len(handed),
        cut=tuple(s for each in handed if not each.code.whole for s in each.students),
        unread=tuple(unread),
        found=len(once),
        rings=tuple(tuple(s for i in ring for s in handed[i].students) for ring in rings),
        pairs=tuple(_pair(each, handed) for each in ties[:LISTED]),
        changed=tuple(
            s for h in handed if graded is not None and h.sha256 not in graded for s in h.students
        ),
    )


def _identical(handed: Sequence[ComparedUpload]) -> Iterator[Alike]:
    """Yield those who handed in the same files, where there is anything of their own in them."""
    same: dict[str, list[int]] = {}
    for number, each in enumerate(handed):
        if len(each.code.hashes):
            same.setdefault(each.sha256, []).append(number)
    for numbers in same.values():
        yield from (Alike(one, other, 1.0, 1.0) for one, other in combinations(numbers, 2))


def _tied(found: Sequence[Alike]) -> tuple[list[Alike], list[list[int]]]:
    """Return the first pairs that tie together all who hang together, and rings of more than two."""
    ring_of: dict[int, set[int]] = {}
    ties = []
    for each in found:
        one, other = (ring_of.setdefault(i, {i}) for i in (each.one, each.other))
        if one is not other:
            ties.append(each)
            one |= other
            ring_of |= dict.fromkeys(other, one)
    rings = {id(ring): sorted(ring) for ring in ring_of.values() if len(ring) > 2}
    return ties, sorted(rings.values())


def _pair(found: Alike, handed: Sequence[ComparedUpload]) -> Pair:
    one, other = handed[found.one], handed[found.other]
    return Pair(
        one.students,
        other.students,
        found.share,
        found.whole,
        one.sha256 == other.sha256,
        pieces(one.code, other.code),
    )
