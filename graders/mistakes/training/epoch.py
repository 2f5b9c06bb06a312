"""Wrong epochs of training."""

from graders.mistakes import Mistake
from graders.mistakes.training.words import (
    BEST,
    ENDS,
    ENTRIES,
    MEAN,
    MODES,
    OPTIMIZER,
    T_LOSS,
    TRAIN_LOSS,
)

TRAIN = "    model.train()\n    total, N = 0.0, 0"
EPOCH = "    for inputs, labels in batches:\n        optimizer.zero_grad()"
ZERO = "        optimizer.zero_grad()\n"
LOSS_OF_BATCH = "loss = F.cross_entropy(model(inputs), labels)"
BACKWARD = "        loss.backward()\n        optimizer.step()\n"
STEP = "        optimizer.step()\n"
EPOCHS = "for _ in range(epochs):"

EVERY, CROSS_ENTROPY = "test_trains_on_every_batch", "test_learns_by_cross_entropy"
STEPS, FRESH = "test_one_step_per_batch", "test_gradients_start_from_zero"
RATE, IN_TRAIN = "test_learning_rate_is_used", "test_trains_in_train_mode"
ALONE = "test_leaves_the_batches_alone"

ONCE = "Once per batch: zero_grad, forward, loss"
SOFTMAX, SET_ZERO = "cross_entropy takes the logits as they are", "gradients add up otherwise"
HAND = "Pass lr to the optimiser"
A_COPY = "Shuffle a copy"

MISTAKES = (
    Mistake(
        "calls train() once",
        (
            (TRAIN, TRAIN.replace("    model.train()\n", "")),
            (OPTIMIZER, OPTIMIZER + "\n    model.train()"),
        ),
        (IN_TRAIN,),
        MODES,
        "real",
    ),
    Mistake(
        "never calls train()",
        ((TRAIN, TRAIN.replace("    model.train()\n", "")),),
        (IN_TRAIN,),
        MODES,
        "real",
    ),
    Mistake(
        "sets the gradients to zero once per epoch",
        ((ZERO, ""), (TRAIN, TRAIN + "\n    optimizer.zero_grad()")),
        (FRESH,),
        SET_ZERO,
        "real",
        recognised="sets the gradients to zero once per epoch",
    ),
    Mistake(
        "never sets the gradients to zero",
        ((ZERO, ""),),
        (FRESH,),
        SET_ZERO,
        "real",
        recognised="never sets the gradients to zero",
    ),
    Mistake(
        "forgets the step",
        ((STEP, ""),),
        (STEPS, RATE),
        ONCE,
        "real",
        recognised="never uses the gradients in a step",
    ),
    Mistake(
        "makes one step per epoch",
        ((STEP, ""), (MEAN, MEAN.replace("    return", "    optimizer.step()\n    return"))),
        (STEPS,),
        ONCE,
        recognised="makes one step per epoch",
    ),
    Mistake(
        "steps before the backward pass",
        ((BACKWARD, "        optimizer.step()\n        loss.backward()\n"),),
        (STEPS,),
        ONCE,
        recognised="never uses the gradients in a step",
    ),
    Mistake(
        "sets the gradients to zero after the backward pass",
        ((ZERO, ""), (STEP, f"{ZERO}{STEP}")),
        (STEPS,),
        ONCE,
        "real",
        recognised="erases the gradients before the step",
    ),
    Mistake(
        "optimises a copy of the model",
        (
            (
                OPTIMIZER,
                OPTIMIZER.replace("model.parameters()", "copy.deepcopy(model).parameters()"),
            ),
        ),
        (STEPS, RATE),
        ONCE,
        "real",
        recognised="optimises other parameters",
    ),
    Mistake(
        "trains a copy of the model",
        ((OPTIMIZER, f"model = copy.deepcopy(model)\n    {OPTIMIZER}"),),
        (STEPS, ENDS, BEST),
        ONCE,
        recognised="trains a copy of the model",
    ),
    Mistake(
        "ignores the learning rate",
        ((OPTIMIZER, OPTIMIZER.replace("lr=lr", "lr=1e-3")),),
        (RATE,),
        HAND,
        "real",
    ),
    Mistake(
        "learns from probabilities",
        ((LOSS_OF_BATCH, "loss = F.cross_entropy(model(inputs).softmax(dim=1), labels)"),),
        (CROSS_ENTROPY,),
        SOFTMAX,
        "real",
        recognised="learns from probabilities",
    ),
    Mistake(
        "learns by nll_loss of logits",
        ((LOSS_OF_BATCH, "loss = F.nll_loss(model(inputs), labels)"),),
        (CROSS_ENTROPY,),
        SOFTMAX,
        recognised="learns by nll_loss of logits",
    ),
    Mistake(
        "learns by squared errors",
        (
            (
                LOSS_OF_BATCH,
                "logits = model(inputs)\n"
                "        loss = F.mse_loss(logits, F.one_hot(labels, logits.shape[1]).float())",
            ),
        ),
        (CROSS_ENTROPY, T_LOSS),
        SOFTMAX,
        recognised="learns by squared errors",
    ),
    Mistake(
        "goes up the gradient",
        ((LOSS_OF_BATCH, "loss = -F.cross_entropy(model(inputs), labels)"),),
        (CROSS_ENTROPY,),
        "Call backward() on the loss itself",
        recognised="goes up the gradient",
    ),
    Mistake(
        "leaves out the last training batch",
        ((EPOCH, EPOCH.replace("in batches", "in batches[: max(1, len(batches) - 1)]")),),
        (EVERY, STEPS),
        ONCE,
        "real",
        recognised="leaves out the last training batch",
    ),
    Mistake(
        "trains on the first batch alone",
        ((EPOCH, EPOCH.replace("in batches", "in batches[:1]")),),
        (EVERY, STEPS),
        ONCE,
        recognised="trains on the first batch alone",
    ),
    Mistake(
        "trains on the validation batches too",
        ((TRAIN_LOSS, TRAIN_LOSS.replace("batches,", "[*batches, *val_batches],")),),
        (EVERY,),
        ONCE,
        recognised="trains on the validation batches too",
    ),
    Mistake(
        "trains for one extra epoch",
        ((EPOCHS, "for _ in range(epochs + 1):"),),
        (ENTRIES, EVERY),
        "one per epoch",
        recognised="trains for one extra epoch",
    ),
    Mistake(
        "trains for one epoch",
        ((EPOCHS, "for _ in range(1):"),),
        (ENTRIES, EVERY),
        "one per epoch",
        recognised="trains for one epoch",
    ),
    Mistake(
        "draws batches with replacement",
        (
            (
                EPOCH,
                EPOCH.replace("in batches", "in [batches[i // 2] for i in range(len(batches))]"),
            ),
        ),
        (EVERY,),
        "once on every training batch",
        recognised="repeats some training batches and leaves out others",
    ),
    Mistake(
        "shuffles the caller's list",
        (
            ("import copy\n", "import copy\nimport random\n"),
            (TRAIN, f"{TRAIN}\n    random.shuffle(batches)"),
        ),
        (ALONE,),
        A_COPY,
        recognised="shuffles the caller's list",
    ),
    Mistake(
        "writes into the batches",
        ((LOSS_OF_BATCH, f"inputs[:, 1:] = 0\n        {LOSS_OF_BATCH}"),),
        (ALONE,),
        "Do not write into a batch",
        recognised="writes into the batches",
    ),
)
