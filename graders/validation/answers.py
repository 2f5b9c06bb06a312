"""The answers whose worth is known: the reference, its mistakes, and other right answers."""

import ast
from collections.abc import Mapping
from importlib import import_module, util
from types import ModuleType

from graders.errors import UsageError
from graders.mistakes import Mistake
from graders.paths import ROOT

REFERENCE = ROOT / "reference"
VARIANTS = ROOT / "fixtures" / "variants"
SOURCES = (".py", ".ipynb")
TABLE = ".csv"


def reference_files() -> dict[str, bytes]:
    files = [file for file in sorted(REFERENCE.glob("*")) if file.suffix in (".py", TABLE)]
    return {file.name: file.read_bytes() for file in files}


def mistakes(part: str) -> tuple[Mistake, ...]:
    """Return the known wrong answers of a part."""
    found: tuple[Mistake, ...] = getattr(_notes(part), "MISTAKES", ())
    return found


def may_lose(part: str) -> Mapping[str, tuple[str, ...]]:
    """Return the checks that each variant may fail, and must fail."""
    found: Mapping[str, tuple[str, ...]] = getattr(_notes(part), "MAY_LOSE", {})
    return found


def with_mistake(part: str, mistake: Mistake) -> dict[str, bytes]:
    """Return the reference with one mistake.

    Raises:
        UsageError: an edit does not match the current reference.
    """
    name = mistake.file or f"{part}.py"
    text = before = (REFERENCE / name).read_text(encoding="utf-8")
    for old, new in mistake.edits:
        if (times := before.count(old)) != 1 or old not in text:
            raise UsageError(f"`{old.strip()}` occurs {times} times in reference/{name}, not once")
        text = text.replace(old, new)
    if text == before:
        raise UsageError("its edits change nothing")
    try:
        if not name.endswith(TABLE):
            ast.parse(text)  # our own text: a mistake must not be a syntax error
    except SyntaxError as problem:
        raise UsageError(f"line {problem.lineno} cannot be parsed: {problem.msg}") from problem
    return reference_files() | {name: text.encode()}


def variants(part: str) -> dict[str, dict[str, bytes]]:
    """Return the correct answers of a part: a file each, or a folder, instead of <part>.py."""
    rest = {name: text for name, text in reference_files().items() if name != f"{part}.py"}
    found = {}
    for path in sorted((VARIANTS / part).glob("*")):
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.suffix in (*SOURCES, TABLE)]
            own = {p.relative_to(path).as_posix(): p.read_bytes() for p in inside}
            found[path.name] = rest | own
        elif path.suffix in SOURCES:
            found[path.stem] = rest | {f"{part}{path.suffix}": path.read_bytes()}
    return found


def _notes(part: str) -> ModuleType | None:
    name = f"graders.mistakes.{part}"
    return import_module(name) if util.find_spec(name) else None
