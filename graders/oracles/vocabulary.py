"""Expected results of vocabulary.py: plain counting."""

from collections.abc import Callable, Sequence

SPECIALS = ("<pad>", "<unk>")


def by_falling_count(tokens: Sequence[str]) -> list[str]:
    """List each token once: the most frequent first, and those of one count by their letters."""
    often = {count: sorted({t for t in tokens if tokens.count(t) == count}) for count in range(99)}
    return [token for count in range(98, 0, -1) for token in often[count]]


def vocabulary(
    texts: Sequence[Sequence[str]],
    specials: Sequence[str] = SPECIALS,
    least: int = 1,
    most: int | None = None,
    order: Callable[[Sequence[str]], list[str]] = by_falling_count,
) -> list[str]:
    """List all tokens in the order of their ids.

    Args:
        texts: each as its tokens.
        specials: come first.
        least: how often a token must occur.
        most: how many tokens stay beside the specials.
        order: lists each of the tokens once.
    """
    tokens = [token for text in texts for token in text if token not in specials]
    ranked = [token for token in order(tokens) if tokens.count(token) >= least]
    return [*specials, *ranked[: len(ranked) if most is None else most]]
