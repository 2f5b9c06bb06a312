"""Known wrong answers: each a small edit of the reference that its part's checks must catch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One wrong answer.

    Args:
        name: what is wrong, in a few words; unique within its part.
        edits: pairs (old, new) of text; each `old` stands exactly once in the file of reference/.
        fails: names of checks of this part that must fail; others of the part may fail as well.
        hint: the hint that its student deserves: words that a failed check's hint or message holds.
        seen: where it was seen: "real" in submissions, or "systematic" when derived from a line.
        file: the file that is edited; <part>.py when empty.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    fails: tuple[str, ...]
    hint: str = ""
    seen: str = "systematic"
    file: str = ""
