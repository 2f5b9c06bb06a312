"""Say in the student's terms what an exception of PyTorch, NumPy or Python means.

The messages are data, in rows: a pattern for the exception's type, one for its text, the sentence,
and sometimes one for the source line. The first row that matches speaks, so special rows come
before general ones. `{got:size}` in a sentence writes a part of the text with the names of sizes,
and `{d:axes}` the number of axes.
"""

import re
from collections.abc import Mapping

from graders.remote.explain import code, gradients, layers, shapes, tensors, values
from graders.text import line as on_one_line

PART_LIMIT, LINE_LIMIT = 80, 120  # characters shown; texts and lines come from students
TABLES = (
    *shapes.ROWS,
    *tensors.ROWS,
    *gradients.ROWS,
    *layers.ROWS,
    *code.ROWS,
    *values.ROWS,
)
ROWS = [
    (re.compile(types), re.compile(text), says, re.compile("".join(where)))
    for types, text, says, *where in TABLES
]


def explain(type_name: str, text: str, sizes: Mapping[str, int], line: str = "") -> str:
    """Return what an exception means in the student's terms, or "" if it says nothing known.

    Args:
        type_name: of the exception, e.g. "RuntimeError".
        text: of the exception.
        sizes: named sizes of the call, e.g. {"vocab_size": 13, "emb": 5, "hidden": 7}; also of
            tensors, as "x.shape[0]".
        line: the student's own source line that raised it, if known.
    """
    if line.lstrip().startswith("raise"):
        return ""  # the words are the student's own, whatever they look like
    for types, pattern, says, where in ROWS:
        found = types.fullmatch(type_name) and pattern.match(text)
        if found and where.search(line):
            return says.format_map({k: _Part(v or "", sizes) for k, v in found.groupdict().items()})
    return ""


class _Part:
    """A part of an exception's text, to be formatted into a sentence."""

    def __init__(self, text: str, sizes: Mapping[str, int]) -> None:
        self.text = on_one_line(text.strip(), PART_LIMIT)
        self.sizes = sizes

    def __format__(self, spec: str) -> str:
        if spec == "axes":
            return "1 axis" if self.text == "1" else f"{self.text} axes"
        if spec != "size":
            return self.text
        return re.sub(r"\d+", lambda digits: _named(digits[0], self.sizes), self.text)


def _named(digits: str, sizes: Mapping[str, int]) -> str:
    """Return the number with the size's name, if exactly one has this value: 7 (hidden)."""
    names = [name for name, size in sizes.items() if str(size) == digits]
    return f"{digits} ({on_one_line(names[0], PART_LIMIT)})" if len(names) == 1 else digits


HINTS = {
    "TypeError": "Print the type of each value in it: print(type(x)).",
    "AttributeError": "Print the type of what stands before the dot: print(type(x)).",
    "KeyError": "Print the keys that exist, and the key that you look up.",
    "IndexError": "Print the shape or the length of what is indexed, and the index.",
    "RuntimeError": "Print the shape and the dtype of each tensor in it.",
    "ValueError": "Print the values in it, and of tensors the shape and the dtype.",
    "AssertionError": "Print both sides of what is asserted.",
    "NameError": "Look for the line that should define each name in it.",
}


def general(type_name: str, line: str) -> str:
    """Return a short hint for an exception that `explain` does not know, without a cause."""
    hint = HINTS.get(type_name, "Print what goes into it.")
    place = f"the line `{on_one_line(line.strip(), LINE_LIMIT)}`" if line.strip() else "this line"
    return f"Look at {place}. {hint}"
