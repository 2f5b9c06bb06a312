"""Reports in other forms: zip, PDF, Markdown."""

import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from graders.__main__ import main
from graders.results.result import Manual, QuestionResult
from graders.results.result_json import to_json
from reports.formats import markdown
from reports.student.student_page import render_report
from tests.reports.test_reports import HOSTILE, check, four_of_ten, hostile, result, student

NO_BROWSER = (
    "PDFs need Chromium or Chrome, and neither was found. Install one "
    "(Debian, Ubuntu: sudo apt-get install chromium), or open a report and print it.\n"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """What a batch leaves of two students."""
    for one in (four_of_ten(), student("12", "Bo", check(1))):
        folder = tmp_path / "out" / "students" / one.student.id
        folder.mkdir(parents=True)
        (folder / "report.html").write_text(render_report(one), encoding="utf-8")
        (folder / "result.json").write_text(to_json(one), encoding="utf-8")
    return tmp_path / "out"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["reports", *map(str, arguments)])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_all_reports_are_put_into_one_zip_of_the_same_bytes(out, tmp_path, capsys):
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    assert run(capsys, out, "--zip", one) == (0, f"2 reports in {one}\n", "")
    assert run(capsys, out, "--zip", two)[0] == 0
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.namelist() == ["12.html", "4711.html"]
        assert archive.read("12.html") == (out / "students/12/report.html").read_bytes()


def test_a_changed_page_is_rendered_again_and_nothing_is_graded(out, capsys):
    results = {file: file.read_bytes() for file in out.glob("students/*/result.json")}
    for report in out.glob("students/*/report.html"):
        report.write_text("from an older release", encoding="utf-8")
    output = f"2 reports rendered, with the class page, in {out.resolve()}\n"
    assert run(capsys, out, "--render") == (0, output, "")
    assert {file: file.read_bytes() for file in results} == results
    for report in out.glob("students/*/report.html"):
        assert "from an older release" not in report.read_text(encoding="utf-8")
    assert (out / "index.html").is_file() and (out / "grades.csv").is_file()


def test_each_student_gets_a_comment(out, capsys):
    output = f"2 files students/<id>/comment.md in {out}\n"
    assert run(capsys, out, "--markdown") == (0, output, "")
    assert (out / "students/4711/comment.md").read_text(encoding="utf-8") == (
        "**Recurrent neural networks: 4.5 of 10 points**\n\n"
        "- Question 1: Outcomes: 0.5 of 4, 1 of 8 items in full\n"
        "- Question 2: By hand: 3.5 of 4\n"
        "- Question 3: Pending: 0.5 of 2, 1 of 1 item in full\n\n"
        "1.5 points still to be graded manually.\n\n"
        "**Fix this first:** Sentence 7 holds. (Not run)\n\n"
        "The details are in the report.\n"
    )


def test_a_comment_shows_the_message_as_it_is_and_the_hint():
    text = markdown(result(check(1, "failed", message="a ``` *b*\nCalled: x", hint="Look at _x_.")))
    assert "\n````\na ``` *b*\nCalled: x\n````\n" in text
    assert "Hint: Look at \\_x\\_.\n" in text


def test_a_comment_on_what_could_not_be_graded():
    text = markdown(result(check(1, "not_run"), status="unreadable", message="Damaged."))
    assert text == (
        "**vu-3b: 0 of 0.5 points**\n\n"
        "Your upload could not be read, so no check could be run.\n\n"
        "Damaged.\n\nThe details are in the report.\n"
    )
    lost = result(check(1, "grader_error"), status="needs_staff", message="ours")
    assert markdown(lost).startswith("**vu-3b: not decided yet**\n\n- Question 3b")
    assert "ours" not in markdown(lost)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_a_hostile_text_makes_no_link_html_or_control_sign(text):
    output = markdown(replace(hostile(text), status="graded"))
    outside = "".join(output.split("```")[::2])
    assert "\x1b" not in output and "\u202e" not in output
    assert not [i for i, sign in enumerate(outside) if sign in "<[" and outside[i - 1] != "\\"]


def test_manual_points_alone_make_a_line():
    question = QuestionResult("2", "Why", (), Manual(Decimal(1)))
    assert "- Question 2: Why: 0 of 1\n" in markdown(result(questions=(question,)))


def test_nothing_asked_for_no_reports_and_no_place_are_the_users_to_mend(out, tmp_path, capsys):
    output = "Choose what to write: --render, --zip FILE, --pdf or --markdown.\n"
    assert run(capsys, out) == (2, "", output)
    empty = tmp_path / "empty"
    output = f"{empty} contains no results; give the folder that `batch --out` wrote.\n"
    assert run(capsys, empty, "--markdown") == (2, "", output)
    target = tmp_path / "no" / "a.zip"
    output = f"Cannot write {target}: No such file or directory.\n"
    assert run(capsys, out, "--zip", target) == (2, "", output)
    (out / "students/12/result.json").write_text("{}")
    code, _, output = run(capsys, out, "--markdown")
    assert code == 2 and output.endswith("run the batch again.\n")


def test_without_a_browser_a_pdf_is_refused_in_one_sentence(out, capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert run(capsys, out, "--pdf") == (2, "", NO_BROWSER)


def fake_browser(folder: Path, script: str) -> None:
    file = folder / "chromium"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_each_report_is_printed_by_the_browser(out, tmp_path, capsys, monkeypatch):
    take = 'for each; do case "$each" in --print-to-pdf=*) file="${each#*=}";; esac; done'
    fake_browser(tmp_path, f'{take}; for each; do :; done; echo "$each" > "$file"')
    monkeypatch.setenv("PATH", str(tmp_path))
    output = f"2 files students/<id>/report.pdf in {out}\n"
    assert run(capsys, out, "--pdf") == (0, output, "")
    page = out / "students/12/report.html"
    assert (out / "students/12/report.pdf").read_text() == f"{page.as_uri()}\n"


def test_a_browser_that_prints_nothing_is_reported(out, tmp_path, capsys, monkeypatch):
    fake_browser(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    page = out / "students/12/report.html"
    output = f"{tmp_path}/chromium did not print {page}. "
    output += "Does it open the page if you start it yourself?\n"
    assert run(capsys, out, "--pdf") == (2, "", output)
