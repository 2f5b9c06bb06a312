"""The template role: the set holds together, and each thing that does not is named with its place."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from graders.harness import sentences, template
from graders.harness.errors import UsageError
from graders.harness.grade import ungraded
from graders.harness.result import Student
from graders.harness.sandbox import ROOT
from graders.harness.session import NOTHING
from graders.harness.sheet import read_sheet

SHEET = read_sheet("rnn")
FIRST = next(iter(SHEET.checks.values()))


def test_the_set_holds_together():
    assert list(template.problems()) == []


@pytest.fixture
def graded(monkeypatch):
    """Make every submission's result one of these outcomes, and leave everything else right."""

    def outcomes(reference=("passed", ""), skeleton=("error", NOTHING)):
        def result(folder, sheet, seed):
            outcome, message = reference if folder == "reference" else skeleton
            found = ungraded(sheet, Student(folder, ""), "", seed, "none")
            questions = tuple(
                replace(
                    q, checks=tuple(replace(c, outcome=outcome, message=message) for c in q.checks)
                )
                for q in found.questions
            )
            return replace(found, questions=questions)

        monkeypatch.setattr(template, "_graded", result)
        monkeypatch.setattr(template, "sheet_names", lambda: ["rnn"])

    return outcomes


def test_all_is_well_when_reference_earns_all_and_skeleton_nothing(graded):
    graded()
    assert list(template.problems()) == []


def test_a_reference_that_loses_points_is_named_with_check_and_line(graded):
    graded(reference=("failed", "it is wrong"))
    found = list(template.problems())
    assert len(found) == len(SHEET.checks)
    place = f"graders/{FIRST.id.partition('::')[0]}:{FIRST.line}: the reference loses points (rnn)"
    assert found[0].startswith(place) and "it is wrong" in found[0]


def test_a_skeleton_that_earns_points_is_named(graded):
    graded(skeleton=("passed", ""))
    assert "the skeleton earns points" in next(iter(template.problems()))


def test_a_skeleton_that_fails_for_another_reason_is_named(graded):
    graded(skeleton=("error", "It raised NameError"))
    first = next(iter(template.problems()))
    assert "the skeleton fails for another reason" in first and "NameError" in first


def test_a_fixture_that_does_not_rebuild_is_named(graded, monkeypatch):
    graded()
    monkeypatch.setattr(template.fixtures, "changed", lambda: ["reviews.json"])
    (line,) = template.problems()
    assert line.startswith("fixtures/reviews.json: ") and "python -m graders fixtures" in line


def test_a_sheet_that_does_not_hold_is_named(graded, monkeypatch):
    graded()

    def broken(name):
        raise UsageError("Its questions add up to 3 points, and it declares 4.")

    monkeypatch.setattr(template, "read_sheet", broken)
    (line,) = template.problems()
    assert line.startswith("graders/assignments/rnn.toml: Its questions add up to 3")


def test_a_sentence_that_changed_under_the_same_version_is_named(graded, monkeypatch):
    graded()
    sheet = read_sheet("rnn")
    monkeypatch.setattr(sentences, "told", lambda sheet: "another hash")
    assert sentences.problem(sheet) == (
        "graders/assignments/rnn.toml: what students are told has changed since version "
        f"{sheet.version}; raise `version`, then run `python -m graders fixtures`"
    )
    assert any("what students are told has changed" in line for line in template.problems())
    newer = replace(sheet, version=sheet.version + 1)
    assert sentences.problem(newer).startswith(
        "fixtures/sentences.json: rnn has a new version; run"
    )


def test_the_note_of_what_students_were_told_keeps_its_entry_until_the_version_is_raised(
    monkeypatch,
):
    before = json.loads(sentences.noted())
    monkeypatch.setattr(sentences, "told", lambda sheet: "another hash")
    assert json.loads(sentences.noted()) == before


def test_what_students_are_told_is_sentences_points_and_criteria():
    sheet = read_sheet("vu-3b")
    first = sheet.questions[0]
    for other in (replace(first, title="x"), replace(first, manual_points=Decimal(1))):
        assert sentences.told(replace(sheet, questions=(other,))) != sentences.told(
            replace(sheet, questions=(first,))
        )


def test_an_answer_in_the_students_folder_is_named(graded, monkeypatch):
    graded()
    answer = (ROOT / "reference" / "mlp.py").read_bytes()
    monkeypatch.setattr(template, "bundle", lambda sheet: {"extra.py": answer})
    line = next(line for line in template.problems() if "stands in" in line)
    assert line.startswith("reference/mlp.py:") and "the students' extra.py" in line
