"""Learning checks: what was measured leaves right answers their points, and catches wrong ones."""

import json

import pytest

from graders.__main__ import main
from graders.harness import calibrate

FIGURES = json.loads(calibrate.FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", calibrate.LEARNT)
def test_a_right_answer_fails_less_than_once_in_100_000(name):
    found = FIGURES[name]
    assert found["false_alarm_of_the_check_below"] < 1e-5
    assert found["reference"]["lowest"] > found["threshold"]
    assert min(found["mistakes_caught"].values()) >= 0.99


def test_all_learning_checks_are_measured():
    assert list(FIGURES) == list(calibrate.LEARNT)


def test_one_check_can_be_measured_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(calibrate, "FILE", tmp_path / "calibration.json")
    monkeypatch.setattr(calibrate, "LEARNT", {"a": lambda n: {"runs": n}, "b": lambda n: {"b": n}})
    assert main(["calibrate", "--runs", "2"]) == 0
    assert main(["calibrate", "b", "--runs", "7"]) == 0
    assert json.loads(calibrate.FILE.read_text()) == {"a": {"runs": 2}, "b": {"b": 7}}
    assert '"b": 7' in capsys.readouterr().out


def test_an_unknown_check_is_named(capsys):
    assert main(["calibrate", "chess"]) == 2
    said = "No learning check is called chess; there are reviews, tagging, brackets, ndfa.\n"
    assert capsys.readouterr().err == said
