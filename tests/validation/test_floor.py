"""What answers earn that compute nothing."""

import pytest

from graders.sheets.sheet import read_sheet, sheet_names
from graders.validation.answers import reference_files
from graders.validation.floor import floors_of
from graders.validation.soundness import Bench, parts_with_checks
from graders.validation.trivial import RULES, trivial_answers


def test_each_trivial_answer_is_graded_on_each_sheet_and_earns_nothing():
    """The command `template` does so for all parts."""
    bench = Bench()
    try:
        found = list(floors_of(bench, "padding", 1))
    finally:
        bench.close()
    assert {floor.rule for floor in found} == {*RULES, "names exchanged"}
    assert {floor.sheet for floor in found} == {
        name for name in sheet_names() if "padding" in read_sheet(name).parts
    }
    assert not [floor.line for floor in found if not floor.holds]


@pytest.mark.parametrize("part", parts_with_checks())
def test_a_trivial_answer_differs_from_the_right_one_in_its_part_alone(part):
    right = reference_files()
    for files in trivial_answers(right, part).values():
        changed = {name for name, text in files.items() if text != right[name]}
        assert changed == {f"{part}.py"}
        assert {name for name in right if name.endswith(".py")} == set(files)
