"""Flagged code: its points wait for a person, who gives them by a row in manual.csv."""

from dataclasses import replace
from decimal import Decimal

import pytest

from graders.grading.grade import grade
from graders.paths import ROOT
from graders.results.manual_csv import Mark, entries, merged
from graders.results.result import REVIEW, Student
from graders.results.result_json import from_json, to_json
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.submission import Submission
from reports.student.student_page import render_report

PADDING = (ROOT / "reference" / "padding.py").read_bytes()
BUILT_IN = b"""
import torch
from torch import nn

class GRUCell(nn.GRUCell):
    pass
"""
QUIET = b"""
import threading

def elsewhere(function, *arguments):
    found = []
    thread = threading.Thread(target=lambda: found.append(function(*arguments)))
    thread.start()
    thread.join()
    return found[0]

class Hidden:
    def __init__(self, *sizes):
        self.cell = nn.GRUCell(*sizes)

class GRUCell(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        made = Hidden(D, H).cell
        self.hidden_size = H
        for name, values in made.named_parameters():
            self.register_parameter(name, values)

    def forward(self, x, h):
        weights = [p for _, p in sorted(self.named_parameters())]
        b_hh, b_ih = weights[0], weights[1]
        w_hh, w_ih = weights[2], weights[3]
        return elsewhere(torch.gru_cell, x, h, w_ih, w_hh, b_ih, b_hh)
"""


def graded(part, source):
    sheet = only_part(read_sheet("rnn"), part)
    return grade(Submission({f"{part}.py": source}), Student("1", "A"), sheet, 1, NoSandbox())


@pytest.fixture(scope="module")
def flagged():
    return graded("padding", PADDING + b"\nimport gc\nEVERYTHING = gc.get_objects\n")


def test_right_code_that_is_flagged_is_pending_and_not_lost(flagged):
    whole = graded("padding", PADDING)
    assert whole.points == whole.max_points and not whole.flags
    assert flagged.points == 0 and flagged.pending_points == whole.points
    assert [(flag.file, flag.what) for flag in flagged.flags] == [
        ("padding.py", "uses gc.get_objects")
    ]
    assert all(check.outcome == "passed" for check in flagged.checks)


def test_a_person_gives_the_points_by_a_row(flagged):
    (entry,) = entries(flagged)
    assert entry.question == "1" + REVIEW and entry.manual.max_points == flagged.pending_points
    given = merged(flagged, {("1", "1" + REVIEW): Mark(Decimal("0.5"), "harmless")}, None)
    assert (given.points, given.pending_points) == (Decimal("0.5"), 0)
    assert from_json(to_json(given)) == given


def test_a_row_of_an_upload_that_was_replaced_changes_nothing():
    whole = graded("padding", PADDING)
    given = merged(whole, {("1", "1" + REVIEW): Mark(Decimal("0.5"), "")}, None)
    assert given == whole


def test_the_report_shows_the_line_and_what_waits(flagged):
    page = render_report(flagged)
    assert "Course staff will look at this code" in page
    assert "uses gc.get_objects" in page and "wait until a person has looked" in page
    assert "Course staff will look" not in render_report(replace(flagged, flags=()))


def test_a_layer_of_torch_that_shows_in_its_calls_fails():
    result = graded("gated", BUILT_IN)
    assert not result.flags and result.points == 0


def test_a_layer_of_torch_that_its_calls_do_not_show_waits_for_a_person():
    result = graded("gated", b"import torch\nfrom torch import nn\n" + QUIET)
    assert any("which its calls do not show" in flag.what for flag in result.flags)
    assert result.points == 0 and result.pending_points > 0
