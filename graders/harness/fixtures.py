"""Make the fixed tiny data of `fixtures/`: every file is rebuilt byte for byte by its function."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from graders.harness import golden, languages, samples, sentences, sheet_samples, tagged
from graders.harness.sandbox import ROOT

FIXTURES = ROOT / "fixtures"
POSITIVE = [
    "bright",
    "warm",
    "tender",
    "witty",
    "gripping",
    "graceful",
    "honest",
    "splendid",
    "charming",
    "vivid",
]
NEGATIVE = [
    "dull",
    "clumsy",
    "tedious",
    "hollow",
    "noisy",
    "stale",
    "shallow",
    "awkward",
    "dreary",
    "muddled",
]
NEUTRAL = [
    "the",
    "a",
    "this",
    "that",
    "film",
    "story",
    "scene",
    "actor",
    "plot",
    "ending",
    "music",
    "camera",
    "it",
    "was",
    "were",
    "is",
    "had",
    "with",
    "and",
    "but",
    "then",
    "very",
    "quite",
    "rather",
    "almost",
    "about",
    "of",
    "in",
    "on",
    "at",
    "for",
    "long",
    "short",
    "first",
    "last",
    "second",
    "we",
    "they",
    "script",
    "role",
    "hour",
]


def reviews() -> bytes:
    """Make 400 + 200 tiny reviews of invented words; a review has the label of its feelings.

    Ids 0 to 3 are the special tokens of `data.py`; label 0 is positive, 1 negative, as on the sheet.
    """
    words = [".pad", ".start", ".end", ".unk", *NEUTRAL, *POSITIVE, *NEGATIVE]
    ids = {word: place for place, word in enumerate(words)}
    chance = random.Random(3)
    document: dict[str, object] = {"vocabulary": len(words), "words": words}
    for name, count in (("train", 400), ("test", 200)):
        labels = [place % 2 for place in range(count)]
        chance.shuffle(labels)
        document[name] = [[ids[word] for word in _review(chance, label)] for label in labels]
        document[f"{name}_labels"] = labels
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def _review(chance: random.Random, label: int) -> list[str]:
    feelings = NEGATIVE if label else POSITIVE
    review = [chance.choice(NEUTRAL) for _ in range(chance.randint(4, 11))]
    review += [chance.choice(feelings) for _ in range(chance.randint(1, 3))]
    chance.shuffle(review)
    return review


MAKERS: dict[str, Callable[[], bytes]] = {
    "reviews.json": reviews,
    "golden.safetensors": golden.golden,
    "sentences.json": sentences.noted,
    **languages.MAKERS,
    **tagged.MAKERS,
    **samples.MAKERS,
    **sheet_samples.MAKERS,
}


def changed() -> list[str]:
    """List the fixtures whose bytes are not what their function makes."""
    return [name for name, make in MAKERS.items() if not _same(FIXTURES / name, make())]


def write() -> list[str]:
    """Rebuild every fixture; list those that changed."""
    names = changed()
    for name in names:
        (FIXTURES / name).parent.mkdir(parents=True, exist_ok=True)
        (FIXTURES / name).write_bytes(MAKERS[name]())
    return names


def _same(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content
