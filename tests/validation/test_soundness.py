"""Graders are graded: every mistake is caught, every right answer keeps its points."""

from dataclasses import replace

import pytest
import torch

from graders.__main__ import main
from graders.errors import UsageError
from graders.mistakes import Mistake
from graders.validation import answers, floor, soundness
from graders.validation.soundness import SoundnessRow, SoundnessTable

PARTS = soundness.parts_with_checks()
MANY = 50  # mistakes, of which every second one is run here
WHOLE = "mlp"  # a part with fewer, whose soundness is run as a whole


@pytest.fixture(scope="module")
def bench():
    """One warm worker for all tests here: starting one takes longer than most of them."""
    torch.set_num_threads(1)
    bench = soundness.Bench()
    yield bench
    bench.close()


# --- the table of one seed ---


@pytest.fixture(scope="module")
def whole():
    """The row of a part of which every mistake meets all checks, as in `tox -e soundness`."""
    (row,) = soundness.soundness([WHOLE], [1]).rows
    return row


@pytest.mark.parametrize("part", PARTS)
def test_mistakes_are_caught_and_variants_pass(part, request, bench, monkeypatch):
    """Each mistake meets the checks that it names, and those of one part meet all of it."""
    known = answers.mistakes(part)
    chosen = known[::2] if len(known) > MANY else known
    if part == WHOLE:
        row = request.getfixturevalue("whole")
    else:
        monkeypatch.setattr(soundness, "mistakes", lambda part: chosen)
        row = soundness._row(bench, part, (1,), whole=False)
    assert row.survivors == row.lost == row.problems == ()
    assert row.caught == row.mistakes == len(chosen)
    assert row.passed == row.variants == 1 + len(answers.variants(part))  # and the reference


def test_against_all_checks_every_mistake_gets_its_hint(whole):
    assert list(whole.lines) == []
    assert whole.holds and whole.caught == whole.hinted == whole.mistakes


@pytest.mark.parametrize("part", PARTS)
def test_every_check_is_named_by_a_mistake(part):
    """A check that nothing wrong fails is worth nothing."""
    named = {name for mistake in answers.mistakes(part) for name in mistake.fails}
    assert named == set(soundness.checks_of(part))


@pytest.mark.parametrize("part", PARTS)
def test_there_are_enough_of_both(part):
    names = [mistake.name for mistake in answers.mistakes(part)]
    assert len(names) == len(set(names)) >= 20
    assert len(answers.variants(part)) >= 5
    assert set(answers.may_lose(part)) <= set(answers.variants(part))


def test_the_sheets_own_skeletons_lose_two_checks_at_most():
    lost = {part: dict(answers.may_lose(part)) for part in PARTS if answers.may_lose(part)}
    assert lost == {
        "elman": {"sheet_skeleton": ("test_sizes_may_differ", "test_runs_on_any_device")},
        "rnn_layer": {"tutorial_code": ("test_runs_on_any_device",)},
        "step_rnn": {
            "sheet_notebook": (
                "test_starts_on_any_device",
                "test_accuracy_takes_a_single_example",
            ),
            "two_phases": ("test_validates_without_gradients",),
        },
    }


# --- what a table says ---

ROW = SoundnessRow("elman", 4, 2, (), (), (), ())


def test_a_case_counts_once_over_all_seeds():
    lines = ("steps by 1: seed 1: no check fails", "steps by 1: seed 2: no check fails")
    row = replace(ROW, survivors=lines, lost=("lambdas: seed 2: test_x: failed: wrong",))
    assert (row.caught, row.hinted, row.passed) == (3, 4, 1)
    assert not row.holds
    assert list(row.lines) == [
        "elman: not caught: steps by 1: seed 1: no check fails",
        "elman: not caught: steps by 1: seed 2: no check fails",
        "elman: loses points: lambdas: seed 2: test_x: failed: wrong",
    ]


@pytest.mark.parametrize("field", ["survivors", "lost", "never_failed", "problems"])
def test_one_line_is_enough_to_fail(field):
    assert ROW.holds
    assert not replace(ROW, **{field: ("a: seed 1: b",)}).holds
    assert not SoundnessTable((ROW, replace(ROW, **{field: ("a: seed 1: b",)}))).holds


