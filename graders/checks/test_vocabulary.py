"""Checks of vocabulary.py: texts become tokens, and tokens become ids."""

import contextlib

import torch

from graders.assertions.compare import equal, holds, plain
from graders.assertions.recognise import recognised
from graders.deviations import vocabulary as deviations
from graders.oracles import vocabulary as oracle
from graders.remote.faults import Fault, StudentError
from graders.remote.handles import Remote

SPECIALS = oracle.SPECIALS
ORDER = (
    "Sort by (-count, token): the most frequent first, and tokens of equal count alphabetically."
)
UNKNOWN = "vocabulary[token] returns the id of <unk> for an unknown token."
LONG = "Build the tensor with dtype=torch.long: without tokens it would be a tensor of floats."


def _words(draw, count):
    """Draw distinct words of three letters."""
    numbers = draw.sizes(count, 0, 26**3 - 1)
    return [chr(97 + n // 676) + chr(97 + n // 26 % 26) + chr(97 + n % 26) for n in numbers]


def _texts(draw, counts):
    """Make texts with the given count of each token; one of them has no tokens."""
    tokens = [token for token, count in counts.items() for _ in range(count)]
    order = [tokens[i] for i in draw.shuffled(list(range(len(tokens))))]
    texts = []
    while order:
        length = draw.integer(1, 5)
        texts, order = [*texts, order[:length]], order[length:]
    return [*texts, []]


def _build(student, texts, **options):
    """Call build_vocabulary on texts that are given as tokens."""
    joined = [" ".join(text) for text in texts]
    vocabulary = student.build_vocabulary(joined, _tokenizer(student), **options)
    with recognised(plain(vocabulary), deviations.as_list(texts, options)):
        return _object(vocabulary)


def _object(vocabulary):
    hint = "Return Vocabulary(itos), with itos the list of all tokens in the order of their ids."
    holds(isinstance(vocabulary, Remote), "The result is not a Vocabulary.", vocabulary, hint=hint)
    return vocabulary


def _tokenizer(student, mark=" "):
    return student.given("vocabulary.Words", mark)


def _tokens(student, vocabulary):
    found = plain(student.get(vocabulary, "itos"))
    sound = isinstance(found, list) and all(isinstance(token, str) for token in found)
    holds(sound, "itos is not a list of tokens.", found, "the token of id i at index i")
    return found


def _has_tokens(student, vocabulary, texts, hint, **options):
    """Raise Failed unless a vocabulary has exactly the tokens of these texts, in any order."""
    found = sorted(_tokens(student, vocabulary))
    wanted = sorted(oracle.vocabulary(texts, **options))
    with recognised(found, deviations.sets_of_tokens(texts, **options)):
        equal(found, wanted, hint, "The sorted list of all tokens")


def _has_order(student, vocabulary, texts):
    found = _tokens(student, vocabulary)
    with recognised(found, deviations.lists_of_tokens(texts)):
        equal(found, oracle.vocabulary(texts), ORDER, "The list of tokens (itos)")


def test_specials_come_first(student, draw):
    """The special tokens have the first ids: by default <pad>, then <unk>."""
    texts = _texts(draw, dict.fromkeys(_words(draw, 4), 2))
    for options in ({}, {"specials": ["<unk>", "<start>", "<pad>"]}):
        specials = list(options.get("specials", SPECIALS))
        itos = _tokens(student, _build(student, texts, **options))
        hint = "Put the special tokens first, as given."
        with recognised(itos, deviations.lists_of_tokens(texts, specials=specials)):
            equal(itos[: len(specials)], specials, hint, "The first tokens")


def test_specials_come_once(student, draw):
    """Each special token is listed once, even if the texts contain it."""
    texts = _texts(draw, {**dict.fromkeys(_words(draw, 4), 2), "<unk>": 5, "<pad>": 1})
    hint = "Leave out the special tokens when you collect the tokens of the texts."
    _has_tokens(student, _build(student, texts), texts, hint)


def test_frequent_tokens_come_first(student, draw):
    """After the special tokens come all others in order of decreasing frequency over all texts."""
    first, *words = _words(draw, 6)
    texts = _texts(draw, dict(zip(words, draw.shuffled([1, 2, 4, 6, 9]), strict=True)))
    texts.append([first] * 13)  # in one text: the number of texts that contain it does not count
    _has_order(student, _build(student, texts), texts)


def test_ties_are_ordered_by_token(student, draw):
    """Tokens of equal frequency are in alphabetical order."""
    words = sorted(_words(draw, 9), reverse=True)
    texts = [words[i : i + 3] for i in (3, 0, 6)]  # neither in their order nor in its reverse
    texts += [text[:2] for text in texts]
    _has_order(student, _build(student, texts), texts)


def test_counts_from_min_freq_on(student, draw):
    """A token is kept if it occurs at least min_freq times."""
    least = draw.integer(3, 5)
    counts = [1, least - 1, least - 1, least, least, least + 1, least + 4]
    texts = _texts(draw, dict(zip(_words(draw, 7), draw.shuffled(counts), strict=True)))
    hint = "count >= min_freq: a token with exactly min_freq occurrences stays."
    _has_tokens(student, _build(student, texts, min_freq=least), texts, hint, least=least)


def test_max_size_cuts_the_rarest(student, draw):
    """max_size keeps only the most frequent tokens, whether or not it counts the special ones."""
    words = sorted(_words(draw, 8))  # rare ones are first and last in the alphabet
    counts = dict(zip(words, [1, 3, 5, 7, 8, 10, 12, 2], strict=True))
    size = draw.integer(5, 6)
    texts = [sorted(words, key=counts.get), *_texts(draw, counts)]  # and are seen first
    itos = _tokens(student, _build(student, texts, max_size=size))
    readings = [sorted(oracle.vocabulary(texts, most=most)) for most in (size, size - 2)]
    hint = "Sort first, then cut: the most frequent and all special tokens stay."
    found, other = sorted(itos), "The vocabulary has other tokens."
    with recognised(itos, deviations.lists_of_tokens(texts, most=size)):
        holds(found in readings, other, found, readings[0], hint)


def test_ids_and_tokens_belong_together(student, draw):
    """v[token] is the token's index in v.itos, `token in v` tests membership, len(v) is the size."""
    words = _words(draw, 8)
    vocabulary = _build(student, _texts(draw, dict.fromkeys(words[:6], 2)))
    itos = _tokens(student, vocabulary)
    hint = "Return Vocabulary(itos), with all tokens in the order of their ids."
    found = student.given("vocabulary.ids", vocabulary, itos)
    with recognised(found, deviations.numbers(len(itos))):
        equal(found, list(range(len(itos))), hint, "The list of ids")
    known = student.given("vocabulary.known", vocabulary, words)
    equal(known, [True] * 6 + [False] * 2, hint, "Which tokens are known")
    equal(student.given("vocabulary.size", vocabulary), len(SPECIALS) + 6, hint, "len(v)")


def test_unknown_tokens_have_the_id_of_unk(student, draw):
    """An unknown token has the id of <unk>, wherever <unk> is in the list."""
    *words, rare = _words(draw, 5)
    texts = _texts(draw, {**dict.fromkeys(words, 3), rare: 2})
    for specials in (("<pad>", "<unk>"), ("<unk>", "<pad>"), ("<pad>", "<start>", "<unk>")):
        vocabulary = _build(student, texts, min_freq=3, specials=specials)
        place = specials.index("<unk>")
        found = student.given("vocabulary.ids", vocabulary, [rare, "?", *specials])
        wanted = [place, place, *range(len(specials))]
        with recognised(found, deviations.unknown_ids(wanted, len(specials) + len(words))):
            equal(found, wanted, UNKNOWN, "The list of ids")


def test_builds_with_the_given_tokenizer(student, draw):
    """build_vocabulary splits the texts with the given tokenizer and in no other way."""
    *words, first, second = _words(draw, 6)
    tokens = [*words, f"{first} {second}", first.upper(), f"{second}."]
    texts = _texts(draw, dict.fromkeys(tokens, 2))
    joined = ["|".join(text) for text in texts]
    vocabulary = _object(student.build_vocabulary(joined, _tokenizer(student, "|")))
    hint = "Call tokenizer(text), and take the tokens as they come."
    _has_tokens(student, vocabulary, texts, hint)


def test_texts_may_come_one_by_one(student, draw):
    """`texts` may be a generator (iterable only once)."""
    texts = _texts(draw, dict.fromkeys(_words(draw, 6), 2))
    stream = student.given("vocabulary.Stream", [" ".join(text) for text in texts])
    vocabulary = _object(student.build_vocabulary(stream, _tokenizer(student)))
    hint = "Use a single `for text in texts`: no len(texts), no index, no second loop."
    _has_tokens(student, vocabulary, texts, hint)


def test_building_leaves_the_specials_alone(student, draw):
    """build_vocabulary modifies neither the texts nor the special tokens."""
    texts = _texts(draw, dict.fromkeys(_words(draw, 4), 2))
    vocabulary = _build(student, texts, specials=["<pad>", "<unk>"])
    _has_tokens(student, vocabulary, texts, "All tokens once.")
    hint = "`itos = specials` is the caller's list, not a copy: begin with list(specials)."
    holds(not student.mutated, "An argument is changed.", hint=hint)


def _vectorize(student, text, itos, mark=" "):
    """Call vectorize_text with a given vocabulary, else with the student's own."""
    tokenizer = _tokenizer(student, mark)
    try:
        given = student.given("vocabulary.Vocabulary", itos)
        return student.vectorize_text(text, given, tokenizer)
    except StudentError as error:
        if error.type_name != "NotImplementedError":
            with contextlib.suppress(Fault):  # it may use more of its own class than required
                return student.vectorize_text(text, student.Vocabulary(itos), tokenizer)
        raise error from None


def _setting(draw, words):
    """Make a vocabulary with <unk> at a random index, and a text in which words repeat."""
    itos = [token for token in (*SPECIALS, *words) if token != "<unk>"]
    itos = [itos[i] for i in draw.shuffled(list(range(len(itos))))]
    itos.insert(draw.integer(2, len(itos) - 1), "<unk>")
    text = [words[draw.integer(0, len(words) - 1)] for _ in range(draw.integer(7, 12))]
    return itos, text


def _has_ids(student, tokens, itos, hint, mark=" "):
    """Raise Failed unless a text of these tokens becomes their ids."""
    found = _vectorize(student, mark.join(tokens), itos, mark)
    wanted = torch.tensor([itos.index(token if token in itos else "<unk>") for token in tokens])
    with recognised(found, deviations.text_ids(tokens, itos, mark)):
        equal(found, wanted, hint)


def test_ids_of_a_text(student, draw):
    """vectorize_text returns the ids of the text's tokens in order, as int64 of shape (T,)."""
    itos, text = _setting(draw, _words(draw, 6))
    _has_ids(student, text, itos, "One id for each token.")


def test_ids_of_unknown_tokens(student, draw):
    """vectorize_text gives unknown tokens the id of <unk>."""
    *words, strange = _words(draw, 6)
    itos, text = _setting(draw, words)
    text = [strange, *text[:3], strange, *text[3:], strange]
    _has_ids(student, text, itos, UNKNOWN)


def test_a_text_of_one_token(student, draw):
    """vectorize_text returns shape (1,) for a text of one token."""
    itos, text = _setting(draw, _words(draw, 6))
    wanted = torch.tensor([itos.index(text[0])])
    equal(_vectorize(student, text[0], itos), wanted, "Do not squeeze the axis of tokens.")


def test_a_text_without_tokens(student, draw):
    """vectorize_text returns an int64 tensor of shape (0,) for a text without tokens."""
    itos, _ = _setting(draw, _words(draw, 6))
    equal(_vectorize(student, "", itos), torch.zeros(0, dtype=torch.int64), LONG)


def test_vectorizes_with_the_given_tokenizer(student, draw):
    """vectorize_text splits the text with the given tokenizer and in no other way."""
    words = _words(draw, 5)
    itos, text = _setting(draw, [*words, f"{words[0]} {words[1]}", words[2].upper(), "<unk> <unk>"])
    text += [f"{words[0]} {words[1]}", words[2].upper()]
    hint = "Call tokenizer(text), and take the tokens as they come."
    _has_ids(student, text, itos, hint, "|")
