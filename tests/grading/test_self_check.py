"""The versions of a student's own check: shown in the report, without effect on points."""

import json
from dataclasses import replace

import pytest

from graders.grading.required_files import with_notes
from graders.grading.self_check import FILE, LARGEST, SAME, differences, marker
from graders.results.result_json import from_json, to_json
from graders.uploads.submission import Submission
from reports.student.student_page import render_report
from tests.reports.test_reports import ENVIRONMENT, Page, result

OURS = replace(ENVIRONMENT, graders_sha256="a" * 64)
OWN = marker(OURS, "rnn", 1)


def test_equal_versions_are_reported_as_equal():
    assert differences({FILE: OWN}, OURS) == SAME
    assert differences({f"rnn_mira/{FILE}": OWN, "a/b/c/unroll.json": b"x"}, OURS) == SAME
    assert differences({}, OURS) == ""


def test_differences_are_reported():
    other = replace(OURS, python="3.12.3", torch="2.13.0+cpu", seed=4, graders_sha256="b" * 64)
    assert differences({FILE: marker(other, "rnn", 1)}, OURS) == (
        "Python 3.12.3, PyTorch 2.13.0+cpu, seed 4, other graders (bbbbbbbbbbbb): "
        "sentences and points may differ"
    )
    assert (
        differences({FILE: OWN}, replace(OURS, seed=4))
        == "seed 17: sentences and points may differ"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * LARGEST,
        b"null",
        b"{}",
        OWN + b" " * LARGEST,
        OWN.replace(b'"2.6.0"', b"2.6"),
        OWN.replace(b"2.6.0", b"<script>"),
        OWN.replace(b"2.6.0", b"2" * 65),
        OWN.replace(b"2.6.0", "\u202e".encode()),
    ],
)
def test_what_we_did_not_write_is_not_believed(content):
    assert differences({FILE: content}, OURS) == ""


def test_the_report_tells_it_and_the_points_stay():
    before = replace(result(), environment=OURS)
    after = with_notes(before, (), None, Submission({FILE: marker(ENVIRONMENT, "rnn", 1)}))
    assert after.points == before.points and after.notes == before.notes
    assert "You checked with other graders (9c1e7f): sentences and points may differ" in (
        Page(render_report(after)).text
    )
    assert "You checked with" not in Page(render_report(before)).text
    assert from_json(to_json(after)) == after
    older = json.loads(to_json(after))
    del older["own_check"]
    assert from_json(json.dumps(older)) == replace(after, own_check="")
