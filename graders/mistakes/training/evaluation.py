"""Wrong evaluations."""

from graders.mistakes import Mistake
from graders.mistakes.training.words import (
    MODES,
    V_ACCURACY,
    V_LOSS,
    V_MODE,
)

EVAL = "    model.eval()\n    loss, right, N = 0.0, 0, 0\n    with torch.no_grad():"
LOOP = "        for inputs, labels in batches:\n            logits = model(inputs)"
LOSS = 'loss += F.cross_entropy(logits, labels, reduction="sum").item()'
RIGHT = "right += int((logits.argmax(dim=1) == labels).sum())"
COUNT = "            N += len(labels)\n    return loss / N, right / N"
RESULT = "return loss / N, right / N"

E_LOSS, E_ACCURACY = (
    "test_loss_is_the_mean_over_examples",
    "test_accuracy_is_the_fraction_over_examples",
)
E_ONE, E_MODE = "test_evaluates_a_single_example", "test_evaluates_in_evaluation_mode"
E_GRADIENTS = "test_evaluates_without_gradients"
V_GRADIENTS = "test_validates_without_gradients"

OVER = "add up over examples"
NO_GRAD = "Evaluate under torch.no_grad()"

MISTAKES = (
    Mistake(
        "averages the batches' losses",
        (
            (LOSS, "loss += F.cross_entropy(logits, labels).item()"),
            (RESULT, "return loss / len(batches), right / N"),
        ),
        (E_LOSS,),
        OVER,
        "real",
        recognised="averages the batches' losses",
    ),
    Mistake(
        "divides the summed losses of batches by the examples",
        ((LOSS, "loss += F.cross_entropy(logits, labels).item()"),),
        (E_LOSS, V_LOSS),
        OVER,
        "real",
        recognised="divides the summed losses of batches by the examples",
    ),
    Mistake(
        "does not divide the loss",
        ((RESULT, "return loss, right / N"),),
        (E_LOSS, V_LOSS),
        OVER,
        recognised="does not divide the loss",
    ),
    Mistake(
        "averages the batches' accuracies",
        (
            (RIGHT, "right += (logits.argmax(dim=1) == labels).float().mean().item()"),
            (RESULT, "return loss / N, right / len(batches)"),
        ),
        (E_ACCURACY,),
        OVER,
        "real",
        recognised="averages the batches' accuracies",
    ),
    Mistake(
        "counts the right examples",
        ((RESULT, "return loss / N, right"),),
        (E_ACCURACY, V_ACCURACY),
        "from 0 to 1",
        recognised="counts the right examples",
    ),
    Mistake(
        "gives percent",
        ((RESULT, "return loss / N, 100 * right / N"),),
        (E_ACCURACY, V_ACCURACY),
        "not percent",
        "real",
        recognised="returns the accuracy in percent",
    ),
    Mistake(
        "divides by the batches' number times the first batch's size",
        (
            (
                RESULT,
                "size = len(batches) * len(batches[0][1])\n    return loss / size, right / size",
            ),
        ),
        (E_LOSS, E_ACCURACY),
        OVER,
        "real",
        recognised="divides by the number of batches times the first batch's size",
    ),
    Mistake(
        "leaves out the last batch",
        ((LOOP, LOOP.replace("batches", "batches[: max(1, len(batches) - 1)]")),),
        (E_LOSS, E_ACCURACY),
        OVER,
        "real",
        recognised="leaves out the last batch",
    ),
    Mistake(
        "gives the last batch's figures",
        (
            (LOSS, LOSS.replace("+=", "=")),
            (RIGHT, RIGHT.replace("+=", "=")),
            (COUNT, COUNT.replace("+=", "=")),
        ),
        (E_LOSS, E_ACCURACY),
        OVER,
        "real",
        recognised="returns the last batch's figures",
    ),
    Mistake(
        "squeezes the logits",
        (("logits = model(inputs)", "logits = model(inputs).squeeze()"),),
        (E_ONE,),
        "It raised",
        "real",
    ),
    Mistake(
        "takes the argmax over the batch",
        ((RIGHT, "right += int((logits.argmax(dim=0)[labels] == labels).sum())"),),
        (E_ACCURACY,),
        "the argmax over dim 1, the classes",
        "real",
        recognised="takes the argmax over the batch",
    ),
    Mistake(
        "applies the softmax twice in evaluation",
        ((LOSS, LOSS.replace("(logits,", "(logits.softmax(dim=1),")),),
        (E_LOSS, V_LOSS),
        "cross_entropy takes the logits as they are",
        "real",
        recognised="applies the softmax twice in evaluation",
    ),
    Mistake(
        "gives the accuracy first",
        ((RESULT, "return right / N, loss / N"),),
        (E_LOSS, E_ACCURACY),
        "asks for (loss, accuracy)",
        recognised="returns the accuracy first",
    ),
    Mistake(
        "gives the loss alone",
        ((RESULT, "return loss / N"),),
        (E_LOSS, E_ACCURACY),
        "(loss, accuracy)",
        recognised="returns the loss alone",
    ),
    Mistake(
        "never calls eval()",
        ((EVAL, EVAL.replace("    model.eval()\n", "")),),
        (E_MODE, V_MODE),
        MODES,
        "real",
    ),
    Mistake(
        "evaluates with gradients",
        ((EVAL, EVAL.replace("with torch.no_grad()", "if True")),),
        (E_GRADIENTS, V_GRADIENTS),
        NO_GRAD,
        "real",
    ),
)
