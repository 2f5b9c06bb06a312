"""How a command ends: exit codes, one sentence, and a console that cannot show every letter."""

import io
import sys

import pytest

from graders.console import ended
from graders.errors import Unreadable, UsageError


def raising(problem):
    def command(console):
        raise problem

    return command


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (lambda console: 0, 0, ""),
        (lambda console: 1, 1, ""),
        (
            raising(UsageError("No such folder; name another.")),
            2,
            "No such folder; name another.\n",
        ),
        (raising(Unreadable("It is no zip.")), 2, "It is no zip.\n"),
        (raising(KeyboardInterrupt()), 1, "Stopped here.\n"),
    ],
)
def test_each_ending_has_its_exit_code_and_at_most_a_sentence(command, code, said, capsys):
    assert ended(command, "Stopped here.") == code
    assert capsys.readouterr().err == said


def test_a_grader_error_is_raised():
    with pytest.raises(ZeroDivisionError):
        ended(raising(ZeroDivisionError()), "")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("cp1252", "? Zoë: ??"), ("ascii", "? Zo?: ??"), ("utf-8", "✗ Zoë: 世界")],
)
def test_what_a_console_cannot_show_is_a_question_mark(encoding, shown, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
    assert ended(lambda console: console.print("✗ Zoë: 世界") or 0, "") == 0
    sys.stdout.flush()
    assert sys.stdout.buffer.getvalue().decode(encoding) == f"{shown}\n"
