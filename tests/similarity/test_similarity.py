"""Code similarity: copies are found, independent right answers are not, and no file breaks it."""

import ast
import builtins
import io
import json
import random
import time
import zipfile
from itertools import combinations

import numpy as np
import pytest

from graders.__main__ import main
from graders.results.result import Student
from graders.results.summary import summarise
from graders.sheets.sheet import read_sheet, sheet_names
from graders.similarity import tokens
from graders.similarity.compare import similar
from graders.similarity.pairs import compared, distinctive
from graders.similarity.similarity import THRESHOLD
from graders.similarity.tokens import code_of
from graders.student.notebook import given_sources
from graders.uploads.archive import MB
from graders.uploads.intake import take_in
from graders.validation.answers import REFERENCE, variants
from reports.publish import write_pages, write_result
from reports.staff.similarity_page import render_similarity
from tests.reports.test_reports import result

# Pairs of which one was made from the other, or both from one course's own skeleton.
KIN = {
    "autoregressive": ("notebook", "slices"),
    "elman": ("notebook", "sheet_skeleton"),
    "numpy_rnn": ("in_a_notebook", "vectorised"),
    "rnn_layer": ("sheets_own_names", "tutorial_code"),
    "torch_rnn": ("spreadsheet", "time_first"),
}
GIVEN = np.unique(code_of(given_sources((), ())).hashes)


def answers(part):
    """The right answers of a part that nobody copied: the variants and the reference."""
    own_names = {file.name for file in REFERENCE.glob("*.py")} - {f"{part}.py"}
    found = {
        name: {f"{part}/{path}": text for path, text in files.items() if path not in own_names}
        for name, files in variants(part).items()
        if name != KIN.get(part, ("", ""))[1]
    }
    return [{f"{part}.py": (REFERENCE / f"{part}.py").read_bytes()}, *found.values()]


def students(sheet, rng):
    """Submissions to a sheet, put together so that no two share a part."""
    columns = [rng.sample(found := answers(part), len(found)) for part in sheet.parts]
    return [
        {k: v for files in row for k, v in files.items()} for row in zip(*columns, strict=False)
    ]


class Disguise(ast.NodeTransformer):
    """Renames whatever can be renamed, and drops docstrings and annotations."""

    def __init__(self, tree):
        imported = (n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom))
        names = {(a.asname or a.name).partition(".")[0] for n in imported for a in n.names}
        self._kept = names | set(dir(builtins)) | {"self", "forward"}
        self._new = {}

    def _name(self, name):
        kept = name in self._kept or name.startswith("__")
        return name if kept else self._new.setdefault(name, f"my_{len(self._new)}_name")

    def visit_Name(self, node):
        node.id = self._name(node.id)
        return node

    def visit_arg(self, node):
        node.arg, node.annotation = self._name(node.arg), None
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            node.attr = self._name(node.attr)
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        node.body = node.body[1 if len(node.body) > 1 and ast.get_docstring(node) else 0 :]
        return node


def disguised(files):
    """One file with all of it: other names, order and layout, no comments, no docstrings."""
    rng = random.Random(0)
    text = "\n".join(text for _, text in tokens._sources(files))
    lines = [
        line for line in text.splitlines() if not line.lstrip().startswith(("%", "!", "from __"))
    ]
    tree = ast.parse("\n".join(line for line in lines if not line.endswith("?")))
    tree = Disguise(tree).visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            movable = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
            order = iter(rng.sample(movable, len(movable)))
            node.body = [next(order) if n in movable else n for n in node.body]
    return {"answer.py": ast.unparse(ast.fix_missing_locations(tree)).encode()}


def shares(sheet, seed):
    """How similar independent students are, and each with a disguised copy."""
    found = students(sheet, random.Random(seed))
    codes = [code_of(files).without(GIVEN) for files in found]
    copies = [code_of(disguised(files)).without(GIVEN) for files in found]
    apart = [compared(i, j, codes).share for i, j in combinations(range(len(codes)), 2)]
    together = [compared(0, 1, pair).share for pair in zip(codes, copies, strict=True)]
    return apart, together


@pytest.mark.parametrize("name", sheet_names())
def test_copies_are_found_and_independent_answers_are_not(name):
    found = [shares(read_sheet(name), seed) for seed in range(3)]
    apart = [share for each, _ in found for share in each]
    together = [share for _, each in found for share in each]
    assert max(apart) < THRESHOLD - 0.05
    assert min(together) >= THRESHOLD


def given(path, files, name):
    """An upload in Canvas's form."""
    path.mkdir(exist_ok=True)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for inside, content in files.items():
            archive.writestr(zipfile.ZipInfo(inside), content)
    (path / name).write_bytes(memory.getvalue())


def found_among(tmp_path, **uploads):
    for number, (name, files) in enumerate(uploads.items()):
        given(tmp_path / "uploads", files, f"{name}_{number}_9{number}_rnn.zip")
    return similar(take_in(tmp_path / "uploads").uploads, GIVEN)


def names(people):
    return [each.name for each in people]


