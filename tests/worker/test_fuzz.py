"""Whatever arrives from outside is read, or refused with the exception that was promised."""

import contextlib
import importlib.util
import inspect
import io
import json
import random
import struct
import tarfile
import time
import zipfile
from decimal import Decimal
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graders.assertions.compare import equal
from graders.assertions.draw import Draw
from graders.errors import Unreadable, UsageError
from graders.grading.grade import run_checks, ungraded
from graders.grading.run_check import Ran, finding
from graders.probes.results_csv import read_runs
from graders.remote.describe import describe
from graders.remote.faults import Failed, Fault, StudentError, TooSlow
from graders.remote.student import RemoteSubmission as Submission
from graders.results.result import Student
from graders.results.result_json import from_json, to_json
from graders.sheets.check_index import CHECKS, known_checks, of_part
from graders.sheets.sheet import SHEETS, parse_sheet, read_sheet
from graders.uploads.archive import Caps, Member
from graders.uploads.unpack import submission_of, take
from graders.worker import wire
from graders.worker.loading.loader import Loader, Missing
from graders.worker.loading.notebooks import read_notebook
from graders.worker.loading.sources import read_script
from graders.worker.values import Encoder, decode
from graders.worker.wire import BadFrame, pack, read, why_not_sent
from tests.liar import Liar

bounded = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
texts = st.text(st.characters(exclude_categories=()), max_size=20)  # half characters too
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json_like = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


# Frames and values ----------------------------------------------------------------------------

headers = st.dictionaries(
    st.sampled_from(["a", "b", "__metadata__"]) | texts,
    st.fixed_dictionaries(
        {},
        optional={
            "dtype": st.sampled_from(["F32", "I64", "BOOL", "F8_E5M2", "U16", "C64", "F4", "X"]),
            "shape": st.lists(st.integers(-1, 3) | st.just(2**62), max_size=3)
            | st.integers(30, 3000).map(lambda axes: [1] * axes),
            "data_offsets": st.lists(st.integers(-1, 16), max_size=3),
            "more": scalars,
        },
    )
    | json_like,
    max_size=3,
)


@bounded
@given(headers, st.binary(max_size=16))
def test_tensors_of_any_header_are_ordinary_or_refused(header, data):
    text = json.dumps(header).encode()
    blob = struct.pack("<Q", len(text)) + text + data
    frame = wire.HEAD.pack(wire.MAGIC, 2, len(blob)) + b"{}" + blob
    with contextlib.suppress(BadFrame):
        _, tensors = read(io.BytesIO(frame))
        for tensor in tensors.values():
            assert why_not_sent(tensor) == ""
            describe(tensor), tensor.tolist(), tensor.to(torch.float64)


@bounded
@given(json_like)
def test_any_message_travels_or_is_refused(message):
    with contextlib.suppress(BadFrame):
        arrived, _ = read(io.BytesIO(pack({"message": message}, {})))
        assert json.dumps(arrived, ensure_ascii=False).encode()


@bounded
@given(st.text(max_size=30).map(str.encode) | st.binary(max_size=30))
def test_any_text_is_a_message_or_refused(text):
    frame = wire.HEAD.pack(wire.MAGIC, len(text) + 6, 0) + b'{"a":' + text + b"}"
    with contextlib.suppress(BadFrame):
        arrived, _ = read(io.BytesIO(frame))
        assert json.dumps(arrived, ensure_ascii=False, allow_nan=False).encode()


tags = ["tensor", "array", "tuple", "dict", "record", "fields", "float", "dtype", "handle", "type"]
forms = st.recursive(
    scalars | st.sampled_from(["a", "b", "nan", "float32", "nn", "_inductor", "t"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(tags), inner, max_size=2)
        | st.fixed_dictionaries({"record": st.lists(inner, max_size=3), "fields": st.lists(texts)})
        | st.fixed_dictionaries({"dict": st.lists(st.tuples(inner, inner).map(list), max_size=3)})
    ),
    max_leaves=20,
)


@bounded
@given(forms)
def test_a_liar_s_value_can_be_shown_and_compared_or_is_refused(form):
    tensors = {"a": torch.ones(2, 3), "b": torch.zeros(0, 5), "t": torch.zeros(3).to(torch.int64)}
    with contextlib.suppress(BadFrame):
        value = decode(form, tensors, _refuse)
        describe(value)
        for expected in ([1, 2], torch.ones(2, 3), 3, "a"):
            with contextlib.suppress(Failed):
                equal(value, expected)


def _refuse(form):
    raise BadFrame("a handle")


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers(-9, 9) | st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


