"""One submission, graded: the reference earns all, the skeleton none, grader errors are not a zero."""

import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from graders.grading import collect
from graders.grading import grade as grading
from graders.grading.fingerprint import deciding_files, sha256_of
from graders.grading.grade import environment, grade, run_checks, ungraded
from graders.grading.run_check import Finding
from graders.paths import ROOT
from graders.remote.replies import NOTHING
from graders.results.result import Student
from graders.results.result_json import from_json, to_json
from graders.results.scoring import DetailCosts
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.check_index import CHECKS, known_checks
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.submission import Submission
from graders.uploads.upload import read_folder
from graders.validation.in_process import inside

SHEET = only_part(read_sheet("rnn"), "mlp")
WHO = Student("4711", "Doe, Jane")


def graded(files, sheet=SHEET):
    return grade(Submission(files), WHO, sheet, 1, NoSandbox())


@pytest.fixture(scope="module")
def reference():
    return graded(read_folder(ROOT / "reference").files)


def test_the_reference_earns_every_point(reference):
    assert [c.id for c in reference.checks if c.outcome != "passed"] == []
    assert reference.points == reference.max_points == SHEET.points
    assert reference.status == "graded" and reference.message is None


def test_a_result_has_the_items_of_its_sheet(reference):
    sheet = replace(SHEET, details=DetailCosts(Decimal("0.1"), Decimal("0.2")))
    for found, costs in ((reference, SHEET.details), (graded({}, sheet), sheet.details)):
        for question, asked in zip(found.questions, sheet.questions, strict=True):
            assert (question.number, question.title) == (asked.number, asked.title)
            for item, wanted in zip(question.items, asked.items, strict=True):
                assert (item.title, item.max_points) == (wanted.title, wanted.points)
                assert [(c.id, c.role) for c in item.checks] == list(wanted.checks.items())
                assert item.costs == costs


def test_a_detail_that_fails_takes_its_share_of_its_item_and_of_no_other(monkeypatch):
    lost = next(check for check, role in SHEET.questions[0].checks.items() if role == "detail")

    def ran(session, wanted, seed):
        return {check: Finding("failed" if check == lost else "passed") for check in wanted}, []

    monkeypatch.setattr(grading, "_run", ran)
    for costs, share in ((SHEET.details, "0.95"), (DetailCosts(Decimal("0.2")), "0.8")):
        found = graded({}, replace(SHEET, details=costs))
        first, *others = found.questions[0].items
        assert first.points == first.max_points * Decimal(share)
        assert all(item.points == item.max_points for item in others)


def test_the_skeleton_earns_none_of_the_same_maximum():
    result = graded(read_folder(ROOT / "student_template").files)
    assert result.points == 0 and result.max_points == SHEET.points
    assert {c.outcome for c in result.checks} == {"not_begun"}
    assert all(NOTHING in c.message for c in result.checks)


def test_an_empty_submission_keeps_the_maximum():
    result = graded({})
    assert result.points == 0 and result.max_points == SHEET.points
    assert {c.outcome for c in result.checks} == {"not_begun"}
    assert (
        "`MLPClassifier` is not in the submission: neither mlp.py nor another file defines it."
        in result.checks[0].message
    )


def test_a_result_survives_its_json(reference):
    assert from_json(to_json(reference)) == reference


def test_the_same_numbers_come_again(reference):
    again = graded(read_folder(ROOT / "reference").files)
    strip = [(c.id, c.outcome, c.message) for c in again.checks]
    assert strip == [(c.id, c.outcome, c.message) for c in reference.checks]


def test_printed_text_is_kept_with_its_check():
    source = (ROOT / "reference" / "mlp.py").read_bytes()
    source += b"\nold = MLPClassifier.forward\ndef forward(self, x):\n    print('seen', x.dim())\n"
    source += b"    return old(self, x)\nMLPClassifier.forward = forward\n"
    result = graded({"mlp.py": source})
    assert result.all_checks_passed
    assert result.checks[0].output.startswith("seen 2\n")


def test_a_fault_of_ours_is_tried_again_and_then_left_to_staff(monkeypatch):
    calls = []

    def broken(session, wanted, seed):
        calls.append(list(wanted))
        found = {check: Finding("passed") for check in wanted[1:]}
        return found, [f"{wanted[0]}: ZeroDivisionError in the check"]

    monkeypatch.setattr(grading, "_run", broken)
    result = graded({})
    first = next(iter(SHEET.checks))
    assert [len(wanted) for wanted in calls] == [len(SHEET.checks), 1, 1]
    assert result.status == "needs_staff"
    assert "ZeroDivisionError in the check" in result.message
    assert [c.id for c in result.checks if c.outcome == "grader_error"] == [first]
    assert "The grader failed here, not the submission" in result.checks[0].message
    assert result.max_points == SHEET.points


def test_an_exception_in_a_check_is_our_fault(monkeypatch):
    from graders.assertions import draw

    def breaks(self, *arguments, **named):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(draw.Draw, "weights", breaks)
    result = graded(read_folder(ROOT / "reference").files)
    assert result.status == "needs_staff"
    assert "grader_error" in {c.outcome for c in result.checks}
    assert "failed" not in {c.outcome for c in result.checks}


