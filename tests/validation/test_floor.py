"""What answers earn that compute nothing."""

import pytest

from graders.validation.answers import reference_files
from graders.validation.floor import floors_of
from graders.validation.soundness import Bench, parts_with_checks
from graders.validation.trivial import RULES, trivial_answers


@pytest.fixture(scope="module")
def bench():
    made = Bench()
    yield made
    made.close()


@pytest.mark.parametrize("part", parts_with_checks())
def test_trivial_answers_earn_nothing(bench, part):
    found = list(floors_of(bench, part, 1))
    assert {floor.rule for floor in found} == {*RULES, "names exchanged"}
    assert not [floor.line for floor in found if not floor.holds]


@pytest.mark.parametrize("part", parts_with_checks())
def test_a_trivial_answer_differs_from_the_right_one_in_its_part_alone(part):
    right = reference_files()
    for files in trivial_answers(right, part).values():
        changed = {name for name, text in files.items() if text != right[name]}
        assert changed == {f"{part}.py"}
        assert {name for name in right if name.endswith(".py")} == set(files)
