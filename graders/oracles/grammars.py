"""The exact grammars of the two tiny languages: the first violation in a string."""

from collections.abc import Callable

WORDS = ("abc!", "uvw!", "klm!")
Broken = tuple[int, str] | None  # the first wrong position, and the reason


def ndfa(text: str) -> Broken:
    """Check for s, then the same one of three words any number of times, then s."""
    if not text.startswith("s"):
        return 0, "the text must begin with s"
    if text == "s":
        return 1, "a word or the last s is missing"
    if text[1] == "s":
        return (2, "nothing may follow the last s") if len(text) > 2 else None
    word = next((word for word in WORDS if word[0] == text[1]), "")
    if not word:
        return 1, "expected a word or the last s here"
    return _repeated(text, word)


def _repeated(text: str, word: str) -> Broken:
    place = 1
    while place < len(text):
        wanted = word[(place - 1) % len(word)]
        between = place > 1 and (place - 1) % len(word) == 0
        if text[place] == "s" and between:
            return (place + 1, "nothing may follow the last s") if text[place + 1 :] else None
        if text[place] != wanted:
            return place, f"the word is {word}, so {wanted}{' or s' * between} must follow"
        place += 1
    return len(text), "the text ends before the last s"


def brackets(text: str) -> Broken:
    """Check for balanced brackets: no prefix closes more than it opened, and none stays open."""
    depth = 0
    for place, bracket in enumerate(text):
        if bracket not in "()":
            return place, "only brackets are allowed"
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return place, "this bracket has no opening bracket"
    if not text:
        return 0, "the text is empty"
    return (len(text), f"{depth} brackets are not closed") if depth else None


GRAMMARS: dict[str, Callable[[str], Broken]] = {"ndfa": ndfa, "brackets": brackets}


def marked(text: str, broken: Broken) -> str:
    """Show a string with its first violation: `sabc!a▶x◀c!s: …`."""
    if broken is None:
        return text
    place, reason = broken
    wrong = text[place : place + 1] or "end"
    return f"{text[:place]}▶{wrong}◀{text[place + 1 :]}: {reason}"
