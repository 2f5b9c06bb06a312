"""Wrong records, gradients and steps of the training, and calls in it."""

from graders.mistakes import Mistake
from graders.mistakes.autoregressive.words import (
    COUNTED,
    LOSSES,
    TRAIN,
    WRITES,
)

ADAM = "torch.optim.Adam(model.parameters(), lr=lr)"
ZERO_GRAD = "            optimizer.zero_grad()\n"
LOSS = "loss = masked_loss(model(batch), targets, PAD)"
CLIP = "norm = nn.utils.clip_grad_norm_(model.parameters(), clip)"
STEP = "            optimizer.step()\n"
KEEP_LOSS = "history.loss_per_token.append(loss.item())"
ON_EPOCH = "        if on_epoch is not None:\n"
SAMPLES = "on_epoch([generate(model, [START], MAX_LENGTH, END) for _ in range(SAMPLES)])"

NORMS = "test_history_holds_the_norm_before_clipping"
CLIPPED, ALONE = "test_clips_the_gradient", "test_gradients_are_those_of_one_batch"
MOVES, IN_TRAIN = "test_training_changes_the_parameters", "test_trains_in_train_mode"
TEN, FROM_START = "test_calls_on_epoch_with_ten_samples", "test_samples_start_from_start"
WITHOUT = "test_trains_without_on_epoch"

