"""Wrong loops over the tokens."""

from graders.mistakes import Mistake
from graders.mistakes.step_rnn.words import (
    EVERY,
    EXAMPLES,
    HALF,
    T_LOSSES,
    THROUGH,
    V_LOSSES,
)

INIT = "    hidden = model.init_hidden(B)\n"
LOOP = "for t in range(T):"
CALL = "logits, hidden = model(X[:, t], hidden)"
LAST = "    return logits\n"
LOGITS = "    logits = last_logits(model, X)\n"
CRITERION = "return criterion(logits, y.to(logits.dtype).unsqueeze(1))"

IN_ORDER, CARRIED = "test_reads_every_token_in_order", "test_hidden_state_is_carried"
ANEW = "test_every_batch_starts_anew"
TO_CRITERION = "test_last_output_goes_to_the_criterion"
FLOATS = "test_criterion_gets_float_labels"
A_RUNS = "test_accuracy_runs_through_the_batch"

PASS_ON, INIT_EACH = "output, hidden = model(X[:, t], hidden)", "Call model.init_hidden(batch size)"
NO_DETACH, AS_IT_IS = "not detach the hidden state", "pass the output of the last step"
TOKENS, LABELS = "For each batch: init_hidden(B)", "criterion(output, y.float().unsqueeze(1))"

MISTAKES = (
    Mistake(
        "gives every step the first state",
        ((CALL, "logits, _ = model(X[:, t], hidden)"),),
        (CARRIED, A_RUNS),
        PASS_ON,
        "real",
        recognised="passes no state on",
    ),
    Mistake(
        "starts every step from zeros",
        ((CALL, "logits, hidden = model(X[:, t], model.init_hidden(B))"),),
        (CARRIED, A_RUNS),
        PASS_ON,
        recognised="passes no state on",
    ),
    Mistake(
        "makes the first state as long as the sequence",
        ((INIT, INIT.replace("B", "T")),),
        (CARRIED, THROUGH, V_LOSSES, HALF),
        "was given",
        "real",
    ),
    Mistake(
        "continues from the previous batch",
        (
            (
                INIT,
                '    hidden = getattr(model, "kept", model.init_hidden(B))\n'
                "    hidden = hidden.detach() if len(hidden) == B else model.init_hidden(B)\n",
            ),
            (LAST, "    model.kept = hidden\n    return logits\n"),
        ),
        (ANEW, A_RUNS),
        INIT_EACH,
        "real",
    ),
    Mistake(
        "stops before the last token",
        ((LOOP, "for t in range(T - 1):"),),
        (IN_ORDER, TO_CRITERION, A_RUNS),
        AS_IT_IS,
        "real",
        recognised="stops before the last token",
    ),
    Mistake(
        "reads the last token alone",
        ((LOOP, "for t in [T - 1]:"),),
        (IN_ORDER, A_RUNS),
        TOKENS,
        recognised="reads the last token alone",
    ),
    Mistake(
        "reads from the end",
        ((LOOP, "for t in reversed(range(T)):"),),
        (IN_ORDER, TO_CRITERION),
        TOKENS,
        recognised="reads from the end",
    ),
    Mistake(
        "reads three tokens",
        ((LOOP, "for t in range(3):"),),
        (IN_ORDER, TO_CRITERION),
        AS_IT_IS,
        recognised="reads three tokens",
    ),
    Mistake(
        "reads rows instead of columns",
        (
            (INIT, INIT.replace("B", "T")),
            (LOOP, "for t in range(B):"),
            (CALL, "logits, hidden = model(X[t], hidden)"),
        ),
        (IN_ORDER, TO_CRITERION, HALF),
        "must be the same as input size",
        "real",
    ),
    Mistake(
        "detaches the state after each step",
        ((CALL, f"{CALL}\n        hidden = hidden.detach()"),),
        (THROUGH,),
        NO_DETACH,
        "real",
        recognised="detaches the state between the steps",
    ),
    Mistake(
        "averages the outputs",
        (
            (INIT, INIT + "    outputs = []\n"),
            (CALL, f"{CALL}\n        outputs.append(logits)"),
            (LAST, "    return torch.stack(outputs).mean(dim=0)\n"),
        ),
        (TO_CRITERION, V_LOSSES),
        AS_IT_IS,
        recognised="averages the outputs",
    ),
    Mistake(
        "takes the first output",
        (
            (INIT, INIT + "    outputs = []\n"),
            (CALL, f"{CALL}\n        outputs.append(logits)"),
            (LAST, "    return outputs[0]\n"),
        ),
        (TO_CRITERION, V_LOSSES, HALF, EXAMPLES),
        AS_IT_IS,
        recognised="takes the first output",
    ),
    Mistake(
        "gives the criterion probabilities",
        ((CRITERION, CRITERION.replace("(logits,", "(torch.sigmoid(logits),")),),
        (TO_CRITERION, V_LOSSES),
        AS_IT_IS,
        "real",
        recognised="gives the criterion probabilities",
    ),
    Mistake(
        "gives the criterion whole numbers",
        ((CRITERION, "return criterion(logits, y.unsqueeze(1))"),),
        (FLOATS,),
        LABELS,
        "real",
        recognised="gives the criterion whole numbers",
    ),
    Mistake(
        "gives the criterion two shapes",
        ((CRITERION, "return criterion(logits, y.to(logits.dtype))"),),
        (FLOATS,),
        LABELS,
        "real",
        recognised="gives the criterion two shapes",
    ),
    Mistake(
        "gives the criterion exchanged labels",
        ((CRITERION, CRITERION.replace("(logits, y", "(logits, (1 - y)")),),
        (FLOATS, V_LOSSES),
        LABELS,
        recognised="gives the criterion exchanged labels",
    ),
    Mistake(
        "sums the loss over all steps",
        (
            (LOGITS, "    B, T = X.shape\n    hidden, loss = model.init_hidden(B), 0.0\n"),
            (
                CRITERION,
                "for t in range(T):\n"
                "        logits, hidden = model(X[:, t], hidden)\n"
                "        loss = loss + criterion(logits, y.to(logits.dtype).unsqueeze(1))\n"
                "    return loss",
            ),
        ),
        (TO_CRITERION, T_LOSSES, V_LOSSES),
        AS_IT_IS,
        recognised="sums the loss over all steps",
    ),
    Mistake(
        "has a criterion of its own",
        (
            (
                CRITERION,
                "own = nn.BCEWithLogitsLoss()\n    return 2 * own(logits, y.unsqueeze(1).float())",
            ),
        ),
        (TO_CRITERION, EVERY),
        "Use the criterion that is passed in",
        recognised="has a criterion of its own",
    ),
)
