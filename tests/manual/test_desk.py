"""The page for manual points: what it shows, saves and refuses, and that nobody else gets in."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.manual.apply import merge
from graders.manual.desk import desk
from graders.manual.file_viewer import page_of
from graders.manual.server import application
from graders.paths import ROOT
from graders.results.result import Manual, QuestionResult
from graders.results.result_json import to_json
from graders.uploads.intake import take_in
from tests.reports.test_reports import JANE, SCRIPT, check, items, result

HOST, TOKEN = "127.0.0.1:8765", "t0ken"
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"id": "a", "cell_type": "markdown", "metadata": {}, "source": f"# Curves\n{SCRIPT}"},
        {
            "id": "b",
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": "print(1)",
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": f"<b onclick='alert(1)'>bold</b>{SCRIPT}"},
                }
            ],
        },
    ],
}


@pytest.fixture
def out(tmp_path: Path, uploads: Path) -> Path:
    """Two students with a manual question each; Bo's upload is available."""
    (bo,) = take_in(uploads).uploads
    for one in (JANE, replace(bo.read()[0], name="Bo")):
        question = QuestionResult("3", "Hypothesis", items(check(1)), Manual(Decimal(2)))
        folder = tmp_path / "out" / "students" / one.id
        folder.mkdir(parents=True)
        found = replace(result(questions=(question,)), assignment="rnn", student=one)
        (folder / "result.json").write_text(to_json(found), encoding="utf-8")
        (folder / "report.html").write_text("", encoding="utf-8")
    return tmp_path / "out"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    (tmp_path / "uploads").mkdir()
    with zipfile.ZipFile(tmp_path / "uploads" / "bo_12_99_rnn.zip", "w") as archive:
        archive.writestr("q3.ipynb", json.dumps(NOTEBOOK))
        archive.writestr("notes.py", f"why {SCRIPT} \x1b[31m")
        archive.writestr("report.pdf", "%PDF-1.7")
    return tmp_path / "uploads"


class Tab:
    """A browser's tab on the server at `HOST`."""

    def __init__(self, out: Path, uploads: Path | None = None) -> None:
        taken = take_in(uploads).uploads if uploads else None
        self._client = application(desk(out, taken), TOKEN, HOST).test_client()

    def get(self, path: str, host: str = HOST) -> Any:
        return self._client.get(path, base_url=f"http://{host}")

    def post(self, path: str, data: dict[str, str]) -> Any:
        return self._client.post(path, data=data, base_url=f"http://{HOST}")


@pytest.fixture
def page(out: Path) -> Tab:
    return Tab(out)


def seen(page: Tab, number: int) -> str:
    html = page.get(f"/{TOKEN}/work/{number}").text
    return re.findall(r'name="version" value="(\w+)"', html)[0]


def give(page: Tab, number: int, points: str, comment: str = "", version: str = "") -> Any:
    form = {"points": points, "comment": comment, "version": version or seen(page, number)}
    return page.post(f"/{TOKEN}/work/{number}", data=form)


def test_the_list_shows_ungraded_answers(page):
    html = page.get(f"/{TOKEN}/").text
    assert "2 of 2 answers still ungraded." in html
    assert html.index("Bo") < html.index("Doe, Jane")


def test_points_and_comment_are_saved_and_the_next_answer_comes(page, out):
    answer = give(page, 0, "1,5", "Good “curves”,\r\nbut why?")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{TOKEN}/work/1")
    assert give(page, 1, "0").headers["Location"] == f"/{TOKEN}/"
    rows = (out / "manual.csv").read_text(encoding="utf-8-sig")
    assert rows.split("\n", 1)[1] == (
        '12,Bo,3,1.5,2,"Good “curves”,\nbut why?"\n4711,"Doe, Jane",3,0,2,\n'
    )
    assert "0 of 2 answers still ungraded" in page.get(f"/{TOKEN}/").text
    assert merge(out).changed == 2


def test_other_rows_stay_byte_for_byte(page, out):
    file = out / "manual.csv"
    text = (
        "\ufeffStudent;name;question;points;max_points;comment;mine\r\n"
        '4711;"Doe, Jane";3;;2;;"a ""b"\r\n'
        '"12";Bo;3;;2;"x\r\ny";z\r\n'
    )
    file.write_bytes(text.encode())
    assert give(page, 0, "0.5", "ok").status_code == 303
    assert file.read_bytes().decode() == text.replace(
        '"12";Bo;3;;2;"x\r\ny";z', "12;Bo;3;0,5;2;ok;z"
    )


def test_what_another_tab_saved_is_not_overwritten_unseen(page):
    version = seen(page, 0)
    assert give(page, 0, "2", "first", version).status_code == 303
    answer = give(page, 0, "1", "second", version)
    assert answer.status_code == 409
    assert (
        "Not saved: meanwhile this question was given 2 points, “first”, in another tab or in "
        "manual.csv. Save again to replace it."
    ) in answer.text
    assert 'value="1"' in answer.text and ">second</textarea>" in answer.text
    again = re.findall(r'name="version" value="(\w+)"', answer.text)[0]
    assert give(page, 0, "1", "second", again).status_code == 303


