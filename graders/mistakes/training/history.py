"""Wrong histories and best states."""

from graders.mistakes import Mistake
from graders.mistakes.training.words import (
    BEST,
    ENDS,
    ENTRIES,
    MEAN,
    OPTIMIZER,
    T_LOSS,
    TRAIN_LOSS,
    V_ACCURACY,
    V_LOSS,
    V_MODE,
)

TOTAL = "total += loss.item() * len(labels)"
EVALUATE = "        loss, accuracy = evaluate(model, val_batches)\n"
BETTER = 'if loss < min(val_loss, default=float("inf")):'
COPY = "best_state = copy.deepcopy(model.state_dict())"
HISTORY = "return History(train_loss, val_loss, val_accuracy, best_state)"

DIVIDE = "divide once"
AFTER, KEEP = "after the epoch's last step", "copy.deepcopy(model.state_dict())"
OWN_MODEL = "Train the model that was passed in"

MISTAKES = (
    Mistake(
        "keeps the last batch's training loss",
        ((MEAN, MEAN.replace("total / N", "loss.item()")),),
        (T_LOSS,),
        DIVIDE,
        "real",
        recognised="keeps the last batch's training loss",
    ),
    Mistake(
        "does not divide the training loss",
        ((MEAN, MEAN.replace("total / N", "total")),),
        (T_LOSS,),
        DIVIDE,
        "real",
        recognised="does not divide the training loss",
    ),
    Mistake(
        "divides batch losses by the examples",
        ((TOTAL, "total += loss.item()"),),
        (T_LOSS,),
        DIVIDE,
        "real",
        recognised="divides the batches' training losses by the examples",
    ),
    Mistake(
        "keeps adding the training loss over epochs",
        (
            (
                HISTORY,
                HISTORY.replace("train_loss,", "[sum(train_loss[:i + 1]) for i in range(epochs)],"),
            ),
        ),
        (T_LOSS,),
        DIVIDE,
        recognised="keeps adding the training loss over epochs",
    ),
    Mistake(
        "keeps one training loss per batch",
        (
            (
                TRAIN_LOSS,
                TRAIN_LOSS.replace("append(", "extend(len(batches) * [").replace("))", ")])"),
            ),
        ),
        (ENTRIES,),
        "one per epoch",
        recognised="keeps one training loss per batch",
    ),
    Mistake(
        "validates on the training batches",
        ((EVALUATE, EVALUATE.replace("val_batches", "batches")),),
        (V_LOSS, V_ACCURACY, V_MODE),
        AFTER,
        "real",
        recognised="validates on the training batches",
    ),
    Mistake(
        "validates before the epoch",
        ((TRAIN_LOSS, ""), (EVALUATE, EVALUATE + TRAIN_LOSS)),
        (V_LOSS, V_ACCURACY),
        AFTER,
        recognised="validates before the epoch",
    ),
    Mistake(
        "validates once, at the end",
        (
            (EVALUATE, "        loss, accuracy = 0.0, 0.0\n"),
            (
                HISTORY,
                f"val_loss[-1], val_accuracy[-1] = evaluate(model, val_batches)\n    {HISTORY}",
            ),
        ),
        (V_LOSS, V_ACCURACY, BEST),
        AFTER,
        recognised="validates once, at the end",
    ),
    Mistake(
        "exchanges loss and accuracy",
        ((EVALUATE, EVALUATE.replace("loss, accuracy", "accuracy, loss")),),
        (V_LOSS, V_ACCURACY),
        "takes them in the other order",
        recognised="exchanges loss and accuracy",
    ),
    Mistake(
        "the best is what is below every training loss",
        ((BETTER, BETTER.replace("val_loss", "train_loss")),),
        (BEST,),
        "Compare with the best value so far",
        recognised="keeps the last state",
    ),
    Mistake(
        "keeps the best state by reference",
        ((COPY, "best_state = model.state_dict()"),),
        (BEST,),
        KEEP,
        "real",
        recognised="keeps the last state",
    ),
    Mistake(
        "keeps a shallow copy of the best state",
        ((COPY, "best_state = dict(model.state_dict())"),),
        (BEST,),
        KEEP,
        "real",
        recognised="keeps the last state",
    ),
    Mistake(
        "keeps the last state",
        ((BETTER, "if True:"),),
        (BEST,),
        KEEP,
        "real",
        recognised="keeps the last state",
    ),
    Mistake(
        "keeps the first state",
        ((BETTER, "if not val_loss:"),),
        (BEST,),
        KEEP,
        recognised="keeps the first state",
    ),
    Mistake(
        "keeps the worst state",
        ((BETTER, "if loss > max(val_loss, default=0.0):"),),
        (BEST,),
        KEEP,
        recognised="keeps the worst state",
    ),
    Mistake(
        "compares with the epoch before",
        ((BETTER, "if not val_loss or loss < val_loss[-1]:"),),
        (BEST,),
        KEEP,
        recognised="compares with the epoch before",
    ),
    Mistake(
        "chooses by the training loss",
        ((BETTER, "if train_loss[-1] == min(train_loss):"),),
        (BEST,),
        KEEP,
        recognised="chooses by the training loss",
    ),
    Mistake(
        "keeps the model as best state",
        ((COPY, "best_state = copy.deepcopy(model)"),),
        (BEST,),
        "not the model's state dict",
        recognised="keeps the model instead of its state",
    ),
    Mistake(
        "ends with the first weights",
        (
            (OPTIMIZER, f"before = copy.deepcopy(model.state_dict())\n    {OPTIMIZER}"),
            (HISTORY, f"model.load_state_dict(before)\n    {HISTORY}"),
        ),
        (ENDS,),
        OWN_MODEL,
        recognised="ends with the first weights",
    ),
    Mistake(
        "returns a dict",
        (
            (
                HISTORY,
                'return {"train_loss": train_loss, "val_loss": val_loss, '
                '"val_accuracy": val_accuracy, "best_state": best_state}',
            ),
        ),
        (ENTRIES, T_LOSS, V_LOSS, V_ACCURACY, BEST),
        "Return an object with the attributes",
        recognised="returns a dict",
    ),
    Mistake(
        "continues the lists of the previous call",
        (
            ("epochs: int, lr: float\n", "epochs: int, lr: float, val_loss=[]\n"),
            ("    val_loss: list[float] = []\n    val_accuracy", "    val_accuracy"),
        ),
        (ENTRIES,),
        "one per epoch",
        recognised="continues the lists of the previous call",
    ),
    Mistake(
        "returns the lists alone",
        ((HISTORY, "return train_loss, val_loss"),),
        (ENTRIES, BEST),
        "the best weights are lost",
        recognised="returns the losses alone",
    ),
)
