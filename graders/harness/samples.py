"""Make the sample uploads of `fixtures/uploads/`: an invented class, as Canvas would give it.

What a student wrote is text of their own (`fixtures/samples/`) or the reference with a few edits,
so that both keep in step when a part's contract changes. Names and numbers are invented.
"""

import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

from rich.console import Console

from graders.harness.errors import UsageError
from graders.harness.result import CheckResult, Result
from graders.harness.result_json import from_json, number
from graders.harness.sandbox import ROOT
from graders.harness.sheet import read_sheet

OWN = ROOT / "fixtures" / "samples"
UPLOADS = ROOT / "fixtures" / "uploads" / "rnn"
EXPECTED = ROOT / "fixtures" / "expected"
PARTS = ("padding", "mlp", "elman")
BESIDE = ("gated", "autoregressive")  # the sheet's other parts: the reference's, in every upload
MOMENT = (2025, 3, 14, 15, 9, 26)  # every file's, so that the same text gives the same bytes

Files = dict[str, bytes]
Edits = tuple[tuple[str, str], ...]
NONE: Mapping[str, Edits] = {}

STEP = "            out, hidden = self.step(x[:, t], hidden)\n"
NEVER_CARRIED = (
    ("out, hidden = self.step(x[:, t], hidden)", "out, _ = self.step(x[:, t], hidden)"),
)
DETACHED = ((STEP, STEP.replace("hidden)", "hidden.detach())")),)
MEAN_MLP = (("features.amax(dim=1)  # (B, H), the global max", "features.mean(dim=1)  # (B, H)"),)
MEAN_ELMAN = (("torch.relu(outs).amax(dim=1)  # (B, H), the global max", "outs.mean(dim=1)  #"),)
WRONG_SIDE = ((', pad_id, side="left")', ", pad_id)"),)
IN_PLACE = (
    (
        "    rows = [torch.as_tensor(sequence, dtype=torch.long)[:max_len] for sequence in sequences]\n"
        "    B, T = len(rows), max(map(len, rows), default=0)\n",
        "    longest = max(map(len, sequences), default=0)\n"
        "    for sequence in sequences:\n"
        "        while len(sequence) < longest:\n"
        '            sequence.insert(0 if side == "left" else len(sequence), pad)\n'
        "    rows = [torch.tensor(sequence, dtype=torch.long)[:max_len] for sequence in sequences]\n"
        "    B, T = len(rows), max(map(len, rows), default=0)\n",
    ),
)
# unsqueeze gives a new tensor, and nobody takes it: for a batch of one this never ends.
ENDLESS = (
    (
        STEP,
        STEP + "            hidden = hidden.squeeze()\n"
        "            while hidden.dim() < 2:\n"
        "                hidden.unsqueeze(0)\n",
    ),
)
# In a class body, since loading leaves out a call like this at the top level.
LEAVES = (
    ("import torch\n", "import os\n\nimport torch\n"),
    (
        "class Elman(nn.Module):\n",
        "class Settings:\n    os._exit(0)\n\n\nclass Elman(nn.Module):\n",
    ),
)
CONFLICT = (
    (
        "        pooled = features.amax(dim=1)",
        "<<<<<<< HEAD\n        pooled = features.max(dim=1)[0]\n=======\n"
        "        pooled = features.amax(dim=1)",
    ),
    (
        "        return self.output(pooled)\n",
        ">>>>>>> baseline\n        return self.output(pooled)\n",
    ),
)
LOUD = (
    (
        "        embedded = self.embedding(x)",
        "        print(\"<script>alert('printed')</script>\\x1b[2J\\u202e\")\n"
        "        embedded = self.embedding(x)",
    ),
)
RAISES = (
    (
        "    zeros = torch.zeros_like(batch[:, :1])\n",
        "    raise ValueError(\"<script>alert('raised')</script>\")\n"
        "    zeros = torch.zeros_like(batch[:, :1])\n",
    ),
)


