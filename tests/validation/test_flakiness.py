"""No check depends on luck: each has met many seeds on right answers, and failed none of them."""

import json
from dataclasses import asdict

import pytest

from graders.__main__ import main
from graders.remote.faults import Failed
from graders.sheets.check_index import Check, known_checks
from graders.validation import flakiness, tables
from graders.validation.flakiness import SeedRecord
from graders.validation.in_process import inside, run_check

MASK, ENDS = (
    "test_padding.py::test_mask_is_true_on_tokens",
    "test_padding.py::test_adds_start_and_end",
)


def test_every_current_check_ran_under_many_seeds():
    """After a change of a check: `python -m graders seeds PART`, which runs only what changed."""
    assert flakiness.missing() == []


def test_no_right_answer_has_lost_a_check():
    assert [check for check, met in flakiness.read().items() if met.failed] == []


# --- the command ---


@pytest.fixture
def few(tmp_path, monkeypatch):
    """Two checks, and a file of their own."""
    known = {check: known_checks()[check] for check in (MASK, ENDS)}
    monkeypatch.setattr(flakiness, "known_checks", lambda: known)
    monkeypatch.setattr(flakiness, "of_part", lambda part: list(known.values()))
    monkeypatch.setattr(flakiness, "FILE", tmp_path / "seeds.json")
    return known


def test_each_seed_is_met_once(few, monkeypatch, capsys):
    met = []

    def noted(session, check, seed):
        met.append((check, seed))
        return run_check(session, check, seed)

    monkeypatch.setattr(flakiness, "run_check", noted)
    assert main(["seeds", "padding", "--seeds", "2"]) == 0
    assert capsys.readouterr().out == "padding: 2 checks ran under 2 seeds\n"
    assert met == [(MASK, 1), (ENDS, 1), (MASK, 2), (ENDS, 2)]
    assert main(["seeds", "padding", "--seeds", "3"]) == 0
    assert met[4:] == [(MASK, 3), (ENDS, 3)]
    assert main(["seeds", "padding", "--seeds", "1", "--again"]) == 0
    assert met[6:] == [(MASK, 1), (ENDS, 1)]
    assert flakiness.read()[MASK] == SeedRecord(flakiness.code(few[MASK]), seeds=1)
    assert tables.met("padding") == [2, 1, 0]
    assert flakiness.missing() == [MASK, ENDS]


def test_a_check_that_changed_meets_all_seeds_again(few, monkeypatch):
    met = []
    monkeypatch.setattr(flakiness, "run_check", lambda session, check, seed: met.append(check))
    monkeypatch.setattr(flakiness, "ENOUGH", 2)
    main(["seeds", "padding", "--seeds", "2"])
    assert flakiness.missing() == []
    flakiness.write(flakiness.read() | {MASK: SeedRecord("another", seeds=2)})
    assert flakiness.missing() == [MASK]
    main(["seeds", "padding", "--seeds", "2"])
    assert met == [MASK, ENDS, MASK, ENDS, MASK, MASK]
    assert flakiness.missing() == []


def test_a_right_answer_that_loses_a_check_is_named(few, monkeypatch, capsys):
    def unlucky(session, check, seed):
        return Failed("Two orders\nare the same.") if (check, seed) == (ENDS, 2) else None

    monkeypatch.setattr(flakiness, "run_check", unlucky)
    assert main(["seeds", "padding", "--seeds", "2"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [f"{ENDS}: seed 2: the reference: Two orders are the same."]
    assert flakiness.read()[ENDS].failed == ["seed 2: the reference: Two orders are the same."]
    assert main(["seeds", "padding", "--seeds", "2"]) == 1  # it stays until the check is mended


def test_variants_take_turns_and_may_lose_what_they_may(few, monkeypatch):
    met = []
    own = {"one": {"padding.py": b"x = 1"}, "two": {"padding.py": b"x = 2"}}
    monkeypatch.setattr(flakiness, "variants", lambda part: own)
    monkeypatch.setattr(flakiness, "may_lose", lambda part: {"two": ["test_adds_start_and_end"]})
    monkeypatch.setattr(
        flakiness, "run_check", lambda session, check, seed: met.append((check, seed))
    )
    assert main(["seeds", "padding", "--seeds", "2", "--variants"]) == 0
    first = [(MASK, 1), (MASK, 1), (ENDS, 1)]  # two comes first, and need not pass ENDS
    assert met == [*first, (MASK, 2), (MASK, 2), (ENDS, 2), (ENDS, 2)]
    assert flakiness.read()[ENDS] == SeedRecord(flakiness.code(few[ENDS]), seeds=2, variants=2)


def test_a_check_that_is_gone_is_forgotten(few):
    flakiness.FILE.write_text(
        json.dumps({"test_padding.py::test_gone": asdict(SeedRecord("x", 9))})
    )
    assert flakiness.read() == {}


def test_an_unknown_part_is_named(capsys):
    assert main(["seeds", "paddding"]) == 2
    assert capsys.readouterr().err.startswith("Unknown part paddding; known parts are ")


# --- when a check counts as changed ---

FILE = '''"""Checks."""

ONE, TWO = 1, 2
OTHER = 3


def _helper():
    return ONE


def test_a(student, draw):
    """Its sentence."""
    assert _helper()
'''


def code_of(text, tmp_path):
    flakiness._definitions.cache_clear()
    (tmp_path / "test_x.py").write_text(text)
    check = Check("test_x.py::test_a", "", 1)
    object.__setattr__(check, "id", f"{tmp_path / 'test_x.py'}::test_a")
    return flakiness.code(check)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Its sentence.", "Its new sentence.", True),
        ("OTHER = 3", "OTHER = 4", True),
        ("assert _helper()", "assert not _helper()", False),
        ("return ONE", "return ONE + 1", False),
        ("ONE, TWO = 1, 2", "ONE, TWO = 2, 2", False),
    ],
)
def test_a_check_changes_with_what_it_uses_of_its_file(old, new, same, tmp_path):
    assert (code_of(FILE, tmp_path) == code_of(FILE.replace(old, new), tmp_path)) is same


# --- a check by itself, without pytest and without a process ---


def test_a_wrong_answer_fails_and_a_right_one_passes():
    wrong = inside({"padding.py": b"def add_start_end(rows, start, end):\n    return rows\n"})
    fault = run_check(wrong, ENDS, 1)
    assert isinstance(fault, Failed) and "`start` at the beginning" in fault.hint
    right = b"def add_start_end(rows, start, end):\n    return [[start, *r, end] for r in rows]\n"
    session = inside({"padding.py": right})
    assert run_check(session, ENDS, 1) is None
    session.close()
    wrong.close()
