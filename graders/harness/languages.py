"""Make the tiny languages of `fixtures/`: short strings of the two grammars, as token ids."""

import json
import random
from collections.abc import Callable

COUNT = 300


def ndfa() -> bytes:
    """Make strings like `sabc!abc!s` of at most three words, from `.start` to `.end`."""
    chance = random.Random(5)
    words, times = ("abc!", "uvw!", "klm!"), (0, 1, 1, 2, 2, 3)
    texts = [f"s{chance.choice(words) * chance.choice(times)}s" for _ in range(COUNT)]
    return _language("!abcklmsuvw", texts)


def brackets() -> bytes:
    """Make strings like `(()())` of at most 10 brackets, from `.start` to `.end`."""
    chance = random.Random(5)
    texts: list[str] = []
    while len(texts) < COUNT:
        text, depth = "(", 1
        while depth:
            opens = chance.random() < 7 / 16
            text, depth = text + ("(" if opens else ")"), depth + (1 if opens else -1)
        if len(text) <= 10:
            texts.append(text)
    return _language("()", texts)


def _language(alphabet: str, texts: list[str]) -> bytes:
    symbols = [".pad", ".start", ".end", ".unk", *alphabet]  # ids 0 to 3 as in data.py
    ids = {symbol: place for place, symbol in enumerate(symbols)}
    rows = [[1, *(ids[symbol] for symbol in text), 2] for text in sorted(texts, key=len)]
    return (json.dumps({"i2w": symbols, "train": rows}, separators=(",", ":")) + "\n").encode()


MAKERS: dict[str, Callable[[], bytes]] = {"ndfa.json": ndfa, "brackets.json": brackets}
