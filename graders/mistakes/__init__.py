"""Known-wrong answers: small edits of the reference that the part's checks must catch."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from graders.results.scoring import Severity

WEIGHTS = Path(__file__).with_name("severities.toml")


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
        recognised: the name of the deviation that it must be recognised as; "" for none.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    fails: tuple[str, ...]
    hint: str = ""
    seen: str = "systematic"
    file: str = ""
    recognised: str = ""


@dataclass(frozen=True)
class Weight:
    """How grave a mistake is, and why, as an experienced teaching assistant would say.

    Args:
        open: "open" while the mistake does not keep what its severity allows.
    """

    severity: Severity
    reason: str
    open: str = ""


def weights(part: str) -> dict[str, Weight]:
    """Return the weight of each known mistake of a part, by its name."""
    document = tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {name: Weight(*entry) for name, entry in document.get(part, {}).items()}
