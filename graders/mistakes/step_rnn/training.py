"""Wrong trainings."""

from graders.mistakes import Mistake
from graders.mistakes.step_rnn.words import (
    EVERY,
    MODES,
    NO_GRAD,
    T_LOSSES,
    THROUGH,
    V_GRADIENTS,
    V_LOSSES,
)

EPOCHS = "for _ in range(n_epochs):"
TRAIN_MODE = "        model.train()\n"
TRAIN_GEN = "for X, y in train_gen():"
ZERO = "            optimizer.zero_grad()\n"
BACKWARD = "            loss.backward()\n"
STEP = "            optimizer.step()\n"
TRAIN_LOSS = "        train_losses.append(sum(losses) / len(losses))\n"
EVAL = "        model.eval()\n        with torch.no_grad():\n            losses = "
VALIDATE = "losses = [batch_loss(model, X, y, criterion).item() for X, y in valid_gen()]"
VALID_LOSS = "        valid_losses.append(sum(losses) / len(losses))\n"
BETTER = "if valid_losses[-1] == min(valid_losses):"
COPY = "best_state = copy.deepcopy(model.state_dict())"
RESULT = "return train_losses, valid_losses, best_state"

ENTRIES = "test_gives_one_loss_per_epoch"
STEPS, FRESH = "test_one_step_per_batch", "test_gradients_start_from_zero"
IN_TRAIN, V_MODE = "test_trains_in_train_mode", "test_validates_in_evaluation_mode"
BEST = "test_keeps_the_best_state"

CALL_ANEW, ONCE = "Call train_gen() again in every epoch", "Once per batch: zero_grad"
SET_ZERO = "gradients add up otherwise"
DIVIDE = "divide once, by the number of batches"
VALID, KEEP = "Go through valid_gen() after", "copy.deepcopy(model.state_dict())"

