"""The sample uploads, graded as a class by the command that a TA would use: every result as a whole."""

import csv
import hashlib
import html
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from graders.errors import UsageError
from graders.fixtures import fixtures, samples
from graders.paths import ROOT
from graders.results.result import Result
from graders.results.result_json import to_json
from graders.sandbox.selftest import choose
from graders.sheets.sheet import read_sheet

SHEET = read_sheet("rnn")
PADDING, MLP, ELMAN = (
    {check.id.partition("::")[2] for check in SHEET.checks.values() if check.part == part}
    for part in samples.PARTS
)
FULL = Decimal("3.5")
# By hand, from the sheet and from what is wrong with each: the points of the three parts, and the
# checks that are not passed. The golden files alone would say only what the code does.
BY_HAND: dict[str, tuple[str, str, set[str]]] = {
    "5101": ("3.5", "passed", set()),
    "5102": ("3.5", "passed", set()),
    "5103": ("3.5", "passed", set()),
    "5104": ("3.5", "passed", set()),
    "5105": ("0", "error", PADDING | MLP | ELMAN),
    "5106": ("2", "error", ELMAN),
    "5107": (
        "2.83",
        "failed",
        {
            "test_outputs_equal_the_equations",
            "test_returns_the_last_hidden_state",
            "test_hidden_state_is_carried",
            "test_output_reads_the_new_hidden_state",
            "test_recurrence_is_not_linear",
            "test_gradients_equal_the_oracle",
            "test_sizes_may_differ",
            "test_classifier_reads_the_order",
        },
    ),
    "5108": (
        "3.02",
        "failed",
        {
            "test_logits_equal_the_layers",
            "test_repeating_a_token_changes_nothing",
            "test_token_zero_is_a_token",
            "test_gradients_equal_the_oracle",
            "test_classifier_equals_the_layers",
        },
    ),
    "5109": ("3.45", "failed", {"test_generator_pads_on_the_left"}),
    "5110": (
        "3.4",
        "failed",
        {"test_padding_leaves_the_rows_alone", "test_generator_gives_each_example_once"},
    ),
    "5111": ("3.35", "failed", {"test_gradients_equal_the_oracle"}),
    "5112": ("3.42", "timeout", {"test_one_output_for_each_input", "test_classifier_shape"}),
    "5113": ("2", "crash", ELMAN),
    "5114": ("0", "not_run", PADDING | MLP | ELMAN),
    "5115": ("2.5", "not_run", MLP),
    "5116": (
        "3.42",
        "error",
        {"test_targets_are_the_next_tokens", "test_targets_leave_the_batch_alone"},
    ),
    "5117": ("2", "not_run", ELMAN),
    "5118": ("3.5", "passed", set()),
}
IDS = sorted(BY_HAND)
HOSTILE = "=2+5&lt;i&gt;"  # a formula to a spreadsheet, and a tag to a page that does not escape


@dataclass(frozen=True)
class Run:
    """What one run of the command left."""

    code: int
    said: list[str]
    files: dict[str, str]
    events: list[dict[str, object]]

    def finished(self) -> dict[str, bool]:
        return {str(e["id"]): bool(e["fresh"]) for e in self.events if e["event"] == "finished"}