@dataclass(frozen=True)
class Sample:
    """One invented student's upload.

    Args:
        id: Canvas's user id; the student's id in a result.
        owner: the name as Canvas writes it, with its mark of lateness.
        file: the student's own name for the file.
        content: gives the file's bytes.
    """

    id: str
    owner: str
    file: str
    content: Callable[[], bytes]

    @property
    def name(self) -> str:
        """Give the file name in Canvas's way, with an invented attachment id."""
        return f"{self.owner}_{self.id}_9{self.id}_{self.file}"


def reference(edits: Mapping[str, Edits] = NONE, given: bool = False) -> Files:
    """Give the reference's parts with edits, and data.py where it was handed in too."""
    files = {f"{part}.py": edited(part, edits.get(part, ())) for part in (*PARTS, *BESIDE)}
    return files | ({"data.py": _read("reference/data.py")} if given else {})


def edited(part: str, edits: Edits) -> bytes:
    """Give a part of the reference with edits; each old text must stand there exactly once."""
    text = _read(f"reference/{part}.py").decode()
    for old, new in edits:
        if text.count(old) != 1:
            raise UsageError(
                f"graders/harness/samples.py edits {old!r}, which stands {text.count(old)} times in "
                f"reference/{part}.py; mend that edit."
            )
        text = text.replace(old, new)
    return text.encode()


def skeleton() -> Files:
    """Give the template as it is handed out."""
    return {
        f"{name}.py": _read(f"student_template/{name}.py") for name in ("data", *PARTS, *BESIDE)
    }


def own(student: str) -> Files:
    """Give the files in a student's folder below fixtures/samples."""
    files = {file.name: file.read_bytes() for file in sorted((OWN / student).iterdir())}
    return files | {f"{part}.py": edited(part, ()) for part in BESIDE}


