"""Make any string visible and harmless, and write numbers exactly, before people see them.

Names, messages and printed output come from students. HTML escaping alone leaves
deceptive characters: terminal escapes, bidirectional overrides, zero-width characters, piles of
combining marks, floods.
"""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

LINE_LIMIT = 200  # characters of a name, a title or a file name
SENTENCE_LIMIT = 600
LONG_LINE_LIMIT = 1_000  # characters of one line inside a block
BLOCK_LIMIT = 6_000  # characters of a message, a hint or printed output
BLOCK_LINES = 120
MARKS = 4  # combining marks on one letter: enough for every script
# Letters and marks by category, but invisible.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
SELECTORS = range(0xE0100, 0xE01F0)  # variation selectors that can hide a text in another


def visible(text: str) -> str:
    r"""Show what is invisible or acts on its surroundings as an escape: `\x1b`, `\u202e`.

    Line breaks, tabs and every kind of plain space stay. Applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text.replace("\r\n", "\n"):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MARKS:
            shown.append(character if _harmless(character) else _escape(character))
        elif marks == MARKS + 1:
            shown.append("…")
    return "".join(shown)


def _harmless(character: str) -> bool:
    if character in "\n\t" or unicodedata.category(character) == "Zs":
        return True
    hidden = character in BLANK or ord(character) in SELECTORS
    return character.isprintable() and not hidden


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """Show `text` on one line, with at most `limit` of its characters and how many are missing."""
    shown = visible(_cut(text, limit))
    return shown.replace("\n", "\\n").replace("\t", "\\t")


def sentence(text: str) -> str:
    """Show `text`, which may be wrapped over several lines, as one sentence."""
    return line(" ".join(text[: 10 * SENTENCE_LIMIT].split()), SENTENCE_LIMIT)


def block(text: str) -> str:
    """Show `text` as lines. Its middle goes first: the end of a traceback names the error."""
    text = text.replace("\r\n", "\n").strip("\n")
    lines = text.split("\n") if len(text) <= BLOCK_LIMIT else []
    if not lines or len(lines) > BLOCK_LINES:
        head = text[: BLOCK_LIMIT * 2 // 3].split("\n")[: BLOCK_LINES * 2 // 3]
        tail = text[-BLOCK_LIMIT // 3 :].split("\n")[-BLOCK_LINES // 3 :]
        left_out = len(text) - len("\n".join(head)) - len("\n".join(tail))
        lines = [*head, missing(left_out, "character"), *tail]
    return "\n".join(visible(_cut(each, LONG_LINE_LIMIT)) for each in lines)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit]}{missing(len(text) - limit, 'character')}"


def missing(number: int, noun: str) -> str:
    """Return how many are not shown."""
    return f"… ({number:,} more {noun if number == 1 else noun + 's'})"


def decimal(value: Decimal) -> str:
    """Write an exact decimal without exponent and without trailing zeros: 10, 0.25."""
    return format(value.normalize() if value else Decimal(0), "f")


def counted(number: Decimal | int, noun: str) -> str:
    """Write a number with its noun: 1 point, 0.5 points, 12 lines."""
    text = f"{number:,}" if isinstance(number, int) else decimal(number)
    return f"{text} {noun if number == 1 else noun + 's'}"


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """Write a share rounded down, so that 100 % means all, and 0 % means none."""
    if not whole:
        return "—"
    share = part * 100 // whole
    return "under 1 %" if part and not share else f"{share} %"


def points_of(points: Decimal, maximum: Decimal) -> str:
    """Write points with their maximum: 0.5 of 1 point."""
    return f"{decimal(points)} of {counted(maximum, 'point')}"


def lateness(points: Decimal, extension: str) -> str:
    """Return the late deduction, with the reason for an extension."""
    taken = f"{counted(points, 'point')} deducted" if points else "Nothing is deducted"
    reason = f" (extension: {line(extension)})" if extension else ""
    return f"{taken} for lateness{reason}."


def seconds_text(seconds: float) -> str:
    """Write a time to a tenth of a second: 3.2 s."""
    return f"{seconds:.1f} s"


BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def printable(text: str) -> str:
    """Replace invisible characters and control characters by their escapes."""
    seen = (c.isprintable() or unicodedata.category(c) == "Zs" for c in text)
    return "".join(c if here else _escape_name(c) for c, here in zip(text, seen, strict=True))


def _escape_name(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def is_hidden(character: str) -> bool:
    """Return whether a character would change how the text around it is shown."""
    return character in BIDI or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def listed(names: Sequence[str], most: int = 20) -> str:
    """Write the first names, separated by commas, and the number of the others."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(printable, names[:most])) + rest