@bounded
@given(values)
def test_honest_values_come_back_as_they_were(value):
    encoder = Encoder(_refuse)
    assert repr(decode(encoder.encode(value), encoder.tensors, _refuse)) == repr(value)


def test_the_largest_answer_is_not_spelt_out():
    """A list of 60 million numbers would take gigabytes and half a minute."""
    started = time.process_time()
    for large in (torch.zeros(60_000_000, dtype=torch.uint8), np.zeros((3, 2_000_000))):
        with pytest.raises(Failed):
            equal(large, [1, 2])
    assert time.process_time() - started < 5


# Checks ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def modules() -> dict[str, ModuleType]:
    """The files of checks, as pytest loads them: each by itself."""
    found = {}
    for file in sorted(CHECKS.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"lied_to_{file.stem}", file)
        found[file.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found[file.name])
    return found


@pytest.mark.filterwarnings("ignore")  # as where checks run: about shapes that nobody sent
@pytest.mark.parametrize("part", sorted({check.part for check in known_checks().values()}))
def test_no_lie_of_a_worker_breaks_a_check(modules, part):
    """It fails, or the worker's answer is none; an exception of ours would be left to staff."""
    torch.set_num_threads(1)
    for check in of_part(part):
        file, _, name = check.id.partition("::")
        if file not in modules:
            continue
        function = getattr(modules[file], name)
        wanted = inspect.signature(function).parameters
        for seed in range(10):
            given_ = {
                "student": Submission(Liar(f"{check.id} {seed}"), part),
                "draw": Draw(seed),
            }
            with contextlib.suppress(Fault):
                function(**{argument: given_[argument] for argument in wanted})


def test_a_message_without_end_is_cut_in_its_middle():
    fault = StudentError("It raised " + "x" * 10**6 + "\n  padding.py, line 3, in pad_batch")
    message = finding(Ran(fault, Submission(None, "padding"), "")).message
    assert len(message) < 10_000
    assert message.startswith("It raised xxx") and message.endswith("line 3, in pad_batch")


class NoWorker:
    """A session whose worker cannot be had: by the submission's own fault, or by ours."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def begin(self, seed):
        raise self.problem

    def end(self):
        return ""


def test_a_worker_that_cannot_be_had_is_told_by_its_reason():
    check = "test_padding.py::test_pads_on_the_right"
    findings, problems = run_checks(NoWorker(TooSlow("The files could not be read.")), [check], 1)
    assert findings[check].outcome == "timeout" and problems == []
    assert findings[check].message == "The files could not be read."
    findings, problems = run_checks(NoWorker(RuntimeError("No sandbox could start.")), [check], 1)
    assert findings[check].outcome == "grader_error"
    assert "No sandbox could start." in problems[0]


# Files of a submission ------------------------------------------------------------------------

names = st.text(st.sampled_from("ab_.-/ ü𝒙\\%'\u0301"), min_size=1, max_size=12).map(
    lambda name: f"{name.strip('/')}.py"
)
FRAGMENTS = """def f(|):|
|    |x = |1|(|]|'|"|import a|from . import |%magic|!ls|class A:|\\|\x0c|\0|\ufeff|# coding: rot13
|\ud800|match x:|lambda:|f'{|async |@|await |...|=|*|é|if |:"""
fragments = st.lists(st.sampled_from(FRAGMENTS.split("|")), max_size=25).map("".join)
sources = st.binary(max_size=60) | fragments.map(lambda text: text.encode("utf-8", "surrogatepass"))


@bounded
@given(sources)
def test_any_script_is_read(content):
    source = read_script("a.py", content)
    assert source.pieces or source.remarks or not content.strip()


cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | scalars,
        "source": fragments | st.lists(fragments, max_size=3) | json_like,
        "outputs": json_like,
    },
)
notebooks = st.fixed_dictionaries(
    {},
    optional={
        "cells": st.lists(cells | json_like, max_size=4) | json_like,
        "worksheets": st.lists(json_like, max_size=2) | json_like,
        "nbformat": st.integers(0, 6) | scalars,
        "metadata": json_like,
    },
)


@bounded
@given(st.binary(max_size=60) | notebooks.map(json.dumps).map(str.encode) | sources)
def test_any_notebook_is_read(content):
    source = read_notebook("a.ipynb", content)
    assert all(isinstance(text, str) for _, text in source.remarks)


@bounded
@given(st.dictionaries(names, sources, max_size=4))
def test_files_of_any_name_are_searched(files):
    loader = Loader(files)
    try:
        loader.nearest("f"), loader.notes
        with contextlib.suppress(Missing):
            assert set(loader.locate("a", "f")) <= set(files)
    finally:
        loader.close()


