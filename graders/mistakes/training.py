"""Wrong answers to training.py."""

from graders.mistakes import Mistake

EVAL = "    model.eval()\n    loss, right, N = 0.0, 0, 0\n    with torch.no_grad():"
LOOP = "        for inputs, labels in batches:\n            logits = model(inputs)"
LOSS = 'loss += F.cross_entropy(logits, labels, reduction="sum").item()'
RIGHT = "right += int((logits.argmax(dim=1) == labels).sum())"
COUNT = "            N += len(labels)\n    return loss / N, right / N"
RESULT = "return loss / N, right / N"
TRAIN = "    model.train()\n    total, N = 0.0, 0"
EPOCH = "    for inputs, labels in batches:\n        optimizer.zero_grad()"
ZERO = "        optimizer.zero_grad()\n"
LOSS_OF_BATCH = "loss = F.cross_entropy(model(inputs), labels)"
BACKWARD = "        loss.backward()\n        optimizer.step()\n"
STEP = "        optimizer.step()\n"
TOTAL = "total += loss.item() * len(labels)"
MEAN = "        N += len(labels)\n    return total / N"
OPTIMIZER = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
EPOCHS = "for _ in range(epochs):"
TRAIN_LOSS = "        train_loss.append(train_epoch(model, batches, optimizer))\n"
EVALUATE = "        loss, accuracy = evaluate(model, val_batches)\n"
BETTER = 'if loss < min(val_loss, default=float("inf")):'
COPY = "best_state = copy.deepcopy(model.state_dict())"
HISTORY = "return History(train_loss, val_loss, val_accuracy, best_state)"

E_LOSS, E_ACCURACY = (
    "test_loss_is_the_mean_over_examples",
    "test_accuracy_is_the_fraction_over_examples",
)
E_ONE, E_MODE = "test_evaluates_a_single_example", "test_evaluates_in_evaluation_mode"
E_GRADIENTS, ENTRIES = "test_evaluates_without_gradients", "test_history_has_one_entry_per_epoch"
EVERY, CROSS_ENTROPY = "test_trains_on_every_batch", "test_learns_by_cross_entropy"
STEPS, FRESH = "test_one_step_per_batch", "test_gradients_start_from_zero"
RATE, IN_TRAIN = "test_learning_rate_is_used", "test_trains_in_train_mode"
V_MODE, V_GRADIENTS = "test_validates_in_evaluation_mode", "test_validates_without_gradients"
T_LOSS, V_LOSS = "test_train_loss_is_the_epoch_mean", "test_val_loss_follows_the_epochs"
V_ACCURACY, BEST = "test_val_accuracy_follows_the_epochs", "test_keeps_the_best_state"
ENDS, ALONE = "test_ends_with_last_or_best_weights", "test_leaves_the_batches_alone"

OVER, MODES = "add up over examples", "Call model.train() at the start of every epoch"
NO_GRAD, ONCE = "Evaluate under torch.no_grad()", "Once per batch: zero_grad, forward, loss"
SOFTMAX, SET_ZERO = "cross_entropy takes the logits as they are", "gradients add up otherwise"
HAND, DIVIDE = "Pass lr to the optimiser", "divide once"
AFTER, KEEP = "after the epoch's last step", "copy.deepcopy(model.state_dict())"
OWN_MODEL, A_COPY = "Train the model that was passed in", "Shuffle a copy"

_EVALUATION = (
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

_TRAINING = (
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

_HISTORY = (
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

MISTAKES = _EVALUATION + _TRAINING + _HISTORY
