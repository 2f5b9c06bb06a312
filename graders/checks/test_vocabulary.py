"""Checks of vocabulary.py: texts become tokens, and tokens become ids."""

import contextlib

import torch

from graders.assertions.compare import equal, holds, plain
from graders.oracles import vocabulary as oracle
from graders.remote.faults import Fault, StudentError
from graders.remote.student import Remote

SPECIALS = ("<pad>", "<unk>")
ORDER = "Sort by (-count, token): the most frequent first, and tokens of one count by the alphabet."
UNKNOWN = "vocabulary[token] gives the id of <unk> for a token that it does not know."
LONG = "Build the tensor with dtype=torch.long: without tokens it would be a tensor of floats."


def _words(draw, count):
    """Draw different words of three letters."""
    numbers = draw.sizes(count, 0, 26**3 - 1)
    return [chr(97 + n // 676) + chr(97 + n // 26 % 26) + chr(97 + n % 26) for n in numbers]


def _texts(draw, counts):
    """Write texts in which each token occurs as often as told, one of them without a token."""
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
    return _object(vocabulary)


def _object(vocabulary):
    hint = "Give Vocabulary(itos) back, itos the list of all tokens in the order of their ids."
    holds(isinstance(vocabulary, Remote), "No Vocabulary came back.", vocabulary, hint=hint)
    return vocabulary


def _tokenizer(student, mark=" "):
    return student.given("vocabulary.Words", mark)


def _tokens(student, vocabulary):
    found = plain(student.get(vocabulary, "itos"))
    sound = isinstance(found, list) and all(isinstance(token, str) for token in found)
    holds(sound, "itos is no list of tokens.", found, "the token of id i at place i")
    return found


def _has_tokens(student, vocabulary, wanted, hint):
    """Pass if a vocabulary holds these tokens and no others, in any order."""
    found = sorted(_tokens(student, vocabulary))
    equal(found, sorted(wanted), hint, "The list of all tokens, here by the alphabet,")


def _has_order(student, vocabulary, wanted):
    equal(_tokens(student, vocabulary), wanted, ORDER, "The list of tokens, itos,")


def test_specials_come_first(student, draw):
    """The special tokens have the first ids, <pad> before <unk> unless said otherwise."""
    texts = _texts(draw, dict.fromkeys(_words(draw, 4), 2))
    for options in ({}, {"specials": ["<unk>", "<start>", "<pad>"]}):
        specials = list(options.get("specials", SPECIALS))
        itos = _tokens(student, _build(student, texts, **options))
        equal(
            itos[: len(specials)],
            specials,
            "Put the specials in front, as given.",
            "The first tokens",
        )


def test_specials_come_once(student, draw):
    """A special token stands in its place alone, also when the texts hold it."""
    texts = _texts(draw, {**dict.fromkeys(_words(draw, 4), 2), "<unk>": 5, "<pad>": 1})
    hint = "Leave the specials out when you collect the tokens of the texts."
    _has_tokens(student, _build(student, texts), oracle.vocabulary(texts), hint)


def test_frequent_tokens_come_first(student, draw):
    """Behind the specials stand all tokens by falling frequency, counted over all texts."""
    first, *words = _words(draw, 6)
    texts = _texts(draw, dict(zip(words, draw.shuffled([1, 2, 4, 6, 9]), strict=True)))
    texts.append([first] * 13)  # in one text: not how many texts hold it is what counts
    _has_order(student, _build(student, texts), oracle.vocabulary(texts))


def test_ties_are_ordered_by_token(student, draw):
    """Tokens that are equally frequent are in the order of the alphabet."""
    words = sorted(_words(draw, 9), reverse=True)
    texts = [words[i : i + 3] for i in (0, 3, 6)]  # met in the opposite order
    texts += [text[:2] for text in texts]
    _has_order(student, _build(student, texts), oracle.vocabulary(texts))


def test_counts_from_min_freq_on(student, draw):
    """A token is kept if it occurs min_freq times or more."""
    least = draw.integer(3, 5)
    counts = [1, least - 1, least - 1, least, least, least + 1, least + 4]
    texts = _texts(draw, dict(zip(_words(draw, 7), draw.shuffled(counts), strict=True)))
    hint = "count >= min_freq: a token with exactly min_freq occurrences stays."
    wanted = oracle.vocabulary(texts, least=least)
    _has_tokens(student, _build(student, texts, min_freq=least), wanted, hint)


def test_max_size_cuts_the_rarest(student, draw):
    """max_size keeps only the most frequent tokens (with or without the specials in the count)."""
    words = sorted(_words(draw, 8))  # rare ones stand first and last in the alphabet
    counts = dict(zip(words, [1, 3, 5, 7, 8, 10, 12, 2], strict=True))
    size = draw.integer(5, 6)
    texts = [sorted(words, key=counts.get), *_texts(draw, counts)]  # and are met first
    found = sorted(_tokens(student, _build(student, texts, max_size=size)))
    readings = [sorted(oracle.vocabulary(texts, most=most)) for most in (size, size - 2)]
    hint = "Sort first, then cut: the most frequent tokens and all specials stay."
    holds(found in readings, "The vocabulary holds other tokens.", found, readings[0], hint)


def test_ids_and_tokens_belong_together(student, draw):
    """v[token] is a token's place in v.itos, `token in v` tells whether v has it, len(v) counts."""
    words = _words(draw, 8)
    vocabulary = _build(student, _texts(draw, dict.fromkeys(words[:6], 2)))
    itos = _tokens(student, vocabulary)
    hint = "Give Vocabulary(itos) back, with all tokens in the order of their ids."
    found = student.given("vocabulary.ids", vocabulary, itos)
    equal(found, list(range(len(itos))), hint, "The list of ids")
    known = student.given("vocabulary.known", vocabulary, words)
    equal(known, [True] * 6 + [False] * 2, hint, "Which tokens are known")
    equal(student.given("vocabulary.size", vocabulary), len(SPECIALS) + 6, hint, "len(v)")


def test_unknown_tokens_have_the_id_of_unk(student, draw):
    """A token that is not in the vocabulary has the id of <unk>, wherever that stands."""
    *words, rare = _words(draw, 5)
    texts = _texts(draw, {**dict.fromkeys(words, 3), rare: 2})
    for specials in (("<pad>", "<unk>"), ("<unk>", "<pad>"), ("<pad>", "<start>", "<unk>")):
        vocabulary = _build(student, texts, min_freq=3, specials=specials)
        place = specials.index("<unk>")
        found = student.given("vocabulary.ids", vocabulary, [rare, "?", specials[0]])
        equal(found, [place, place, 0], UNKNOWN, "The list of ids")


def test_builds_with_the_given_tokenizer(student, draw):
    """build_vocabulary cuts the texts with the tokenizer that it is given, and in no other way."""
    *words, first, second = _words(draw, 6)
    tokens = [*words, f"{first} {second}", first.upper(), f"{second}."]
    texts = _texts(draw, dict.fromkeys(tokens, 2))
    joined = ["|".join(text) for text in texts]
    vocabulary = _object(student.build_vocabulary(joined, _tokenizer(student, "|")))
    hint = "Call tokenizer(text), and take the tokens as they come."
    _has_tokens(student, vocabulary, oracle.vocabulary(texts), hint)


def test_texts_may_come_one_by_one(student, draw):
    """The texts may be a generator, that can be gone through once."""
    texts = _texts(draw, dict.fromkeys(_words(draw, 6), 2))
    stream = student.given("vocabulary.Stream", [" ".join(text) for text in texts])
    vocabulary = _object(student.build_vocabulary(stream, _tokenizer(student)))
    hint = "One `for text in texts` must do: no len(texts), no index, no second loop."
    _has_tokens(student, vocabulary, oracle.vocabulary(texts), hint)


def test_building_leaves_the_specials_alone(student, draw):
    """build_vocabulary does not change the texts and the specials that it is given."""
    texts = _texts(draw, dict.fromkeys(_words(draw, 4), 2))
    vocabulary = _build(student, texts, specials=["<pad>", "<unk>"])
    _has_tokens(student, vocabulary, oracle.vocabulary(texts), "All tokens once.")
    hint = "`itos = specials` is the caller's list, not a copy: begin with list(specials)."
    holds(not student.mutated, "What was passed in is changed.", hint=hint)


def _vectorize(student, text, itos, mark=" "):
    """Call vectorize_text with a given vocabulary, else with the student's own."""
    tokenizer = _tokenizer(student, mark)
    try:
        given = student.given("vocabulary.Vocabulary", itos)
        return student.vectorize_text(text, given, tokenizer)
    except StudentError as error:
        if error.type_name != "NotImplementedError":
            with contextlib.suppress(Fault):  # it may use more of its own class than was asked for
                return student.vectorize_text(text, student.Vocabulary(itos), tokenizer)
        raise error from None


def _setting(draw, words):
    """Make a vocabulary that has <unk> where nobody guesses it, and a text in which words repeat."""
    itos = [token for token in (*SPECIALS, *words) if token != "<unk>"]
    itos = [itos[i] for i in draw.shuffled(list(range(len(itos))))]
    itos.insert(draw.integer(2, len(itos) - 1), "<unk>")
    text = [words[draw.integer(0, len(words) - 1)] for _ in range(draw.integer(7, 12))]
    return itos, text


def test_ids_of_a_text(student, draw):
    """vectorize_text gives the ids of the text's tokens, in their order, as int64 of shape (T,)."""
    itos, text = _setting(draw, _words(draw, 6))
    wanted = torch.tensor([itos.index(token) for token in text])
    equal(_vectorize(student, " ".join(text), itos), wanted, "One id for each token.")


def test_ids_of_unknown_tokens(student, draw):
    """vectorize_text gives unknown tokens the id of <unk>."""
    *words, strange = _words(draw, 6)
    itos, text = _setting(draw, words)
    text = [strange, *text[:3], strange, *text[3:], strange]
    ids = [itos.index(token if token in itos else "<unk>") for token in text]
    equal(_vectorize(student, " ".join(text), itos), torch.tensor(ids), UNKNOWN)


def test_a_text_of_one_token(student, draw):
    """A text of one token gives a tensor of shape (1,)."""
    itos, text = _setting(draw, _words(draw, 6))
    wanted = torch.tensor([itos.index(text[0])])
    equal(_vectorize(student, text[0], itos), wanted, "Do not squeeze the axis of tokens.")


def test_a_text_without_tokens(student, draw):
    """A text without tokens gives an int64 tensor of shape (0,)."""
    itos, _ = _setting(draw, _words(draw, 6))
    equal(_vectorize(student, "", itos), torch.zeros(0, dtype=torch.int64), LONG)


def test_vectorizes_with_the_given_tokenizer(student, draw):
    """vectorize_text cuts the text with the tokenizer that it is given, and in no other way."""
    words = _words(draw, 5)
    itos, text = _setting(draw, [*words, f"{words[0]} {words[1]}", words[2].upper(), "<unk> <unk>"])
    text += [f"{words[0]} {words[1]}", words[2].upper()]
    wanted = torch.tensor([itos.index(token) for token in text])
    hint = "Call tokenizer(text), and take the tokens as they come."
    equal(_vectorize(student, "|".join(text), itos, "|"), wanted, hint)
