"""Figures: small, finite data in a result, and what a report draws and tells of it."""

import json
import math
from typing import Any

import pytest
import torch

from graders.assertions.compare import close, equal, holds
from graders.assertions.figures import (
    bars,
    curves,
    differing,
    finite,
    grids,
    influence,
    matrices,
    texts,
)
from graders.oracles.numpy_rnn import Sizes, gradients
from graders.probes.learning import reached_and_wanted, training_curves
from graders.probes.tagging import along_one_weight, random_weights
from graders.remote.faults import Failed
from reports.figure_views import figure_views
from reports.student.student_page import render_report
from tests.reports.test_reports import SCRIPT, Page, check, result

LEVEL = ("threshold", 0.9)
HOSTILE = [math.nan, math.inf, -math.inf, 1e300, -1e300, 2**70, None, "x", [1], True, 0.0, -0.0]


def shown(*figures: dict[str, Any], outcome: Any = "failed") -> Page:
    """Return the report of one check with these figures, after a journey through JSON."""
    kept = json.loads(json.dumps(figures, allow_nan=False))
    html = render_report(result(check(1, outcome, figures=tuple(kept))))
    assert "NaN" not in html and len(html.encode()) < 100_000
    return Page(html)


def failed(comparison: Any, *arguments: Any) -> Failed:
    with pytest.raises(Failed) as caught:
        comparison(*arguments)
    return caught.value


# What a comparison says and shows


def test_a_wrong_number_is_shown_with_its_place_and_its_row_beside_the_right_one() -> None:
    expected = torch.arange(24.0).reshape(4, 6)
    returned = expected.clone()
    returned[2, 3] = -1.5
    fault = failed(close, returned, expected)
    assert fault.message == (
        "The result has the right shape (4, 6) but 1 of 24 wrong values, first at [2, 3]."
    )
    assert fault.returned == "[2, 1:6] = [13, 14, -1.5, 16, 17]"
    assert fault.expected == "[2, 1:6] = [13, 14,   15, 16, 17]"
    assert fault.figure and fault.figure["returned"][2][3] == -1.5


def test_whole_numbers_and_booleans_are_shown_in_the_same_way() -> None:
    fault = failed(equal, torch.tensor([[7, 0], [8, 9]]), torch.tensor([[0, 7], [8, 9]]))
    assert fault.message == (
        "The result, of shape (2, 2), has 2 of 4 wrong values, first at [0, 0]."
    )
    assert (fault.returned, fault.expected) == ("[0, 0:2] = [7, 0]", "[0, 0:2] = [0, 7]")
    fault = failed(equal, torch.tensor([True, True]), torch.tensor([True, False]))
    assert (fault.returned, fault.expected) == ("[True,  True]", "[True, False]")


def test_numbers_that_look_equal_are_written_in_full() -> None:
    one, other = ([1.0, 2.0], [1.0, 2.0000002])
    fault = failed(close, *(torch.tensor(v, dtype=torch.float64) for v in (one, other)))
    assert (fault.returned, fault.expected) == ("[1,         2]", "[1, 2.0000002]")
    assert failed(equal, torch.tensor([2**62]), torch.tensor([2**62 + 1])).returned == f"[{2**62}]"


def test_a_single_number_has_no_place() -> None:
    fault = failed(close, torch.tensor(1.0), torch.tensor(2.5), "", "The loss")
    assert (fault.message, fault.returned, fault.expected) == ("The loss is wrong.", "1", "2.5")
    assert fault.figure is None


def test_lists_are_shown_where_they_differ() -> None:
    assert failed(equal, [1, 4, 3], [1, 2, 3]).message == "The result differs, first at [1]."
    assert failed(equal, [1, 2], [1, 2, 3]).message == "The result differs, first at [2]."
    assert failed(equal, None, [1]).message == "The result differs."


def test_a_property_can_bring_a_figure() -> None:
    figure = texts("Texts", [])
    assert failed(holds, False, "No.", "", "", "", figure).figure is figure


# Figures are small and finite


def test_only_finite_numbers_are_kept() -> None:
    assert [finite(value) for value in HOSTILE] == [*[None] * 5, 1.18059e21, *[None] * 3, 1, 0, 0]
    assert finite(torch.tensor(1 / 3)) == 0.333333
    assert finite(torch.tensor([1.0, 2.0])) is None


@pytest.mark.parametrize("shape", [(3,), (200,), (1, 1, 2), (40, 30), (3, 4, 5, 60)])
def test_a_matrix_of_any_size_is_shown_around_its_first_wrong_number(shape: Any) -> None:
    expected = torch.zeros(shape, dtype=torch.float64)
    returned = expected.clone()
    returned.view(-1)[-1] = 1e308
    figure = matrices("x" * 999, returned, expected, differing(returned, expected))
    assert figure and len(json.dumps(figure, allow_nan=False)) < 3_000
    assert figure["returned"][-1][-1] == "1e+308" and figure["wrong"][-1][-1]
    page = shown(figure)
    assert "1e+308" in page.all("table")[-2] and "1e+308" not in page.all("table")[-1]


