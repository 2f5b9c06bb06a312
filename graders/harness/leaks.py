"""Does a student's folder hold an answer? Every body of the reference is searched for in it."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from graders.harness.sandbox import ROOT

SHORTEST = 60  # characters of a body; below, two right answers can hardly differ
Bodies = Iterator[tuple[str, int, str]]


def leaks(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield a line for each body of the reference that stands in one of `files`, but for given ones."""
    texts = {
        path: plain(ast.parse(content)) for path, content in files.items() if path.endswith(".py")
    }
    for file in sorted((ROOT / "reference").glob("*.py")):
        skeleton = ROOT / "student_template" / file.name
        given = {body for _, _, body in bodies(skeleton)} if skeleton.is_file() else set()
        for name, line, body in bodies(file):
            for path, text in texts.items():
                if body not in given and body in text:
                    place = f"{file.relative_to(ROOT)}:{line}"
                    words = f"the body of {name} stands in the students' {path}"
                    yield f"{place}: {words}; write it otherwise there"


def bodies(file: Path) -> Bodies:
    """Give the functions of a module that are long enough: name, line and body without docstring."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if len(text := plain(ast.Module(body, []))) >= SHORTEST:
                yield node.name, node.lineno, text


def plain(tree: ast.Module) -> str:
    """Write code without comments, layout and indentation."""
    return "\n".join(line.strip() for line in ast.unparse(tree).splitlines())
