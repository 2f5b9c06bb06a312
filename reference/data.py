"""Data: the given loaders and generators; there is nothing to write in this module.

A sequence is a list of token ids. Ids 0 to 3 are the special tokens; all other ids depend on the
data alone, so they are the same on every machine and in every run. A missing or damaged file raises
FileNotFoundError or ValueError, in one sentence that says what was expected where.
"""

import gzip
import pickle
import random
import re
import tarfile
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

PAD, START, END, UNK = 0, 1, 2, 3
SPECIALS = (".pad", ".start", ".end", ".unk")
SST_LABELS = ("positive", "negative", "neutral")

Maps = tuple[list[str], dict[str, int]]
Pairs = list[tuple[list[int], int]]
Labelled = tuple[list[list[int]], list[int]]
Sentences = tuple[list[list[str]], list[int]]
Tagged = list[tuple[str, str]]


def _maps(tokens: Iterable[str]) -> Maps:
    """Number the tokens in their order, after the special ones: (i2w, w2i)."""
    i2w = [*SPECIALS, *tokens]
    return i2w, {token: i for i, token in enumerate(i2w)}


def _progress(items: Iterable, what: str) -> Iterable:
    """Show a progress bar on a terminal, if the work takes longer than a second."""
    return tqdm(items, desc=what, delay=1, leave=False, disable=None)


def _read(path: Path, expected: str) -> str:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected {expected} here, found no such file")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise ValueError(f"{path}: expected {expected} in UTF-8, found other bytes") from problem


# --- IMDb: reviews that are positive or negative ---

_IMDB = "the folder aclImdb, its .tar.gz or the course's imdb.word.pkl.gz"
_SPLITS = ("train", "test")


def load_imdb(
    path: str | Path, final: bool = False, char: bool = False
) -> tuple[Labelled, Labelled, Maps, int]:
    """Load the IMDb reviews as (x_train, y_train), (x_val, y_val), (i2w, w2i), number of classes.

    The raw reviews become words as the assignment says: lower case, all but letters removed, split on
    white space (a line break mark counts as white space). Their vocabulary comes from the training
    reviews, the most frequent token first. The course's pickle is used as it is.

    Args:
        path: the folder aclImdb, its .tar.gz or the course's imdb.word.pkl.gz.
        final: False holds out a fifth of the training reviews for validation, 5,000 at most; True
            returns the test reviews instead.
        char: make each character of a raw review a token; a pickle contains one or the other anyway.

    Returns:
        Sequences from short to long, labels 0 positive and 1 negative, vocabulary, classes.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: expected {_IMDB} here, found nothing")
    raw = path.is_dir() or path.name.endswith((".tar.gz", ".tgz"))
    splits, maps = _encode_reviews(path, char) if raw else _read_pickle(path)
    train, test = (sorted(splits[name], key=lambda pair: len(pair[0])) for name in _SPLITS)
    if not final:
        held_out = set(random.Random(0).sample(range(len(train)), min(5000, len(train) // 5)))
        test = [train[i] for i in sorted(held_out)]
        train = [pair for i, pair in enumerate(train) if i not in held_out]
    return _unzip(train), _unzip(test), maps, 2


def _unzip(pairs: Pairs) -> Labelled:
    return [x for x, _ in pairs], [y for _, y in pairs]


def _encode_reviews(path: Path, char: bool) -> tuple[dict[str, Pairs], Maps]:
    read = _reviews_in_folder if path.is_dir() else _reviews_in_tar
    texts = dict(_progress(read(path), "reading reviews"))
    tokens = {name: text if char else _words(text) for name, text in sorted(texts.items())}
    for kind in ("train/pos", "train/neg", "test/pos", "test/neg"):
        if not any(name.startswith(kind) for name in tokens):
            raise FileNotFoundError(f"{path}: expected reviews as {kind}/*.txt inside, found none")
    counts = Counter(t for name in tokens if name.startswith("train") for t in tokens[name])
    i2w, w2i = _maps(sorted(counts, key=lambda token: (-counts[token], token)))
    splits: dict[str, Pairs] = {name: [] for name in _SPLITS}
    for name, review in tokens.items():
        split, sentiment, _ = name.split("/")
        ids = [w2i.get(token, UNK) for token in review]
        splits[split].append((ids, 0 if sentiment == "pos" else 1))
    return splits, (i2w, w2i)


def _words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]|[\d_]", "", text.replace("<br />", " ").lower()).split()


_REVIEW = re.compile(r"(?:train|test)/(?:pos|neg)/[^/]+\.txt")


def _reviews_in_folder(path: Path) -> Iterator[tuple[str, str]]:
    path = path / "aclImdb" if (path / "aclImdb").is_dir() else path
    for file in path.glob("*/*/*.txt"):
        name = file.relative_to(path).as_posix()
        if _REVIEW.fullmatch(name):
            yield name, _read(file, "a review")


def _reviews_in_tar(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                name = "/".join(member.name.split("/")[-3:])
                if _REVIEW.fullmatch(name) and (file := tar.extractfile(member)):
                    yield name, file.read().decode("utf-8")
    except (tarfile.TarError, EOFError, OSError, zlib.error, KeyError, ValueError) as problem:
        raise ValueError(f"{path}: expected a whole .tar.gz of aclImdb ({problem})") from problem


class _PlainUnpickler(pickle.Unpickler):
    """Reads lists, tuples, dicts, strings and numbers; anything that could run code is refused."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _read_pickle(path: Path) -> tuple[dict[str, Pairs], Maps]:
    try:
        with gzip.open(path) as file:
            x, y, i2w, w2i = _PlainUnpickler(file).load()
        pairs = {name: zip(map(list, x[name]), y[name], strict=True) for name in _SPLITS}
        return {name: list(pairs[name]) for name in _SPLITS}, (list(i2w), dict(w2i))
    except Exception as problem:  # a damaged pickle may raise almost anything
        expected = "a gzip pickle of (sequences, labels, i2w, w2i)"
        raise ValueError(f"{path}: expected {expected} ({problem!r})") from problem


