"""The notebook of a sheet: the functions of the skeleton, one in each cell, and the sheet's texts.

It is built from the modules, so it is always up to date. The bytes are the same every time.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from graders.errors import UsageError
from graders.paths import ROOT
from graders.sheets.sheet import Sheet, read_sheet
from graders.text import counted

SET_UP = """\
import sys

sys.path.insert(0, ".unroll")  # the checks of this folder
from graders.student import check"""


def notebook(sheet: Sheet, folder: Path = ROOT / "student_template") -> bytes:
    """Return the notebook of a sheet from the modules in `folder`: the skeleton, or a solution."""
    parts = _in_order(sheet)
    sources = {part: (folder / f"{part}.py").read_text(encoding="utf-8") for part in parts}
    trees = {part: ast.parse(source) for part, source in sources.items()}
    names = _new_names(trees)
    cells = [
        new_markdown_cell(
            f"# {sheet.title}\n\n{counted(sheet.points, 'point')}. Fill in the functions; the cell "
            "after each part runs its checks. README.md lists the checks and explains how to submit."
        ),
        new_code_cell(SET_UP),
        new_code_cell("\n".join(_imports(trees))),
    ]
    for part in parts:
        tree, source = trees[part], sources[part]
        first, _, rest = (ast.get_docstring(tree) or "").partition("\n\n")
        cells.append(new_markdown_cell(f"## `{part}`\n\n{first}\n\n{rest}".strip()))
        cells += [new_code_cell(text) for text in _cells(tree, source, names[part])]
        cells.append(new_code_cell(f'check("{part}")'))
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.validate(document)
    text: str = nbformat.writes(document)
    return (text + "\n").encode()


def _in_order(sheet: Sheet) -> list[str]:
    """List the parts in the order of the sheet's questions."""
    return list(dict.fromkeys(check.part for check in sheet.checks.values()))


def _imports(trees: Mapping[str, ast.Module]) -> list[str]:
    """List the imports of all parts once, each name on its own line; libraries first."""
    found: set[tuple[bool, str]] = set()
    for tree in trees.values():
        for node in tree.body:
            if isinstance(node, ast.Import):
                found |= {(False, ast.unparse(ast.Import([alias]))) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module not in trees:
                given = node.module == "data"
                lines = (ast.ImportFrom(node.module, [a], node.level) for a in node.names)
                found |= {(given, ast.unparse(line)) for line in lines}
    return [line for _, line in sorted(found)]


def _cells(tree: ast.Module, source: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield each function and class as a cell; neighbouring values share one."""
    lines, values = source.splitlines(), list[str]()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_text(node):
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        text = "\n".join(lines[first - 1 : node.end_lineno])
        for old, new in names.items():
            text = re.sub(rf"\b{old}\b", new, text)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            if values:
                yield "\n".join(values)
                values = []
            yield text
        else:
            values.append(text)
    if values:
        yield "\n".join(values)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _new_names(trees: Mapping[str, ast.Module]) -> dict[str, dict[str, str]]:
    """Return new names for definitions that two parts name the same, such as History."""
    defined = {
        part: [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        for part, tree in trees.items()
    }
    counts = Counter(name for names in defined.values() for name in names)
    return {
        part: {n: f"{_title(part)}{n.lstrip('_')}" for n in names if counts[n] > 1}
        for part, names in defined.items()
    }


def _title(part: str) -> str:
    return "".join(word.capitalize() for word in part.split("_"))


def given_sources(sheets: Iterable[str], given: Sequence[Path]) -> dict[str, bytes]:
    """Read the files of the course: the skeleton, the sheets' notebooks, and those in `given`.

    Raises:
        UsageError: a path does not exist.
    """
    files = sorted((ROOT / "student_template").glob("*.py"))
    for path in given:
        if not path.exists():
            raise UsageError(
                f"{path} does not exist; name a file or folder that students were given."
            )
        files += sorted(path.rglob("*")) if path.is_dir() else [path]
    sources = {str(file): file.read_bytes() for file in files if file.is_file()}
    return sources | {f"{name}.ipynb": notebook(read_sheet(name)) for name in sorted(sheets)}
