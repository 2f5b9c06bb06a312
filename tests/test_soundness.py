"""Graders are graded: every mistake is caught, every right answer keeps its points."""

from dataclasses import replace
from importlib import import_module

import pytest
import torch

from graders.__main__ import main
from graders.harness import soundness
from graders.harness.checks import known_checks
from graders.harness.draw import Draw
from graders.harness.errors import UsageError
from graders.harness.faults import Fault
from graders.harness.grade import given_files
from graders.harness.remote import Student
from graders.harness.sandbox import Limits, NoSandbox
from graders.harness.session import Session
from graders.harness.soundness import Row, Table
from graders.harness.submission import Submission
from graders.mistakes import Mistake

PARTS = ("padding", "mlp", "elman")


@pytest.fixture(scope="module")
def bench():
    torch.set_num_threads(1)
    bench = soundness.Bench()
    yield bench
    bench.close()


# --- the table of one seed ---


@pytest.mark.parametrize("part", PARTS)
def test_mistakes_are_caught_and_variants_pass(part):
    (row,) = soundness.soundness([part], [1]).rows
    assert list(row.lines) == []
    assert row.holds
    assert row.caught == row.hinted == row.mistakes == len(soundness.mistakes(part))
    assert row.passed == row.variants == 1 + len(soundness.variants(part))  # and the reference
    assert row.never_failed == ()


@pytest.mark.parametrize(
    ("part", "mistakes", "variants"), [("padding", 20, 8), ("mlp", 14, 6), ("elman", 25, 8)]
)
def test_there_are_enough_of_both(part, mistakes, variants):
    names = [mistake.name for mistake in soundness.mistakes(part)]
    assert len(names) == len(set(names)) >= mistakes
    assert len(soundness.variants(part)) >= variants
    assert set(soundness.may_lose(part)) <= set(soundness.variants(part))


def test_the_sheets_own_skeleton_loses_two_checks_at_most():
    lost = {part: soundness.may_lose(part) for part in PARTS}
    checks = ("test_sizes_may_differ", "test_runs_on_any_device")
    assert lost == {"padding": {}, "mlp": {}, "elman": {"sheet_skeleton": checks}}


# --- what a table says ---

ROW = Row("elman", 4, 2, (), (), (), ())


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
    assert not Table((ROW, replace(ROW, **{field: ("a: seed 1: b",)}))).holds


def test_one_mistake_in_twenty_may_go_without_a_hint():
    assert replace(ROW, mistakes=20, unhinted=("a: seed 1: b",)).holds
    assert not replace(ROW, mistakes=19, unhinted=("a: seed 1: b",)).holds


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ((("no such line", "x"),), "`no such line` stands 0 times in reference/mlp.py, not once"),
        ((("nn.Linear", "x"),), "`nn.Linear` stands 2 times in reference/mlp.py, not once"),
        ((), "its edits change nothing"),
        ((("return self.output(pooled)", "return ("),), "line 39 cannot be parsed: '(' was never"),
    ],
)
def test_edits_that_do_not_fit_the_reference_are_named(edits, message):
    with pytest.raises(UsageError) as caught:
        soundness.with_mistake("mlp", Mistake("x", edits, ()))
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
    assert row.survivors[3] == "stale: `gone` stands 0 times in reference/mlp.py, not once"
    assert row.unhinted[0] == "another name: seed 1: `a hint` is not among: "
    assert row.unhinted[1].startswith("the sum: seed 1: `not there` is not among: A mean or a sum")
    assert row.lost[0].startswith("none: seed 1: test_default_sizes: not_run: `MLPClassifier` is")
    assert "test_default_sizes" in row.never_failed
    assert (row.caught, row.passed, row.holds) == (0, 1, False)


def test_a_check_of_ours_that_raises_is_a_problem_and_catches_nothing(bench, monkeypatch):
    from graders.harness.remote import Parameter

    def broken(*arguments):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Parameter, "__init__", broken)
    findings, problems = bench.run(soundness.reference_files(), "mlp", 1)
    assert findings["test_logits_equal_the_layers"].outcome == "grader_error"
    assert problems[0].startswith("test_mlp.py::test_logits_equal_the_layers: graders/test_mlp.py:")
    assert "test_logits_equal_the_layers" not in soundness._failed(findings)


def test_a_lost_worker_is_replaced(bench):
    for _ in range(2):
        found, problems = bench.run(soundness.reference_files(), "mlp", 1)
        assert {finding.outcome for finding in found.values()} == {"passed"}
        assert problems == []
        bench.close()


