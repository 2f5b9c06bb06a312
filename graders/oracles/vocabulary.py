"""Expected results of vocabulary.py: plain counting."""

from collections.abc import Sequence


def vocabulary(
    texts: Sequence[Sequence[str]],
    specials: Sequence[str] = ("<pad>", "<unk>"),
    least: int = 1,
    most: int | None = None,
) -> list[str]:
    """List all tokens in the order of their ids.

    Args:
        texts: each as its tokens.
        specials: come first.
        least: how often a token must occur.
        most: how many tokens stay beside the specials.
    """
    tokens = [token for text in texts for token in text if token not in specials]
    often = {count: sorted({t for t in tokens if tokens.count(t) == count}) for count in range(99)}
    ranked = [token for count in range(98, least - 1, -1) for token in often[count]]
    return [*specials, *ranked[: len(ranked) if most is None else most]]