# --- Stanford Sentiment Treebank: sentences that are positive, negative or neutral ---


def load_sst(path: str | Path) -> tuple[Sentences, Sentences, Sentences]:
    """Load the Stanford trees as (x_train, y_train), (x_val, y_val), (x_test, y_test).

    Args:
        path: the folder with train.txt, dev.txt and test.txt, or the folder around it (trees).

    Returns:
        x: sentences in the file's order, each a list of tokens in lower case, not yet ids.
        y: indices into SST_LABELS, from the label of the whole sentence: above 2 positive (0),
            below 2 negative (1), 2 neutral (2).
    """
    path = Path(path)
    path = path / "trees" if (path / "trees").is_dir() else path
    train, val, test = (_read_trees(path / f"{split}.txt") for split in ("train", "dev", "test"))
    return train, val, test


def _read_trees(path: Path) -> Sentences:
    x, y = [], []
    for number, line in enumerate(_read(path, "the Stanford trees").strip().split("\n"), 1):
        root = re.match(r"\(([0-4]) .+\)$", line)
        if not root or line.count("(") != line.count(")"):
            raise ValueError(f"{path}, line {number}: expected a tree like (3 (2 so) (4 good))")
        x.append([word.lower() for word in re.findall(r"\([0-4] ([^() ]+)\)", line)])
        y.append((1, 1, 2, 0, 0)[int(root[1])])
    return x, y


# --- Part-of-speech tags: one tag per token ---

_CONLL = {"train": "train-02-21.conll", "test": "test-23.conll", "dev": "dev-22.conll"}

_COARSE = {  # the tags of the Penn Treebank, in lower case, by coarse tag
    "noun": "nn nns nnp nnps np nn|nns nn|sym nn|vbg",
    "verb": "vb vbd vbg vbn vbp vbz md vb|nn vbd|vbn vbg|nn vbp|to",
    ".": ". , : ; ! ? ( ) `` '' \" # $ -lrb- -rrb- -lcb- -rcb-",
    "adp": "in in|rp",
    "det": "dt pdt wdt ex",
    "adj": "jj jjr jjs jj|rb jj|vbg",
    "adv": "rb rbr rbs rb|rp rb|vbg wrb",
    "num": "cd",
    "pron": "prp prp$ wp wp$ prp|vbp",
    "prt": "pos rp to prt",
    "conj": "cc",
    "x": "fw ls sym uh cd|rb",
}


class PostagCorpusData:
    """The part-of-speech corpus: words in, one of 12 coarse tags per word out.

    Keeps the sentences of 2 to 14 words, at most the first 1000 of each split.

    Attributes:
        input_size, output_size: the numbers of different words (in all splits) and coarse tags.
        word_dict: id of each word, in order of appearance in train, test, dev.
        tag_dict: id of each coarse tag; "noun" is 0.
    """

    def __init__(self, path: str | Path):
        """Read train-02-21.conll, test-23.conll and dev-22.conll in the folder `path`."""
        self.word_dict: dict[str, int] = {}
        self.tag_dict = {tag: i for i, tag in enumerate(_COARSE)}
        self._coarse = {tag: i for i, tags in enumerate(_COARSE.values()) for tag in tags.split()}
        self._batches = {
            split: [self._encode(sentence) for sentence in _read_conll(Path(path) / name)]
            for split, name in _CONLL.items()
        }
        self.input_size, self.output_size = len(self.word_dict), len(self.tag_dict)

    def _encode(self, sentence: Tagged) -> dict[str, np.ndarray]:
        for tag in sorted({tag for _, tag in sentence} - self._coarse.keys()):
            warnings.warn(f"tag {tag} is not known, taken as noun", stacklevel=2)
            self._coarse[tag] = 0
        words = [self.word_dict.setdefault(word, len(self.word_dict)) for word, _ in sentence]
        tags = [self._coarse[tag] for _, tag in sentence]
        return {"input": np.array(words, np.int64), "output": np.array(tags, np.int64)}

    def batches(self, split: str, batch_size: int = 1) -> list[dict[str, np.ndarray]]:
        """List the sentences of "train", "dev" or "test", one by one: nothing is padded.

        Returns:
            One dict per sentence, "input" and "output": (T,) int64 ids of words and of tags.
        """
        if split not in self._batches or batch_size != 1:
            raise ValueError(f"expected train, dev or test and size 1, got {split}, {batch_size}")
        return list(self._batches[split])