def packed(files: Files) -> bytes:
    """Make a zip whose bytes depend on nothing but names and contents: no clock, no compression."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return memory.getvalue()


def _whole() -> Files:
    inside = {f"rnn_mira/{name}": content for name, content in reference(given=True).items()}
    finder = {"__MACOSX/rnn_mira/._elman.py": b"\0\5\x16\7\0\2\0\0Mac OS X"}
    return inside | {"rnn_mira/README.txt": b"All three parts; run with torch 2.\n"} | finder


def _half_finished() -> Files:
    unfinished = ("elman.py", *(f"{part}.py" for part in BESIDE))
    return reference(given=True) | {name: skeleton()[name] for name in unfinished}


def _not_a_zip() -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n\0\n%%EOF\n"


def _hostile() -> Files:
    files = reference({"mlp": LOUD, "padding": RAISES})
    return files | {"<img src=x onerror=alert(1)>.py": b"x = '<b>'\n", "=1+1.txt": b"=1+1\n"}


def _without_elman() -> Files:
    return {name: content for name, content in reference().items() if name != "elman.py"}


def _two_candidates() -> Files:
    return {"old/elman_backup.py": edited("elman", NEVER_CARRIED), **reference()}


def _zip(files: Callable[[], Files]) -> Callable[[], bytes]:
    return lambda: packed(files())


def _changed(**edits: Edits) -> Callable[[], bytes]:
    return _zip(partial(reference, edits))


SAMPLES = (
    Sample("5101", "ashworthmira", "rnn_mira.zip", _zip(_whole)),
    Sample("5102", "bergstromtove", "assignment_3.zip", _zip(partial(own, "bergstromtove"))),
    Sample("5103", "chidiuzoma", "rnn.zip", _zip(partial(own, "chidiuzoma"))),
    Sample("5104", "dimitrovelin", "assignment3.zip", _zip(partial(own, "dimitrovelin"))),
    Sample("5105", "eklundsaga", "rnn.zip", _zip(skeleton)),
    Sample("5106", "farahnoor", "rnn.zip", _zip(_half_finished)),
    Sample("5107", "gallowaypiers", "rnn.zip", _changed(elman=NEVER_CARRIED)),
    Sample("5108", "hanleybea", "rnn.zip", _changed(mlp=MEAN_MLP, elman=MEAN_ELMAN)),
    Sample("5109", "ivanovmarek", "rnn.zip", _changed(padding=WRONG_SIDE)),
    Sample("5110", "jansenlotte", "rnn.zip", _changed(padding=IN_PLACE)),
    Sample("5111", "kimdaseul", "rnn.zip", _changed(elman=DETACHED)),
    Sample("5112", "lindqvistoskar", "rnn.zip", _changed(elman=ENDLESS)),
    Sample("5113", "moreaualix", "rnn.zip", _changed(elman=LEAVES)),
    Sample("5114", "nakamuraren", "rnn.zip", _not_a_zip),
    Sample("5115", "okaforlena", "rnn.zip", _changed(mlp=CONFLICT)),
    Sample("5116", "=2+5&lt;i&gt;", "done &amp; dusted.zip", _zip(_hostile)),
    Sample("5117", "petrovaana_LATE", "rnn-1.zip", _zip(_without_elman)),
    Sample("5118", "quintanaleo", "rnn.zip", _zip(_two_candidates)),
)
MAKERS = {f"uploads/rnn/{sample.name}": sample.content for sample in SAMPLES}


def expected(result: Result) -> str:
    """Write what of a result must stay as it is, on every machine and with every torch.

    Left out are other parts' checks, times, versions, hashes, printed output and hints; of a
    check's message the first line stays, with "#" for its numbers.
    """
    checks = part_checks(result)
    document = {
        "student": {"id": result.student.id, "name": result.student.name}
        | {"late": result.student.late, "upload": result.student.upload},
        "status": result.status,
        "message": result.message,
        "points": number(sum((check.points for check in checks), Decimal(0))),
        "max_points": number(sum((check.max_points for check in checks), Decimal(0))),
        "checks": {check.id: _in_short(check) for check in checks},
        "files": {file.name: list(file.notes) for file in result.files},
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def part_checks(result: Result) -> list[CheckResult]:
    """List the checks of the parts that the samples are about; a sheet may ask for more."""
    files = tuple(f"test_{part}.py::" for part in PARTS)
    return [check for check in result.checks if check.id.startswith(files)]


def _in_short(check: CheckResult) -> str:
    first = re.sub(r"\d+(\.\d+)?", "#", check.message.partition("\n")[0])
    short = f"{check.outcome}, {number(check.points)} of {number(check.max_points)}"
    return f"{short}: {first}" if first else short


def rebuild_expected() -> list[str]:
    """Grade the sample uploads and write fixtures/expected anew; list the files that changed.

    Look at the difference before you keep it: these files say only what the code does.
    """
    with tempfile.TemporaryDirectory() as out:
        found = _graded(Path(out))
    before = {file.name: file.read_text(encoding="utf-8") for file in EXPECTED.glob("*.json")}
    after = {f"{id}.json": expected(result) for id, result in found.items()}
    EXPECTED.mkdir(parents=True, exist_ok=True)
    for name in before.keys() - after.keys():
        (EXPECTED / name).unlink()
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    for name in sorted(after.keys() & set(changed)):
        (EXPECTED / name).write_text(after[name], encoding="utf-8", newline="\n")
    return changed


def _graded(out: Path) -> dict[str, Result]:
    from graders.harness.batch import Batch, run
    from graders.harness.events import Events

    events = Events(Console(file=io.StringIO()), out / "run.jsonl")
    run(Batch(UPLOADS, out, read_sheet("rnn"), seed=1, jobs=os.cpu_count() or 1), events)
    return results_in(out)


def results_in(out: Path) -> dict[str, Result]:
    """Read the results of a batch, by student."""
    files = sorted((out / "students").glob("*/result.json"))
    return {file.parent.name: from_json(file.read_text(encoding="utf-8")) for file in files}


def _read(path: str) -> bytes:
    return (ROOT / path).read_bytes()
