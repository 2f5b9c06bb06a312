"""The code cells of a notebook. Outputs, metadata and attachments are ignored."""

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from .notes import Place
from .sources import (
    Piece,
    Source,
    Unparsed,
    bidi_remarks,
    parse,
    with_future_flags,
    with_plain_lines,
)

NOTEBOOK_CAP = 20_000_000  # bytes
_RUNS_HERE = ("time", "timeit", "capture", "prun", "memit", "mprun", "wandb", "notify")
_WRITES = re.compile(r"%%(?:writefile|file)\s+(-a\s+)?[\"']?([\w./-]+\.py)[\"']?\s*$")


def read_notebook(file: str, content: bytes) -> Source:
    """Parse each code cell on its own; errors become remarks."""
    pieces: list[Piece] = []
    remarks: list[tuple[Place, str]] = []
    written: dict[str, str] = {}
    try:
        for number, text in enumerate(_code_cells(content), 1):
            try:
                piece = _cell(text, f"{file}, cell {number}", number, written)
            except Unparsed as problem:
                remarks.append((Place(number), str(problem)))
            else:
                pieces.append(piece)
                remarks += bidi_remarks(piece)
    except Unparsed as problem:
        remarks.append((Place(), f"not read: {problem}"))
    folder = PurePosixPath(file).parent
    beside = {str(folder / name): text for name, text in written.items()}
    return Source(file, tuple(with_future_flags(pieces)), tuple(remarks), beside)


def _code_cells(content: bytes) -> Iterator[str | None]:
    if len(content) > NOTEBOOK_CAP:
        raise Unparsed(f"larger than {NOTEBOOK_CAP:,} bytes")
    for cell in _cells(_document(content)):
        if isinstance(cell, dict) and cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        yield with_plain_lines(source) if isinstance(source, str) else None


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise Unparsed("it is nested too deeply") from None
    except ValueError:  # UnicodeDecodeError and JSONDecodeError
        raise Unparsed("it is not a notebook (not JSON)") from None
    if not isinstance(document, dict):
        raise Unparsed("it is not a notebook (not a JSON object)")
    return document


def _cells(document: dict[str, Any]) -> list[Any]:
    if "worksheets" in document and "cells" not in document:
        document = _upgraded(document)
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise Unparsed("it is not a notebook (no list of cells)")
    return cells


def _upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Convert a notebook of format 3 or older to format 4."""
    import nbformat  # only here: most submissions contain no such notebook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            older = nbformat.from_dict(document)
            return dict(nbformat.convert(older, 4))
    except Exception:  # nbformat raises any exception on a damaged file
        raise Unparsed("it has an old format and is damaged") from None


def _cell(text: str | None, title: str, number: int, written: dict[str, str]) -> Piece:
    if text is None:
        raise Unparsed("not read: its source is not text")
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    first = lines[start]
    if not first.startswith("%%"):
        return parse(text, title, number)
    found = _WRITES.match(first)
    if found:
        before = written.get(found[2], "") if found[1] else ""
        written[found[2]] = before + "\n".join(lines[start + 1 :]) + "\n"
    runs = not found and first[2:].split(" ")[0].strip() in _RUNS_HERE
    lines[start] = "pass"
    kept = lines if runs else lines[: start + 1]
    piece = parse("\n".join(kept), title, number)
    return Piece(number, title, piece.text, piece.body, piece.magics | {start + 1})
