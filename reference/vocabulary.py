"""Vocabulary: a text becomes tokens, and each token becomes the row of its embedding.

T time (the number of tokens in a text), V vocabulary.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import torch


def basic_english(text: str) -> list[str]:
    """Split a text into lower-case words and marks; drop double quotes, colons and semicolons."""
    text = re.sub(r"<br />|[;:]", " ", text.lower().replace('"', ""))
    return re.sub(r"([.,!?()'])", r" \1 ", text).split()


class Vocabulary:
    """The known tokens and their ids; unknown tokens have the id of `<unk>`."""

    def __init__(self, itos: Sequence[str]):
        """Number the tokens in their order.

        Args:
            itos: V different tokens, the token of id i at index i.
        """
        self.itos = list(itos)
        self.stoi = {token: i for i, token in enumerate(self.itos)}

    def __getitem__(self, token: str) -> int:
        """Return the id of a token: v[token]."""
        return self.stoi[token if token in self.stoi else "<unk>"]

    def __contains__(self, token: object) -> bool:
        """Return whether a token is known: token in v."""
        return token in self.stoi

    def __len__(self) -> int:
        """Return V, the number of known tokens."""
        return len(self.itos)


def build_vocabulary(
    texts: Iterable[str],
    tokenizer: Callable[[str], list[str]],
    min_freq: int = 1,
    max_size: int | None = None,
    specials: Sequence[str] = ("<pad>", "<unk>"),
) -> Vocabulary:
    """Collect the tokens of texts: specials first, then by decreasing frequency, ties by token.

    Args:
        texts: the training texts; may be a generator, so iterate only once.
        tokenizer: splits a text into tokens.
        min_freq: a token is kept if it occurs at least this often in all texts together.
        max_size: if given, only this many of the kept tokens stay, the most frequent ones.
        specials: tokens that come first, once and in this order, even if no text contains them.

    Returns:
        vocabulary: every kept token once.
    """
    counts = Counter(token for text in texts for token in tokenizer(text))
    kept = [token for token in counts if counts[token] >= min_freq and token not in specials]
    kept.sort(key=lambda token: (-counts[token], token))
    return Vocabulary([*specials, *kept[:max_size]])


def vectorize_text(
    text: str, vocabulary: Vocabulary, tokenizer: Callable[[str], list[str]]
) -> torch.Tensor:
    """Turn a text into the ids of its tokens.

    Args:
        text: any text, also one without tokens.
        vocabulary: returns the id of a token, and that of `<unk>` for an unknown one.
        tokenizer: splits a text into tokens.

    Returns:
        ids: (T,) int64.
    """
    return torch.tensor([vocabulary[token] for token in tokenizer(text)], dtype=torch.long)
