"""The template role: the set is consistent; every problem is named with file, line and remedy."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.paths import ROOT
from graders.sheets import versions
from graders.sheets.sheet import read_sheet
from graders.validation.consistency import template, well_formed
from graders.validation.floor import Floor


def test_the_set_is_consistent():
    assert list(template.problems()) == []


def test_an_item_that_no_work_earns_is_named_with_its_line(monkeypatch):
    items = ("The model learns to classify",)
    earned = Floor("mlp", "constants", "rnn", Decimal("0.2"), Decimal(1), items)
    held = replace(earned, rule="zeros", points=Decimal("0.01"), items=())
    monkeypatch.setattr(template, "floors_of", lambda bench, part, seed: iter([earned, held]))
    (line,) = template._floor_problems(None, "mlp", 1)
    number = int(line.partition(":")[2].partition(":")[0])
    text = (ROOT / "graders" / "assignments" / "rnn.toml").read_text(encoding="utf-8")
    assert text.splitlines()[number - 1] == 'title = "The model learns to classify"'
    assert line.startswith(f"graders/assignments/rnn.toml:{number}: mlp: constants earn 0.2 of 1 ")
    assert line.endswith("give the item a core check that such an answer fails")


# --- a copy of the set, broken in many places ---

END = "the end of the file"
ANSWER = """
def _best(self, x):
    embedded = self.embedding(x)
    features = torch.relu(self.linear(embedded))
    pooled = features.amax(dim=1)
    return self.output(pooled)
