"""What is shown first is judged: the own cause, a rule, the cause of another mistake, or nothing."""

import pytest

from graders.grading.run_check import Finding
from graders.mistakes import Mistake
from graders.results.scoring import RecognisedFault
from graders.validation.shown import UNWANTED, VERDICTS, Shown, counts_of, shown_of
from graders.validation.soundness import checks_of

MEAN = Mistake("takes the mean", (), ("a",), recognised="pools by the mean")
LEAK = Mistake("mixes samples", (), ("a",), hint="samples leak")
KEEPS = Mistake("keeps a state", (), ("a",), hint="keep nothing")
ALL = (MEAN, LEAK, KEEPS)


def found(message="It is wrong.", hint="", fault="", outcome="failed"):
    """Return findings in which the first check of a part fails."""
    first, *others = checks_of("mlp")
    recognised = RecognisedFault(fault, "major", "It is.") if fault else None
    wrong = Finding(outcome, message, hint, fault=recognised)
    return {first: wrong, **dict.fromkeys(others, Finding("passed"))}


@pytest.mark.parametrize(
    ("mistake", "findings", "verdict"),
    [
        (MEAN, found(fault="pools by the mean"), "named"),
        (MEAN, found(fault="pools by the sum"), "misleading"),
        (MEAN, found(hint="Embedding, then a maximum."), "general"),
        (MEAN, found(hint="Here samples leak."), "misleading"),
        (MEAN, found(), "none"),
        (LEAK, found(hint="Here samples leak."), "named"),
        (LEAK, found("Here samples leak."), "named"),
        (LEAK, found(hint="So keep nothing on self."), "misleading"),
        (KEEPS, found(hint="So keep nothing; or samples leak."), "named"),
    ],
)
def test_the_first_message_is_judged(mistake, findings, verdict):
    assert shown_of("mlp", mistake, ALL, findings).verdict == verdict


def test_the_verdicts_are_counted_in_their_order():
    rows = [Shown("a", "named"), Shown("b", "named"), Shown("c", "none")]
    assert counts_of(rows) == [3, 2, 0, 0, 1]
    assert set(UNWANTED) < set(VERDICTS)
