"""Wrong answers to vocabulary.py."""

from graders.mistakes import Mistake

COUNT = "counts = Counter(token for text in texts for token in tokenizer(text))"
KEPT = "kept = [token for token in counts if counts[token] >= min_freq and token not in specials]"
SORT = "kept.sort(key=lambda token: (-counts[token], token))"
RETURN = "return Vocabulary([*specials, *kept[:max_size]])"
IDS = "return torch.tensor([vocabulary[token] for token in tokenizer(text)], dtype=torch.long)"

FIRST, ONCE = "test_specials_come_first", "test_specials_come_once"
FREQUENT, TIES = "test_frequent_tokens_come_first", "test_ties_are_ordered_by_token"
MIN_FREQ, MAX_SIZE = "test_counts_from_min_freq_on", "test_max_size_cuts_the_rarest"
TOGETHER = "test_ids_and_tokens_belong_together"
UNKNOWN = "test_unknown_tokens_have_the_id_of_unk"
TOKENIZER, STREAM = "test_builds_with_the_given_tokenizer", "test_texts_may_come_one_by_one"
ALONE = "test_building_leaves_the_specials_alone"
OF_TEXT, OF_UNKNOWN = "test_ids_of_a_text", "test_ids_of_unknown_tokens"
ONE, NONE = "test_a_text_of_one_token", "test_a_text_without_tokens"
OWN_TOKENIZER = "test_vectorizes_with_the_given_tokenizer"

SORTED, IN_FRONT = "Sort by (-count, token)", "Put the special tokens first"
AT_LEAST, CUT = "count >= min_freq", "Sort first, then cut"
AS_THEY_COME, ONE_LOOP = "take the tokens as they come", "a single `for text in texts`"
UNK, LONG = "the id of <unk> for an unknown token", "dtype=torch.long"