"""
STUB = 'raise NotImplementedError("{} is not implemented yet")'


@dataclass(frozen=True)
class Break:
    """One thing that no longer holds: `old` becomes `new` in `file`, and `line` says so."""

    name: str
    file: str
    old: str
    new: str
    line: str  # a regular expression


UNPARSABLE = [
    Break(
        f"syntax error in {file}", file, old, new,
        rf"{file}:\d+: cannot be parsed: .+; fix it first",
    )
    for file, old, new in (
        ("reference/mlp.py", "pooled =", "pooled = = "),
        ("student_template/mlp.py", "Classifier(nn.Module):", "Classifier(nn.Module)"),
        ("graders/mistakes/torch_rnn.py", "MISTAKES = (", "MISTAKES = (("),
        ("graders/mistakes/mlp/pools.py", "MISTAKES = (", "MISTAKES = (("),
    )
] + [
    Break(
        "syntax error in a check", "graders/checks/test_mlp.py",
        "def _sizes(draw):", "def _sizes(draw:",
        r"graders/checks/test_mlp\.py:\d+: cannot be parsed: .+; fix it first",
    ),
    Break(
        "bad bytes in an oracle", "graders/oracles/elman.py", END, "\n\0\n",
        r"graders/oracles/elman\.py:\d+: cannot be parsed: source code .+ null bytes",
    ),
]  # fmt: skip
PARTS = ["vocabulary", "pytorch_rnn", "torch_rnn", "mlp", "step_rnn", "training"]
BREAKS = [
    Break(
        "a twin has another name", "student_template/padding.py", "def shift_targets(", "def shift(",
        r"student_template/padding\.py:1: padding: `shift_targets` is missing, take it from refer",
    ),
    Break(
        "a definition that the reference lacks", "student_template/padding.py", END, "LIMIT = 3\n",
        r"student_template/padding\.py:\d+: padding: `LIMIT = 3` is not in reference/padding.py, del",
    ),
    Break(
        "another order", "student_template/rnn_cell.py", "import torch\nfrom torch import nn\n",
        "from torch import nn\nimport torch\n",
        r"student_template/rnn_cell\.py:\d+: rnn_cell: `from torch import nn` comes before `import",
    ),
    Break(
        "another signature", "student_template/mlp.py", "emb: int = 300", "emb: int = 200",
        r"student_template/mlp\.py:\d+: MLPClassifier\.__init__: signature is .+, make it `def ",
    ),
    Break(
        "another docstring", "student_template/gated.py", "it fits into", "it fits in",
        r"student_template/gated\.py:\d+: GRUCell: docstring differs, copy it from reference/gated",
    ),
    Break(
        "a stub with another text", "student_template/rnn_layer.py",
        STUB.format("rnn_layer.RNNLayer.__init__"), 'raise NotImplementedError("to do")',
        r"student_template/rnn_layer\.py:\d+: RNNLayer\.__init__: .+ the stub has another text, write",
    ),
    Break(
        "a second copy of a given module", "reference/data.py", END, "PAD = 0\n",
        r"student_template/data\.py:1: data: the module is given and kept here alone, not as refer",
    ),
    Break(
        "no skeleton for a part", "student_template/numpy_rnn.py", "", "",
        r"student_template/numpy_rnn\.py:1: numpy_rnn: the module is missing, make it from reference",
    ),
    Break(
        "a sheet asks a part without a skeleton", "", "", "",
        r"graders/assignments/lxmls-day3\.toml:1: reference or template of numpy_rnn is missing",
    ),
    Break(
        "the skeleton earns points", "student_template/vocabulary.py",
        STUB.format("vocabulary.vectorize_text"),
        "return torch.tensor([vocabulary[token] for token in tokenizer(text)], dtype=torch.long)",
        r"graders/checks/test_vocabulary\.py:\d+: test_ids_of_a_text: the skeleton earns points; "
        r"put a stub",
    ),
    Break(
        "the skeleton fails for another reason", "student_template/pytorch_rnn.py",
        STUB.format("pytorch_rnn.PytorchRNN.log_forward"), "return self.widht",
        r"graders/checks/test_pytorch_rnn\.py:\d+: test_\w+: the skeleton fails for another "
        r"reason than a "
        r"stub: It raised AttributeError: .+; fix student_template/pytorch_rnn\.py or what the check",
    ),
    Break(
        "the skeleton cannot be imported", "student_template/step_rnn.py", "import copy\n",
        "import copy\nimport no_such_thing\n",
        r"student_template/step_rnn\.py:\d+: step_rnn: `import no_such_thing` is not in reference",
    ),
    Break(
        "the reference loses points", "reference/torch_rnn.py", "batch_first=True", "bias=True",
        r"graders/checks/test_torch_rnn\.py:\d+: test_samples_do_not_mix: the reference loses "
        r"points: .+; "
        r"fix reference/torch_rnn\.py or the check",
    ),
    Break(
        "a mistake that fits no more", "", "", "",
        r"graders/mistakes/torch_rnn\.py:\d+: batch_first is missing: `.*batch_first=True.*` occurs "
        r"0 times in reference/torch_rnn\.py, not once; copy the current text",
    ),
    Break(
        "points that do not add up", "graders/assignments/rnn.toml", "\npoints = 10\n",
        "\npoints = 11\n",
        r"graders/assignments/rnn\.toml:5: .+ add up to 10\S* points, but it declares 11\. Fix the",
    ),
    Break(
        "a sheet that is no TOML", "graders/assignments/ovgu-rnn.toml", "points = 6", "points : 6",
        r"graders/assignments/ovgu-rnn\.toml:6: .+ cannot be read: .+ \(at line 6, column \d+\)",
    ),
    Break(
        "a sheet that names an unknown check", "graders/assignments/vu-3b.toml",
        '"test_mlp.py::test_works_in_float64"', '"test_mlp.py::test_float64"',
        r"graders/assignments/vu-3b\.toml:\d{2}: .+ names an unknown check test_mlp\.py::test_float64",
    ),
    Break(
        "a sheet that leaves a check out", "", "", "",
        r"graders/assignments/vu-3b\.toml:\d+: .+ leaves test_mlp\.py::test_works_in_float64 unused: ",
    ),
    Break(
        "a question twice", "graders/assignments/epita-lab.toml", 'number = "1.3a"', 'number = "1.2"',
        r"graders/assignments/epita-lab\.toml:46: .+ It has question 1\.2 twice\. "
        r".*Fix the assignment file",
    ),
    Break(
        "another sentence under the same version", "graders/assignments/sentiment-tutorial.toml",
        'title = "The number of parameters"\npoints', 'title = "The number of weights"\npoints',
        r"graders/assignments/sentiment-tutorial\.toml:\d: the text for students has changed since "
        r"version 2; raise `version`, then run `python -m graders fixtures`",
    ),
    Break(
        "a check without a sentence", "graders/checks/test_step_rnn.py", "", "",
        r"graders/checks/test_step_rnn\.py:\d+: test_unsaid has no docstring; write the sentence that",
    ),
    Break(
        "a check that no mistake fails", "graders/checks/test_step_rnn.py", END,
        "\n\ndef test_unsaid(student, draw):\n    pass\n",
        r"graders/checks/test_step_rnn\.py:\d+: no mistake must fail test_unsaid; add one to "
        r"graders/mis",
    ),
    Break(
        "two checks of one name", "graders/checks/test_training.py", END,
        '\n\ndef test_leaves_the_batches_alone(student, draw):\n    """Again."""\n',
        r"graders/checks/test_training\.py:\d+: test_leaves_the_batches_alone is defined twice, and "
        r"only the "
        r"last one runs; rename one of them",
    ),
    Break(
        "a missing oracle", "graders/checks/test_mlp.py", "from graders.oracles import formulas",
        "from graders.oracles import formulas, no_such_oracle",
        r"graders/checks/test_mlp\.py:\d+: cannot be imported: ImportError: .+no_such_oracle.+; "
        r"fix it",
    ),
    Break(
        "checks without a reference", "graders/checks/test_nothing.py", END,
        'def test_it(student, draw):\n    """It is."""\n',
        r"graders/checks/test_nothing\.py:1: there is no reference/nothing\.py for these checks; "
        r"write it",
    ),
    Break(
        "a fixture that does not rebuild", "fixtures/reviews.json", END, " ",
        r"fixtures/reviews\.json:1: is out of date; run `python -m graders fixtures`",
    ),
    Break(
        "an answer in the students' README", "graders/student/bundle/README.md.j2", END,
        ANSWER.replace("\n    ", "\n"),
        r"reference/mlp\.py:\d+: the body of forward is in the students' README\.md; write it",
    ),
    Break(
        "an answer in what students' checks import", "graders/oracles/rnn_layer.py", END, ANSWER,
        r"reference/mlp\.py:\d+: .+ the students' \.unroll/graders/oracles/rnn_layer\.py; write it",
    ),
    Break(
        "an answer in what is given", "student_template/training.py", END, ANSWER,
        r"reference/mlp\.py:\d+: .+ the students' training\.py; write it differently there",
    ),
    Break(
        "an answer in the notebook", "reference/training.py", END, ANSWER,
        r"reference/mlp\.py:\d+: .+ the students' sentiment-tutorial\.ipynb; write it differently",
    ),
    Break(
        "a sheet whose version was raised", "fixtures/sentences.json",
        '"lxmls-day3": {\n  "version": 2',
        '"lxmls-day3": {\n  "version": 0',
        r"fixtures/sentences\.json:1: lxmls-day3 has a new version; run `python -m graders fixtures`",
    ),
]  # fmt: skip


def printed(breaks, tmp_path, *parts):
    """Break a copy of the set in all these places, and give what `template` says of it."""
    project = tmp_path / "project"
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("graders", "reference", "student_template"):
        shutil.copytree(ROOT / name, project / name, ignore=unwanted)
    shutil.copytree(ROOT / "fixtures", project / "fixtures")
    for name in ("reports", "pyproject.toml", "constraints.txt", "toxfile.py"):
        (project / name).symlink_to(ROOT / name)
    for each in breaks:
        file = project / each.file
        if each.file and not (each.old or each.new):
            if each.file.startswith("student_template"):
                file.unlink()
        elif each.file:
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            assert each.old == END or text.count(each.old) == 1, each.name
            broken = text + each.new if each.old == END else text.replace(each.old, each.new)
            file.write_text(broken, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "graders", "template", *parts],
        cwd=project, capture_output=True, text=True, encoding="utf-8",
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    return printed(BREAKS, tmp_path_factory.mktemp("breaks"), *PARTS)


@pytest.mark.parametrize("each", BREAKS, ids=lambda each: each.name)
def test_every_problem_is_named_with_file_line_and_remedy(each, lines):
    assert [line for line in lines if re.match(each.line, line)], "\n".join(lines)


def test_every_line_begins_with_file_and_line_and_the_last_one_counts_them(lines):
    *found, last = lines
    assert [line for line in found if not re.match(r"[\w./-]+:\d+: ", line)] == []
    assert last == f"{len(found)} problems."


def test_files_that_are_no_python_are_named_before_anything_else(tmp_path):
    found = printed(UNPARSABLE, tmp_path)
    for each in UNPARSABLE:
        assert [line for line in found if re.match(each.line, line)], each.name
    assert found[-1] == f"{len(UNPARSABLE)} problems."


# --- the pieces ---


def test_the_command_checks_the_parts_that_are_named(capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(template, "_part_problems", lambda parts, seed: asked.append(parts) or [])
    monkeypatch.setattr(template, "_fixture_problems", lambda: [])  # the set is consistent: above
    monkeypatch.setattr(template, "sheet_names", lambda: [])
    assert main(["template", "elman"]) == 0
    assert capsys.readouterr().out == "No problems found.\n"
    assert main(["template", "elmann"]) == 2
    assert capsys.readouterr().err.startswith("Unknown part elmann; known parts are autoregressive")
    assert asked == [["elman"]]


def test_a_part_without_mistakes_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(well_formed, "MISTAKES", ROOT / "graders" / "nowhere")
    (line,) = well_formed.mistake_problems("elman")
    assert line.startswith("graders/nowhere/elman.py:1: is missing; add wrong answers")


def test_a_mistake_in_a_folder_is_named_with_its_file_and_line(monkeypatch):
    def misfit(part, mistake):
        raise UsageError("does not fit")

    monkeypatch.setattr(well_formed.answers, "with_mistake", misfit)
    lines = list(well_formed.mistake_problems("elman"))
    line = next(line for line in lines if ": pools the embeddings: " in line)
    assert re.match(r"graders/mistakes/elman/classifier\.py:\d+: .+: does not fit; copy", line)
    assert not any(re.match(r"[\w/.]+:1: ", line) for line in lines)


def test_a_fixture_that_cannot_be_made_is_named(monkeypatch):
    def broken():
        raise KeyError("gone")

    monkeypatch.setattr(template.fixtures, "MAKERS", {"x.json": broken})
    assert list(template._fixture_problems()) == [
        "fixtures/x.json:1: cannot be built: 'gone'; fix that, then build it again"
    ]


def test_a_sentence_that_changed_under_the_same_version_is_named(monkeypatch):
    sheet = read_sheet("rnn")
    monkeypatch.setattr(versions, "content_hash", lambda sheet: "another hash")
    assert versions.problem(sheet) == (
        "graders/assignments/rnn.toml:4: the text for students has changed since version "
        f"{sheet.version}; raise `version`, then run `python -m graders fixtures`"
    )
    newer = replace(sheet, version=sheet.version + 1)
    assert versions.problem(newer).startswith(
        "fixtures/sentences.json:1: rnn has a new version; run"
    )


def test_the_record_of_sentences_keeps_its_entry_until_the_version_is_raised(
    monkeypatch,
):
    before = json.loads(versions.updated())
    monkeypatch.setattr(versions, "content_hash", lambda sheet: "another hash")
    assert json.loads(versions.updated()) == before


def test_the_recorded_hash_covers_sentences_points_and_criteria():
    sheet = read_sheet("vu-3b")
    first = sheet.questions[0]
    for other in (replace(first, title="x"), replace(first, manual_points=Decimal(1))):
        assert versions.content_hash(replace(sheet, questions=(other,))) != versions.content_hash(
            replace(sheet, questions=(first,))
        )
