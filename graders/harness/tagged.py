"""The tiny tagged corpus: invented words, four tags, and words whose tag only their place tells."""

import json
import random

TAGS = ("noun", "verb", "adjective", "determiner")
DETERMINERS = ("lo", "ta")
ADJECTIVES = ("brimo", "noket", "silva", "tarun")
NOUNS = ("dorvi", "kesam", "palen")
VERBS = ("gansu", "tevri")
EITHER = ("duno", "fesil", "lirek", "mibel", "ruvot", "vamo")  # noun or verb
WORDS = tuple(sorted(DETERMINERS + ADJECTIVES + NOUNS + VERBS + EITHER))

Tagged = tuple[str, str]


def corpus() -> bytes:
    """Make 60 + 60 sentences such as `lo silva vamo fesil ta duno`, as ids of words and of tags.

    A word that is noun or verb is a noun after a determiner or an adjective, a verb after a noun:
    a tagger without a memory cannot tell. In every second sentence a word stands twice.
    """
    chance = random.Random(5)
    document: dict[str, object] = {"words": WORDS, "tags": TAGS}
    for name, count in (("train", 60), ("test", 60)):
        sentences = [_sentence(chance) for _ in range(count)]
        document[name] = [[WORDS.index(word) for word, _ in s] for s in sentences]
        document[f"{name}_tags"] = [[TAGS.index(tag) for _, tag in s] for s in sentences]
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def _sentence(chance: random.Random) -> list[Tagged]:
    sentence = [*_phrase(chance), (chance.choice(VERBS + EITHER), "verb")]
    return sentence + _phrase(chance) if chance.random() < 0.6 else sentence


def _phrase(chance: random.Random) -> list[Tagged]:
    adjectives = [chance.choice(ADJECTIVES) for _ in range(chance.choice((0, 0, 1, 1, 2)))]
    tagged = [(word, "adjective") for word in adjectives]
    noun = chance.choice(NOUNS + EITHER + EITHER)
    return [(chance.choice(DETERMINERS), "determiner"), *tagged, (noun, "noun")]


MAKERS = {"tagging.json": corpus}
