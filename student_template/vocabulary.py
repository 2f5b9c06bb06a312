"""Vocabulary: a text becomes tokens, and each token becomes the row of its embedding.

T time (the number of tokens in a text), V vocabulary.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import torch


def basic_english(text: str) -> list[str]:
    """Cut a text into lower-case words and marks; double quotes, colons and semicolons are dropped."""
    text = re.sub(r"<br />|[;:]", " ", text.lower().replace('"', ""))
    return re.sub(r"([.,!?()'])", r" \1 ", text).split()


class Vocabulary:
    """The tokens that are known, and the id of each; unknown tokens have the id of `<unk>`."""

    def __init__(self, itos: Sequence[str]):
        """Number the tokens in their order.

        Args:
            itos: V different tokens, the token of id i at place i.
        """
        self.itos = list(itos)
        self.stoi = {token: i for i, token in enumerate(self.itos)}

    def __getitem__(self, token: str) -> int:
        """Give the id of a token: v[token]."""
        return self.stoi[token if token in self.stoi else "<unk>"]

    def __contains__(self, token: object) -> bool:
        """Tell whether a token is known: token in v."""
        return token in self.stoi

    def __len__(self) -> int:
        """Give V, the number of known tokens."""
        return len(self.itos)


def build_vocabulary(
    texts: Iterable[str],
    tokenizer: Callable[[str], list[str]],
    min_freq: int = 1,
    max_size: int | None = None,
    specials: Sequence[str] = ("<pad>", "<unk>"),
) -> Vocabulary:
    """Collect the tokens of texts: specials first, then by falling frequency, ties by token.

    Args:
        texts: the training texts; perhaps a generator, so go through them once.
        tokenizer: cuts a text into tokens.
        min_freq: a token is kept if it occurs at least this often in all texts together.
        max_size: when given, only this many of the kept tokens stay, the most frequent ones.
        specials: tokens that stand first, once and in this order, whether or not texts hold them.

    Returns:
        vocabulary: every kept token once.
    """
    raise NotImplementedError("vocabulary.build_vocabulary is not implemented yet")


def vectorize_text(
    text: str, vocabulary: Vocabulary, tokenizer: Callable[[str], list[str]]
) -> torch.Tensor:
    """Turn a text into the ids of its tokens.

    Args:
        text: any text, also one without tokens.
        vocabulary: gives the id of a token, and that of `<unk>` for an unknown one.
        tokenizer: cuts a text into tokens.

    Returns:
        ids: (T,) int64.
    """
    raise NotImplementedError("vocabulary.vectorize_text is not implemented yet")