entries = st.lists(
    st.tuples(texts | names, st.binary(max_size=30), st.integers(0, 0xFFFF)), max_size=5
)


@bounded
@given(entries, st.booleans(), st.integers(0, 2**32))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_archive_is_a_submission_or_a_sentence(files, is_zip, seed):
    data = bytearray(_zipped(files) if is_zip else _tarred(files))
    changes = random.Random(seed)
    for _ in range(changes.choice([0, 0, 1, 3])):
        data[changes.randrange(len(data))] = changes.randrange(256)
    member = Member("work.zip", len(data), lambda: bytes(data))
    try:
        submission = submission_of(take([member], "always", Caps()), "always", Caps())
    except Unreadable as problem:
        assert str(problem).endswith(".") and str(problem).isprintable()
    else:
        assert all(name.isprintable() for name in submission.files)
        assert all(".." not in name.split("/") for name in submission.files)


def _zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content, mode in files:
            entry = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            entry.external_attr, entry.create_system = mode << 16, 3
            archive.writestr(entry, content)
    return buffer.getvalue()


def _tarred(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content, mode in files:
            entry = tarfile.TarInfo(name.encode("utf-8", "replace").decode())
            entry.size, entry.type = len(content), bytes([mode % 256])
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@bounded
@given(st.binary(max_size=200) | texts.map(lambda text: f"model,val acc,test\n{text}".encode()))
def test_any_table_of_runs_is_read_or_refused(content):
    with contextlib.suppress(ValueError):
        read_runs(content)


@pytest.mark.parametrize(
    "content",
    [
        b"model,val acc,test acc," + b"a," * 30_000 + b"\n" + b"MLP\n" * 30_000,
        b"model,val acc,test acc\n" + b"MLP," + b"9" * 100_000 + b"," + b"1," * 20_000,
        b"model,val,test\n" * 20_000,
    ],
)
def test_a_table_made_to_take_long_is_read_quickly(content):
    started = time.process_time()
    read_runs(content)
    assert time.process_time() - started < 2


# Files of the staff ---------------------------------------------------------------------------

RESULT = json.loads(to_json(ungraded(read_sheet("rnn"), Student("1", "a"), "no zip", 1, "bwrap")))


@bounded
@given(st.data())
def test_a_changed_result_is_read_or_refused(draw):
    document = json.loads(json.dumps(RESULT))
    place = document
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = draw.draw(st.sampled_from(keys))
        if draw.draw(st.booleans()) or not isinstance(place[key], dict | list):
            place[key] = draw.draw(json_like)
            break
        place = place[key]
    with contextlib.suppress(ValueError):
        from_json(json.dumps(document))


@bounded
@given(st.text(max_size=60))
def test_any_text_is_refused_as_a_result(text):
    with pytest.raises(ValueError):
        from_json(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format": ' + "[" * 100_000, "9" * 5000, "NaN"])
def test_a_text_without_end_is_refused_as_a_result(text):
    with pytest.raises(ValueError):
        from_json(text)


SHEET = (SHEETS / "rnn.toml").read_text(encoding="utf-8")
WORDS = """nan inf -1 true 'x' [] [[1]] {} {a=1} 1e9999 '' = ] 2026-01-01 2026-01-01T00:00:00Z 0.1
99999999999999999999 [limits] '"""
words = st.sampled_from([*WORDS.split(), "\n"])
settings_of_sheets = st.sampled_from(
    ["points", "version", "title", "deadline", "late", "files", "upload_name", "limits", "format"]
)


@bounded
@given(st.integers(0, len(SHEET)), st.integers(0, 12), words | st.text(max_size=10))
def test_a_changed_sheet_is_read_or_refused(at, length, new):
    _sheet_or_sentence(SHEET[:at] + new + SHEET[at + length :])


@bounded
@given(settings_of_sheets, words)
def test_a_setting_of_any_kind_is_read_or_refused(name, value):
    lines = [line for line in SHEET.splitlines() if not line.startswith(f"{name} =")]
    _sheet_or_sentence("\n".join([f"{name} = {value}", *lines]))


def _sheet_or_sentence(text):
    started = time.monotonic()
    try:
        sheet = parse_sheet("x", text)
    except UsageError as problem:
        assert "x.toml" in str(problem)
    else:
        assert sheet.points == sum((q.max_points for q in sheet.questions), Decimal(0))
    assert time.monotonic() - started < 10