def test_of_many_tabs_at_once_one_wins(page, out):
    version = seen(page, 0)
    codes: list[int] = []

    def save(number: int) -> None:
        codes.append(give(page, 0, "1", f"tab {number}", version).status_code)

    tabs = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(codes) == [303] + [409] * 5
    assert (out / "manual.csv").read_text(encoding="utf-8-sig").count("tab ") == 1


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ("3", "Not saved: 3 is more than the maximum 2."),
        ("-1", "Not saved: -1 is less than 0."),
        ("two", "Not saved: `two` is not a number of points."),
    ],
)
def test_wrong_points_are_refused_and_kept_on_the_page(page, points, words):
    answer = give(page, 0, points, "my comment")
    assert answer.status_code == 409 and words in answer.text
    assert "my comment" in answer.text and f'value="{points}"' in answer.text


def test_without_the_token_or_under_another_name_nobody_gets_in(page):
    for path in ("/", "/x/", "/x/work/0", f"/{TOKEN}x/", "/%00/"):
        assert page.get(path).status_code == 404
    for host in ("evil.example:8765", "127.0.0.1", "localhost:8765"):
        assert page.get(f"/{TOKEN}/", host).status_code == 403
    assert page.post("/x/work/0", data={"points": "2"}).status_code == 404
    assert page.get(f"/{TOKEN}/work/9").status_code == 404
    assert page.get(f"/{TOKEN}/file/0/0").text == "404 Not Found\n"


def test_every_answer_forbids_scripts_and_tells_no_one_its_address(page):
    for path in ("", "work/0"):
        headers = page.get(f"/{TOKEN}/{path}").headers
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; style-src 'sha256"
        )
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"


def test_submitted_files_are_shown_in_a_frame_without_scripts(out, uploads):
    page = Tab(out, uploads)
    html = page.get(f"/{TOKEN}/work/0").text
    assert '<iframe name="shown" sandbox=""' in html and "q3.ipynb" in html
    answers = [page.get(f"/{TOKEN}/file/0/{i}") for i in range(html.count('target="shown"'))]
    assert all(a.headers["Content-Security-Policy"].startswith("sandbox; ") for a in answers)
    assert any("Curves" in a.text and "bold" in a.text for a in answers)
    assert not any("<script" in a.text or "onclick='" in a.text for a in answers)
    assert "the graded upload is missing" in page.get(f"/{TOKEN}/work/1").text
    assert "name the uploads after OUT" in Tab(out).get(f"/{TOKEN}/work/1").text


def test_a_later_upload_is_not_shown(out, uploads):
    (file,) = uploads.iterdir()
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("more.py", "x = 1")
    html = Tab(out, uploads).get(f"/{TOKEN}/work/0").text
    assert "the graded upload is missing; run the batch again" in html and "more.py" not in html


def test_the_graded_upload_is_found_if_a_roster_gave_another_id(out, uploads):
    (file,) = uploads.iterdir()
    file.rename(uploads / "somebody.zip")
    html = Tab(out, uploads).get(f"/{TOKEN}/work/0").text
    assert "q3.ipynb" in html and "is not there" not in html


def test_a_file_that_is_no_notebook_is_shown_as_text():
    assert "<pre>{not json &lt;script&gt;</pre>" in page_of("a.ipynb", b"{not json <script>")
    assert "\\x1b[31m" in page_of("a.py", b"\x1b[31m")


SERVE = (  # a shell's background job ignores Ctrl-C, and so would what it starts
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from graders.__main__ import main; sys.exit(main(['mark', *sys.argv[1:]]))"
)


def test_the_command_serves_until_it_is_stopped(out):
    command = [sys.executable, "-c", SERVE, str(out)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stdout
        address = server.stdout.readline().removeprefix("Open ").strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert b"2 of 2 answers still ungraded" in answer.read()
        output = server.stdout.readline()
        assert "then run `manual` to update reports and grades.csv" in output
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0
    finally:
        server.kill()
        server.communicate()


def test_a_port_that_is_taken_is_reported(out, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["mark", str(out), "--port", str(port)]) == 2
    words = f"Port {port} cannot be used: Address already in use.\n"
    assert capsys.readouterr().err == words


def test_nothing_for_a_person_is_the_users_to_know(out, tmp_path, capsys):
    assert main(["mark", str(tmp_path / "none")]) == 2
    assert (
        "contains no results; give the folder that `batch --out` wrote." in capsys.readouterr().err
    )
    file = out / "students/12/result.json"
    for one in out.glob("students/*/result.json"):
        document = json.loads(file.read_text())
        document["questions"][0]["manual"] = None
        one.write_text(json.dumps({**document, "student": {"id": one.parent.name, "name": ""}}))
    with pytest.raises(UsageError, match=r"No question in .* has manual points"):
        desk(out, None)
