"""`similarity OUT UPLOADS`: submissions with similar code. A reason to look, never proof.

Nothing of an upload is run or parsed as Python. Group members with one upload count once; pairs
with identical files are listed first.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from graders.results.result import Result, Student
from graders.similarity.pairs import SimilarPair, distinctive, pieces, similar_pairs
from graders.similarity.similarity import Pair, Similarity
from graders.similarity.tokens import Code, Numbers, code_of
from graders.uploads.upload import UnreadableUpload, Upload

LISTED = 50  # pairs that are shown


@dataclass(frozen=True)
class ComparedUpload:
    """One upload that was compared: its students, its hash and its code."""

    students: tuple[Student, ...]
    sha256: str
    code: Code


def compare(
    results: Sequence[Result], uploads: Sequence[Upload], sources: Mapping[str, bytes]
) -> Similarity:
    """Compare the uploads of a class with these results, without the given sources."""
    graded = {result.student.sha256 for result in results}
    return similar(uploads, code_of(sources).hashes, graded)


def similar(
    uploads: Sequence[Upload], given: Numbers, graded: Set[str] | None = None
) -> Similarity:
    """Compare all uploads that can be read.

    Args:
        graded: the hashes of the graded uploads; None: unknown.
    """
    compared: list[ComparedUpload] = []
    unread: list[Student] = []
    for upload in uploads:
        try:
            student, submission = upload.read()
        except UnreadableUpload:
            unread.extend(upload.students)
            continue
        code = code_of(submission.files).without(given)
        compared.append(ComparedUpload(upload.students, student.sha256, code))
    codes = distinctive([each.code for each in compared])
    found = [*_identical(compared), *similar_pairs(codes)]
    once = {(each.one, each.other): each for each in reversed(found)}  # the first of each two
    ranked = sorted(once.values(), key=lambda each: (each.share, each.whole), reverse=True)
    links, clusters = _linked(ranked)
    return Similarity(
        compared=len(compared),
        cut=tuple(s for each in compared if not each.code.whole for s in each.students),
        unread=tuple(unread),
        found=len(once),
        clusters=tuple(
            tuple(s for i in cluster for s in compared[i].students) for cluster in clusters
        ),
        pairs=tuple(_pair(each, compared) for each in links[:LISTED]),
        changed=tuple(
            s for h in compared if graded is not None and h.sha256 not in graded for s in h.students
        ),
    )


def _identical(compared: Sequence[ComparedUpload]) -> Iterator[SimilarPair]:
    """Yield the pairs with identical files, unless all their code was given."""
    same: dict[str, list[int]] = {}
    for number, each in enumerate(compared):
        if len(each.code.hashes):
            same.setdefault(each.sha256, []).append(number)
    for numbers in same.values():
        yield from (SimilarPair(one, other, 1.0, 1.0) for one, other in combinations(numbers, 2))


def _linked(found: Sequence[SimilarPair]) -> tuple[list[SimilarPair], list[list[int]]]:
    """Return the first pairs that connect each cluster, and the clusters of more than two."""
    cluster_of: dict[int, set[int]] = {}
    links = []
    for each in found:
        one, other = (cluster_of.setdefault(i, {i}) for i in (each.one, each.other))
        if one is not other:
            links.append(each)
            one |= other
            cluster_of |= dict.fromkeys(other, one)
    clusters = {id(cluster): sorted(cluster) for cluster in cluster_of.values() if len(cluster) > 2}
    return links, sorted(clusters.values())


def _pair(found: SimilarPair, compared: Sequence[ComparedUpload]) -> Pair:
    one, other = compared[found.one], compared[found.other]
    return Pair(
        one.students,
        other.students,
        found.share,
        found.whole,
        one.sha256 == other.sha256,
        pieces(one.code, other.code),
    )
