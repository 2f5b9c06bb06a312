"""What an item keeps: the points of its checks' outcomes, by rule."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.results.result import CheckResult, ItemResult, QuestionResult
from graders.results.scoring import (
    KEPT_WITH,
    ROLES,
    SEVERITIES,
    DetailCosts,
    RecognisedFault,
    Score,
    score,
)

BANDS = {  # what a fault of each severity may keep of its item
    "fatal": ("0", "0.1"),
    "major": ("0.1", "0.5"),
    "minor": ("0.5", "0.85"),
    "slip": ("0.85", "0.98"),
}
SOME = st.lists(st.sampled_from(ROLES), max_size=20)


def fault(severity="major", name="mean for max"):
    return RecognisedFault(name, severity, "The outputs are those of a mean.")


def check(role="core", outcome="failed", found=None):
    return CheckResult("test_x.py::test_x", "It holds.", outcome, role, fault=found)


# --- nothing but details fails ---


@pytest.mark.parametrize(
    ("details", "share"),
    [(0, "1"), (1, "0.95"), (2, "0.9"), (7, "0.65"), (8, "0.6"), (9, "0.6"), (40, "0.6")],
)
def test_a_detail_takes_a_share_and_all_together_at_most_40_percent(details, share):
    assert score(["detail"] * details).share == Decimal(share)


def test_a_reason_is_given_where_something_is_missing():
    assert score([]) == Score(Decimal(1), "")
    assert score(["detail"]).reason == "1 detail failed"
    assert score(["detail"] * 2).reason == "2 details failed"


@pytest.mark.parametrize(
    ("each", "together", "shares"),
    [
        ("0.1", "0.4", ("0.9", "0.8", "0.7", "0.6", "0.6")),
        ("0.05", "0.08", ("0.95", "0.92", "0.92")),
        ("0", "0.4", ("1", "1")),
        ("0.5", "1", ("0.5", "0", "0")),
        ("1", "0.25", ("0.75", "0.75")),
    ],
)
def test_a_sheet_may_take_another_share(each, together, shares):
    costs = DetailCosts(Decimal(each), Decimal(together))
    found = [score(["detail"] * count, None, costs).share for count in range(1, len(shares) + 1)]
    assert found == [Decimal(share) for share in shares]


# --- more than details fails ---


@pytest.mark.parametrize(
    ("roles", "share", "reason"),
    [
        (["core"], "0", "a core check failed"),
        (["core", "minor", "detail"], "0", "a core check failed"),
        (["major"], "0.3", "a check of a major point failed"),
        (["minor", "major", "minor"], "0.3", "a check of a major point failed"),
        (["minor"], "0.7", "a check of a minor point failed"),
        (["minor"] * 9, "0.7", "a check of a minor point failed"),
        (["minor", "detail"], "0.7", "a check of a minor point failed"),
        (["detail", "detail", "major"], "0.3", "a check of a major point failed"),
        (["minor", *["detail"] * 5], "0.7", "a check of a minor point failed"),
        (["minor", *["detail"] * 7], "0.65", "a check of a minor point failed, and 7 details"),
        (["minor", *["detail"] * 20], "0.6", "a check of a minor point failed, and 20 details"),
    ],
)
def test_the_worst_role_decides(roles, share, reason):
    for order in (roles, roles[::-1]):
        found = score(order)
        assert found.share == Decimal(share)
        assert found.reason.startswith(reason)


def test_details_may_take_more_than_the_worst_role():
    all_of_it = DetailCosts(Decimal("0.5"), Decimal(1))
    assert score(["major", "detail", "detail"], None, all_of_it).share == 0
    assert score(["minor", "detail"], None, all_of_it).share == Decimal("0.5")


# --- a recognised fault ---


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("roles", [["core"], ["major"], ["minor"], ["core", *["detail"] * 9]])
def test_a_recognised_fault_overrides_the_worst_role(severity, roles):
    found = score(roles, fault(severity))
    least, most = map(Decimal, BANDS[severity])
    assert found.share == KEPT_WITH[severity] and least <= found.share <= most
    assert found.reason == f"recognised as “mean for max”, {severity}"


def test_graver_faults_and_worse_roles_keep_less():
    kept = [KEPT_WITH[severity] for severity in SEVERITIES]
    assert kept == sorted(set(kept)) and set(BANDS) == set(SEVERITIES)
    shares = [score([role]).share for role in ROLES]
    assert shares == sorted(set(shares))


def test_a_fault_costs_nothing_where_only_details_fail_or_nothing():
    assert score(["detail"], fault("fatal")) == score(["detail"])
    assert score([], fault("fatal")) == Score(Decimal(1), "")


# --- an item ---


def test_the_gravest_fault_of_an_item_counts():
    checks = (
        check("core", found=fault("slip", "one")),
        check("minor", found=fault("major", "two")),
        check("core", found=fault("minor", "three")),
        check("detail", found=fault("fatal", "of a detail")),
        check("core", "passed", fault("fatal", "of what passed")),
        check("major"),
    )
    item = ItemResult("I", Decimal(2), checks)
    assert item.fault == fault("major", "two") and item.points == Decimal("0.6")


def test_a_fault_of_another_check_explains_no_failed_core():
    found = fault("slip", "something else")
    item = ItemResult("I", Decimal(2), (check("core"), check("minor", found=found)))
    assert item.fault is None and item.points == 0


@pytest.mark.parametrize(
    "outcome", ["failed", "error", "timeout", "memory", "crash", "not_run", "grader_error"]
)
def test_all_that_is_not_passed_has_failed(outcome):
    item = ItemResult("I", Decimal(1), (check("core", "passed"), check("minor", outcome)))
    assert item.points == Decimal("0.7") and len(item.failed) == 1
    assert item.undecided is (outcome == "grader_error")


def test_nothing_is_earned_where_only_the_core_fails():
    passed = (check(role, "passed") for role in ("major", "minor", "detail"))
    item = ItemResult("I", Decimal("0.5"), (check("core"), *passed))
    assert item.points == 0 and item.max_points == Decimal("0.5")


def test_points_are_exact_and_add_up():
    lost = ItemResult("I", Decimal("0.1"), (check("detail"),))
    full = ItemResult("J", Decimal("0.2"), (check("core", "passed"),))
    question = QuestionResult("1", "Q", (lost, full))
    assert (lost.points, full.points) == (Decimal("0.095"), Decimal("0.2"))
    assert (question.points, question.max_points) == (Decimal("0.295"), Decimal("0.3"))


@given(SOME, st.none() | st.sampled_from(SEVERITIES))
def test_a_share_is_from_0_to_1_and_a_reason_says_why_it_is_not_1(roles, severity):
    found = score(roles, severity and fault(severity))
    assert 0 <= found.share <= 1
    assert (found.share < 1) is bool(roles) is bool(found.reason)


@given(SOME, st.sampled_from(ROLES))
def test_one_more_failed_check_never_earns_more(roles, role):
    assert score([*roles, role]).share <= score(roles).share
