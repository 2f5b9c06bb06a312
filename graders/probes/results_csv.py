"""Reading results.csv, one run per row, as spreadsheets and people write it.

Comma, semicolon, tab or bar between the columns; point or decimal comma; fraction or percent; any
encoding; columns in any order and under longer names.
"""

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

MODELS = ("MLP", "Elman", "LSTM")
LONGEST = 200_000  # characters that are read
HEADER_WITHIN = 50  # rows
ROWS, COLUMNS = 5_000, 200  # that are read: more than real tables have, and cheap
BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
CELL_CAP = 200  # characters; a longer cell is a remark
NUMBER = re.compile(r"[+]?(\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE](-?\d{1,2}))?(?![\w.,])")
NO_HYPERPARAMETER = re.compile(
    r"(|#|n[or]\.?|id|idx|index|run|row|trial|unnamed.*|.*(acc|loss|time|note|comment|remark|date).*)"
)


@dataclass(frozen=True)
class RecordedRun:
    """One row: the model, its hyperparameters that are not blank, and accuracies in percent or not."""

    model: str
    hyperparameters: Mapping[str, str]
    validation: float | None
    test: float | None


def read_runs(content: bytes, needed: Sequence[str] = ("val", "test")) -> list[RecordedRun]:
    """Read the runs of the three models; rows of other models are left out.

    Args:
        needed: what the name of some column must contain.

    Raises:
        ValueError: no row names the columns; the text says what is missing.
    """
    tables = [table for mark in ",;\t|" if (table := _table(_text(content), mark))]
    if not tables:
        raise ValueError("no row names a column `model`")
    header, rows = max(tables, key=lambda table: sum(map(bool, table[0])))
    places = {
        name: [i for i, title in enumerate(header) if name in title and _is_accuracy(title)]
        for name in ("val", "test")
    }
    missing = [name for name in needed if not places[name]]
    if missing:
        raise ValueError(
            f"no column has {' and none '.join(f'`{m}`' for m in missing)} in its name"
        )
    return list(_runs(header, rows, places))


def read_untitled(content: bytes) -> list[RecordedRun]:
    """Read the runs of a table in which no row names the columns: the last two are the accuracies.

    Raises:
        ValueError: a row names them, or the first row is not a run.
    """
    text = _text(content)
    for mark in ",;\t|":
        cells = text.partition("\n")[0].split(mark)
        column = next((i for i, cell in enumerate(cells) if _model_of(cell)), None)
        if _table(text, mark) is None and column is not None and len(cells) > 3:
            titles = [f"setting {i}" for i in range(len(cells) - 2)] + ["validation", "test"]
            titles[column] = "model"
            return read_runs(f"{mark.join(titles)}\n{text}".encode())
    raise ValueError("this is not a table without names of columns")


def _text(content: bytes) -> str:
    head = next((code for mark, code in BOMS.items() if content.startswith(mark)), "")
    zeros = content[:200].count(0) > len(content[:200]) // 4  # UTF-16 without a byte order mark
    for encoding in [head] if head else ["utf-16-le"] if zeros else ["utf-8"]:
        text = content[: 4 * LONGEST].decode(encoding, "replace")
        if "\ufffd" not in text or head:
            return text[:LONGEST].replace("\0", "")
    return content[:LONGEST].decode("latin-1").replace("\0", "")


def _table(text: str, mark: str) -> tuple[list[str], list[list[str]]] | None:
    rows = []
    with contextlib.suppress(csv.Error):  # the rows before the damage count
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        rows.extend(row[:COLUMNS] for row in islice(reader, ROWS))
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        titles = [_plain(cell).casefold() for cell in row]
        if any("model" in title for title in titles):
            return titles, rows[place + 1 :]
    return None


def _plain(cell: str) -> str:
    return cell[:CELL_CAP].strip(" \t\r\n\ufeff\xa0\"'`*_")


def _is_accuracy(title: str) -> bool:
    return "acc" in title or not ("loss" in title or "time" in title)


def _runs(
    header: list[str], rows: list[list[str]], places: Mapping[str, list[int]]
) -> Iterator[RecordedRun]:
    exact = [i for i, title in enumerate(header) if title == "model"]
    column = (exact or [i for i, title in enumerate(header) if "model" in title])[0]
    used = {column, *places["val"], *places["test"]}
    free = [i for i in range(len(header)) if i not in used]
    free = [i for i in free if not NO_HYPERPARAMETER.fullmatch(header[i])]
    name = ""
    for row in rows:
        cells = [_plain(cell) for cell in row] + [""] * len(header)
        name = cells[column] or name  # a cell merged with the one above
        if any(cells) and (model := _model_of(name)):
            settings = {header[i]: cells[i] for i in free if cells[i]}
            validation, test = (_first_number(cells, places[what]) for what in ("val", "test"))
            yield RecordedRun(model, settings, validation, test)


def _model_of(name: str) -> str:
    """Return the model that a cell names: `LSTM`, `Elman`, `nn.RNN`, `MLP (baseline)`."""
    for sign, model in (("lstm", "LSTM"), ("mlp", "MLP"), ("elman", "Elman"), ("rnn", "Elman")):
        if sign in name.casefold():
            return model
    return ""


def _first_number(cells: list[str], places: list[int]) -> float | None:
    return next((n for i in places if (n := _accuracy(cells[i])) is not None), None)


def _accuracy(cell: str) -> float | None:
    """Read `0.861`, `86,1 %`, `0.86 ± 0.01`; None if it is not a number from 0 to 100."""
    match = NUMBER.match(cell.lstrip("~≈= "))
    if not match:
        return None
    value = float(match[1].replace(",", ".")) * 10.0 ** int(match[2] or 0)
    return value if 0 <= value <= 100 else None
