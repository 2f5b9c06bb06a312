"""Wrong ways to generate a sequence."""

from graders.mistakes import Mistake

COPY = "tokens = list(seed)"
WHILE = "while len(tokens) < max_length and tokens[-1] != end:"
FEED = "logits = model(torch.tensor([tokens], device=device))"
APPEND = "tokens.append(sample(logits[0, -1], temperature))"
BACK = "    model.train(was_training)\n"
TOKENS = "    return tokens\n"

PATH, ENDS = "test_generates_what_the_model_says", "test_stops_after_end"
LONGEST, SEED = "test_stops_at_max_length", "test_keeps_the_seed"
TEMPERATURE, MODE = "test_passes_the_temperature_on", "test_leaves_the_mode_as_it_was"

MISTAKES = (
    Mistake(
        "the first position is read",
        ((APPEND, "tokens.append(sample(logits[0, 0], temperature))"),),
        (PATH, ENDS),
        "output[0, -1]",
        "real",
        recognised="continues the first token alone",
    ),
    Mistake(
        "only the last token is fed",
        ((FEED, "logits = model(torch.tensor([tokens[-1:]], device=device))"),),
        (PATH, ENDS),
        "Feed all tokens so far",
        "real",
        recognised="feeds only the last token",
    ),
    Mistake(
        "there is no batch axis",
        ((FEED, "logits = model(torch.tensor(tokens, device=device))"),),
        (PATH,),
        "(B, T)",
        "real",
    ),
    Mistake(
        "a batch of single tokens",
        ((FEED, "logits = model(torch.tensor(tokens, device=device)[:, None])"),),
        (PATH,),
        "a batch of one, (1, T)",
        recognised="continues the first token alone",
    ),
    Mistake(
        "the end is left out",
        (
            (
                APPEND,
                "token = sample(logits[0, -1], temperature)\n"
                "            if token == end:\n"
                "                break\n"
                "            tokens.append(token)",
            ),
        ),
        (ENDS,),
        "Append the token first",
        "real",
    ),
    Mistake(
        "the end is not seen",
        ((WHILE, "while len(tokens) < max_length:"),),
        (ENDS,),
        "leave the loop if it is `end`",
        "real",
    ),
    Mistake(
        "the end is always 3",
        ((WHILE, "while len(tokens) < max_length and tokens[-1] != 3:"),),
        (ENDS,),
        "leave the loop if it is `end`",
        "real",
    ),
    Mistake(
        "max_length counts the new tokens",
        ((WHILE, "while len(tokens) < max_length + len(seed) and tokens[-1] != end:"),),
        (LONGEST,),
        "including the seed",
        "real",
    ),
    Mistake(
        "one token too many",
        ((WHILE, "while len(tokens) <= max_length and tokens[-1] != end:"),),
        (LONGEST,),
        "counts the whole sequence",
    ),
    Mistake(
        "the seed is extended in place",
        ((COPY, "tokens = seed"),),
        (SEED,),
        "list(seed)",
        "real",
        recognised="extends the seed in place",
    ),
    Mistake(
        "the seed is not returned",
        ((TOKENS, "    return tokens[len(seed) :]\n"),),
        (SEED,),
        "Return the seed",
        "real",
    ),
    Mistake(
        "the temperature is not passed on",
        ((APPEND, "tokens.append(sample(logits[0, -1]))"),),
        (TEMPERATURE,),
        "sample(logits, temperature)",
        "real",
    ),
    Mistake(
        "never back to train mode",
        ((BACK, ""),),
        (MODE,),
        "restore it at the end",
        "real",
    ),
    Mistake(
        "always to train mode",
        ((BACK, "    model.train()\n"),),
        (MODE,),
        "Save model.training",
        "real",
    ),
)
