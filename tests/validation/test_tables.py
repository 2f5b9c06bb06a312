"""docs/soundness.md: its tables are up to date, and are written row by row."""

from dataclasses import replace

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.validation import answers, floor, mutation, soundness, tables
from graders.validation.mutation import Verdict
from graders.validation.soundness import SoundnessRow, SoundnessTable

PAGE = tables.PAGE.read_text(encoding="utf-8")
PARTS = soundness.parts_with_checks()


# --- the page as it stands ---


def test_every_part_has_a_row_in_each_table():
    for table in tables.COLUMNS:
        assert list(tables.read(PAGE, table)) == [*PARTS, tables.ALL]


@pytest.mark.parametrize("part", PARTS)
def test_known_answers_are_counted_as_they_are(part):
    """After a new mistake or variant: `python -m graders soundness PART --table docs/soundness.md`."""
    mistakes, caught, hinted, variants, passed, seeds = tables.read(PAGE, "answers")[part]
    assert mistakes == caught == len(answers.mistakes(part))
    assert hinted >= soundness.HINTED * mistakes
    assert variants == passed == 1 + len(answers.variants(part))
    assert seeds >= 1


@pytest.mark.parametrize("part", PARTS)
def test_changes_are_counted_as_they_are(part):
    """After a change of the reference: `python -m graders mutants PART --table docs/soundness.md`."""
    changes, failing, excused = tables.read(PAGE, "changes")[part]
    made, reasons = mutation.changes_of(part), mutation.reasons(part)
    assert changes == failing + excused == len(made)
    assert excused == sum((change.function, change.text) in reasons for change in made)


@pytest.mark.parametrize("part", PARTS)
def test_luck_is_counted_as_it_is(part):
    """After more seeds: `python -m graders seeds PART --table docs/soundness.md`."""
    checks, seeds, lost = tables.read(PAGE, "luck")[part]
    assert [checks, seeds, lost] == tables.met(part)
    assert checks == len(soundness.checks_of(part))


def test_all_parts_are_summed():
    for table in tables.COLUMNS:
        rows = tables.read(PAGE, table)
        total = rows.pop(tables.ALL)
        columns = zip(tables.COLUMNS[table], zip(*rows.values(), strict=True), strict=True)
        assert total == [(min if name == "seeds" else sum)(numbers) for name, numbers in columns]


def test_what_is_learnt_or_drawn_is_as_it_was_measured():
    assert "\n".join(tables.learnt()) in PAGE


# --- the commands that write it ---

ROW = SoundnessRow("elman", 4, 2, (), (), (), ())
EMPTY = "# Numbers\n\n<!-- answers -->\nold\n<!-- end of answers -->\nAfter.\n"


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "parts_with_checks", lambda: ["mlp", "elman"])
    path = tmp_path / "page.md"
    path.write_text(f"{EMPTY}<!-- shown -->\n<!-- end of shown -->\n")
    return path


def test_rows_are_written_and_those_of_other_parts_stay(page, monkeypatch):
    for part, seeds in (("elman", "2"), ("mlp", "3"), ("elman", "1")):
        table = SoundnessTable((replace(ROW, part=part),))
        monkeypatch.setattr(soundness, "soundness", lambda parts, seeds, table=table: table)
        monkeypatch.setattr(floor, "floors", lambda parts: [])
        assert main(["soundness", "elman", "--seeds", seeds, "--table", str(page)]) == 0
    assert page.read_text() == (
        "# Numbers\n\n<!-- answers -->\n"
        "| part | mistakes | caught | with the right hint | right answers | passed | seeds |\n"
        "|---|--:|--:|--:|--:|--:|--:|\n"
        "| mlp | 4 | 4 | 4 | 2 | 2 | 3 |\n"
        "| elman | 4 | 4 | 4 | 2 | 2 | 1 |\n"
        "| total | 8 | 8 | 8 | 4 | 4 | 1 |\n"
        "<!-- end of answers -->\nAfter.\n<!-- shown -->\n"
        "| part | mistakes | named | general | misleading | none |\n"
        "|---|--:|--:|--:|--:|--:|\n"
        "| mlp | 0 | 0 | 0 | 0 | 0 |\n"
        "| elman | 0 | 0 | 0 | 0 | 0 |\n"
        "| total | 0 | 0 | 0 | 0 | 0 |\n"
        "<!-- end of shown -->\n"
    )


def test_what_is_missing_is_written_too(page):
    row = replace(ROW, mistakes=1500, survivors=("a: seed 1: b",), lost=("c: seed 1: d",))
    tables.write(page, "answers", {"elman": tables.answers(row, 1)})
    assert "| elman | 1,500 | 1,499 | 1,500 | 2 | 1 | 1 |" in page.read_text()
    assert tables.read(page.read_text(), "answers")["elman"] == [1500, 1499, 1500, 2, 1, 1]


def test_changes_are_written_once_none_is_left_over(page, monkeypatch, capsys):
    page.write_text("<!-- changes -->\n<!-- end of changes -->\n")
    verdict = Verdict("elman", 200, 7, (), (), (), ())
    monkeypatch.setattr(mutation, "judge", lambda part: verdict)
    assert main(["mutants", "elman", "--table", str(page)]) == 0
    assert "| elman | 200 | 193 | 7 |\n| total | 200 | 193 | 7 |\n" in page.read_text()
    before, verdict = page.read_text(), replace(verdict, changes=9, problems=("ours",))
    assert main(["mutants", "elman", "--table", str(page)]) == 1
    assert page.read_text() == before


def test_a_page_without_a_place_for_the_table_is_named(tmp_path, page, monkeypatch, capsys):
    marks = "<!-- changes -->, then <!-- end of changes -->"
    output = f"has no place for this table: it needs a line {marks}"
    for path in (page, tmp_path / "none.md"):
        with pytest.raises(UsageError) as caught:
            tables.write(path, "changes", {})
        assert str(caught.value) == f"{path} {output}"
