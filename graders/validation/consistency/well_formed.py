"""Problems found without running code: syntax errors, checks without a sentence or a mistake."""

import ast
import importlib
import traceback
from collections.abc import Iterator
from pathlib import Path

from graders.errors import UsageError
from graders.mistakes import WEIGHTS, weights
from graders.paths import ROOT
from graders.results.scoring import SEVERITIES
from graders.sheets.check_index import CHECKS, known_checks
from graders.validation import answers

MISTAKES = ROOT / "graders" / "mistakes"
READ = ("reference", "student_template", "graders/checks", "graders/oracles", "graders/mistakes")


def unparsable() -> Iterator[str]:
    """Yield a line for each file that is not valid Python; it must be fixed before other checks."""
    for file in (file for folder in READ for file in sorted((ROOT / folder).rglob("*.py"))):
        try:
            ast.parse(file.read_bytes())
        except (SyntaxError, ValueError) as problem:
            line = getattr(problem, "lineno", None) or 1
            yield f"{_shown(file)}:{line}: cannot be parsed: {problem}; fix it first"


def check_problems() -> Iterator[str]:
    """Yield a line for each check that has no sentence, no name of its own, or no reference."""
    for file in sorted(CHECKS.glob("test_*.py")):
        part, seen = file.stem.removeprefix("test_"), set[str]()
        if not (ROOT / "reference" / f"{part}.py").is_file():
            yield f"{_shown(file)}:1: there is no reference/{part}.py for these checks; write it"
        for node in ast.parse(file.read_bytes()).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            place = f"{_shown(file)}:{node.lineno}: {node.name}"
            if node.name in seen:
                yield f"{place} is defined twice, and only the last one runs; rename one of them"
            if not ast.get_docstring(node):
                yield f"{place} has no docstring; write the sentence that students read"
            seen.add(node.name)


def mistake_problems(part: str) -> Iterator[str]:
    """Yield a line for each mistake that does not fit the reference, and each check without one."""
    place = _place_of_mistakes(part)
    if not place.exists():
        yield f"{_shown(place)}:1: is missing; add wrong answers that the checks must catch"
        return
    named: set[str] = set()
    for mistake in answers.mistakes(part):
        named.update(mistake.fails)
        try:
            answers.with_mistake(part, mistake)
        except UsageError as problem:
            words = f"{mistake.name}: {problem}; copy the current text from reference/"
            yield f"{_line_of(mistake.name, place)}: {words}"
    yield from _weight_problems(part)
    for check in known_checks().values():
        name = check.id.partition("::")[2]
        if check.part == part and name not in named:
            words = f"no mistake must fail {name}; add one to {_shown(place)}"
            yield f"{_shown(check.file)}:{check.line}: {words}"


def _place_of_mistakes(part: str) -> Path:
    """Return the folder of a part's mistakes, or their file if there are few."""
    folder = MISTAKES / part
    return folder if folder.is_dir() else MISTAKES / f"{part}.py"


def _line_of(name: str, place: Path) -> str:
    """Return file and line of a mistake, by its name."""
    for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if text.strip().removeprefix("Mistake(").startswith(f'"{name}"'):
                return f"{_shown(file)}:{number}"
    return f"{_shown(place)}:1"


def _weight_problems(part: str) -> Iterator[str]:
    """Yield a line for each mistake without a severity, and each severity without a mistake."""
    names = {mistake.name for mistake in answers.mistakes(part)}
    weighed = weights(part)
    for name in sorted(names - set(weighed)):
        words = f"[{part}] has no severity of the mistake “{name}”; add one with a reason"
        yield f"{_shown(WEIGHTS)}:1: {words}"
    for name in sorted(set(weighed) - names):
        yield f"{_shown(WEIGHTS)}:1: [{part}] has no mistake “{name}” any more; remove its line"
    for name, weight in weighed.items():
        if weight.severity not in SEVERITIES or weight.open not in ("", "open"):
            words = f"“{name}” of [{part}] must have one of {', '.join(SEVERITIES)}, a reason"
            yield f'{_shown(WEIGHTS)}:1: {words} and perhaps "open"'


def importable(module: str) -> str:
    """Return where and why one of our modules cannot be imported, or ""."""
    try:
        importlib.import_module(module)
    except Exception as problem:
        frames = traceback.extract_tb(problem.__traceback__)
        own = [
            f for f in frames if Path(f.filename).is_relative_to(ROOT) and f.filename != __file__
        ]
        place = f"{_shown(Path(own[-1].filename))}:{own[-1].lineno}" if own else f"{module}:1"
        return f"{place}: cannot be imported: {type(problem).__name__}: {problem}; fix it first"
    return ""


def _shown(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
