"""What a mistake keeps of its item, and whether its severity allows that."""

from decimal import Decimal
from itertools import pairwise

import pytest

from graders.grading.run_check import Finding
from graders.mistakes import Mistake, Weight, weights
from graders.results.scoring import SEVERITIES, RecognisedFault
from graders.validation import answers
from graders.validation.kept import BANDS, Kept, band_problems, kept, table, write_table
from graders.validation.soundness import checks_of, parts_with_checks

VALUES, FLOAT64 = "test_logits_equal_the_layers", "test_works_in_float64"
RIGHT = {name: Finding("passed") for name in checks_of("mlp")}


def found(severity="major", open="", fails=(VALUES,), **findings):
    mistake = Mistake("m", (), fails)
    return list(kept("mlp", mistake, Weight(severity, "why", open), RIGHT | findings))


def test_a_failed_core_check_keeps_nothing_on_every_sheet_that_asks_it():
    shares = {each.sheet: each.share for each in found(**{VALUES: Finding("failed")})}
    assert shares == {"rnn": 0, "vu-3b": 0}


def test_a_recognised_fault_keeps_what_its_severity_gives():
    fault = RecognisedFault("pools by the mean", "major", "It pools by the mean.")
    own = found(**{VALUES: Finding("failed", fault=fault)})
    assert {(each.share, each.fault) for each in own} == {(Decimal("0.3"), "pools by the mean")}
    assert not list(band_problems(own))


def test_its_item_is_that_of_the_first_check_that_must_fail():
    own = found(fails=("test_learns_the_tiny_reviews", VALUES), **{VALUES: Finding("failed")})
    assert {each.share for each in own} == {1}


def test_a_mistake_outside_its_band_is_named_unless_it_is_known_to_be():
    wrong = {VALUES: Finding("failed")}
    (line, other) = band_problems(found("minor", **wrong))
    assert line == (
        "m: keeps 0 % of “Embedding, linear layer, ReLU, max pool, output layer” on rnn; "
        "minor is 50 to 85 %"
    )
    assert other.endswith("on vu-3b; minor is 50 to 85 %")
    assert not list(band_problems(found("minor", "open", **wrong)))


def test_a_mistake_that_is_in_its_band_must_not_be_open():
    (line,) = band_problems(found("slip", "open", **{FLOAT64: Finding("failed")}))
    assert line == "m: is in its band; remove “open” from its entry in severities.toml"


def test_the_table_says_what_is_kept_and_why(tmp_path):
    page = tmp_path / "mistakes.md"
    page.write_text("# Known mistakes\n\n<!-- other -->\nkept as it is\n<!-- end of other -->\n")
    own = found(open="open", **{VALUES: Finding("failed")})
    assert list(table(own))[2:] == ["| m | major | why | 0 % (open) |  |"]
    for _ in range(2):
        write_table(page, "mlp", own)
    text = page.read_text()
    assert text.count("<!-- mlp -->") == 1 and "kept as it is" in text
    assert text.endswith("| m | major | why | 0 % (open) |  |\n<!-- end of mlp -->\n")


def test_bands_meet_and_each_severity_has_one():
    ends = [BANDS[severity] for severity in reversed(SEVERITIES)]
    assert list(BANDS) == list(SEVERITIES)
    assert all(low == high for (low, _), (_, high) in pairwise(ends))
    edge = Kept("m", Weight("minor", "why"), "rnn", "item", Decimal("0.85"), "")
    assert edge.in_band


@pytest.mark.parametrize("part", parts_with_checks())
def test_every_mistake_has_a_severity_with_a_reason(part):
    found = weights(part)
    assert set(found) == {mistake.name for mistake in answers.mistakes(part)}
    for weight in found.values():
        assert weight.severity in SEVERITIES and weight.reason and weight.open in ("", "open")
