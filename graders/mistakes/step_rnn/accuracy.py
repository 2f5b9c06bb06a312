"""Wrong accuracies."""

from graders.mistakes import Mistake
from graders.mistakes.step_rnn.words import (
    EXAMPLES,
    HALF,
    MODES,
    NO_GRAD,
    SINGLE,
)

ACCURACY_EVAL = "    model.eval()\n    right = total = 0\n    with torch.no_grad():"
SAID = "said = last_logits(model, X).squeeze(1) > 0"
RIGHT = "right += (said == y.bool()).sum().item()"
DATA_GEN = "for X, y in data_gen():"
TOTAL = "            total += len(y)\n"
QUOTIENT = "return right / total"

A_MODE = "test_accuracy_is_measured_in_evaluation_mode"
A_GRADIENTS = "test_accuracy_is_measured_without_gradients"

COMPARE, COUNT = "Compare sigmoid(output) with 0.5", "Add up over all batches"

MISTAKES = (
    Mistake(
        "has its threshold at 0.5 on logits",
        ((SAID, SAID.replace("> 0", "> 0.5")),),
        (HALF, EXAMPLES),
        COMPARE,
        "real",
        recognised="has its threshold at 0.5 on logits",
    ),
    Mistake(
        "takes the argmax of one logit",
        ((SAID, "said = last_logits(model, X).argmax(dim=1) > 0"),),
        (HALF, EXAMPLES),
        COMPARE,
        "real",
        recognised="always predicts 0",
    ),
    Mistake(
        "compares (B, 1) with (B,)",
        ((SAID, SAID.replace(".squeeze(1)", "")),),
        (HALF, EXAMPLES),
        "Give predictions and labels one shape",
        "real",
        recognised="compares every answer with every label",
    ),
    Mistake(
        "predicts the opposite",
        ((SAID, SAID.replace("> 0", "< 0")),),
        (HALF, EXAMPLES, SINGLE),
        "exactly that of the opposite predictions",
        recognised="predicts the opposite",
    ),
    Mistake(
        "gives percent",
        ((QUOTIENT, "return 100 * right / total"),),
        (HALF, EXAMPLES, SINGLE),
        COUNT,
        "real",
        recognised="returns the accuracy in percent",
    ),
    Mistake(
        "averages the batches' accuracies",
        (
            (RIGHT, "right += (said == y.bool()).float().mean().item()"),
            (TOTAL, "            total += 1\n"),
        ),
        (EXAMPLES,),
        COUNT,
        "real",
        recognised="averages the batches' accuracies",
    ),
    Mistake(
        "gives the last batch's accuracy",
        ((RIGHT, RIGHT.replace("+=", "=")), (TOTAL, TOTAL.replace("+=", "="))),
        (EXAMPLES,),
        COUNT,
        recognised="returns the last batch's accuracy",
    ),
    Mistake(
        "leaves out the last batch of the data",
        ((DATA_GEN, "for X, y in list(data_gen())[:-1]:"),),
        (HALF, EXAMPLES),
        COUNT,
        recognised="leaves out the last batch",
    ),
    Mistake(
        "squeezes a batch of one",
        (
            (SAID, "said = (last_logits(model, X).squeeze() > 0).tolist()"),
            (RIGHT, "right += sum(a == b for a, b in zip(said, y.bool().tolist()))"),
        ),
        (SINGLE,),
        "It raised",
        "real",
    ),
    Mistake(
        "measures the accuracy in train mode",
        ((ACCURACY_EVAL, ACCURACY_EVAL.replace("    model.eval()\n", "")),),
        (A_MODE,),
        MODES,
        "real",
    ),
    Mistake(
        "measures the accuracy with gradients",
        ((ACCURACY_EVAL, ACCURACY_EVAL.replace("with torch.no_grad()", "if True")),),
        (A_GRADIENTS,),
        NO_GRAD,
        "real",
    ),
)
