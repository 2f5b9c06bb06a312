"""From the bytes of a `.py` or `.ipynb` to parsed pieces. No student code is executed here."""

import __future__

import ast
import re
import tokenize
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath

from .notes import Place

SCRIPT_CAP = 5_000_000  # bytes
MAGICS_CAP = 200  # lines of one piece that may be replaced
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MAGIC = re.compile(r"\s*(%|!|\?|[\w., \t]+=\s*[%!]|(pip3?|conda)\s+install\b|.*\?\s*$)")
_CONFLICT = re.compile(r"(<{7}|={7}|>{7})(\s|$)")


@dataclass(frozen=True)
class Piece:
    """A unit of parsing: a script, or one code cell of a notebook.

    Args:
        cell: number of the code cell, from 1; 0 for a script.
        title: its file name in tracebacks.
        text: the parsed text, with the student's own line numbers.
        magics: lines where a magic was replaced by `pass`.
        flags: compiler flags of the `from __future__` imports that apply to it.
    """

    cell: int
    title: str
    text: str
    body: tuple[ast.stmt, ...]
    magics: frozenset[int] = frozenset()
    flags: int = 0

    def place(self, statement: ast.stmt) -> Place:
        """Return the place of a statement."""
        return Place(self.cell, statement.lineno, statement.end_lineno or statement.lineno)


@dataclass(frozen=True)
class Source:
    """A file: its pieces, remarks on unreadable parts, and files that its cells write."""

    file: str
    pieces: tuple[Piece, ...] = ()
    remarks: tuple[tuple[Place, str], ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)


class Unparsed(Exception):
    """A piece is not Python; the text says where and why."""


def is_source(file: str) -> bool:
    """Return whether a file is a script or a notebook, by its name."""
    return PurePosixPath(file).suffix.lower() in (".py", ".ipynb")


def read_script(file: str, content: bytes) -> Source:
    """Parse a script; errors become remarks."""
    if len(content) > SCRIPT_CAP:
        return Source(file, (), ((Place(), f"not read: larger than {SCRIPT_CAP:,} bytes"),))
    try:
        text, remarks = decode(content)
        piece = parse(text, file)
    except Unparsed as problem:
        return Source(file, (), ((Place(), str(problem)),))
    return Source(file, tuple(with_future_flags([piece])), (*remarks, *bidi_remarks(piece)))


def decode(content: bytes) -> tuple[str, list[tuple[Place, str]]]:
    """Decode a script as Python does; as latin-1 with a remark if Python would refuse it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unparsed("not read: saved as UTF-16, which Python cannot read; save it as UTF-8")
    if b"\0" in content:
        raise Unparsed("not read: contains NUL bytes, so it is not Python source")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        return with_plain_lines(content.decode(encoding)), []
    except (SyntaxError, ValueError, LookupError):
        remark = (Place(), "is not UTF-8 as Python expects; read as latin-1")
        return with_plain_lines(content.decode("latin-1")), [remark]


def with_plain_lines(text: str) -> str:
    """Return the text with LF as the only line ending."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str, title: str, cell: int = 0) -> Piece:
    """Parse one piece, replacing magics by `pass`.

    Raises:
        Unparsed: it is not Python even so.
    """
    lines = text.split("\n")
    magics: set[int] = set()
    while True:
        try:
            body = _parsed("\n".join(lines))
            return Piece(cell, title, "\n".join(lines), tuple(body), frozenset(magics))
        except SyntaxError as problem:
            number = problem.lineno or 0
            is_magic = 0 < number <= len(lines) and _MAGIC.match(lines[number - 1])
            if not is_magic or len(magics) >= MAGICS_CAP or number in magics:
                raise Unparsed(_explained(problem, lines)) from None
            magics.add(number)
            _replace_magic(lines, number - 1)
        except (RecursionError, MemoryError):
            raise Unparsed("not read: nested too deeply") from None
        except (ValueError, OverflowError) as problem:  # lone surrogates, NUL in a cell
            raise Unparsed(f"not read: {problem}") from None


def _parsed(text: str) -> Sequence[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape sequence is not an error
        return ast.parse(text).body


def _replace_magic(lines: list[str], index: int) -> None:
    line = lines[index]
    lines[index] = line[: len(line) - len(line.lstrip())] + "pass"
    while line.rstrip().endswith("\\") and index + 1 < len(lines):
        index += 1
        line, lines[index] = lines[index], ""


def _explained(problem: SyntaxError, lines: list[str]) -> str:
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line) and not line.startswith("="):
            return f"syntax error in line {number}: a merge conflict was left here ({line[:7]})"
    message = str(problem.msg)
    hint = " (this is Python 2)" if message.startswith("Missing parentheses in call to") else ""
    return f"syntax error in line {problem.lineno or 1}: {message[:200]}{hint}"


def with_future_flags(pieces: Sequence[Piece]) -> list[Piece]:
    """Apply `from __future__` imports to their own piece and all later ones, as Jupyter does."""
    flags, result = 0, []
    for piece in pieces:
        for statement in piece.body:
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                for alias in statement.names:
                    feature = getattr(__future__, alias.name, None)
                    flags |= getattr(feature, "compiler_flag", 0)
        result.append(Piece(piece.cell, piece.title, piece.text, piece.body, piece.magics, flags))
    return result


def bidi_remarks(piece: Piece) -> list[tuple[Place, str]]:
    """Return remarks on characters that make a line look different from its effect."""
    found = _BIDI.search(piece.text)
    if not found:
        return []
    line = piece.text.count("\n", 0, found.start()) + 1
    text = "contains bidirectional control characters: it may not do what it seems to do"
    return [(Place(piece.cell, line, line), text)]
