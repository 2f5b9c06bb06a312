"""A vocabulary, tokenizers, a stream of texts, and queries to a student's own vocabulary."""

from collections.abc import Iterator, Sequence
from typing import Any


class Words:
    """A tokenizer that splits only at a given mark."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __call__(self, text: str) -> list[str]:
        return [token for token in text.split(self._mark) if token]


class Stream:
    """Texts that are iterable only once, like a generator."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = iter(texts)

    def __iter__(self) -> Iterator[str]:
        return self._texts


class Vocabulary:
    """The course's vocabulary, also with torchtext's names for the same operations."""

    def __init__(self, itos: Sequence[str]) -> None:
        self.itos = list(itos)
        self.stoi = {token: i for i, token in enumerate(self.itos)}

    def __getitem__(self, token: str) -> int:
        return self.stoi[token if token in self.stoi else "<unk>"]

    def __contains__(self, token: object) -> bool:
        return token in self.stoi

    def __len__(self) -> int:
        return len(self.itos)

    def __call__(self, tokens: Sequence[str]) -> list[int]:
        return [self[token] for token in tokens]

    forward = lookup_indices = __call__

    def get_itos(self) -> list[str]:
        return list(self.itos)

    def get_stoi(self) -> dict[str, int]:
        return dict(self.stoi)


def ids(vocabulary: Any, tokens: Sequence[str]) -> list[Any]:
    """Return a vocabulary's id of each token."""
    return [vocabulary[token] for token in tokens]


def known(vocabulary: Any, tokens: Sequence[str]) -> list[bool]:
    """Return whether a vocabulary knows each token."""
    return [token in vocabulary for token in tokens]


def size(vocabulary: Any) -> int:
    """Return the length of a vocabulary."""
    return len(vocabulary)