@pytest.fixture(scope="module")
def two():
    """Two independent answers to a sheet."""
    return students(read_sheet("rnn"), random.Random(7))[:2]


def as_notebook(files):
    sources = [text.decode().splitlines(True) for name, text in files.items() if name[-3:] == ".py"]
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return {"all.ipynb": json.dumps({"cells": [{"cell_type": "markdown"}, *cells]}).encode()}


def test_one_notebook_and_many_files_are_alike(tmp_path, two):
    plain = {name: text for name, text in two[0].items() if name.endswith(".py")}
    found = found_among(tmp_path, ann=plain, bo=two[1], cy=as_notebook(plain))
    (pair,) = found.pairs
    assert (names(pair.one), names(pair.other)) == (["ann"], ["cy"])
    assert (pair.share, pair.whole > 0.9, pair.identical) == (1.0, True, False)
    assert found.compared == 3 and not found.cut and not found.clusters


def test_a_piece_shows_the_same_lines_side_by_side(tmp_path, two):
    found = found_among(tmp_path, ann=two[0], bo=disguised(two[0]))
    for one, other in found.pairs[0].pieces:
        assert other.file == "answer.py"
        assert any(similar for *_, similar in one.lines) and any(
            similar for *_, similar in other.lines
        )
        for side, files in ((one, two[0]), (other, disguised(two[0]))):
            text = files.get(side.file, b"").decode().splitlines()
            for number, line, _ in side.lines if text else ():
                assert text[number - 1].rstrip() == line


def test_the_same_files_come_first_and_the_skeleton_is_nobodys_own(tmp_path, two):
    skeleton = {
        f.name: f.read_bytes() for f in (REFERENCE.parent / "student_template").glob("*.py")
    }
    found = found_among(
        tmp_path, ann=two[0], bo=two[0], cy=skeleton, dee=skeleton, eve={"a.py": b""}
    )
    (pair,) = found.pairs
    assert pair.identical and names([*pair.one, *pair.other]) == ["ann", "bo"]


def test_short_code_is_found_where_the_files_are_the_same(tmp_path):
    short = {"a.py": b"def area(width, height):\n    return [width * height for _ in range(3)]\n"}
    found = found_among(tmp_path, ann=short, bo=short, cy={**short, "b.py": b"x = 1\n"})
    assert [(p.identical, names([*p.one, *p.other])) for p in found.pairs] == [
        (True, ["ann", "bo"])
    ]


def test_a_ring_is_told_once_and_its_pairs_are_those_that_tie_it(tmp_path, two):
    copies = {name: disguised(two[0]) | {f"{name}.py": b""} for name in ("bo", "cy", "dee")}
    found = found_among(tmp_path, ann=two[0], eve=two[1], **copies)
    assert [sorted(names(ring)) for ring in found.clusters] == [["ann", "bo", "cy", "dee"]]
    assert found.found == 6 and len(found.pairs) == 3


def test_fellows_who_hand_in_one_upload_are_no_pair(tmp_path, two):
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,group\n1,Ann,Team 1\n2,Bo,Team 1\n3,Cy,Team 2\n", encoding="utf-8")
    for team, files in (("Team 1", two[0]), ("Team 2", disguised(two[0]))):
        given(tmp_path / "uploads", files, f"{team}.zip")
    out = graded(tmp_path, *(Student(id, "") for id in "123"))
    assert (
        main(["similarity", *map(str, (out, tmp_path / "uploads")), "--roster", str(roster)]) == 0
    )
    html = (out / "similarity.html").read_text(encoding="utf-8")
    assert "2 uploads compared: 1 pair is similar." in html
    assert html.count("<bdi>Bo</bdi>") == 1  # beside Ann, in the pair's own heading


def test_what_most_have_is_nobodys_own(two):
    code = code_of(two[0])
    assert not any(len(each.hashes) for each in distinctive([code] * 21))
    assert all(len(each.hashes) for each in distinctive([code] * 20))


