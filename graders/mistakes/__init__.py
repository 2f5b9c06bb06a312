"""Known-wrong answers: small edits of the reference that the part's checks must catch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One wrong answer.

    Args:
        name: a few words that say what is wrong; unique within its part.
        edits: pairs (old, new) of text; each `old` occurs exactly once in the file of reference/.
        fails: names of checks of this part that must fail; others of the part may fail as well.
        hint: words of the right hint, which a failed check's hint or message must contain.
        seen: "real" if seen in submissions, "systematic" if derived from a line.
        file: the file that is edited; <part>.py when empty.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    fails: tuple[str, ...]
    hint: str = ""
    seen: str = "systematic"
    file: str = ""
