"""One change at a time: what is changed, who notices, and that reasons are kept up to date."""

import ast
from dataclasses import replace

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.remote.session import Session
from graders.sheets.check_index import known_checks
from graders.validation import mutation
from graders.validation.in_process import InProcessWorker
from graders.validation.mutators import changes
from graders.validation.soundness import parts_with_checks

PARTS = parts_with_checks()
STUB = "def f(x, n=2): raise NotImplementedError"


def texts(body, head="def f(x, n=2):", template=STUB):
    return [change.text for change in changes(f"{head}\n    {body}\n", template)]


# --- what is changed ---


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("return x + n", "return x + n => return x - n"),
        ("return x - n", "return x - n => return n - x"),
        ("return x @ n", "return x @ n => return x * n"),
        ("return x @ n", "return x @ n => return x"),
        ("return x < n", "return x < n => return x <= n"),
        ("return x is None", "return x is None => return x is not None"),
        ("return x and n", "return x and n => return x or n"),
        ("return not x", "return not x => return x"),
        ("return x if n else 1", "return x if n else 1 => return x"),
        ("return x[1]", "return x[1] => return x[2]"),
        ("return x[n]", "return x[n] => return x[n + 1]"),
        ("return x[:, 1:]", "return x[:, 1:] => return x[:, :]"),
        ("return x[n:]", "return x[n:] => return x[n + 1:]"),
        ("return g(x)", "return g(x) => return x"),
        ("return x.sum()", "return x.sum() => return x"),
        ("return g(x, n)", "return g(x, n) => return g(n, x)"),
        ("return g(x, n)", "return g(x, n) => return g(x)"),
        ("return g(x, dim=1)", "return g(x, dim=1) => return g(x)"),
        ("return g(x, dim=1)", "return g(x, dim=1) => return g(x, dim=0)"),
        ("return x.amax()", "return x.amax() => return x.mean()"),
        ("return x", "return x => return n"),
        ("return x, n", "return (x, n) => return (n, x)"),
        ("return [y for y in x if y]", "return [y for y in x if y] => return [y for y in x]"),
        ("return [y for y in x]", "return [y for y in x] => return [y for y in list(x)[1:]]"),
        ("return 0.5", "return 0.5 => return 1.0"),
        ("return True", "return True => return False"),
        ("x += n", "x += n => x = n"),
        ("g(x)", "g(x) => (deleted)"),
        ("if x: g(x)", "if x: => if not x:"),
        ("while x: g(x)", "while x: => while not x:"),
        ("for y in x: g(y)", "for y in x: => for y in list(x)[:-1]:"),
        ("with g(): x += 1", "with g(): => if True:"),
        ("return x", "def f(x, n=2): => def f(x, n=3):"),
    ],
)
def test_each_kind_of_change_is_made(body, wanted):
    assert wanted in texts(body)


def test_every_change_can_be_parsed_and_is_another():
    source = (mutation.REFERENCE / "elman.py").read_text(encoding="utf-8")
    made = mutation.changes_of("elman")
    found = {ast.unparse(ast.parse(change.source)) for change in made}
    assert len(found) == len(made) > 200
    assert ast.unparse(ast.parse(source)) not in found


def test_only_one_place_differs():
    for change in changes("def f(x):\n    y = x + 1\n    return y * 2\n", "def f(x): pass"):
        kept = [line in change.source for line in ("y = x + 1", "return y * 2")]
        assert kept.count(True) == (2 if "def" in change.before else 1)


def test_what_the_template_gives_is_left_alone():
    given = "def f(x, n=2):\n    return x"
    assert texts("return x", template=given) == []


def test_texts_errors_and_annotations_are_left_alone():
    body = '"""Do it: 1."""\n    y: int = 1\n    raise ValueError("no")'
    assert texts(body, head="def f():") == [
        "y: int = 1 => y: int = 2",
        "y: int = 1 => y: int = 0",
        "y: int = 1 => y: int = -1",
        "y: int = 1 => (deleted)",
    ]


def test_attributes_of_an_object_replace_each_other():
    source = "class A:\n    def __init__(self):\n        self.a = self.b = 1\n"
    source += "    def f(self):\n        return self.a\n"
    found = [(it.function, it.text) for it in changes(source, "")]
    assert ("A.f", "return self.a => return self.b") in found


# --- who notices ---

