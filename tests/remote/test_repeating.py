"""A call that is made once more tells what is random from what is kept."""

from itertools import count

import torch

from graders.grading.grade import grade
from graders.remote.repeating import HINTS, floats_in, repeated
from graders.results.result import Student
from graders.results.shown_first import first_of
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.submission import Submission

MODEL = """
import torch
from torch import nn

class MLPClassifier(nn.Module):
    def __init__(self, vocab_size, num_classes, emb=300, hidden=300):
        super().__init__()
        self.e, self.m = nn.Embedding(vocab_size, emb), nn.Linear(emb, hidden)
        self.o, self.kept = nn.Linear(hidden, num_classes), 0

    def forward(self, x):
        pooled = torch.relu(self.m(self.e(x))).amax(1)
        {line}
        return self.o(pooled)
"""


def test_floats_are_found_in_nested_answers():
    one, whole = torch.ones(2), torch.ones(2, dtype=torch.long)
    assert floats_in([(one, whole), {"a": one}, None, [one]]) == [one, one]


def test_an_answer_that_comes_again_is_the_same():
    assert repeated([torch.ones(2)], lambda **_: torch.ones(2)) == "same"
    gone = torch.tensor([float("nan")])
    assert repeated([gone], lambda **_: gone.clone()) == "same"


def test_what_a_seed_brings_back_is_random_and_other_differences_are_kept():
    numbers = count(1)

    def kept(**_):
        return torch.full((2,), float(next(numbers)))

    def random(seed=None):
        return torch.full((2,), float(seed or next(numbers)))

    assert repeated([kept()], kept) == "kept"
    assert repeated([random()], random) == "random"


def hint_of(line):
    sheet = only_part(read_sheet("rnn"), "mlp")
    files = {"mlp.py": MODEL.format(line=line).encode()}
    result = grade(Submission(files), Student("1", "A"), sheet, 1, NoSandbox())
    return first_of(result.questions[0]).hint


def test_a_student_is_told_which_of_both():
    assert hint_of("pooled = nn.functional.dropout(pooled)") == HINTS["random"]
    line = "pooled = pooled + self.kept; self.kept = pooled.detach().mean(0, keepdim=True)"
    assert hint_of(line) == HINTS["kept"]
    assert hint_of("pooled = pooled * 2") not in HINTS.values()
