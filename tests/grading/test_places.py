"""A failure shows the student's own lines: the one that raised, or the definition that was called."""

import json
from textwrap import dedent

import pytest

from graders.grading.grade import grade
from graders.results.result import Student
from graders.results.result_json import from_json, to_json
from graders.results.shown_first import first_of
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.submission import Submission
from reports.student.student_page import render_report

RAISES = b'''
import torch

def length_mask(lengths, max_len=None):
    """Not shown."""
    width = max(lenghts)
    return torch.arange(width)[None] < torch.tensor(lengths)[:, None]
'''
WRONG = b'''
import torch

def length_mask(lengths, max_len=None):
    """Not shown."""
    return torch.ones(len(lengths), max(lengths), dtype=torch.bool)
'''
STUB = b"""
def pad_batch(rows, pad, side='right', max_len=None):
    raise NotImplementedError('later')
"""
MODEL = b'''
import torch
from torch import nn

class MLPClassifier(nn.Module):
    def __init__(self, vocab_size, num_classes, emb=300, hidden=300):
        super().__init__()
        self.e, self.m = nn.Embedding(vocab_size, emb), nn.Linear(emb, hidden)
        self.o = nn.Linear(hidden, num_classes)

    def forward(self, x):
        """Not shown."""
        return self.o(torch.tanh(self.m(self.e(x))).amax(1))  # <b>tanh</b>
'''
NOTEBOOK = {
    "cells": [{"cell_type": "code", "source": "import torch"}],
    "nbformat": 4,
    "metadata": {},
}


def graded(files, part):
    sheet = only_part(read_sheet("rnn"), part)
    return grade(Submission(files), Student("1", "A"), sheet, 1, NoSandbox())


def shown(files, part):
    """Return the first check of the first question that has one of these names."""
    result = graded(files, part)
    return result, first_of(result.questions[0])


def test_an_exception_shows_the_line_that_raised_it():
    result, check = shown({"padding.py": RAISES}, "padding")
    assert check.outcome == "error"
    assert (check.place.file, check.place.function, check.place.line) == (
        "padding.py",
        "length_mask",
        6,
    )
    assert check.place.raised and (6, "    width = max(lenghts)") in check.place.code
    page = render_report(result)
    assert "Your code: length_mask in padding.py, line 6" in page
    assert '<mark><span class="number">6</span>      width = max(lenghts)</mark>' in page


def test_a_wrong_answer_shows_what_was_called_without_its_docstring():
    _, check = shown({"padding.py": WRONG}, "padding")
    assert (check.outcome, check.place.function) == ("failed", "length_mask")
    assert [text.strip() for _, text in check.place.code] == [
        "def length_mask(lengths, max_len=None):",
        "return torch.ones(len(lengths), max(lengths), dtype=torch.bool)",
    ]


def test_a_wrong_object_shows_its_forward_escaped():
    result, check = shown({"mlp.py": MODEL}, "mlp")
    assert check.place.function == "MLPClassifier.forward"
    assert "&lt;b&gt;tanh&lt;/b&gt;" in render_report(result)
    assert from_json(to_json(result)) == result
    (question,) = json.loads(to_json(result))["questions"]
    assert question["shown_first"]["check"] == check.id
    assert (question["shown_first"]["file"], question["shown_first"]["line"]) == ("mlp.py", 11)


def test_a_cell_of_a_notebook_is_named():
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "source": "import torch"}, {**cell, "source": dedent(WRONG.decode())}]
    notebook = {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    _, check = shown({"padding.ipynb": json.dumps(notebook).encode()}, "padding")
    assert check.place.function == "length_mask" and "2" in check.place.file


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        (STUB, "not_begun"),
        (b"", "not_begun"),
        (b"def pad_batch(rows, pad)\n    return 1\n", "not_run"),
    ],
)
def test_what_is_not_begun_differs_from_what_cannot_be_read(source, outcome):
    result, check = shown({"padding.py": source}, "padding")
    assert check.outcome == outcome and check.place is None
    assert all(item.begun == (outcome != "not_begun") for item in result.items)