MISTAKES = (
    Mistake(
        "puts the specials at the end",
        ((RETURN, "return Vocabulary([*kept[:max_size], *specials])"),),
        (FIRST, UNKNOWN),
        IN_FRONT,
        recognised="puts the specials at the end",
    ),
    Mistake(
        "ignores the given special tokens",
        ((RETURN, 'return Vocabulary(["<pad>", "<unk>", *kept[:max_size]])'),),
        (FIRST, UNKNOWN),
        IN_FRONT,
        recognised="ignores the given specials",
    ),
    Mistake(
        "sorts the specials",
        ((RETURN, "return Vocabulary([*sorted(specials, reverse=True), *kept[:max_size]])"),),
        (FIRST,),
        IN_FRONT,
        recognised="sorts the specials",
    ),
    Mistake(
        "counts the specials among the tokens",
        ((KEPT, "kept = [token for token in counts if counts[token] >= min_freq]"),),
        (ONCE,),
        "Leave out the special tokens",
        "real",
        recognised="lists the specials twice",
    ),
    Mistake(
        "keeps the tokens in the order in which they are met",
        ((SORT, "kept = list(kept)"),),
        (FREQUENT, TIES, MAX_SIZE),
        SORTED,
        "real",
        recognised="keeps the tokens in the order in which they are met",
    ),
    Mistake(
        "puts the rarest tokens first",
        ((SORT, "kept.sort(key=lambda token: (counts[token], token))"),),
        (FREQUENT, MAX_SIZE),
        SORTED,
        recognised="puts the rarest tokens first",
    ),
    Mistake(
        "sorts by token alone",
        ((SORT, "kept.sort()"),),
        (FREQUENT, MAX_SIZE),
        SORTED,
        recognised="sorts by token alone",
    ),
    Mistake(
        "leaves ties in the order in which they are met",
        ((SORT, "kept.sort(key=lambda token: -counts[token])"),),
        (TIES,),
        SORTED,
        "real",
        recognised="leaves ties in the order in which they are met",
    ),
    Mistake(
        "reverses the ties with the counts",
        ((SORT, "kept.sort(key=lambda token: (counts[token], token), reverse=True)"),),
        (TIES,),
        SORTED,
        recognised="reverses the ties",
    ),
    Mistake(
        "counts in how many texts a token is",
        ((COUNT, "counts = Counter(token for text in texts for token in set(tokenizer(text)))"),),
        (FREQUENT,),
        SORTED,
        recognised="counts in how many texts a token is",
    ),
    Mistake(
        "takes more than min_freq",
        ((KEPT, KEPT.replace(">= min_freq", "> min_freq")),),
        (MIN_FREQ, FREQUENT),
        AT_LEAST,
        "real",
        recognised="takes more than min_freq",
    ),
    Mistake(
        "ignores min_freq",
        ((KEPT, "kept = [token for token in counts if token not in specials]"),),
        (MIN_FREQ,),
        AT_LEAST,
        recognised="ignores min_freq",
    ),
    Mistake(
        "ignores max_size",
        ((RETURN, "return Vocabulary([*specials, *kept])"),),
        (MAX_SIZE,),
        CUT,
        recognised="ignores max_size",
    ),
    Mistake(
        "cuts before sorting",
        ((SORT, "kept = sorted(kept[:max_size], key=lambda token: (-counts[token], token))"),),
        (MAX_SIZE,),
        CUT,
        recognised="cuts before sorting",
    ),
    Mistake(
        "keeps one token less than max_size",
        ((RETURN, "return Vocabulary([*specials, *kept[: max_size and max_size - 1]])"),),
        (MAX_SIZE,),
        CUT,
        recognised="keeps one token less than max_size",
    ),
    Mistake(
        "returns the list of tokens",
        ((RETURN, "return [*specials, *kept[:max_size]]"),),
        (FIRST, TOGETHER),
        "Return Vocabulary(itos)",
        recognised="returns the list of tokens",
    ),
    Mistake(
        "numbers the tokens from 1",
        (
            (
                "self.stoi = {token: i for i, token in enumerate(self.itos)}",
                "self.stoi = {token: i for i, token in enumerate(self.itos, start=1)}",
            ),
        ),
        (TOGETHER, UNKNOWN),
        "in the order of their ids",
        recognised="numbers the tokens from 1",
    ),
    Mistake(
        "gives unknown tokens the last id",
        (
            (
                'return self.stoi[token if token in self.stoi else "<unk>"]',
                "return self.stoi.get(token, len(self.itos) - 1)",
            ),
        ),
        (UNKNOWN,),
        UNK,
        recognised="gives unknown tokens the last id",
    ),
    Mistake(
        "builds with its own tokenizer",
        ((COUNT, COUNT.replace("tokenizer(text)", "basic_english(text)")),),
        (TOKENIZER,),
        AS_THEY_COME,
    ),
    Mistake(
        "strips and lowers the tokens",
        ((COUNT, COUNT.replace("token for text", 'token.lower().strip(".") for text')),),
        (TOKENIZER,),
        AS_THEY_COME,
    ),
    Mistake(
        "asks for the number of texts",
        ((COUNT, COUNT.replace("for text in texts", "for text in texts[: len(texts)]")),),
        (STREAM,),
        "has no len()",
    ),
    Mistake(
        "goes through the texts twice",
        (
            (
                COUNT,
                "known = {token for text in texts for token in tokenizer(text)}\n"
                "    tokens = [token for text in texts for token in tokenizer(text)]\n"
                "    counts = Counter(token for token in tokens if token in known)",
            ),
        ),
        (STREAM,),
        ONE_LOOP,
    ),
    Mistake(
        "adds the tokens to the caller's specials",
        (
            (
                RETURN,
                "specials = specials if isinstance(specials, list) else list(specials)\n"
                "    specials.extend(kept[:max_size])\n"
                "    return Vocabulary(specials)",
            ),
        ),
        (ALONE,),
        "begin with list(specials)",
    ),
    Mistake(
        "leaves the dtype to the list",
        ((IDS, IDS.replace(", dtype=torch.long", "")),),
        (NONE,),
        LONG,
        "real",
    ),
    Mistake(
        "gives floats",
        ((IDS, IDS.replace("torch.long", "torch.float")),),
        (OF_TEXT, ONE, NONE),
        LONG,
        "real",
        recognised="gives floats",
    ),
    Mistake(
        "gives a list",
        ((IDS, "return [vocabulary[token] for token in tokenizer(text)]"),),
        (OF_TEXT, NONE),
        "One id for each token",
        recognised="gives a list",
    ),
    Mistake(
        "squeezes the ids",
        ((IDS, IDS + ".squeeze()"),),
        (ONE,),
        "Do not squeeze the axis of tokens",
    ),
    Mistake(
        "adds a batch axis",
        ((IDS, IDS + ".unsqueeze(0)"),),
        (OF_TEXT, NONE),
        "One id for each token",
        recognised="adds a batch axis",
    ),
    Mistake(
        "leaves unknown tokens out",
        ((IDS, IDS.replace("tokenizer(text)]", "tokenizer(text) if token in vocabulary]")),),
        (OF_UNKNOWN,),
        UNK,
        "real",
        recognised="leaves unknown tokens out",
    ),
    Mistake(
        "gives unknown tokens the id 0",
        ((IDS, IDS.replace("vocabulary[token]", "vocabulary.stoi.get(token, 0)")),),
        (OF_UNKNOWN,),
        UNK,
        recognised="gives unknown tokens the id 0",
    ),
    Mistake(
        "takes the id 1 for <unk>",
        ((IDS, IDS.replace("[token]", "[token] if token in vocabulary else 1")),),
        (OF_UNKNOWN,),
        UNK,
        recognised="takes the id 1 for <unk>",
    ),
    Mistake(
        "gives each token of a text once",
        ((IDS, IDS.replace("tokenizer(text)", "dict.fromkeys(tokenizer(text))")),),
        (OF_TEXT,),
        "One id for each token",
        recognised="gives each token of a text once",
    ),
    Mistake(
        "sorts the ids",
        ((IDS, IDS.replace("[vocabulary", "sorted([vocabulary").replace("(text)]", "(text)])")),),
        (OF_TEXT,),
        "One id for each token",
        recognised="sorts the ids",
    ),
    Mistake(
        "vectorizes with its own tokenizer",
        ((IDS, IDS.replace("tokenizer(text)", "text.split()")),),
        (OWN_TOKENIZER,),
        AS_THEY_COME,
        recognised="splits the text at blanks",
    ),
    Mistake(
        "lowers the text",
        ((IDS, IDS.replace("tokenizer(text)", "tokenizer(text.lower())")),),
        (OWN_TOKENIZER,),
        AS_THEY_COME,
        recognised="lowers the text",
    ),
)