SOURCE = """def add_start_end(sequences, start, end):
    done = 0
    return [[start, *sequence, end] for sequence in sequences]
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    """One check, and one function with a line that does nothing."""
    for folder, text in (("reference", SOURCE), ("template", "")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "padding.py").write_text(text)
    (tmp_path / "survivors.toml").write_text("")
    check = "test_padding.py::test_adds_start_and_end"
    monkeypatch.setattr(mutation, "of_part", lambda part: [KNOWN[check]])
    monkeypatch.setattr(mutation, "REFERENCE", tmp_path / "reference")
    monkeypatch.setattr(mutation, "TEMPLATE", tmp_path / "template")
    monkeypatch.setattr(mutation, "FILE", tmp_path / "survivors.toml")
    monkeypatch.setattr(mutation, "Session", inside)
    return tmp_path


def inside(submission, given, sandbox, limits, warm):
    """Make a session whose worker is this process: for code that ends, and quick to start."""
    return Session(submission, given, sandbox, limits, warm or InProcessWorker())


KNOWN = known_checks()
REASONS = """[[padding]]
function = "add_start_end"
reason = "Nobody reads it."
changes = ["done = 0 => done = 1", "done = 0 => done = -1", "done = 0 => (deleted)"]
"""


def test_a_survivor_has_a_reason_or_is_named(small, capsys):
    assert main(["mutants", "padding"]) == 1
    lines = capsys.readouterr().out.splitlines()
    made = len(mutation.changes_of("padding"))
    assert lines == [
        f"padding: {made} mutants, {made - 3} killed, 0 survive for a reason, 3 survive without one",
        "survivor: add_start_end: done = 0 => done = 1",
        "survivor: add_start_end: done = 0 => done = -1",
        "survivor: add_start_end: done = 0 => (deleted)",
    ]
    mutation.FILE.write_text(REASONS)
    assert main(["mutants", "padding"]) == 0
    output = (
        f"padding: {made} mutants, {made - 3} killed, 3 survive for a reason, 0 survive without one"
    )
    assert capsys.readouterr().out.splitlines() == [output]


def test_a_reason_for_what_fails_or_is_no_change_is_named(small, capsys):
    fails = "return [[start, *sequence, end] for sequence in sequences] => (deleted)"
    mutation.FILE.write_text(REASONS.replace('"done = 0 => done = 1"', f'"gone => x", "{fails}"'))
    assert main(["mutants", "padding"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(", 2 survive for a reason, 1 survive without one")
    check = "test_padding.py::test_adds_start_and_end"
    assert lines[1:] == [
        "survivor: add_start_end: done = 0 => done = 1",
        f"killed, but has a survivor entry: add_start_end: {fails}: {check}",
        "survivor entry matches no mutant: add_start_end: gone => x",
    ]


def test_a_loop_without_end_is_ended(small, monkeypatch):
    monkeypatch.setattr(mutation, "Session", Session)
    monkeypatch.setattr(mutation, "LIMITS", replace(mutation.LIMITS, call_seconds=0.3))
    endless = "def add_start_end(*sequences):\n    while True: pass\n"
    workers = mutation._Workers("padding", 1)
    try:
        for text, failed in ((endless, True), (SOURCE, False)):
            check, problem = workers.first_failed(text.encode(), workers.quickest_first())
            assert (bool(check), problem) == (failed, "")
    finally:
        workers.close()


def test_a_check_of_ours_that_raises_is_a_problem(small, monkeypatch):
    def broken(session, check, seed):
        raise ZeroDivisionError("ours")

    workers = mutation._Workers("padding", 1)
    order = workers.quickest_first()
    monkeypatch.setattr(mutation, "run_check", broken)
    assert workers.first_failed(b"", order) == (order[0], "ZeroDivisionError: ours")
    workers.close()
    verdict = mutation.Verdict("padding", 1, 0, (), (), (), ("f: x => y: test_a: ours",))
    assert not verdict.holds
    assert list(verdict.lines)[1] == "grader error: f: x => y: test_a: ours"


def test_the_reference_itself_has_to_pass(small, capsys):
    (small / "reference" / "padding.py").write_text("def add_start_end(*x):\n    return x\n")
    assert main(["mutants", "padding"]) == 2
    check = "test_padding.py::test_adds_start_and_end"
    assert capsys.readouterr().err == f"The reference itself fails {check} under seed 1.\n"


# --- the reasons that there are ---


@pytest.mark.parametrize("part", PARTS)
def test_every_reason_is_for_a_mutant_of_the_current_reference(part):
    assert mutation.unknown(part) == ()


def test_a_change_has_one_reason(small):
    mutation.FILE.write_text(REASONS + REASONS)
    with pytest.raises(UsageError) as caught:
        mutation.reasons("padding")
    output = "survivors.toml: padding: one reason for each change: done = 0 => done = 1"
    assert str(caught.value) == output
    mutation.FILE.write_text(REASONS.replace("Nobody reads it.", " "))
    with pytest.raises(UsageError):
        mutation.reasons("padding")


def test_an_unknown_part_is_named(capsys):
    assert main(["mutants", "paddding"]) == 2
    assert capsys.readouterr().err.startswith("Unknown part paddding; known parts are ")