def test_an_unreadable_upload_keeps_the_maximum():
    result = ungraded(SHEET, WHO, "This is no zip.", 1, "bwrap")
    assert result.status == "unreadable" and result.message == "This is no zip."
    assert result.points == 0 and result.max_points == SHEET.points
    assert result.environment == environment("bwrap", 1, SHEET)


def test_ctrl_c_ends_grading(monkeypatch):
    from graders.remote.session import Session

    def stop(self, seed):
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "begin", stop)
    with pytest.raises(KeyboardInterrupt):
        graded({})


def test_the_users_own_pytest_settings_do_not_matter(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    assert graded(read_folder(ROOT / "reference").files).all_checks_passed


def test_the_given_data_file_stands_in_for_a_missing_one():
    source = (ROOT / "reference" / "mlp.py").read_bytes()
    assert graded({"mlp.py": b"from data import PAD\n" + source}).all_checks_passed


def test_the_hash_covers_what_decides_on_this_sheet_and_nothing_else():
    names = {file.relative_to(ROOT).as_posix() for file in deciding_files(SHEET)}
    assert {
        "graders/checks/test_mlp.py", "graders/oracles/formulas.py", "graders/assertions/properties.py",
        "graders/assertions/compare.py", "graders/worker/operations.py",
        "graders/uploads/unpack.py", "fixtures/reviews.json", "student_template/data.py",
    } <= names  # fmt: skip
    assert not any(name.startswith(("reference", "graders/mistakes")) for name in names)
    assert "graders/batch/batch.py" not in names and "graders/checks/test_step_rnn.py" not in names
    (question, *others) = SHEET.questions
    (item, *rest) = question.items

    def with_first(**fields):
        changed = replace(question, items=(replace(item, **fields), *rest))
        return replace(SHEET, questions=(changed, *others))

    different = [
        replace(SHEET, points=SHEET.points + 1),
        replace(SHEET, details=DetailCosts(Decimal("0.1"))),
        with_first(points=item.points + 1),
        with_first(checks=item.checks | {list(item.checks)[-1]: "major"}),
    ]
    assert list(item.checks.values())[-1] == "detail"
    hashes = [sha256_of(sheet) for sheet in (SHEET, *different)]
    assert len(set(hashes)) == 5 and len(hashes[0]) == 64


def test_points_are_exact_decimals():
    sheet = read_sheet("rnn")
    assert sum((q.max_points for q in sheet.questions), Decimal(0)) == sheet.points


# The checks' own files ------------------------------------------------------------------------

CHECK_FILE = '''
import pytest

def test_says_more(student, draw):
    """It prints."""
    print("a check's own words")

def test_takes_nothing():
    """It takes nothing."""

def test_asks_for_more(student, tmp_path):
    """It asks for what no check gets."""

def test_is_left_out(draw):
    """pytest's own way out is not one here."""
    pytest.skip("not today")
'''


@pytest.fixture
def hidden(monkeypatch, request):
    """A file of checks that the course keeps to itself; it is gone afterwards."""
    file = CHECKS / "hidden" / f"{request.node.name}.py"  # Python keeps what it imports
    there = file.parent.is_dir()
    file.parent.mkdir(exist_ok=True)

    def write(text):
        file.write_text(text)
        known_checks.cache_clear()
        monkeypatch.setattr(collect, "_collected_files", {})
        return [check for check in known_checks() if check.startswith(f"hidden/{file.name}")]

    yield write
    file.unlink()
    known_checks.cache_clear()
    if not there:
        shutil.rmtree(file.parent)


def test_what_ends_a_check_in_pytests_own_way_is_our_fault(hidden, capsys):
    checks = hidden(CHECK_FILE)
    findings, problems = run_checks(inside({}), checks, 1)
    outcomes = [findings[check].outcome for check in checks]
    assert outcomes == ["passed", "passed", "grader_error", "grader_error"]
    assert "a check takes `student` and `draw`, and not tmp_path" in problems[0]
    assert "not today" in problems[1]
    assert capsys.readouterr().out == ""


def test_a_file_of_checks_that_cannot_be_imported_is_our_fault(hidden):
    checks = hidden(CHECK_FILE + "\nimport no_such_library\n")
    both = [*checks, "test_padding.py::test_pads_on_the_left"]
    findings, problems = run_checks(inside(read_folder(ROOT / "reference").files), both, 1)
    assert [findings[check].outcome for check in both] == ["grader_error"] * 4 + ["passed"]
    assert "be_imported_is_our_fault.py could not be collected" in problems[0]
    assert "no_such_library" in problems[0]


def test_pytest_is_started_once_in_a_process(monkeypatch):
    started, main = [], pytest.main
    monkeypatch.setattr(collect, "_collected_files", {})
    monkeypatch.setattr(pytest, "main", lambda *a, **named: started.append(1) or main(*a, **named))
    session = inside(read_folder(ROOT / "reference").files)
    for check in ("test_mlp.py::test_default_sizes", "test_mlp.py::test_is_causal"):
        run_checks(session, [check, "test_padding.py::test_pads_on_the_left"], 1)
    assert started == [1]