MISTAKES = (
    Mistake(
        "calls train_gen once",
        (
            (EPOCHS, f"batches = train_gen()\n    {EPOCHS}"),
            (TRAIN_GEN, "for X, y in batches:"),
            (TRAIN_LOSS, TRAIN_LOSS.replace("len(losses)", "max(1, len(losses))")),
        ),
        (EVERY, STEPS),
        CALL_ANEW,
        "real",
        recognised="calls train_gen once",
    ),
    Mistake(
        "divides the losses of batches by the size of the last one",
        ((TRAIN_LOSS, TRAIN_LOSS.replace("len(losses)", "len(X)")),),
        ("test_train_losses_are_epoch_means",),
        "divide once, by the number of batches or examples",
        recognised="divides the training losses by the size of the last batch",
    ),
    Mistake(
        "leaves out the last batch",
        ((TRAIN_GEN, "for X, y in list(train_gen())[:-1]:"),),
        (EVERY, STEPS),
        "once on every training batch",
        recognised="leaves out the last training batch",
    ),
    Mistake(
        "learns from the validation batches too",
        ((TRAIN_GEN, "for X, y in [*train_gen(), *valid_gen()]:"),),
        (EVERY, V_MODE),
        "Nothing must be learnt from the validation data",
        recognised="trains on the validation batches too",
    ),
    Mistake(
        "forgets the step", ((STEP, ""),), (STEPS,), ONCE, "real", recognised="forgets the step"
    ),
    Mistake(
        "makes one step per epoch",
        ((STEP, ""), (TRAIN_LOSS, f"        optimizer.step()\n{TRAIN_LOSS}")),
        (STEPS,),
        ONCE,
        recognised="makes one step per epoch",
    ),
    Mistake(
        "steps before the backward pass",
        ((BACKWARD, ""), (STEP, STEP + BACKWARD)),
        (STEPS,),
        ONCE,
        recognised="steps before the backward pass",
    ),
    Mistake(
        "forgets the backward pass",
        ((BACKWARD, ""),),
        (STEPS, THROUGH),
        ONCE,
        recognised="forgets the backward pass",
    ),
    Mistake(
        "has an optimizer of its own",
        ((EPOCHS, f"optimizer = torch.optim.Adam(model.parameters())\n    {EPOCHS}"),),
        (STEPS,),
        "Use the optimizer that is passed in",
        recognised="has an optimizer of its own",
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
        "sets the gradients to zero once per epoch",
        ((ZERO, ""), (TRAIN_MODE, f"{TRAIN_MODE}        optimizer.zero_grad()\n")),
        (FRESH,),
        SET_ZERO,
        "real",
        recognised="sets the gradients to zero once per epoch",
    ),
    Mistake("never calls train()", ((TRAIN_MODE, ""),), (IN_TRAIN,), MODES, "real"),
    Mistake(
        "calls train() once",
        ((TRAIN_MODE, ""), (EPOCHS, f"model.train()\n    {EPOCHS}")),
        (IN_TRAIN,),
        MODES,
        "real",
    ),
    Mistake(
        "validates in train mode",
        ((EVAL, EVAL.replace("        model.eval()\n", "")),),
        (V_MODE,),
        MODES,
        "real",
    ),
    Mistake(
        "validates with gradients",
        ((EVAL, EVAL.replace("with torch.no_grad()", "if True")),),
        (V_GRADIENTS,),
        NO_GRAD,
        "real",
    ),
    Mistake(
        "keeps the last batch's training loss",
        ((TRAIN_LOSS, "        train_losses.append(losses[-1])\n"),),
        (T_LOSSES,),
        DIVIDE,
        "real",
        recognised="keeps the last batch's training loss",
    ),
    Mistake(
        "does not divide the training loss",
        ((TRAIN_LOSS, "        train_losses.append(sum(losses))\n"),),
        (T_LOSSES,),
        DIVIDE,
        recognised="does not divide the training loss",
    ),
    Mistake(
        "keeps every batch's training loss",
        ((TRAIN_LOSS, "        train_losses.extend(losses)\n"),),
        (ENTRIES, T_LOSSES),
        "one per epoch",
        recognised="keeps one training loss per batch",
    ),
    Mistake(
        "does not divide the validation loss",
        ((VALID_LOSS, "        valid_losses.append(sum(losses))\n"),),
        (V_LOSSES,),
        VALID,
        recognised="does not divide the validation loss",
    ),
    Mistake(
        "validates on the training batches",
        ((VALIDATE, VALIDATE.replace("valid_gen", "train_gen")),),
        (V_LOSSES, V_MODE),
        "Your validation goes over the training batches",
        "real",
        recognised="validates on the training batches",
    ),
    Mistake(
        "keeps adding to the training losses",
        ((EVAL, EVAL.replace("losses = ", "losses += ")),),
        (V_LOSSES,),
        VALID,
        recognised="keeps adding to the training losses",
    ),
    Mistake(
        "trains for one extra epoch",
        ((EPOCHS, "for _ in range(n_epochs + 1):"),),
        (ENTRIES, EVERY),
        "one per epoch",
        recognised="trains for one extra epoch",
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
        "keeps the last state",
        ((BETTER, "if True:"),),
        (BEST,),
        KEEP,
        "real",
        recognised="keeps the last state",
    ),
    Mistake(
        "keeps the first state",
        ((BETTER, "if len(valid_losses) == 1:"),),
        (BEST,),
        KEEP,
        recognised="keeps the first state",
    ),
    Mistake(
        "keeps the worst state",
        ((BETTER, BETTER.replace("min", "max")),),
        (BEST,),
        KEEP,
        recognised="keeps the worst state",
    ),
    Mistake(
        "chooses by the training loss",
        ((BETTER, "if train_losses[-1] == min(train_losses):"),),
        (BEST,),
        KEEP,
        recognised="chooses by the training loss",
    ),
    Mistake(
        "compares with the epoch before",
        ((BETTER, "if valid_losses[-1] == min(valid_losses[-2:]):"),),
        (BEST,),
        KEEP,
        recognised="compares with the epoch before",
    ),
    Mistake(
        "returns the model",
        ((COPY, "best_state = copy.deepcopy(model)"),),
        (ENTRIES, BEST),
        "not a state dict",
        recognised="keeps the model instead of its state",
    ),
    Mistake(
        "continues the lists of the previous call",
        (
            ("    n_epochs: int,\n", "    n_epochs: int,\n    train_losses=[],\n"),
            ("    train_losses: list[float] = []\n", ""),
        ),
        (ENTRIES,),
        "one per epoch",
        recognised="continues the lists of the previous call",
    ),
    Mistake(
        "returns the losses alone",
        ((RESULT, "return train_losses, valid_losses"),),
        (ENTRIES, BEST),
        "(train_losses, valid_losses, best_state)",
        recognised="returns the losses alone",
    ),
)