def test_what_does_not_differ_and_single_numbers_make_no_matrix() -> None:
    for tensor in (torch.zeros(2, 3), torch.tensor(1.0), torch.zeros(0, 3), torch.ones(1)):
        assert matrices("x", tensor, tensor, differing(tensor, tensor)) is None
    assert matrices("x", torch.ones(1), torch.zeros(1), torch.ones(1) > 0) is None


@pytest.mark.parametrize("many", [0, 1, 5, 3_000])
def test_hostile_numbers_and_any_count_of_them_leave_a_report(many: int) -> None:
    values = (HOSTILE * many)[: 3 * many]
    figures = (
        bars(SCRIPT, [SCRIPT] * many, {SCRIPT: values, "other": values}, (SCRIPT, math.nan)),
        bars("a", range(many), {"a": [1e30, -1e30] * many}, LEVEL, percent=True),
        curves("b", {f"s{i}": values for i in range(9)}, axis=SCRIPT, line=("c", math.inf)),
        curves("c", {"a": [1.0] * many}, x=values),
    )
    assert all(len(json.dumps(figure, allow_nan=False)) < 12_000 for figure in figures)
    page = shown(*figures)
    assert not [tag for tag, _ in page.tags if tag == "script"]


@pytest.mark.parametrize(
    "figure", [{}, {"kind": "?"}, {"kind": "bars", "title": 3}, {"kind": "matrices", "title": ""}]
)
def test_a_figure_of_no_known_form_is_left_out(figure: dict[str, Any]) -> None:
    assert figure_views([figure]) == ()
    assert "figure" not in shown(figure).texts


# What a report shows


def test_a_matrix_is_two_tables_in_which_wrong_numbers_are_framed() -> None:
    one, other = torch.tensor([[7, 0], [8, 9]]), torch.tensor([[0, 7], [8, 9]])
    page = shown(matrices("A batch", one, other, one != other) or {})
    assert page.all("figcaption") == ["A batch. Framed numbers differ."]
    assert page.all("table")[1:] == ["Returned 0 1 0 7 0 1 8 9", "Expected 0 1 0 0 7 1 8 9"]
    assert sum(attrs.get("class") == "wrong" for _, attrs in page.tags) == 4


def test_a_matrix_that_is_all_wrong_is_not_framed_and_a_part_says_so() -> None:
    one = torch.ones(2, 9, 30)
    page = shown(matrices("Rows", one, 0 * one, one > 0) or {})
    assert page.all("figcaption") == [
        "Rows. Every number differs. This is the matrix at [0]. "
        "Shown are 8 of 9 rows and 10 of 30 columns."
    ]
    assert not any(attrs.get("class") == "wrong" for _, attrs in page.tags)


def test_bars_are_described_in_words_and_drawn_with_a_threshold() -> None:
    page = shown(reached_and_wanted("Named rightly", [0.5, 0.725], 0.9))
    assert page.all("figcaption") == [
        "Named rightly. training 1: reached 50 %; training 2: reached 72.5 %; threshold: 90 %."
    ]
    assert next(a["d"] for t, a in page.tags if t == "path" and a["class"] == "level")
    assert sum(t == "rect" and a.get("class") == "one" for t, a in page.tags) == 3  # and its key


def test_curves_are_described_by_their_ends_and_interrupted_at_missing_numbers() -> None:
    page = shown(curves("Training", {"loss": [2.0, math.nan, 0.5, 1.0], "norm": [1.0] * 4}))
    assert page.all("figcaption") == [
        "Training. loss: from 2 to 1, lowest 0.5, 1 not shown; norm: from 1 to 1, lowest 1."
    ]
    (path, _) = [a["d"] for t, a in page.tags if t == "path" and "curve" in (a["class"] or "")][:2]
    assert path and path.count("M") == 2 and path.count("L") == 1


def test_a_band_lies_behind_the_curve_and_is_named() -> None:
    band = ("90 of 100", [0.0, 1.0, 1.0], [2.0, 4.0, math.nan])
    page = shown(curves("Training", {"loss": [1.0, 2.0, 3.0]}, band=band))
    assert page.all("figcaption") == [
        "Training. loss: from 1 to 3, lowest 1; 90 of 100 end between 1 and not finite."
    ]
    paths = [a for t, a in page.tags if t == "path" and a["class"] == "band"]
    assert [(a["d"] or "").count("L") for a in paths] == [3]
    assert any(text.endswith("90 of 100") for text in page.all("p"))


