"""Notes of the loader on a file: short lines, runs of skipped statements as one."""

from collections.abc import Iterator
from dataclasses import dataclass

from .names import STATEMENT

LIMIT = 30  # lines for one file


@dataclass(frozen=True, order=True)
class Place:
    """A place: lines of a file, or of one code cell of a notebook (from 1)."""

    cell: int = 0
    line: int = 0
    end: int = 0

    def to(self, last: "Place") -> str:
        """Return the range from here to `last` in words."""
        if self.cell != last.cell:
            return f"cells {self.cell}-{last.cell}"
        cell = f"cell {self.cell}" if self.cell else ""
        lines = f"lines {self.line}-{last.end}" if last.end > self.line else f"line {self.line}"
        return ", ".join(part for part in (cell, lines if self.line else "") if part)

    def __str__(self) -> str:
        return self.to(self)


class Notes:
    """The notes on one file."""

    def __init__(self) -> None:
        self.changes = 0
        self._texts: list[tuple[Place, str]] = []
        self._skips: dict[int, tuple[Place, str]] = {}

    def say(self, place: Place, text: str) -> None:
        """Add a note, once."""
        line = (place, f"{place}: {text}" if str(place) else text)
        if line not in self._texts:
            self._texts.append(line)
            self.changes += 1

    def skip(self, number: int, place: Place, kind: str = "") -> None:
        """Note that statement `number` was skipped; without a kind it gets no line."""
        self._skips[number] = (place, kind)
        self.changes += 1

    def drop(self, number: int) -> None:
        """Remove the note that statement `number` was skipped: it was executed later."""
        self._skips.pop(number, None)
        self.changes += 1

    def lines(self) -> list[str]:
        """Return the notes in the file's order, at most `LIMIT`."""
        notes = sorted([*self._texts, *self._runs()], key=lambda note: note[0])
        texts = [text for _, text in notes]
        if len(texts) <= LIMIT:
            return texts
        return [*texts[: LIMIT - 1], f"and {len(texts) - LIMIT + 1} more notes"]

    def _runs(self) -> Iterator[tuple[Place, str]]:
        run: list[tuple[Place, str]] = []
        before = None
        for number in sorted(self._skips):
            if before is not None and number != before + 1:
                yield from _merged(run)
                run = []
            run.append(self._skips[number])
            before = number
        yield from _merged(run)


def _merged(run: list[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    worth = [(place, kind) for place, kind in run if kind]
    if not worth:
        return
    first, last = worth[0][0], worth[-1][0]
    kinds = dict.fromkeys(kind for _, kind in worth if kind != STATEMENT)
    plain = STATEMENT if len(worth) == 1 else STATEMENT + "s"
    yield first, f"{first.to(last)}: {', '.join(kinds) or plain} skipped"