def test_one_mistake_in_twenty_may_go_without_a_hint():
    assert replace(ROW, mistakes=20, unhinted=("a: seed 1: b",)).holds
    assert not replace(ROW, mistakes=19, unhinted=("a: seed 1: b",)).holds


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ((("no such line", "x"),), "`no such line` occurs 0 times in reference/mlp.py, not once"),
        ((("nn.Linear", "x"),), "`nn.Linear` occurs 2 times in reference/mlp.py, not once"),
        ((), "its edits change nothing"),
        ((("return self.output(pooled)", "return ("),), "line 39 cannot be parsed: '(' was never"),
    ],
)
def test_edits_that_do_not_fit_the_reference_are_named(edits, message):
    with pytest.raises(UsageError) as caught:
        answers.with_mistake("mlp", Mistake("x", edits, ()))
    assert str(caught.value).startswith(message)


def test_a_survivor_and_a_missing_hint_are_named(bench, monkeypatch):
    harmless = Mistake("another name", (("pooled =", "best = pooled ="),), (), "a hint")
    other = Mistake(
        "the sum",
        (("features.amax(dim=1)", "features.sum(dim=1)"),),
        ("test_no_softmax_inside",),
        "not there",
    )
    stale = Mistake("stale", (("gone", ""),), ("test_default_sizes",))
    monkeypatch.setattr(soundness, "mistakes", lambda part: (harmless, other, stale))
    monkeypatch.setattr(soundness, "variants", lambda part: {"none": {"mlp.py": b"x = 1"}})
    row = soundness.soundness(["mlp"], [1]).rows[0]
    assert row.survivors[:2] == (
        "another name: seed 1: no check fails",
        "another name: seed 1: it names no check that must fail",
    )
    assert row.survivors[2].startswith(
        "the sum: seed 1: test_no_softmax_inside does not fail, but test_"
    )
    assert row.survivors[3] == "stale: `gone` occurs 0 times in reference/mlp.py, not once"
    assert row.unhinted[0] == "another name: seed 1: `a hint` is not among: "
    assert row.unhinted[1].startswith("the sum: seed 1: `not there` is not among: A mean or a sum")
    assert row.lost[0].startswith("none: seed 1: test_default_sizes: not_begun: `MLPClassifier` is")
    assert "test_default_sizes" in row.never_failed
    assert (row.caught, row.passed, row.holds) == (0, 1, False)


def test_a_check_of_ours_that_raises_is_a_problem_and_catches_nothing(bench, monkeypatch):
    from graders.oracles.roles import Parameter

    def broken(*arguments):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Parameter, "__init__", broken)
    findings, problems = bench.run(answers.reference_files(), "mlp", 1)
    assert findings["test_logits_equal_the_layers"].outcome == "grader_error"
    assert problems[0].startswith(
        "test_mlp.py::test_logits_equal_the_layers: graders/checks/test_mlp.py:"
    )
    assert "test_logits_equal_the_layers" not in soundness._failed(findings)


def test_a_lost_worker_is_replaced(bench):
    for _ in range(2):
        found, problems = bench.run(answers.reference_files(), "mlp", 1)
        assert {finding.outcome for finding in found.values()} == {"passed"}
        assert problems == []
        bench.close()


def test_a_warm_worker_forgets_the_submission_before(bench):
    first = answers.reference_files() | {"extra.py": b"def MLPClassifier(*sizes): return None\n"}
    bench.run({"extra.py": first["extra.py"]}, "mlp", 1)
    findings, _ = bench.run({"other.py": b"x = 1\n"}, "mlp", 1)
    assert {finding.outcome for finding in findings.values()} == {"not_begun"}


def test_the_command_prints_the_table_and_knows_its_parts(monkeypatch, capsys):
    row = replace(ROW, lost=("lambdas: seed 2: test_x: failed: wrong",))
    asked = []

    def table(parts, seeds):
        asked.append((list(parts), list(seeds)))
        return SoundnessTable((row,))

    monkeypatch.setattr(soundness, "soundness", table)
    monkeypatch.setattr(floor, "floors", lambda parts: [])
    assert main(["soundness", "elman", "--seeds", "2"]) == 1
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed[0] == ["part", "mistakes", "caught", "hinted", "variants", "passed"]
    assert printed[1] == ["elman", "4", "4", "4", "2", "1"]
    assert printed[3] == ["part", "mistakes", "named", "general", "misleading", "none"]
    assert printed[4] == ["elman", "0", "0", "0", "0", "0"]
    assert " ".join(printed[5]) == "elman: loses points: lambdas: seed 2: test_x: failed: wrong"
    assert asked == [(["elman"], [1, 2])]
    monkeypatch.setattr(soundness, "soundness", lambda parts, seeds: SoundnessTable((ROW,)))
    assert main(["soundness"]) == 0
    assert main(["soundness", "elmann"]) == 2
    assert capsys.readouterr().err.startswith("Unknown part elmann; known parts are ")