HOSTILE = {
    "nothing": b"",
    "null bytes": b"\0" * 1000,
    "no text": bytes(range(256)) * 2000,
    "one long line": b"a" * 5 * MB,
    "deep": b"(" * 100_000 + b"\n" + b"[" * MB,
    "blank": b" \n" * MB,
    "strings": b"f'{" * MB,
    "surrogates": "\ud800\U0010ffff".encode("utf-8", "surrogatepass") * 1000,
    "bare lines": b"a\n" * MB,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_no_file_breaks_the_comparison_or_holds_it_up(content, name):
    before = time.process_time()
    code = code_of({name: content})
    assert len(code.text) <= tokens.LONGEST
    assert time.process_time() - before < tokens.SECONDS + 5


@pytest.mark.parametrize(
    "document",
    [
        "[" * 100_000,
        '{"cells": 1}',
        '{"cells": [1, {"cell_type": "code", "source": [1]}]}',
        "[]",
        "1e999",
    ],
)
def test_a_notebook_of_any_form_is_read_or_left(document):
    assert code_of({"a.ipynb": document.encode()}).text == ""


def test_a_notebook_of_an_old_format_is_read():
    cell = {"cell_type": "code", "input": ["x = 1\n", "y = 2"]}
    document = {"worksheets": [{"cells": [cell]}]}
    assert code_of({"a.ipynb": json.dumps(document).encode()}).text == "x = 1\ny = 2"


def test_what_takes_too_long_is_left_out_and_told(tmp_path, two, monkeypatch):
    monkeypatch.setattr(tokens, "SECONDS", 0.01)
    found = found_among(tmp_path, ann={"a.py": b"a\n" * 90_000})
    assert names(found.cut) == ["ann"]
    html = render_similarity(found, set())
    assert "Compared only in part, because it is too long or too slow to read: ann." in html


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_reading_ends_even_where_a_callback_swallows_its_end(monkeypatch):
    """An exception in a callback of the garbage collector is lost; the next one is not."""
    swallowed = []

    class Slow:
        def __del__(self):
            swallowed.append(True)
            while True:
                pass

    def read(*_):
        Slow()
        while True:
            pass

    monkeypatch.setattr(tokens, "SECONDS", 0.01)
    monkeypatch.setattr(tokens, "filter_code", read)
    code = code_of({"a.py": b"a\n"})
    assert swallowed and not code.whole and not len(code.hashes)


def graded(tmp_path, *students):
    """OUT, with a result for each."""
    out = tmp_path / "out"
    results = [result(student=student) for student in students]
    for each in results:
        write_result(each, out, "A sheet")
    write_pages([summarise(each) for each in results], out)
    return out


def test_the_page_is_beside_the_class_page_and_shows_code_as_text(tmp_path, two, capsys):
    hostile = {
        name: text + b"\nx = '<script>alert(1)</script>\x1b'\n" for name, text in two[0].items()
    }
    given(tmp_path / "uploads", hostile, "ann_0_90_rnn.zip")
    given(tmp_path / "uploads", hostile, "bo_1_91_rnn.zip")
    out = graded(tmp_path, *(each.read()[0] for each in take_in(tmp_path / "uploads").uploads))
    page = out / "index.html"
    assert "similarity.html" not in page.read_text(encoding="utf-8")
    reports = [file.read_bytes() for file in sorted(out.glob("students/*/*"))]
    assert main(["similarity", str(out), str(tmp_path / "uploads")]) == 0
    said = capsys.readouterr().out
    assert said == f"2 uploads compared: 1 pair is similar. Look at {out / 'similarity.html'}\n"
    assert '<a href="similarity.html">Code similarity</a>' in page.read_text(encoding="utf-8")
    html = (out / "similarity.html").read_text(encoding="utf-8")
    assert "<script" not in html and "A reason to look, not a finding" in html
    assert "The same files, byte for byte." in html and 'href="students/1/report.html"' in html
    assert reports == [file.read_bytes() for file in sorted(out.glob("students/*/*"))]


def test_an_upload_that_is_not_what_was_graded_is_told(tmp_path, two, capsys):
    given(tmp_path / "uploads", two[0], "ann_0_90_rnn.zip")
    given(tmp_path / "uploads", two[1], "bo_1_91_rnn.zip")
    out = graded(tmp_path, *(each.read()[0] for each in take_in(tmp_path / "uploads").uploads))
    given(tmp_path / "uploads", two[0] | {"more.py": b""}, "bo_1_91_rnn.zip")
    assert main(["similarity", str(out), str(tmp_path / "uploads")]) == 0
    assert capsys.readouterr().out.endswith("Changed since grading: bo.\n")
    html = (out / "similarity.html").read_text(encoding="utf-8")
    told = "Compared, but changed since grading; run the batch again on these uploads: bo."
    assert told in html and "1 pair is similar" in html


def test_what_students_were_given_besides_can_be_named(tmp_path, two, capsys):
    out = graded(tmp_path, Student("0", "ann"), Student("1", "bo"))
    slides = tmp_path / "slides"
    slides.mkdir()
    for name, text in two[0].items():
        (slides / name.replace("/", "-")).write_bytes(text)
    for number, name in enumerate(("ann", "bo")):
        files = two[0] | {f"{name}.py": b""}
        given(tmp_path / "uploads", files, f"{name}_{number}_9{number}_rnn.zip")
    call = ["similarity", str(out), str(tmp_path / "uploads")]
    assert main(call) == 0
    assert "1 pair is similar." in capsys.readouterr().out
    assert main([*call, "--given", str(slides)]) == 0
    assert "none are similar." in capsys.readouterr().out
    assert main([*call, "--given", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path / 'nowhere'} does not exist; name a file or folder that students were given.\n"
    )


def test_without_results_or_uploads_the_user_is_told(tmp_path, capsys):
    assert main(["similarity", str(tmp_path), str(tmp_path)]) == 2
    assert "contains no results" in capsys.readouterr().err
    out = graded(tmp_path, Student("0", "ann"))
    assert main(["similarity", str(out), str(tmp_path / "nowhere")]) == 2
    assert "does not exist; give the LMS's zip" in capsys.readouterr().err