@dataclass(frozen=True)
class Class:
    """The class, graded twice into one folder, and everything that lay around it afterwards."""

    out: Path
    sandbox: str
    first: Run
    second: Run
    elsewhere: list[str]
    uploads: dict[str, bytes]
    results: dict[str, Result]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Grade the sample uploads, in the real sandbox where there is one."""
    around = tmp_path_factory.mktemp("around")
    out = tmp_path_factory.mktemp("class") / "out"
    try:
        sandbox = choose("auto").name
    except UsageError:
        sandbox = "none"  # these uploads are our own; what holds a stranger's is tested elsewhere
    first = _run(out, around, sandbox)
    second = _run(out, around, sandbox)
    elsewhere = [path.relative_to(around).as_posix() for path in around.rglob("*")]
    elsewhere += [path.name for path in out.parent.iterdir() if path != out]
    uploads = {file.name: file.read_bytes() for file in samples.UPLOADS.iterdir()}
    return Class(out, sandbox, first, second, elsewhere, uploads, samples.results_in(out))


def _run(out: Path, around: Path, sandbox: str) -> Run:
    command = [sys.executable, "-m", "graders", "batch", samples.UPLOADS, "--out", out]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    places = {name: str(around) for name in ("HOME", "TMPDIR", "TEMP", "TMP")}
    plain = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    log = out / "run.jsonl"
    before = len(log.read_text().splitlines()) if log.exists() else 0
    done = subprocess.run(
        [*command, "--sandbox", sandbox],
        cwd=around,
        env=kept | places | plain,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.stderr == "" or sandbox == "none", done.stderr
    files = {
        path.relative_to(out).as_posix(): path.read_text(encoding="utf-8")
        for path in out.rglob("*")
        if path.is_file()
    }
    events = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    return Run(done.returncode, done.stdout.splitlines(), files, events)


# --- the uploads ---


def test_the_sample_uploads_are_what_their_functions_make() -> None:
    assert fixtures.changed() == []
    assert sorted(file.name for file in samples.UPLOADS.iterdir()) == sorted(
        sample.name for sample in samples.SAMPLES
    )
    assert sum(file.stat().st_size for file in samples.UPLOADS.iterdir()) < 450_000


def test_a_zip_depends_on_nothing_but_names_and_contents() -> None:
    data = samples.packed({"b.py": b"x", "a/é.py": b""})
    assert data == samples.packed({"b.py": b"x", "a/é.py": b""})
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == ["b.py", "a/é.py"]
    assert {entry.date_time for entry in entries} == {samples.MOMENT}
    assert {(e.compress_type, e.create_system, e.external_attr) for e in entries} == {
        (zipfile.ZIP_STORED, 3, 0o644 << 16)
    }


def test_an_edit_that_no_longer_fits_the_reference_says_so() -> None:
    with pytest.raises(UsageError) as caught:
        samples.edited("mlp", (("a layer that is not there", ""),))
    assert str(caught.value) == (
        "graders/fixtures/samples.py edits 'a layer that is not there', which stands 0 times in "
        "reference/mlp.py; mend that edit."
    )


def test_every_sample_has_an_expectation_by_hand_and_a_golden_file() -> None:
    assert [sample.id for sample in samples.SAMPLES] == IDS
    assert sorted(file.name for file in samples.EXPECTED.iterdir()) == [f"{i}.json" for i in IDS]


# --- the results ---


@pytest.mark.parametrize("student", IDS)
def test_a_result_is_what_was_expected_as_a_whole(graded: Class, student: str) -> None:
    golden = (samples.EXPECTED / f"{student}.json").read_text(encoding="utf-8")
    assert samples.expected(graded.results[student]).splitlines() == golden.splitlines()


@pytest.mark.parametrize("student", IDS)
def test_a_result_is_what_the_mistake_deserves(graded: Class, student: str) -> None:
    points, outcome, lost = BY_HAND[student]
    checks = samples.part_checks(graded.results[student])
    found = {c.id.partition("::")[2] for c in checks if c.outcome != "passed"}
    assert found == lost
    assert {check.outcome for check in checks} - {"passed"} <= {outcome}
    assert sum(check.points for check in checks) == Decimal(points)
    assert sum(check.max_points for check in checks) == FULL


def test_a_result_tells_whose_it_is_and_how_it_came_about(graded: Class) -> None:
    assert sorted(graded.results) == IDS
    for sample in samples.SAMPLES:
        result = graded.results[sample.id]
        assert result.student.upload == sample.name
        assert result.student.late is (sample.id == "5117")
        assert result.assignment == "rnn"
        assert result.max_points == SHEET.points
        assert result.environment.sandbox == graded.sandbox
        assert result.environment.seed == 1
        assert result.status == ("unreadable" if sample.id == "5114" else "graded")


def test_a_hash_is_that_of_the_upload(graded: Class) -> None:
    for sample in samples.SAMPLES:
        digest = hashlib.sha256(sample.content()).hexdigest()
        assert graded.results[sample.id].student.sha256 == digest


def test_an_upload_that_is_no_zip_gets_a_sentence(graded: Class) -> None:
    result = graded.results["5114"]
    assert result.message == "This is a PDF; hand in a .zip."
    assert result.message in graded.first.files["students/5114/report.html"]
    line = next(line for line in graded.first.said if " 5114 " in line)
    assert line.endswith(" 5114 nakamuraren: unreadable: This is a PDF; hand in a .zip.")


def test_what_loading_skipped_and_what_it_could_not_read_is_noted(graded: Class) -> None:
    notes = {
        student: {file.name: file.notes for file in graded.results[student].files}
        for student in ("5101", "5102", "5104", "5115")
    }
    assert notes["5101"]["__MACOSX"] == ("not looked at: not part of the work",)
    assert any("training loop" in note for note in notes["5102"]["assignment_3.ipynb"])
    assert any("magic" in note for note in notes["5102"]["assignment_3.ipynb"])
    assert any("training loop" in note for note in notes["5104"]["assignment3.py"])
    assert "merge conflict" in notes["5115"]["mlp.py"][0]


def test_a_result_file_is_read_and_written_without_loss(graded: Class) -> None:
    for student, result in graded.results.items():
        assert to_json(result) == graded.second.files[f"students/{student}/result.json"]


# --- the folder ---


def test_the_folder_holds_a_page_for_all_a_gradebook_and_two_files_per_student(
    graded: Class,
) -> None:
    each = {f"students/{s}/{file}" for s in IDS for file in ("result.json", "report.html")}
    checks = {name for name in graded.first.files if name.startswith("checks/")}
    of_all = {"index.html", "grades.csv", "class.json", "run.jsonl"}
    assert set(graded.first.files) - checks == of_all | each
    assert json.loads(graded.first.files["class.json"]) == {"students": IDS, "finished": True}
    assert all(name in graded.first.files["index.html"] for name in checks)
    page = graded.first.files["index.html"]
    assert all(f"students/{student}/report.html" in page for student in IDS)
    assert graded.elsewhere == []
    assert graded.uploads == {sample.name: sample.content() for sample in samples.SAMPLES}


def test_the_gradebook_says_what_the_results_say(graded: Class) -> None:
    rows = list(csv.DictReader(graded.first.files["grades.csv"].splitlines()))
    assert [row["id"] for row in rows] == IDS
    for row in rows:
        result = graded.results[row["id"]]
        assert Decimal(row["points"]) == result.points
        assert Decimal(row["max_points"]) == result.max_points == SHEET.points
        assert Decimal(row["pending_points"]) == result.pending_points
        assert row["status"] == result.status
        assert row["late"] == str(result.student.late).lower()
        assert row["sha256"] == result.student.sha256


def test_names_and_output_of_a_hostile_upload_are_shown_and_not_obeyed(graded: Class) -> None:
    assert graded.results["5116"].student.name == HOSTILE
    report, page, book = (
        graded.first.files[name]
        for name in ("students/5116/report.html", "index.html", "grades.csv")
    )
    for text in (report, page):
        assert html.escape(HOSTILE) in text
        assert HOSTILE not in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert not {"\x1b", "\u202e"} & set(text)
    assert "&lt;script&gt;alert(&#39;raised&#39;)&lt;/script&gt;" in report
    assert "&lt;script&gt;alert(&#39;printed&#39;)&lt;/script&gt;\\x1b[2J\\u202e" in report
    assert "&lt;img src=x onerror=alert(1)&gt;.py" in report
    assert f"\n5116,'{HOSTILE},false,graded," in book


# --- the run ---


def test_a_run_has_a_line_for_each_student_and_ends_well(graded: Class) -> None:
    assert graded.first.code == 0
    assert graded.first.said[-1] == (
        f"17 graded, 1 unreadable. Look at {graded.out.resolve() / 'index.html'}"
    )
    lines = [line for line in graded.first.said if line.startswith("[")]
    assert [line.partition(" ")[0] for line in lines] == [f"[{n}/18]" for n in range(1, 19)]
    assert sorted(line.split()[1] for line in lines) == IDS
    assert graded.first.events[0]["event"] == "started"
    assert graded.first.events[0]["uploads"] == 18
    assert graded.first.events[-1]["event"] == "stopped"
    assert graded.first.finished() == dict.fromkeys(IDS, True)


def test_a_second_run_keeps_every_result_and_grades_nothing(graded: Class) -> None:
    assert graded.second.code == 0
    assert [event for event in graded.second.events if event["event"] == "submitted"] == []
    assert sorted(graded.second.finished()) == IDS
    kept = [student for student, fresh in graded.second.finished().items() if not fresh]
    assert kept == IDS
    log = graded.second.files.keys() & {"run.jsonl"}
    first, second = (
        {name: text for name, text in run.files.items() if name not in log}
        for run in (graded.first, graded.second)
    )
    assert first == second
