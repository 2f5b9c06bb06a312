"""Learning checks: what was measured leaves right answers their points, and catches wrong ones."""

import json

import pytest

from graders.__main__ import main
from graders.validation.calibration import calibrate, sampling

FIGURES = json.loads(calibrate.FILE.read_text(encoding="utf-8"))


JUDGED = [name for name in calibrate.LEARNT if not name.endswith("_curves")]


@pytest.mark.parametrize("name", JUDGED)
def test_a_right_answer_fails_less_than_once_in_100_000(name):
    found = FIGURES[name]
    assert found["false_alarm_of_the_check_below"] < 1e-5
    assert min(found["mistakes_caught"].values()) >= 0.99


@pytest.mark.parametrize("name", ["reviews", "tagging", "brackets", "ndfa"])
def test_the_reference_stays_above_every_threshold(name):
    assert FIGURES[name]["reference"]["lowest"] > FIGURES[name]["threshold"]


def test_what_is_measured_of_samplers_is_what_the_checks_compare():
    """Same draws, same limit, and with few runs the same verdicts."""
    found = sampling.sampling(20)
    assert found["reference"]["highest"] < found["threshold"] == FIGURES["sampling"]["threshold"]
    assert found["mistakes_caught"] == FIGURES["sampling"]["mistakes_caught"]
    assert sampling.shuffling(1) == FIGURES["shuffling"]


def test_all_learning_checks_are_measured():
    assert list(FIGURES) == list(calibrate.LEARNT)


def test_one_check_can_be_measured_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(calibrate, "FILE", tmp_path / "calibration.json")
    monkeypatch.setattr(calibrate, "LEARNT", {"a": lambda n: {"runs": n}, "b": lambda n: {"b": n}})
    assert main(["calibrate", "--runs", "2"]) == 0
    assert main(["calibrate", "b", "--runs", "7"]) == 0
    assert json.loads(calibrate.FILE.read_text()) == {"a": {"runs": 2}, "b": {"b": 7}}
    assert '"b": 7' in capsys.readouterr().out


def test_an_unknown_check_is_named(capsys):
    assert main(["calibrate", "chess"]) == 2
    output = f"There is no measurement chess; there are {', '.join(calibrate.LEARNT)}.\n"
    assert capsys.readouterr().err == output
