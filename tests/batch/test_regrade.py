"""Which results of earlier runs are graded again on request."""

import io
import json
import os
import zipfile
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from graders.__main__ import main
from graders.batch import batch as batching
from graders.batch.batch import run
from graders.batch.progress import Events
from graders.batch.regrade import Regrade, given_since
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.grading.grade import ungraded
from graders.results.result_json import from_json
from graders.sheets.sheet import read_sheet
from tests.changed import each_check

SHEET = read_sheet("vu-3b")
PADDING, ELMAN = (
    next(check for check in SHEET.checks if part in check) for part in ("padding", "elman")
)
FAILED = {"2": PADDING, "3": ELMAN}  # which check each student does not pass; 1 passes all


class Instant(Executor):
    """Grades each task at once: all is passed but what FAILED says."""

    def __init__(self, graded):
        self.graded = graded

    def submit(self, function, task, /, *arguments, **named):
        id = task.student.id
        self.graded.append(id)
        result = ungraded(SHEET, task.student, "", task.seed, task.sandbox)
        result = each_check(
            result, lambda c: replace(c, outcome="failed" if FAILED.get(id) == c.id else "passed")
        )
        future = Future()
        future.set_result(replace(result, status="graded", message=None))
        return future


def interrupted(*_):
    """Stand in for grading that is stopped before the first result."""
    raise KeyboardInterrupt
    yield


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Return a function that runs a batch over three students and says whom it graded, and its text."""
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    for who in ("ann_1_11_a", "bob_2_12_a", "cid_3_13_a"):
        with zipfile.ZipFile(uploads / f"{who}.zip", "w") as archive:
            archive.writestr("mlp.py", f"# {who}")

    def graded(*names, since=None, **more):
        seen, text = [], io.StringIO()
        monkeypatch.setattr(
            "graders.batch.slots.ProcessPoolExecutor", lambda *_, **__: Instant(seen)
        )
        batch = Batch(uploads, tmp_path / "out", SHEET, 1, 2, "none", **more)
        batch = replace(batch, regrade=Regrade(names, since))
        run(batch, Events(Console(file=text, width=200), tmp_path / "out" / "run.jsonl"))
        return "".join(sorted(seen)), text.getvalue()

    assert graded()[0] == "123"
    return graded


def test_unless_asked_everything_is_taken_over(graded):
    seen, text = graded()
    assert seen == "" and "Regrading" not in text


def test_a_student_is_regraded_and_the_others_are_kept(graded):
    seen, text = graded("2")
    assert seen == "2" and text.count("(cached)") == 2
    assert "Regrading 1 result of earlier runs." in text


@pytest.mark.parametrize(
    "name", [PADDING, PADDING.partition("::")[2], "padding"], ids=["id", "function", "part"]
)
def test_a_check_stands_for_all_who_do_not_pass_it(graded, name):
    assert graded(name)[0] == "2"


def test_names_add_up(graded):
    assert graded("1", ELMAN)[0] == "13"


def test_an_address_names_a_student(graded, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("user id,e-mail\n2,bob@uni.example\n")
    assert graded("bob@uni.example", roster=roster)[0] == "2"
    with pytest.raises(UsageError, match=r"`` is not a student, check or part of this batch\.$"):
        graded("", roster=roster)


def test_a_roster_that_comes_later_regrades_nobody(graded, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("user id,name,e-mail\n2,Bob Roe,bob@uni.example\n")
    assert graded(roster=roster)[0] == ""
    found = from_json((tmp_path / "out/students/2/result.json").read_text())
    assert (found.student.name, found.student.email) == ("Bob Roe", "bob@uni.example")
    assert "Bob Roe" in (tmp_path / "out/students/2/report.html").read_text()
    assert "Bob Roe" in (tmp_path / "out/grades.csv").read_text()


def test_who_is_in_no_upload_any_more_is_on_no_page_and_in_no_export(graded, tmp_path, capsys):
    out = tmp_path / "out"
    (tmp_path / "uploads" / "bob_2_12_a.zip").unlink()
    seen, text = graded()
    assert seen == "" and "From an earlier run, but not among these uploads: 2." in text
    assert (out / "students/2/result.json").exists()
    for command in (["manual", str(out)], ["reports", str(out), "--zip", str(tmp_path / "a.zip")]):
        assert main(command) == 0
    assert "2" not in [row.split(",")[0] for row in (out / "grades.csv").read_text().splitlines()]
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == ["1.html", "3.html"]
    capsys.readouterr()
    assert main(["export", str(out), "--to", "gradescope"]) == 1
    assert capsys.readouterr().out.endswith(
        "Left out: bob (2): not among the uploads of the newest run\n"
    )
    assert not (out / "gradescope" / "2.json").exists()


def test_a_run_that_did_not_come_to_its_end_is_told(graded, tmp_path, capsys, monkeypatch):
    """What is in OUT may be of an upload that was handed in before."""
    out, command = tmp_path / "out", ["export", str(tmp_path / "out"), "--to", "gradescope"]
    assert main(command) == 0
    grading = batching.grade_class
    monkeypatch.setattr(batching, "grade_class", interrupted)
    with pytest.raises(KeyboardInterrupt):
        graded()
    capsys.readouterr()
    assert main(command) == 1
    assert capsys.readouterr().out.endswith(
        "did not finish, so some points may belong to earlier uploads; run the batch again.\n"
    )
    assert main(["manual", str(out)]) == 0
    assert capsys.readouterr().out.endswith("did not finish; run the batch again.\n")
    monkeypatch.setattr(batching, "grade_class", grading)
    graded()
    assert main(command) == 0


def test_nobody_of_a_new_class_is_graded_yet(graded, tmp_path, capsys):
    (tmp_path / "out" / "class.json").write_text('{"students": ["9"], "finished": false}')
    assert main(["export", str(tmp_path / "out"), "--to", "gradescope"]) == 2
    told = f"The newest run into {tmp_path / 'out'} has graded nobody yet; "
    told += "run the batch until it finishes.\n"
    assert capsys.readouterr().err == told


def test_who_is_not_graded_yet_is_told(graded, tmp_path, capsys):
    out = tmp_path / "out"
    (out / "students/2/result.json").unlink()  # as if the run had been killed before
    assert main(["manual", str(out)]) == 0
    assert capsys.readouterr().out.endswith(
        "did not finish: 1 have no result yet; run the batch again.\n"
    )
    assert main(["export", str(out), "--to", "gradescope"]) == 1
    told = "Left out: 2: not graded yet; run the batch until it finishes\n"
    assert capsys.readouterr().out.endswith(told)
    (out / "class.json").write_text("{")
    assert main(["manual", str(out)]) == 2
    assert capsys.readouterr().err == f"{out / 'class.json'} cannot be read; run the batch again.\n"


def test_nobody_meant_is_told(graded):
    passed = next(check for check in SHEET.checks if check not in FAILED.values())
    seen, text = graded(passed)
    assert seen == "" and "Regrading 0 results of earlier runs." in text


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("22", "2"), (PADDING + "x", PADDING), ("padd", "padding"), ("test_elman.py::", None)],
)
def test_an_unknown_name_is_the_users_fault_and_the_nearest_is_told(graded, name, nearest):
    with pytest.raises(UsageError, match="is not a student, check or part") as caught:
        graded(name)
    assert nearest is None or f"the nearest is `{nearest}`." in str(caught.value)


def finish_at(tmp_path, **times):
    """Say in the log that each student's result was graded at this time."""
    log = tmp_path / "out" / "run.jsonl"
    events = [
        {"time": t, "event": "finished", "id": i[1:], "fresh": True} for i, t in times.items()
    ]
    log.write_text("".join(json.dumps(event) + "\n" for event in events))


