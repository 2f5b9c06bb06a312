"""A wrong answer is recognised only as what it exactly is."""

import numpy as np
import pytest
import torch

from graders.assertions.compare import close, equal
from graders.assertions.recognise import matching, recognised, same
from graders.deviations import Deviation
from graders.remote.faults import Crash, Failed

MEAN = Deviation("pools by the mean", "major", "It pools by the mean.")
SUM = Deviation("pools by the sum", "minor", "It pools by the sum.")
X = torch.tensor([[1.0, 2.0, 6.0], [0.5, 0.25, 4.0]])


def candidates(x=X):
    return [(MEAN, lambda: [x.mean(1)]), (SUM, lambda: [-x.sum(1), x.sum(1)])]


def failure(returned, found, again=None):
    with pytest.raises(Failed) as caught, recognised(returned, found, again):
        close(returned, X.amax(1), "Take the maximum.")
    return caught.value


def test_an_exact_match_names_the_fault_and_replaces_the_hint():
    failed = failure(X.mean(1), candidates())
    assert failed.recognised.name == "pools by the mean"
    assert failed.recognised.severity == "major"
    assert failed.hint == failed.recognised.sentence == "It pools by the mean."


def test_any_reading_of_a_deviation_may_fit():
    assert failure(X.sum(1), candidates()).recognised.name == "pools by the sum"


@pytest.mark.parametrize("returned", [X.mean(1) + 0.01, X.mean(1)[None], X.mean(1).tolist(), None])
def test_what_is_only_near_or_of_another_form_is_not_named(returned):
    failed = failure(returned, candidates())
    assert failed.recognised is None and failed.hint == "Take the maximum."


def test_where_two_fit_neither_is_named():
    x = torch.ones(2, 1)
    assert failure(x.mean(1) * 1, [*candidates(x)]).recognised is None


def test_fresh_inputs_tell_two_that_fit_apart():
    one = torch.ones(2, 1)
    fresh = torch.tensor([[1.0, 3.0]])
    failed = failure(one.mean(1), candidates(one), lambda: (fresh.sum(1), candidates(fresh)))
    assert failed.recognised.name == "pools by the sum"


def test_a_crash_while_asking_again_leaves_it_unnamed():
    one = torch.ones(2, 1)

    def again():
        raise Crash("The process ended.")

    assert failure(one.mean(1), candidates(one), again).recognised is None


def test_nothing_is_computed_while_the_comparison_passes():
    def never():
        raise AssertionError("it was computed")

    with recognised(X.amax(1), [(MEAN, never)]):
        close(X.amax(1), X.amax(1))


def test_a_deviation_that_does_not_fit_the_inputs_is_left_out():
    broken = [(SUM, lambda: [X @ X]), *candidates()[:1]]
    assert matching(X.mean(1), broken) == [MEAN]


def test_a_fault_that_is_already_named_stays():
    outer = recognised(X.mean(1), [(SUM, lambda: [X.mean(1)])])
    with pytest.raises(Failed) as caught, outer, recognised(X.mean(1), candidates()):
        equal(1, 2)
    assert caught.value.recognised.name == "pools by the mean"


@pytest.mark.parametrize(
    ("returned", "value", "equal_"),
    [
        ([1, 2], (1, 2), True),
        ([1, 2], [1, 2, 3], False),
        ([[1], [2.5]], [[1], [2.5]], True),
        (0.3, 0.1 + 0.2, True),
        (1, 1.0, True),
        (True, 1, False),
        (None, 0.0, False),
        (torch.tensor([1, 2]), torch.tensor([1, 2]), True),
        (torch.tensor([1, 2]), torch.tensor([1.0, 2.0]), False),
        (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")]), False),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0]), True),
        (np.array([1.0, 2.0]), torch.tensor([1.0, 2.0]), False),
    ],
)
def test_answers_are_equal_within_rounding_and_of_one_kind(returned, value, equal_):
    assert same(returned, value) is equal_
