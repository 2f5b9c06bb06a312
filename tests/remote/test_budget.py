"""A definition that hangs is called three times, and no other one pays for it."""

import pytest

from graders.remote.budget import PATIENCE, Budget
from graders.remote.faults import TooSlow
from graders.sheets.limits import Limits


def hang(budget, definition):
    with pytest.raises(TooSlow) as caught, budget.patience(definition):
        raise TooSlow("The call was stopped.")
    return caught.value.message


def test_after_three_calls_that_hang_a_definition_is_not_called_again():
    budget = Budget(Limits())
    for _ in range(PATIENCE):
        assert hang(budget, "generate") == "The call was stopped."
    assert (
        hang(budget, "generate") == "`generate` took too long 3 times, so it is not called again."
    )
    with budget.patience("sample"):
        pass
    for _ in range(PATIENCE + 1):
        assert hang(budget, "") == "The call was stopped."  # the course's own objects