def test_what_was_finished_before_a_time_is_regraded(graded, tmp_path):
    finish_at(tmp_path, s1=1000, s2=2000, s3=3000)
    since = datetime.fromtimestamp(2000, UTC)
    assert graded(since=since)[0] == "1"
    assert graded(since=since)[0] == ""  # it was finished since, so the same command goes on
    finish_at(tmp_path, s1=1000, s2=1000, s3=3000)
    assert graded("2", "3", since=since)[0] == "2"


def test_without_a_log_the_results_file_says_when(graded, tmp_path):
    (tmp_path / "out" / "run.jsonl").write_text('{"event": "fini\n[]\n{"event": "finished"}\n')
    os.utime(tmp_path / "out" / "students" / "3" / "result.json", (1000, 1000))
    assert graded(since=datetime.fromtimestamp(2000, UTC))[0] == "3"


def test_points_by_hand_survive(graded, tmp_path):
    file = tmp_path / "out" / "manual.csv"
    rows = file.read_text(encoding="utf-8-sig").splitlines()
    place = next(i for i, row in enumerate(rows) if row.startswith("2,"))
    cells = rows[place].split(",")
    rows[place] = ",".join([*cells[:3], "0.5", cells[4], "half"])
    file.write_text("\n".join(rows) + "\n")
    graded()
    read = tmp_path / "out" / "students" / "2" / "result.json"
    before = from_json(read.read_text())
    for keep in (True, False):  # also where the table was lost: then the earlier result tells
        if not keep:
            file.unlink()
        assert graded("2")[0] == "2"
        given = next(
            q.manual for q in from_json(read.read_text()).questions if q.number == cells[2]
        )
        assert (given.points, given.comment) == (Decimal("0.5"), "half")
        assert from_json(read.read_text()) == before


def test_a_member_stands_for_the_group(graded, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,group\neve,Eve,\njoe,Joe,Rocket\nkim,Kim,Rocket\n")
    for old, new in (("ann_1_11_a", "eve"), ("bob_2_12_a", "rocket")):
        (tmp_path / "uploads" / f"{old}.zip").rename(tmp_path / "uploads" / f"{new}.zip")
    (tmp_path / "uploads" / "cid_3_13_a.zip").unlink()
    assert graded(roster=roster)[0] == "evejoe"
    seen, text = graded("kim", roster=roster)
    assert seen == "joe" and text.count("(cached)") == 1


def test_times_are_read_with_their_zone():
    assert given_since("2026-12-01T23:59+01:00").timestamp() == 1796165940
    with pytest.raises(UsageError, match="give date, time and time zone, as in 2026-12-01T23:59"):
        given_since("yesterday")


def test_the_command_line_refuses_what_it_does_not_know(graded, tmp_path, capsys):
    where = ["batch", str(tmp_path / "uploads"), "--out", str(tmp_path / "out"), "--sandbox=none"]
    where += ["--assignment", "vu-3b"]
    assert main([*where, "--regrade", "ann"]) == 2
    assert "`ann` is not a student, check or part of this batch" in capsys.readouterr().err
    assert main([*where, "--since", "noon"]) == 2
    assert "`noon` is not a time" in capsys.readouterr().err
