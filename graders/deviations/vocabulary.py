"""Deviations of vocabulary.py: a list of tokens, or ids of a text, with one thing wrong."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation, each
from graders.oracles.vocabulary import SPECIALS, by_falling_count, vocabulary

Texts = Sequence[Sequence[str]]

SPECIALS_LAST = Deviation(
    "puts the specials at the end",
    "minor",
    "Your vocabulary is right, but the special tokens stand at its end. Put the special tokens "
    "first, as given.",
)
OWN_SPECIALS = Deviation(
    "ignores the given specials",
    "minor",
    "Your vocabulary begins with <pad> and <unk> although other special tokens are given. Put the "
    "special tokens first, as given.",
)
SPECIALS_SORTED = Deviation(
    "sorts the specials",
    "minor",
    "Your vocabulary begins with the special tokens in another order. Put the special tokens "
    "first, as given.",
)
SPECIALS_TWICE = Deviation(
    "lists the specials twice",
    "slip",
    "A special token that occurs in the texts stands in your vocabulary twice. Leave out the "
    "special tokens when you collect the tokens of the texts.",
)
AS_MET = Deviation(
    "keeps the tokens in the order in which they are met",
    "major",
    "Your tokens stand in the order in which the texts have them. Sort by (-count, token): the "
    "most frequent first.",
)
RAREST_FIRST = Deviation(
    "puts the rarest tokens first",
    "major",
    "Your tokens are in order of increasing frequency. Sort by (-count, token): the most frequent "
    "first.",
)
BY_TOKEN = Deviation(
    "sorts by token alone",
    "major",
    "Your tokens are in alphabetical order, whatever their frequency. Sort by (-count, token): the "
    "most frequent first.",
)
TIES_AS_MET = Deviation(
    "leaves ties in the order in which they are met",
    "slip",
    "Your tokens of equal frequency stand in the order in which the texts have them. Sort by "
    "(-count, token): they come in alphabetical order.",
)
TIES_REVERSED = Deviation(
    "reverses the ties",
    "slip",
    "Your tokens of equal frequency are in reverse alphabetical order. Sort by (-count, token): "
    "reverse=True turns round both.",
)
COUNTS_TEXTS = Deviation(
    "counts in how many texts a token is",
    "minor",
    "Your tokens are ordered by the number of texts that have them. Sort by (-count, token), where "
    "count is how often a token occurs in all texts together.",
)
MORE_THAN_MIN = Deviation(
    "takes more than min_freq",
    "minor",
    "Your vocabulary lacks the tokens that occur exactly min_freq times. The condition is count >= "
    "min_freq.",
)
NO_MIN = Deviation(
    "ignores min_freq",
    "minor",
    "Your vocabulary has tokens that occur fewer than min_freq times. The condition is count >= "
    "min_freq.",
)
NO_MAX = Deviation(
    "ignores max_size",
    "minor",
    "Your vocabulary has all tokens although max_size is given. Sort first, then cut: the most "
    "frequent and all special tokens stay.",
)
CUT_FIRST = Deviation(
    "cuts before sorting",
    "minor",
    "Your vocabulary keeps the tokens that the texts have first, and not the most frequent. Sort "
    "first, then cut.",
)
ONE_LESS = Deviation(
    "keeps one token less than max_size",
    "minor",
    "Your vocabulary keeps one token less than max_size. Sort first, then cut behind max_size "
    "tokens.",
)
PLAIN_LIST = Deviation(
    "returns the list of tokens",
    "major",
    "Your tokens are right, but they come as a list, in which nothing can be looked up. Return "
    "Vocabulary(itos), with itos that list.",
)
FROM_ONE = Deviation(
    "numbers the tokens from 1",
    "minor",
    "Your ids are all one too large: numbers start from 0, so that vocabulary[token] is the "
    "token's index in itos (the id of <unk> for an unknown token, with all tokens in the order of "
    "their ids).",
)
LAST_ID = Deviation(
    "gives unknown tokens the last id",
    "major",
    "Your unknown tokens have the last id, which is that of a real word. vocabulary[token] returns "
    "the id of <unk> for an unknown token.",
)
ID_ZERO = Deviation(
    "gives unknown tokens the id 0",
    "minor",
    "Your unknown tokens have the id 0, which may be that of any token. vocabulary[token] returns "
    "the id of <unk> for an unknown token.",
)
ID_ONE = Deviation(
    "takes the id 1 for <unk>",
    "slip",
    "Your unknown tokens have the id 1, wherever <unk> stands. vocabulary[token] returns the id of "
    "<unk> for an unknown token.",
)
NO_UNKNOWN = Deviation(
    "leaves unknown tokens out",
    "minor",
    "Your ids lack the unknown tokens. Each token has an id: vocabulary[token] returns the id of "
    "<unk> for an unknown token.",
)
FLOATS = Deviation(
    "gives floats",
    "minor",
    "Your ids are right, but they are floating-point numbers, which nn.Embedding does not take. "
    "Build the tensor with dtype=torch.long.",
)
ID_LIST = Deviation(
    "gives a list",
    "minor",
    "Your ids are right, but they come as a list. One id for each token, in a tensor of int64.",
)
BATCH_AXIS = Deviation(
    "adds a batch axis",
    "minor",
    "Your ids are right, but have an axis too many: (1, T). One id for each token, shape (T,).",
)
ONCE = Deviation(
    "gives each token of a text once",
    "major",
    "Your ids lack the tokens that come a second time. One id for each token, in the order of the "
    "text.",
)
IDS_SORTED = Deviation(
    "sorts the ids",
    "major",
    "Your ids are in increasing order. One id for each token, in the order of the text.",
)
LOWERED = Deviation(
    "lowers the text",
    "slip",
    "Your ids are those of the text in lower case. Call tokenizer(text) with the text as it is, "
    "and take the tokens as they come.",
)
BLANKS = Deviation(
    "splits the text at blanks",
    "minor",
    "Your ids are those of the text split at blanks. Call the tokenizer that is given, and take "
    "the tokens as they come.",
)


def vocabularies(
    texts: Texts, specials: Sequence[str] = SPECIALS, least: int = 1, most: int | None = None
) -> dict[Deviation, list[list[str]]]:
    """Return what the list of all tokens becomes with one thing wrong."""
    asked = (texts, specials, least, most)
    right = vocabulary(*asked)
    ordinary = right[len(specials) :]
    found = {
        SPECIALS_LAST: [[*ordinary, *specials]],
        SPECIALS_SORTED: [[*sorted(specials), *ordinary], [*sorted(specials)[::-1], *ordinary]],
        SPECIALS_TWICE: [[*specials, *vocabulary(texts, (), least, most)]],
        AS_MET: [vocabulary(*asked, order=_as_met)],
        RAREST_FIRST: [vocabulary(*asked, order=order) for order in (_rarest_first, _reversed)],
        BY_TOKEN: [vocabulary(*asked, order=lambda tokens: sorted(set(tokens)))],
        TIES_AS_MET: [vocabulary(*asked, order=_ties_as_met)],
        TIES_REVERSED: [vocabulary(*asked, order=lambda tokens: _rarest_first(tokens)[::-1])],
        COUNTS_TEXTS: [vocabulary([sorted(set(text)) for text in texts], specials, least, most)],
        MORE_THAN_MIN: [vocabulary(texts, specials, least + 1, most)],
        NO_MIN: [vocabulary(texts, specials, 1, most)],
    }
    if tuple(specials) != SPECIALS:
        found[OWN_SPECIALS] = [[*SPECIALS, *ordinary]]
    if most is not None:
        early = vocabulary(*asked, order=lambda tokens: _cut_before_sorting(tokens, most))
        found[NO_MAX] = [vocabulary(texts, specials, least)]
        found[CUT_FIRST] = [early]
        found[ONE_LESS] = [vocabulary(texts, specials, least, most - 1)]
    return {deviation: [v for v in values if v != right] for deviation, values in found.items()}


def lists_of_tokens(texts: Texts, **options: Any) -> Iterator[Candidate]:
    """Yield lists of all tokens with one thing wrong."""
    yield from each(vocabularies(texts, **options))


def sets_of_tokens(texts: Texts, **options: Any) -> Iterator[Candidate]:
    """Yield the same, each sorted, where the order is not judged."""
    wrong = vocabularies(texts, **options).items()
    yield from each({deviation: [sorted(value) for value in values] for deviation, values in wrong})


def as_list(texts: Texts, options: dict[str, Any]) -> Iterator[Candidate]:
    """Yield the right tokens where they should be a Vocabulary; by the names of the sheet."""
    names = {"min_freq": "least", "max_size": "most", "specials": "specials"}
    asked = {names[name]: value for name, value in options.items()}
    yield from each({PLAIN_LIST: [vocabulary(texts, **asked)]})


def _as_met(tokens: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(tokens))


def _rarest_first(tokens: Sequence[str]) -> list[str]:
    return sorted(set(tokens), key=lambda token: (tokens.count(token), token))


def _reversed(tokens: Sequence[str]) -> list[str]:
    return by_falling_count(tokens)[::-1]


def _ties_as_met(tokens: Sequence[str]) -> list[str]:
    return sorted(dict.fromkeys(tokens), key=lambda token: -tokens.count(token))


def _cut_before_sorting(tokens: Sequence[str], most: int) -> list[str]:
    kept = _as_met(tokens)[:most]
    return [token for token in by_falling_count(tokens) if token in kept]


def numbers(count: int) -> Iterator[Candidate]:
    """Yield the ids of all tokens in their order, with one thing wrong."""
    yield from each({FROM_ONE: [list(range(1, count + 1))]})


def unknown_ids(right: Sequence[int], size: int) -> Iterator[Candidate]:
    """Yield the ids of two unknown tokens and of all specials, with one thing wrong."""
    specials = right[2:]
    yield from each(
        {
            FROM_ONE: [[i + 1 for i in right]],
            LAST_ID: [[size - 1, size - 1, *specials]],
            ID_ZERO: [[0, 0, *specials]],
            ID_ONE: [[1, 1, *specials]],
        }
    )


def text_ids(tokens: Sequence[str], itos: Sequence[str], mark: str = " ") -> Iterator[Candidate]:
    """Yield what vectorize_text returns with one thing wrong; `mark` separates tokens."""
    right = _ids(tokens, itos)
    blanks, lowered = (mark.join(tokens).split(), mark.join(tokens).lower().split(mark))
    yield from each(
        {
            ID_ZERO: [_ids(tokens, itos, 0)],
            ID_ONE: [_ids(tokens, itos, 1)],
            NO_UNKNOWN: [_ids([token for token in tokens if token in itos], itos)],
            FLOATS: [right.float(), right.double()],
            ID_LIST: [right.tolist()],
            BATCH_AXIS: [right[None]],
            ONCE: [_ids(list(dict.fromkeys(tokens)), itos)],
            IDS_SORTED: [right.sort().values],
            LOWERED: [_ids(lowered, itos)],
            BLANKS: [_ids(blanks, itos)],
        }
    )


def _ids(tokens: Sequence[str], itos: Sequence[str], unknown: int | None = None) -> Tensor:
    unknown = itos.index("<unk>") if unknown is None else unknown
    ids = [itos.index(token) if token in itos else unknown for token in tokens]
    return torch.tensor(ids, dtype=torch.int64)
