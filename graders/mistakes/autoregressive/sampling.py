"""Wrong ways to draw a token."""

from graders.mistakes import Mistake

ZERO = "    if temperature == 0:\n        return int(lnprobs.argmax())\n"
SOFTMAX = "probabilities = torch.softmax(lnprobs / temperature, dim=0)"
DRAW = "return int(torch.multinomial(probabilities, 1))"

AT_ONE = "test_sample_follows_the_distribution"
COLD = "test_sample_follows_a_low_temperature"
HOT = "test_sample_follows_a_high_temperature"
ARGMAX, INDEX = "test_temperature_zero_is_the_argmax", "test_sample_is_an_index"
LARGE, SINGLE = "test_sample_survives_large_logits", "test_sample_of_a_single_index"
SAME_LOGITS = "test_sample_leaves_the_logits_alone"

MISTAKES = (
    Mistake(
        "the temperature is ignored",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs, dim=0)"),),
        (COLD, HOT),
        "softmax(lnprobs / temperature, dim=0)",
        "real",
        recognised="samples at temperature 1 whatever it is given",
    ),
    Mistake(
        "multiplied by the temperature",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs * temperature, dim=0)"),),
        (COLD, HOT),
        "softmax(lnprobs / temperature, dim=0)",
        recognised="multiplies by the temperature",
    ),
    Mistake(
        "probabilities are divided by the temperature",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs, dim=0) / temperature"),),
        (COLD, HOT),
        "divide first",
        recognised="samples at temperature 1 whatever it is given",
    ),
    Mistake(
        "the default temperature is 2",
        (
            (
                "lnprobs: torch.Tensor, temperature: float = 1.0",
                "lnprobs: torch.Tensor, temperature: float = 2.0",
            ),
        ),
        (AT_ONE,),
        "Draw from softmax(lnprobs / temperature",
        recognised="has another default temperature",
    ),
    Mistake(
        "raw logits are taken for probabilities",
        ((SOFTMAX, "probabilities = lnprobs / temperature"),),
        (AT_ONE,),
        "softmax",
        "real",
        recognised="takes the logits for probabilities",
    ),
    Mistake(
        "the softmax has one element",
        (
            (
                SOFTMAX,
                "probabilities = torch.softmax(lnprobs[None] / temperature, dim=0)[0]",
            ),
        ),
        (AT_ONE, COLD, HOT, LARGE),
        "normalise over all",
        "real",
        recognised="draws every index equally often",
    ),
    Mistake(
        "always the most likely",
        ((DRAW, "return int(probabilities.argmax())"),),
        (AT_ONE, HOT),
        "Draw from softmax",
        "real",
        recognised="always takes the most likely index",
    ),
    Mistake(
        "temperature 0 is no special case",
        ((ZERO, ""),),
        (ARGMAX,),
        "probability",
        "real",
        recognised="raises an error at temperature 0",
    ),
    Mistake(
        "temperature 0 gives the least likely",
        (("lnprobs.argmax()", "lnprobs.argmin()"),),
        (ARGMAX,),
        "lnprobs.argmax()",
        recognised="returns the least likely index at temperature 0",
    ),
    Mistake(
        "exp without the maximum",
        (
            (
                SOFTMAX,
                "probabilities = torch.exp(lnprobs / temperature)\n"
                "    probabilities = probabilities / probabilities.sum()",
            ),
        ),
        (LARGE,),
        "probability",
        "real",
    ),
    Mistake(
        "the logits are divided in place",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs.div_(temperature), dim=0)"),),
        (SAME_LOGITS,),
        "caller's tensor",
    ),
    Mistake(
        "the probability comes instead of the index",
        ((DRAW, "return probabilities[int(torch.multinomial(probabilities, 1))].item()"),),
        (INDEX, AT_ONE),
        "Return the single element",
    ),
    Mistake(
        "a tensor with an axis comes",
        ((DRAW, "return torch.multinomial(probabilities, 1)"),),
        (INDEX,),
        ".item()",
        "real",
    ),
    Mistake(
        "never the last index",
        (
            (
                SOFTMAX,
                "probabilities = torch.softmax(lnprobs[:-1] / temperature, dim=0)",
            ),
        ),
        (AT_ONE, SINGLE),
        "over all",
        recognised="never draws the last index",
    ),
)