def test_a_warm_worker_forgets_the_submission_before(bench):
    first = soundness.reference_files() | {"extra.py": b"def MLPClassifier(*sizes): return None\n"}
    bench.run({"extra.py": first["extra.py"]}, "mlp", 1)
    findings, _ = bench.run({"other.py": b"x = 1\n"}, "mlp", 1)
    assert {finding.outcome for finding in findings.values()} == {"not_run"}


def test_the_command_prints_the_table_and_knows_its_parts(monkeypatch, capsys):
    row = replace(ROW, lost=("lambdas: seed 2: test_x: failed: wrong",))
    asked = []

    def table(parts, seeds):
        asked.append((list(parts), list(seeds)))
        return Table((row,))

    monkeypatch.setattr(soundness, "soundness", table)
    assert main(["soundness", "elman", "--seeds", "2"]) == 1
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed[0] == ["part", "mistakes", "caught", "hinted", "variants", "passed"]
    assert printed[1] == ["elman", "4", "4", "4", "2", "1"]
    assert " ".join(printed[2]) == "elman: loses points: lambdas: seed 2: test_x: failed: wrong"
    assert asked == [(["elman"], [1, 2])]
    monkeypatch.setattr(soundness, "soundness", lambda parts, seeds: Table((ROW,)))
    assert main(["soundness"]) == 0
    assert main(["soundness", "elmann"]) == 2
    assert capsys.readouterr().err.startswith("No part elmann has checks; there are ")


# --- whatever comes back, no check of ours may raise, and nothing wrong may pass ---

HEAD = "import numpy as np\nimport torch\nfrom torch import nn\n\n"
RETURNED = """
None; True; 3; 10**400; 0.5; float("nan"); float("inf"); "x"; b"x"; ...; []; [None]; ["a", "b"]
[[[]]]; [{}]; [object()]; [[True]]; [[-1]]; [[10**30]]; [[0.0, 1.0]]; [[float("nan")]]; {1, 2}
{"out": torch.zeros(4, 3)}; lambda *a, **k: None; (i for i in range(3)); object(); dict; torch
torch.tensor(1.0); torch.zeros(0); torch.zeros(2, 3, 4, 5); torch.full((4, 3), float("nan"))
torch.ones(4, 2, dtype=torch.long); torch.ones(4, 3, dtype=torch.bool); torch.eye(3).to_sparse()
torch.zeros(4, 3, dtype=torch.complex64); torch.zeros(4, 3).half(); torch.zeros(4, 3, device="meta")
np.zeros((4, 3)); [np.zeros(3)]; np.array([None, "x"], dtype=object); [torch.zeros(2)]
(torch.zeros(4, 3),); (None, None); (object(), object()); ("a", "b"); ([[1.0]], [[1.0]])
(torch.tensor(1.0), torch.tensor(1.0)); (torch.zeros(0), torch.zeros(0))
(np.zeros((4, 3, 6)), np.zeros((4, 6))); nn.Linear(2, 2); nn.ModuleList()
[(None, None)]; [("ab", "cd")]; [(object(), object())]; [(torch.zeros(2, 3), torch.zeros(2))]
[(torch.zeros(2, 3).long(), object())]; [(torch.zeros(0, 0).long(), torch.zeros(0).long())]
[(torch.zeros(3).long(), torch.zeros(3).long())]
"""
RAISED = """
ValueError("x"); KeyError("x"); StopIteration(3); SystemExit(0); KeyboardInterrupt(); MemoryError()
RecursionError(); AssertionError(); NotImplementedError("no"); GeneratorExit(); BaseException("b")
RuntimeError("Expected all tensors to be on the same device")
type("Odd", (Exception,), {"__str__": lambda self: 1 / 0})()
"""
STATEMENTS = [
    f"{verb} {value.strip()}"
    for verb, text in (("return", RETURNED), ("raise", RAISED))
    for line in text.strip().splitlines()
    for value in line.split("; ")
]
FUNCTIONS = {
    "padding": tuple(soundness.reference_files()["padding.py"].decode().split("\ndef ")[1:]),
    "mlp": ("MLPClassifier",),
    "elman": ("Elman", "ElmanClassifier"),
}


def functions(part, statement):
    """Every function, or factory in the place of a class, does this."""
    names = [text.partition("(")[0] for text in FUNCTIONS[part]]
    return HEAD + "".join(f"def {name}(*a, **k):\n    {statement}\n\n" for name in names)


def forwards(part, statement):
    """Every class is the reference's, but for its forward."""
    text = HEAD + soundness.reference_files()[f"{part}.py"].decode()
    forward = f"\n\ndef forward(self, *a, **k):\n    {statement}\n\n"
    return text + "".join(f"{forward}\n{name}.forward = forward\n" for name in FUNCTIONS[part])