def _read_conll(path: Path) -> list[Tagged]:
    """Read (word, fine tag in lower case) from columns 2 and 5, short sentences only."""
    sentences: list[Tagged] = [[]]
    for number, line in enumerate(_read(path, "a CoNLL file").split("\n"), 1):
        columns = line.split("\t")
        if not line.strip():
            sentences.append([])
        elif len(columns) < 5:
            raise ValueError(f"{path}, line {number}: expected 10 columns, divided by tabs")
        else:
            sentences[-1].append((columns[1], columns[4].lower()))
    return [sentence for sentence in sentences if 2 <= len(sentence) <= 14][:1000]


# --- Grammars: sequences to learn to generate ---


def load_ndfa(n: int, seed: int = 0, char: bool = True) -> tuple[list[list[int]], Maps]:
    """Draw n strings like "sabc!abc!s": one of three words, any number of times, between two s.

    Args:
        n: the number of sequences.
        seed: another seed draws other sequences.
        char: has no effect, a token is a character in any case.

    Returns:
        x_train from short to long, (i2w, w2i).
    """
    return _draw(_ndfa, n, seed, "!abcklmsuvw")


def _ndfa(rng: random.Random) -> str:
    word, text = rng.choice(("abc!", "uvw!", "klm!")), "s"
    while rng.random() < 3 / 4:
        text += word
    return text + "s"


def load_brackets(n: int, seed: int = 0, char: bool = True) -> tuple[list[list[int]], Maps]:
    """Draw n strings like "(()())": each bracket is closed, the first one by the last.

    Args and returns are those of load_ndfa.
    """
    return _draw(_brackets, n, seed, "()")


def _brackets(rng: random.Random) -> list[str]:
    text, depth = ["("], 1
    while depth > 0:
        opens = rng.random() < 7 / 16
        text.append("(" if opens else ")")
        depth += 1 if opens else -1
    return text


def load_toy(n: int, char: bool = False, seed: int = 0) -> tuple[list[list[int]], Maps]:
    """Draw n English sentences from a small grammar, a token per word or, with char, per character.

    Args and returns are those of load_ndfa.
    """
    words = {w for options in _TOY.values() for option in options for w in option.split()}
    words -= _TOY.keys()
    if char:
        return _draw(lambda rng: " ".join(_expand(rng)), n, seed, sorted(set(" ".join(words))))
    return _draw(_expand, n, seed, sorted(words))


_TOY = {
    "SENTENCE": (
        *["CLAUSE"] * 5,  # of ten: a sentence must end more often than it splits
        "ADVERB SENTENCE",
        *["SENTENCE PREPOSITION THING"] * 2,
        "( SENTENCE )",
        "SENTENCE CONJUNCTION SENTENCE",
    ),
    "CLAUSE": ("THING VERB", "THING VERB THING"),
    "THING": ("ARTICLE NOUN", "ARTICLE ADJECTIVE NOUN"),
    "ARTICLE": ("a", "the"),
    "ADVERB": ("gladly", "quietly", "suddenly"),
    "PREPOSITION": ("behind", "near", "with"),
    "CONJUNCTION": ("and", "while"),
    "NOUN": ("baker", "dragon", "fox", "juggler", "pilot", "queen", "sailor"),
    "VERB": ("answers", "calls", "follows", "paints", "remembers", "watches"),
    "ADJECTIVE": ("clever", "proud", "tall", "tired", "young"),
}


def _expand(rng: random.Random, symbol: str = "SENTENCE") -> list[str]:
    if symbol not in _TOY:
        return [symbol]
    return [word for part in rng.choice(_TOY[symbol]).split() for word in _expand(rng, part)]


def _draw(
    sentence: Callable[[random.Random], Sequence[str]], n: int, seed: int, alphabet: Iterable[str]
) -> tuple[list[list[int]], Maps]:
    rng = random.Random(seed)
    i2w, w2i = _maps(alphabet)
    drawn = [sentence(rng) for _ in _progress(range(n), "drawing sequences")]
    return sorted(([w2i[token] for token in tokens] for tokens in drawn), key=len), (i2w, w2i)
