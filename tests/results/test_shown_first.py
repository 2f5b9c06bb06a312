"""What is shown first: what cannot be read, then the most specific cause, last what is not begun."""

from dataclasses import replace
from decimal import Decimal

import pytest

from graders.results.result import CheckResult, CodePlace, ItemResult, QuestionResult
from graders.results.scoring import RecognisedFault
from graders.results.shown_first import first_of, first_to_fix, without_other_code
from tests.results.test_result_json import whole

FAULT = RecognisedFault("mean for max", "major", "It is a mean.")


def check(name, outcome="failed", role="core", fault=None, place=None):
    return CheckResult(name, name, outcome, role, "It is wrong.", fault=fault, place=place)


def question(*items):
    made = tuple(ItemResult(str(i), Decimal(1), checks) for i, checks in enumerate(items))
    return QuestionResult("1", "T", made)


@pytest.mark.parametrize(
    ("items", "first"),
    [
        ([(check("a", "passed"),)], None),
        ([(check("a", "grader_error"),)], None),
        ([(check("a"), check("b", fault=FAULT))], "b"),
        ([(check("a"), check("b", "error"))], "b"),
        ([(check("a", "error"), check("b", fault=FAULT))], "b"),
        ([(check("a", role="detail", fault=FAULT), check("b", role="minor"))], "b"),
        ([(check("a"),), (check("b", fault=FAULT),)], "b"),
        ([(check("a"),), (check("b"),)], "a"),
        ([(check("a", "not_begun"),), (check("b"),)], "b"),
        ([(check("a"),), (check("b", "not_run"),)], "b"),
        ([(check("a", "not_begun"),)], "a"),
    ],
)
def test_the_most_specific_cause_of_what_was_begun_comes_first(items, first):
    found = first_of(question(*items))
    assert (found and found.id) == first


def test_a_question_that_was_not_begun_comes_after_one_that_was():
    stub, begun = question((check("a", "not_begun"),)), question((check("b"),))
    found = first_to_fix(replace(whole(), status="graded", questions=(stub, begun)))
    assert found is not None and found.id == "b"


def test_only_the_check_that_is_shown_first_keeps_the_code():
    place = CodePlace("mlp.py", "f", 3, ((3, "x = 1"),), raised=True)
    kept = without_other_code(question((check("a", place=place), check("b", place=place))))
    first, other = kept.checks
    assert first.place == place
    assert other.place == CodePlace("mlp.py", "f", 3, (), raised=True)
