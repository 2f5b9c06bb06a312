"""Find flaky checks: each check runs on correct answers under many seeds.

For each check, fixtures/seeds.json records the number of seeds, the seeds under which a correct
answer failed (there must be none), and a hash of its code, so that only changed checks run again.
"""

import ast
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import torch

from graders.files import write_whole
from graders.fixtures.fixtures import FIXTURES
from graders.remote.session import Session
from graders.sheets.check_index import Check, known_checks, of_part
from graders.validation.answers import may_lose, reference_files, variants
from graders.validation.in_process import inside, run_check

FILE = FIXTURES / "seeds.json"
ENOUGH = 1000  # seeds for each check, at least
ENOUGH_TRAININGS = (
    100  # for checks that train for seconds: the calibration states how often they miss
)
TRAINS = (
    "test_autoregressive.py::test_model_learns_the_brackets",
    "test_autoregressive.py::test_training_learns_the_ndfa",
)
PORTION = 50  # seeds after which the file is written
Say = Callable[[str], object]


@dataclass
class SeedRecord:
    """The record of one check under seeds from 1, on the reference and one variant for each seed.

    Args:
        code: the hash of the check and of the code that it uses in its own file.
        seeds: the number of seeds on the reference.
        variants: the number of seeds on a variant; each seed takes the next one.
        failed: where a correct answer failed, as "seed 17: the reference".
    """

    code: str
    seeds: int = 0
    variants: int = 0
    failed: list[str] = field(default_factory=list)


def run(parts: Sequence[str], most: int, with_variants: bool, again: bool, say: Say) -> list[str]:
    """Run the checks of these parts under seeds from 1 to `most`, as far as not done yet.

    Findings are written in portions: a stopped run continues where it was.

    Args:
        parts: run the checks of these parts.
        most: the last seed.
        with_variants: whether to run each seed also on one of the part's variants, in turn.
        again: whether to drop the records of these parts.
        say: called with a line for each finished part.

    Returns:
        A line for each seed under which a correct answer of these parts fails a check.
    """
    torch.set_num_threads(1)
    for part in parts:
        checks = of_part(part)
        before = {} if again else read()
        met = {check.id: _so_far(check, before.get(check.id)) for check in checks}
        with ExitStack() as opened:
            right = _open(opened, part, {"the reference": reference_files()})
            others = _open(opened, part, variants(part) if with_variants else {})
            for seed in range(1, most + 1):
                _run_seed(met, seed, right[0], others[seed % len(others)] if others else None)
                if seed % PORTION == 0 or seed == most:
                    write(read() | met)
        say(f"{part}: {len(checks)} checks ran under {most} seeds")
    found = {check: met for check, met in read().items() if known_checks()[check].part in parts}
    return [f"{check}: {text}" for check, met in found.items() for text in met.failed]


def _so_far(check: Check, before: SeedRecord | None) -> SeedRecord:
    now = code(check)
    return before if before is not None and before.code == now else SeedRecord(now)


@dataclass(frozen=True)
class _Answer:
    """A correct answer in an open session, and the checks that it may fail."""

    name: str
    session: Session
    may_fail: Sequence[str]

    def failures(self, check: str, seed: int) -> Iterator[str]:
        if check.partition("::")[2] in self.may_fail:
            return
        fault = run_check(self.session, check, seed)
        if fault is not None:
            yield f"seed {seed}: {self.name}: {' '.join(fault.message.split())[:200]}"


def _open(opened: ExitStack, part: str, right: Mapping[str, Mapping[str, bytes]]) -> list[_Answer]:
    sessions = {name: opened.enter_context(closing(inside(files))) for name, files in right.items()}
    return [_Answer(name, it, may_lose(part).get(name, ())) for name, it in sessions.items()]


def _run_seed(
    checks: dict[str, SeedRecord], seed: int, right: _Answer, other: _Answer | None
) -> None:
    """Run checks under one seed, unless done before."""
    for check, met in checks.items():
        if seed > met.seeds:
            met.seeds = seed
            met.failed += right.failures(check, seed)
        if other is not None and seed > met.variants:
            met.variants = seed
            met.failed += other.failures(check, seed)


def read() -> dict[str, SeedRecord]:
    """Return the record of each check that still exists."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else "{}"
    return {
        check: SeedRecord(**met)
        for check, met in json.loads(text).items()
        if check in known_checks()
    }


def write(found: dict[str, SeedRecord]) -> None:
    """Write one line for each check, in the order of the checks, all or nothing."""
    ordered = {check: found[check] for check in known_checks() if check in found}
    lines = [f"{json.dumps(check)}: {json.dumps(asdict(met))}" for check, met in ordered.items()]
    write_whole(FILE, "{\n" + ",\n".join(lines) + "\n}\n")


def enough(check: str) -> int:
    """Return under how many seeds a check must have run."""
    return min(ENOUGH, ENOUGH_TRAININGS) if check in TRAINS else ENOUGH


def missing() -> list[str]:
    """List the checks with too few seeds in their current version."""
    found = read()
    return [
        check.id
        for check in known_checks().values()
        if (met := found.get(check.id)) is None
        or met.code != code(check)
        or met.seeds < enough(check.id)
    ]


def code(check: Check) -> str:
    """Return the hash of a check and the code that it uses in its own file, without docstrings."""
    defined = _definitions(check.file)
    reached: set[str] = set()
    waiting = [check.id.partition("::")[2]]
    while waiting:
        name = waiting.pop()
        if name in defined and name not in reached:
            reached.add(name)
            waiting += re.findall(r"\w+", defined[name])
    text = "\n".join(defined[name] for name in sorted(reached))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _definitions(file: Path) -> dict[str, str]:
    """Return the lines of each name that a file of checks defines."""
    text = file.read_text(encoding="utf-8")
    lines, found = text.splitlines(), {}
    for node in ast.parse(text).body:
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            doc = node.body[0] if ast.get_docstring(node) is not None else None
            docstring = range(doc.lineno - 1, doc.end_lineno or doc.lineno) if doc else range(0)
            own = [line for i, line in enumerate(lines[first:last], first) if i not in docstring]
            found[node.name] = "\n".join(own)
        elif isinstance(node, ast.Assign):
            names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
            stores = [n for n in names if n not in found]
            found |= {name: "\n".join(lines[first:last]) for name in stores}
    return found
