"""Index of all checks: every test function of graders/checks, with its sentence."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKS = Path(__file__).resolve().parents[1] / "checks"


@dataclass(frozen=True)
class Check:
    """One check. `id` identifies it in sheets and results."""

    id: str
    sentence: str
    line: int

    @property
    def file(self) -> Path:
        return CHECKS / self.id.partition("::")[0]

    @property
    def part(self) -> str:
        return self.file.stem.removeprefix("test_")


@cache
def known_checks() -> dict[str, Check]:
    """Return the checks in the order of their files, read without running them."""
    files = sorted(CHECKS.glob("test_*.py")) + sorted(CHECKS.glob("hidden/test_*.py"))
    return {check.id: check for file in files for check in _checks_in(file)}


def of_part(part: str) -> list[Check]:
    """Return the checks of one part."""
    return [check for check in known_checks().values() if check.part == part]


def _checks_in(file: Path) -> list[Check]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return [
        Check(f"{file.relative_to(CHECKS).as_posix()}::{node.name}", _sentence(node), node.lineno)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def _sentence(node: ast.FunctionDef) -> str:
    return " ".join((ast.get_docstring(node) or node.name).partition("\n\n")[0].split())
