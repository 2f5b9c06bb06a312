"""Sheets: read with exact decimals, and refused with a sentence where they do not hold together."""

from decimal import Decimal

import pytest

from graders.harness.checks import known_checks
from graders.harness.errors import UsageError
from graders.harness.sheet import parse_sheet, read_sheet, sheet_names

HEAD = 'format = 1\ntitle = "T"\nversion = 1\npoints = {points}\n'
MLP = [check for check in known_checks() if check.startswith("test_mlp.py")]


def sheet(points="1", checks=None, more=""):
    checks = checks if checks is not None else {MLP[0]: 1}
    lines = "".join(f'"{check}" = {value}\n' for check, value in checks.items())
    reasons = "".join(f'"{check}" = "not here"\n' for check in MLP if check not in checks)
    text = HEAD.format(points=points) + more
    text += f'[[questions]]\nnumber = 1\ntitle = "Q"\n[questions.checks]\n{lines}'
    return parse_sheet("x", text + f"[not_asked]\n{reasons}")


@pytest.mark.parametrize("name", sheet_names())
def test_every_sheet_holds_together(name):
    assert read_sheet(name).points == sum(q.max_points for q in read_sheet(name).questions)


def test_points_are_exact():
    found = sheet("0.3", {MLP[0]: "0.1", MLP[1]: "0.2"})
    assert found.points == Decimal("0.3")
    assert found.questions[0].checks[MLP[1]] == Decimal("0.2")


def test_limits_can_be_set():
    assert sheet(more="[limits]\ncall_seconds = 3\n").limits.call_seconds == 3.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"points": "2"}, "add up to 1 points, and it declares 2"),
        ({"checks": {"test_mlp.py::test_nothing": 1}}, "unknown check test_mlp.py::test_nothing"),
        ({"checks": {MLP[0]: 2, MLP[1]: -1}}, "negative points"),
        ({"more": "colour = 3\n"}, "unknown key colour"),
        ({"more": "[limits]\nspeed = 3\n"}, "unknown limit speed"),
        ({"points": '"one"'}, "cannot be read"),
        ({"more": "= 3\n"}, "cannot be read"),
    ],
)
def test_a_sheet_that_does_not_hold_is_refused(arguments, words):
    with pytest.raises(UsageError, match=words):
        sheet(**arguments)


def test_a_check_that_is_left_unused_is_named():
    text = HEAD.format(points=1) + f'[[questions]]\nnumber=1\ntitle="Q"\nchecks={{"{MLP[0]}"=1}}\n'
    with pytest.raises(UsageError, match=f"leaves {MLP[1]} unused"):
        parse_sheet("x", text)


def test_an_unknown_assignment_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=r"no assignment `cnn`; there are .*rnn"):
        read_sheet("cnn")