MISTAKES = (
    Mistake(
        "the history holds the sum of losses",
        ((KEEP_LOSS, "history.loss_per_token.append(loss.item() * len(batch))"),),
        (LOSSES,),
        "loss.item()",
        "real",
        recognised="records sums of losses",
    ),
    Mistake(
        "only the last batch's loss is kept",
        (
            (KEEP_LOSS, "last = loss.item()"),
            (ON_EPOCH, "        history.loss_per_token.append(last)\n" + ON_EPOCH),
        ),
        (LOSSES,),
        "mean over the epoch",
        "real",
        recognised="records only the last batch of each epoch",
    ),
    Mistake(
        "only the last epoch is kept",
        ((TRAIN, "        history = History()\n" + TRAIN),),
        (COUNTED, LOSSES),
        "has the wrong length",
        recognised="records only the last epoch",
    ),
    Mistake(
        "the norm is recorded after clipping",
        (
            (
                CLIP,
                "nn.utils.clip_grad_norm_(model.parameters(), clip)\n            norm = "
                "torch.cat([p.grad.flatten() for p in model.parameters()]).norm()",
            ),
        ),
        (NORMS,),
        "the norm before clipping",
        "real",
        recognised="records the norm after clipping",
    ),
    Mistake(
        "the norm of one parameter is recorded",
        (
            (
                CLIP,
                "norm = next(iter(model.parameters())).grad.norm()\n            "
                "nn.utils.clip_grad_norm_(model.parameters(), clip)",
            ),
        ),
        (NORMS,),
        "the norm before clipping",
        "real",
        recognised="records the norm of one parameter",
    ),
    Mistake(
        "nothing is clipped",
        ((CLIP, 'norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))'),),
        (CLIPPED,),
        "clip_grad_norm_(model.parameters(), clip)",
        "real",
        recognised="steps with the whole gradient",
    ),
    Mistake(
        "clipped after the step",
        (
            (CLIP + "\n", "pass\n"),
            (STEP, STEP + "            " + CLIP + "\n"),
        ),
        (CLIPPED,),
        "between loss.backward() and optimizer.step()",
        "real",
        recognised="steps with the whole gradient",
    ),
    Mistake(
        "values are clipped and not the norm",
        (
            (
                CLIP,
                'norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))\n            '
                "nn.utils.clip_grad_value_(model.parameters(), clip)",
            ),
        ),
        (CLIPPED,),
        "clip_grad_norm_",
        "real",
        recognised="clips each value of the gradient",
    ),
    Mistake(
        "each parameter is clipped by itself",
        (
            (
                CLIP,
                "norms = [nn.utils.clip_grad_norm_(p, clip) for p in model.parameters()]\n"
                "            norm = torch.stack(norms).norm()",
            ),
        ),
        (CLIPPED,),
        "clip_grad_norm_(model.parameters(), clip)",
        recognised="clips the gradient of each parameter by itself",
    ),
    Mistake(
        "gradients are never set to zero",
        ((ZERO_GRAD, ""),),
        (ALONE,),
        "gradients add up",
        "real",
        recognised="never sets the gradients to zero",
    ),
    Mistake(
        "gradients are always stretched to clip",
        (
            (
                CLIP,
                CLIP + "\n            for p in model.parameters():\n"
                "                p.grad.mul_(min(clip, 10.0) / float(p.grad.norm()))",
            ),
        ),
        (ALONE,),
        "The gradient norms at the steps are wrong",
        recognised="stretches short gradients",
    ),
    Mistake(
        "no step is made",
        ((STEP, ""),),
        (MOVES, WRITES),
        "call its step()",
        "real",
    ),
    Mistake(
        "the optimiser holds another model's parameters",
        ((ADAM, "torch.optim.Adam(LSTMLanguageModel(5).parameters(), lr=lr)"),),
        (MOVES, WRITES),
        "Pass model.parameters() and lr to the optimiser",
        "real",
    ),
    Mistake(
        "the learning rate is fixed",
        ((ADAM, "torch.optim.Adam(model.parameters(), lr=1e-3)"),),
        (MOVES,),
        "With lr=0",
        "real",
        recognised="ignores the learning rate",
    ),
    Mistake(
        "never back to train mode after the first epoch",
        (
            (TRAIN, "        for i"),
            (ON_EPOCH, "        model.eval()\n" + ON_EPOCH),
        ),
        (IN_TRAIN,),
        "at the start of each epoch",
        "real",
        recognised="trains in eval mode after the first epoch",
    ),
    Mistake(
        "on_epoch is called after each batch",
        ((ON_EPOCH, ON_EPOCH.replace("        if", "            if")), (SAMPLES, "    " + SAMPLES)),
        (TEN,),
        "After the loop over batches",
        recognised="calls on_epoch after each batch",
    ),
    Mistake(
        "on_epoch is called once, at the end",
        (
            (ON_EPOCH, "    if on_epoch is not None:\n"),
            ("            " + SAMPLES, "        " + SAMPLES),
        ),
        (TEN,),
        "After the loop over batches",
        recognised="calls on_epoch once, at the end",
    ),
    Mistake(
        "the loss is called without the pad",
        ((LOSS, LOSS.replace(", PAD)", ")")),),
        (WITHOUT, WRITES),
        "masked_loss() missing 1 required positional argument",
    ),
    Mistake(
        "generate is called without the end",
        ((SAMPLES, SAMPLES.replace(", END)", ")")),),
        (TEN, FROM_START),
        "generate() missing 1 required positional argument",
    ),
    Mistake(
        "a single sample",
        ((SAMPLES, "on_epoch(generate(model, [START], MAX_LENGTH, END)[:9])"),),
        (TEN,),
        "for _ in range(10)",
        recognised="passes a single sample",
    ),
    Mistake(
        "samples start from another token",
        ((SAMPLES, SAMPLES.replace("[START]", "[END + 1]")),),
        (FROM_START,),
        "START of data.py",
        "real",
    ),
    Mistake(
        "on_epoch is always called",
        ((ON_EPOCH, "        if True:\n"),),
        (WITHOUT,),
        "not callable",
    ),
    Mistake(
        "a softmax before the loss",
        ((LOSS, "loss = masked_loss(model(batch).softmax(dim=-1), targets, PAD)"),),
        (LOSSES,),
        "The losses are wrong",
        "real",
        recognised="applies a softmax before the loss",
    ),
)
