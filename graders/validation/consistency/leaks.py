"""Does a student's folder contain a solution? Every body of the reference is searched for in it."""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graders.paths import ROOT

SHORTEST = 60  # characters of a body; shorter correct answers can hardly differ


@dataclass(frozen=True)
class Body:
    """The body of a function of the reference, as code, and without blanks to search other texts."""

    name: str
    line: int
    code: str
    bare: tuple[str, str]  # without and with its comments

    def is_in(self, text: str) -> bool:
        return any(form in text for form in (self.code, *self.bare))


def leaks(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield a line for each body of the reference in one of `files`, except given ones."""
    texts = {path: _read(path, content) for path, content in files.items()}
    for file in sorted((ROOT / "reference").glob("*.py")):
        skeleton = ROOT / "student_template" / file.name
        given = {body.code for body in bodies(skeleton)} if skeleton.is_file() else set()
        for body in bodies(file):
            for path, text in texts.items():
                if body.code not in given and body.is_in(text):
                    place = f"{file.relative_to(ROOT).as_posix()}:{body.line}"
                    words = f"the body of {body.name} is in the students' {path}"
                    yield f"{place}: {words}; write it differently there"


def bodies(file: Path) -> Iterator[Body]:
    """Yield the functions of a module that are long enough, without their docstrings."""
    source = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if len(code := plain(ast.Module(body, []))) >= SHORTEST:
                lines = source.splitlines()[body[0].lineno - 1 : body[-1].end_lineno]
                bare = _bare(code), _bare("\n".join(lines))
                yield Body(node.name, node.lineno, code, bare)


def plain(tree: ast.Module) -> str:
    """Return code without comments, layout and indentation."""
    return "\n".join(line.strip() for line in ast.unparse(tree).splitlines())


def _read(path: str, content: bytes) -> str:
    """Return a module or a notebook as code, and any other file without its blanks."""
    if path.endswith(".py"):
        return plain(ast.parse(content))
    text = content.decode(errors="replace")
    if path.endswith(".ipynb"):
        return "\n".join(_code("".join(cell["source"])) for cell in json.loads(text)["cells"])
    return _bare(text)


def _code(cell: str) -> str:
    try:
        return plain(ast.parse(cell))
    except SyntaxError:  # text
        return _bare(cell)


def _bare(text: str) -> str:
    return "".join(text.split())