def layer(statement):
    """A right classifier beside an Elman layer that does this and has no parameters."""
    text = HEAD + soundness.reference_files()["elman.py"].decode()
    text = text.replace("class Elman(", "class Right(").replace("= Elman(", "= Right(")
    return text + (
        "\n\nclass Elman(nn.Module):\n    def __init__(self, *sizes):\n        super().__init__()\n\n"
        f"    def forward(self, *a, **k):\n        {statement}\n"
    )


@pytest.fixture(scope="module")
def passes():
    """Name the checks that a text passes; what a check of ours raises ends the test."""
    kept = []

    def passes(part, text):
        files = {f"{part}.py": text.encode()}
        warm = kept.pop() if kept else None
        session = Session(Submission(files), given_files(), NoSandbox(), Limits(), warm)
        found = {name for name, check in _checks(part) if _passes(session, part, check)}
        kept.append(session.give_back())
        return found

    yield passes
    for connection in filter(None, kept):
        connection.close()


def _checks(part):
    module = import_module(f"graders.test_{part}")
    names = [c.id.partition("::")[2] for c in known_checks().values() if c.part == part]
    return [(name, getattr(module, name)) for name in names]


def _passes(session, part, check):
    session.begin(1)
    try:
        check(Student(session, part), Draw(1))
    except Fault as fault:
        assert fault.outcome in ("failed", "error", "memory")
        return False
    finally:
        session.end()
    return True


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_function_that_does_anything_else_earns_nothing(passes, statement):
    assert passes("padding", functions("padding", statement)) == set()


@pytest.mark.parametrize("statement", STATEMENTS[::2])
def test_an_mlp_that_does_anything_else_earns_its_widths_alone(passes, statement):
    assert passes("mlp", forwards("mlp", statement)) == {"test_default_sizes"}


@pytest.mark.parametrize("statement", STATEMENTS[1::2])
def test_an_elman_that_does_anything_else_earns_its_widths_alone(passes, statement):
    assert passes("elman", forwards("elman", statement)) == {"test_classifier_default_sizes"}


@pytest.mark.parametrize("statement", STATEMENTS[::4])
@pytest.mark.parametrize("part", ["mlp", "elman"])
def test_a_class_that_is_something_else_earns_nothing(passes, part, statement):
    assert passes(part, functions(part, statement)) == set()


@pytest.mark.parametrize("statement", STATEMENTS[::4])
def test_a_layer_that_does_anything_else_costs_the_classifier_nothing(passes, statement):
    earned = passes("elman", layer(statement))
    classifier = {name for name, _ in _checks("elman") if name.startswith("test_classifier")}
    assert earned == classifier


VALUES = {
    "MLPClassifier": {
        "test_logits_equal_the_layers",
        "test_order_of_tokens_does_not_matter",
        "test_pools_over_the_whole_sequence",
        "test_token_zero_is_a_token",
        "test_samples_do_not_mix",
        "test_gradients_equal_the_oracle",
        "test_only_used_tokens_are_trained",
        "test_works_in_float64",
        "test_learns_the_tiny_reviews",
    },
    "ElmanClassifier": {
        "test_classifier_equals_the_layers",
        "test_classifier_reads_the_order",
        "test_classifier_samples_do_not_mix",
        "test_classifier_trains_every_layer",
    },
    "Elman": {
        "test_outputs_equal_the_equations",
        "test_returns_the_last_hidden_state",
        "test_hidden_state_is_carried",
        "test_recurrence_is_not_linear",
        "test_samples_do_not_mix",
        "test_gradients_equal_the_oracle",
        "test_sizes_may_differ",
        "test_works_in_float64",
    },
}
SHAPES = {
    "MLPClassifier": ["len(x), self.output.out_features"],
    "ElmanClassifier": ["len(x), self.output.out_features"],
    "Elman": ["*x.shape[:2], self.lin2.out_features", "len(x), self.hsize"],
}
NUMBERS = ["float('nan')", *(f"1, dtype=torch.{kind}" for kind in ("long", "bool", "half"))]


@pytest.mark.parametrize("numbers", [*NUMBERS, "1, dtype=torch.complex64"])
@pytest.mark.parametrize("name", SHAPES)
def test_right_shapes_of_other_numbers_are_wrong_values(passes, name, numbers):
    part = "mlp" if name.startswith("MLP") else "elman"
    made = ", ".join(f"torch.full(({shape},), {numbers})" for shape in SHAPES[name])
    forward = f"def forward(self, x, hidden=None):\n    return {made}\n"
    text = HEAD + soundness.reference_files()[f"{part}.py"].decode()
    assert not passes(part, f"{text}\n\n{forward}\n\n{name}.forward = forward\n") & VALUES[name]
