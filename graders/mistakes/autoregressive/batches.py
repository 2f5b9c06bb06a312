"""Wrong targets and batches in the training."""

from graders.mistakes import Mistake
from graders.mistakes.autoregressive.words import (
    COUNTED,
    LOSSES,
    TRAIN,
    WRITES,
)

EPOCHS = "for _ in range(epochs):"
ORDER = "for i in torch.randperm(len(batches)).tolist():"
TARGETS = "targets = torch.cat([batch[:, 1:], nothing], dim=1)"

NEXT, EACH = "test_trains_on_the_next_token", "test_trains_on_each_batch_once_an_epoch"
SHUFFLED = "test_shuffles_the_batches_each_epoch"
SAME_BATCHES = "test_training_leaves_the_batches_alone"

MISTAKES = (
    Mistake(
        "targets are not shifted",
        ((TARGETS, "targets = batch"),),
        (NEXT, LOSSES, WRITES),
        "without its first column",
        "real",
        recognised="predicts the token that it reads",
    ),
    Mistake(
        "targets are shifted the wrong way",
        ((TARGETS, "targets = torch.cat([nothing, batch[:, :-1]], dim=1)"),),
        (NEXT, LOSSES, WRITES),
        "without its first column",
        "real",
        recognised="predicts the token before",
    ),
    Mistake(
        "the last batch is dropped",
        ((ORDER, "for i in torch.randperm(len(batches))[:-1].tolist():"),),
        (EACH,),
        "including the last one",
        "real",
        recognised="skips one batch in each epoch",
    ),
    Mistake(
        "one epoch only",
        ((EPOCHS, "for _ in range(1):"),),
        (EACH, COUNTED),
        "for epoch in range(epochs)",
        recognised="trains for one epoch",
    ),
    Mistake(
        "batches are drawn with replacement",
        ((ORDER, "for i in torch.randint(len(batches), (len(batches),)).tolist():"),),
        (EACH,),
        "every batch",
        recognised="draws the batches with replacement",
    ),
    Mistake(
        "batches are not shuffled",
        ((ORDER, "for i in range(len(batches)):"),),
        (SHUFFLED,),
        "Shuffle before each epoch",
        "real",
        recognised="takes the batches in the given order",
    ),
    Mistake(
        "shuffled once for all epochs",
        (
            (EPOCHS, "order = torch.randperm(len(batches)).tolist()\n    " + EPOCHS),
            (ORDER, "for i in order:"),
        ),
        (SHUFFLED,),
        "Shuffle before each epoch",
        "real",
        recognised="takes the same order in every epoch",
    ),
    Mistake(
        "a seed is set in each epoch",
        ((TRAIN, "        torch.manual_seed(0)\n" + TRAIN),),
        (SHUFFLED,),
        "do not set a seed there",
        recognised="takes the same order in every epoch",
    ),
    Mistake(
        "the caller's list is shuffled",
        (
            (
                ORDER,
                "__import__('random').shuffle(batches)\n        for i in range(len(batches)):",
            ),
        ),
        (SAME_BATCHES,),
        "works in place",
        "real",
    ),
    Mistake(
        "the batch becomes its target",
        (
            (
                TARGETS,
                "targets = torch.cat([batch[:, 1:], nothing], dim=1)\n"
                + " " * 12
                + "batch[:, 0] = START + 2",
            ),
        ),
        (SAME_BATCHES, NEXT),
        "changed",
        recognised="overwrites the first column of the batches",
    ),
)
