"""Wrong accuracies."""

from graders.mistakes import Mistake

GUESS = "predicted = logits.argmax(dim=1) if C > 1 else (logits.reshape(B) > 0).long()"
MEAN = "return (predicted == labels).float().mean().item()"

ONE_LOGIT = "test_accuracy_of_one_logit"

THRESHOLD = "Compare the logit with 0"

MISTAKES = (
    Mistake(
        "the accuracy is a count",
        ((MEAN, "return (predicted == labels).sum().item()"),),
        ("test_accuracy_of_several_logits", ONE_LOGIT),
        "fraction of examples",
        recognised="counts instead of averaging",
    ),
    Mistake(
        "argmax over the batch",
        (
            (
                GUESS,
                "predicted = logits.argmax(dim=0)[:1] if C > 1 else (logits.reshape(B) > 0).long()",
            ),
        ),
        ("test_accuracy_of_several_logits",),
        "argmax over dim=1",
        "real",
        recognised="takes argmax over the batch",
    ),
    Mistake(
        "argmax of a single logit",
        ((GUESS, "predicted = logits.argmax(dim=1)"),),
        (ONE_LOGIT,),
        THRESHOLD,
        "real",
    ),
    Mistake(
        "the threshold on a single logit is -1",
        ((GUESS, GUESS.replace("> 0)", "> -1)")),),
        (ONE_LOGIT,),
        THRESHOLD,
    ),
    Mistake(
        "the logit is compared with one half",
        ((GUESS, GUESS.replace("> 0)", "> 0.5)")),),
        (ONE_LOGIT,),
        THRESHOLD,
        "real",
    ),
    Mistake(
        "a column against a row",
        ((GUESS, GUESS.replace("logits.reshape(B) > 0", "logits > 0")),),
        (ONE_LOGIT,),
        "(B, 1) with (B,)",
        "real",
    ),
    Mistake(
        "each right answer counts per class",
        ((MEAN, "return (predicted == labels).float().mean().item() / C"),),
        ("test_accuracy_of_several_logits",),
        "fraction of examples",
        recognised="divides by the number of classes",
    ),
    Mistake(
        "the accuracy is printed",
        ((MEAN, "print((predicted == labels).float().mean().item())"),),
        ("test_accuracy_of_several_logits", ONE_LOGIT),
        "not a number",
    ),
)