@pytest.mark.parametrize(("name", "steps"), [("reviews", 50), ("brackets", 300)])
def test_a_training_is_shown_beside_the_references(name: str, steps: int) -> None:
    record = {"loss": [1.0] * steps, "gradient_norm": [0.5] * steps}
    loss, norm = training_curves(record, name)
    assert (loss["title"], norm["title"]) == (
        "Loss, batch by batch",
        "Gradient norm, batch by batch",
    )
    for figure in (loss, norm):
        name, lower, upper = figure["band"]
        assert name == "90 of 100 trainings of the reference"
        assert len(lower) == len(upper) == len(figure["x"])
        assert all(low < high for low, high in zip(lower, upper, strict=True))
        assert shown(figure).all("figcaption")
    assert training_curves(record, "nothing")[0]["band"] is None


def test_grids_are_shaded_by_size_and_ids_are_not() -> None:
    states = torch.tensor([[0.0, -1.0], [0.4, 0.6]])
    mask = torch.tensor([[True, False]])
    page = shown(grids("States", {"Returned": states, "Mask": mask}, "step", "unit"))
    assert page.all("figcaption") == [
        "States. A row is a step, a column a unit. Darker is further from zero."
    ]
    shades = [str(a["class"]) for t, a in page.tags if t == "td" and a.get("class")]
    assert [each for each in shades if each[0] == "s"] == ["s4", "s2", "s2", "s4"]
    assert {"step 1 0 -1", "step 2 0.4 0.6"} < set(page.all("tr"))
    page = shown(grids("Ids", {"Padded": torch.tensor([[7, 0]])}, "sequence", "place"))
    assert page.all("figcaption") == ["Ids. A row is a sequence, a column a place."]


@pytest.mark.parametrize("value", HOSTILE[:5])
def test_grids_of_any_numbers_and_any_size_leave_a_report(value: Any) -> None:
    grid = torch.full((30, 40), float(value), dtype=torch.float64)
    figure = grids("x", {"a": grid, "b": torch.zeros(0, 3)}, "step", "unit")
    assert len(figure["grids"]["a"]) == 8 and len(figure["grids"]["a"][0]) == 10
    assert "Sentence 1 holds." in shown(figure).text


def test_a_text_is_marked_at_its_first_violation() -> None:
    rows = [("(())", None), ("())(", (2, "closes nothing")), ("(", (1, "1 bracket stays open"))]
    page = shown(texts("What it wrote", rows))
    assert page.all("figcaption") == [
        "What it wrote. 1 of 3 follow the rules; in the others the first violation is marked."
    ]
    assert page.all("mark") == [")", "(end)"]
    right = shown(texts("What it wrote", rows[:1]))
    assert right.all("figcaption") == ["What it wrote. 1 of 1 follow the rules."]
    assert page.all("code") == ["(())", "())(", "((end)"]
    assert "())( ✗ closes nothing" in page.text and "(()) ✓ valid" in page.text


def test_influence_is_the_largest_change_at_each_step() -> None:
    one = torch.zeros(2, 3, 4)
    other = one.clone()
    other[1, 0, 2], other[0, 2, 0] = -0.5, 0.25
    figure = influence("the first input", one, other)
    assert figure["series"] == {"moved by": [0.5, 0.0, 0.25]}
    assert figure["labels"] == ["step 1", "step 2", "step 3"]


def test_a_passed_checks_figures_are_folded() -> None:
    page = shown(bars("a", ["0"], {"drawn": [0.5]}), outcome="passed")
    passed, figure = page.all("details")
    assert passed == "1 check passed ✓ Sentence 1 holds. Passed"
    assert figure.startswith("Figures a.")


def test_the_tangent_of_a_right_gradient_touches_the_loss() -> None:
    size = Sizes(9, 3, 4, 5)

    class Numbers:
        def normal(self, *shape: int, dtype: torch.dtype) -> torch.Tensor:
            return torch.linspace(-1, 1, math.prod(shape), dtype=dtype).reshape(shape)

    weights = random_weights(Numbers(), size)  # type: ignore[arg-type]
    sentence = (torch.tensor([1, 2, 3]), torch.tensor([0, 4, 1]))
    exact = gradients(weights, *sentence)
    figure = along_one_weight("W_h", weights, exact[2], sentence)
    assert figure["series"]["your gradient"] == figure["series"]["right gradient"]
    gaps = [
        abs(loss - own)
        for loss, own in zip(
            figure["series"]["loss"], figure["series"]["your gradient"], strict=True
        )
        if own is not None
    ]
    assert gaps[len(gaps) // 2] < 1e-6 and max(gaps) > gaps[len(gaps) // 2]
    steep = along_one_weight("W_h", weights, torch.full((4, 4), 1e20), sentence)
    assert steep["series"]["your gradient"].count(None) == 20
