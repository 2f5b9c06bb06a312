"""Wrong answers to step_rnn.py."""

from graders.mistakes import Mistake

EMBEDDING = "self.embedding = nn.Embedding(vocabulary_size, embedding_size)"
U = "self.U = nn.Linear(hidden_size, hidden_size)"
V = "self.V = nn.Linear(hidden_size, 1)"
NEW = "hidden = torch.tanh(self.W(self.embedding(x)) + self.U(hidden))"
RETURN = "return self.V(hidden), hidden"
ZEROS = "return self.U.weight.new_zeros(batch_size, self.hidden_size)"
SHAPE = "    B, T = X.shape\n"
INIT = "    hidden = model.init_hidden(B)\n"
LOOP = "for t in range(T):"
CALL = "logits, hidden = model(X[:, t], hidden)"
LAST = "    return logits\n"
LOGITS = "    logits = last_logits(model, X)\n"
CRITERION = "return criterion(logits, y.to(logits.dtype).unsqueeze(1))"
EPOCHS = "for _ in range(n_epochs):"
TRAIN_MODE = "        model.train()\n"
TRAIN_GEN = "for X, y in train_gen():"
ZERO = "            optimizer.zero_grad()\n"
LOSS = "            loss = batch_loss(model, X, y, criterion)\n"
BACKWARD = "            loss.backward()\n"
STEP = "            optimizer.step()\n"
TRAIN_LOSS = "        train_losses.append(sum(losses) / len(losses))\n"
EVAL = "        model.eval()\n        with torch.no_grad():\n            losses = "
VALIDATE = "losses = [batch_loss(model, X, y, criterion).item() for X, y in valid_gen()]"
VALID_LOSS = "        valid_losses.append(sum(losses) / len(losses))\n"
BETTER = "if valid_losses[-1] == min(valid_losses):"
COPY = "best_state = copy.deepcopy(model.state_dict())"
RESULT = "return train_losses, valid_losses, best_state"
ACCURACY_EVAL = "    model.eval()\n    right = total = 0\n    with torch.no_grad():"
SAID = "said = last_logits(model, X).squeeze(1) > 0"
RIGHT = "right += (said == y.bool()).sum().item()"
DATA_GEN = "for X, y in data_gen():"
TOTAL = "            total += len(y)\n"
QUOTIENT = "return right / total"

VALUES, STATE = "test_logits_equal_the_equations", "test_returns_the_new_hidden_state"
THREE, SHAPES = "test_three_steps_equal_the_equations", "test_shapes_of_a_step"
FROM_ZEROS, NONLINEAR = "test_starts_from_zeros", "test_recurrence_is_not_linear"
RAW, GRADIENTS = "test_returns_logits", "test_gradients_equal_the_oracle"
APART, TWICE = "test_samples_do_not_mix", "test_keeps_nothing_between_calls"
FLOAT64, DEVICE = "test_works_in_float64", "test_starts_on_any_device"
UNCHANGED, ENTRIES = "test_leaves_its_inputs_alone", "test_gives_one_loss_per_epoch"
IN_ORDER, CARRIED = "test_reads_every_token_in_order", "test_hidden_state_is_carried"
ANEW, THROUGH = "test_every_batch_starts_anew", "test_learns_through_all_steps"
TO_CRITERION = "test_last_output_goes_to_the_criterion"
FLOATS, EVERY = "test_criterion_gets_float_labels", "test_trains_on_every_batch"
STEPS, FRESH = "test_one_step_per_batch", "test_gradients_start_from_zero"
IN_TRAIN, V_MODE = "test_trains_in_train_mode", "test_validates_in_evaluation_mode"
V_GRADIENTS, T_LOSSES = "test_validates_without_gradients", "test_train_losses_are_epoch_means"
V_LOSSES, BEST = "test_valid_losses_follow_the_epochs", "test_keeps_the_best_state"
HALF, EXAMPLES = "test_accuracy_has_its_threshold_at_one_half", "test_accuracy_counts_examples"
SINGLE, A_RUNS = "test_accuracy_takes_a_single_example", "test_accuracy_runs_through_the_batch"
A_MODE = "test_accuracy_is_measured_in_evaluation_mode"
A_GRADIENTS = "test_accuracy_is_measured_without_gradients"

EQUATIONS, NOT_GIVEN = "h = f(W e + U h_before + biases)", "not the one it was given"
ROW, SIGMOID = "One logit for each sequence", "BCEWithLogitsLoss applies the sigmoid itself"
ONE_ROW, ON_DEVICE = "one row for each sequence of the batch", "runs on a GPU"
ACTIVATE, CUT = "Apply the activation before the state is returned", "graph is cut"
LEAK, NO_STATE = "Samples leak into one another", "keep nothing on self"
DTYPE, CHANGED = "Do not hard-code a dtype", "change the caller's tensor"
PASS_ON, INIT_EACH = "output, hidden = model(X[:, t], hidden)", "Call model.init_hidden(batch size)"
NO_DETACH, AS_IT_IS = "not detach the hidden state", "pass the output of the last step"
TOKENS, LABELS = "For each batch: init_hidden(B)", "criterion(output, y.float().unsqueeze(1))"
CALL_ANEW, ONCE = "Call train_gen() again in every epoch", "Once per batch: zero_grad"
SET_ZERO, MODES = "gradients add up otherwise", "Call model.train() at the start of every epoch"
NO_GRAD, DIVIDE = "Evaluate under torch.no_grad()", "divide once, by the number of batches"
VALID, KEEP = "Go through valid_gen() after", "copy.deepcopy(model.state_dict())"
COMPARE, COUNT = "Compare sigmoid(output) with 0.5", "Add up over all batches"


def _tanh(of: str) -> str:
    return f"hidden = torch.tanh({of})"


_MODEL = (
    Mistake(
        "returns the state that it was given",
        ((NEW, NEW.replace("hidden =", "new =")), (RETURN, "return self.V(new), hidden")),
        (STATE, THREE),
        NOT_GIVEN,
        "real",
        recognised="returns the state that it was given",
    ),
    Mistake(
        "reads the old state for the logits",
        ((NEW, NEW.replace("hidden =", "new =")), (RETURN, "return self.V(hidden), new")),
        (VALUES, THREE),
        EQUATIONS,
        "real",
        recognised="reads the old state for the logits",
    ),
    Mistake(
        "has no activation",
        ((NEW, NEW.replace("torch.tanh", "")),),
        (VALUES, STATE, NONLINEAR),
        ACTIVATE,
        recognised="has no activation",
    ),
    Mistake(
        "returns the state before its activation",
        (
            (NEW, NEW.replace("torch.tanh", "")),
            (RETURN, "return self.V(torch.tanh(hidden)), hidden"),
        ),
        (STATE, THREE, NONLINEAR),
        ACTIVATE,
        "real",
        recognised="returns the state before its activation",
    ),
    Mistake(
        "activates each part by itself",
        ((NEW, "hidden = torch.tanh(self.W(self.embedding(x))) + torch.tanh(self.U(hidden))"),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="activates each part by itself",
    ),
    Mistake(
        "leaves out U",
        ((NEW, _tanh("self.W(self.embedding(x)) + hidden")),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="leaves out U",
    ),
    Mistake(
        "leaves out the old state",
        ((NEW, _tanh("self.W(self.embedding(x))")),),
        (VALUES, STATE, GRADIENTS),
        EQUATIONS,
        recognised="leaves out the old state",
    ),
    Mistake(
        "multiplies instead of adding",
        ((NEW, NEW.replace(" + self.U", " * self.U")),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="multiplies instead of adding",
    ),
    Mistake(
        "passes the sum through U",
        ((NEW, _tanh("self.U(self.W(self.embedding(x)) + hidden)")),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="passes the sum through U",
    ),
    Mistake(
        "shares no embedding: one-hot through another matrix",
        ((NEW, NEW.replace("self.embedding(x)", "torch.relu(self.embedding(x))")),),
        (VALUES, GRADIENTS),
        EQUATIONS,
        recognised="applies a ReLU to the embedding",
    ),
    Mistake(
        "has a sigmoid inside",
        ((RETURN, "return torch.sigmoid(self.V(hidden)), hidden"),),
        (VALUES, RAW),
        SIGMOID,
        "real",
        recognised="has a sigmoid inside",
    ),
    Mistake(
        "has a softmax over one logit",
        ((RETURN, "return torch.softmax(self.V(hidden), dim=1), hidden"),),
        (VALUES, RAW),
        SIGMOID,
        "real",
        recognised="has a softmax over one logit",
    ),
    Mistake(
        "squeezes the logits",
        ((RETURN, "return self.V(hidden).squeeze(), hidden"),),
        (SHAPES, VALUES),
        ROW,
        "real",
        recognised="squeezes the logits",
    ),
    Mistake(
        "gives two logits",
        ((V, "self.V = nn.Linear(hidden_size, 2)"),),
        (SHAPES, VALUES),
        ROW,
        recognised="returns two logits",
    ),
    Mistake(
        "gives the mean logit of the batch",
        ((RETURN, "return self.V(hidden).mean().expand(len(x), 1), hidden"),),
        (VALUES, APART),
        EQUATIONS,
        recognised="returns the mean logit of the batch",
    ),
    Mistake(
        "subtracts the batch's mean",
        ((NEW, f"{NEW}\n        hidden = hidden - hidden.mean(dim=0)"),),
        (VALUES, APART),
        LEAK,
        recognised="subtracts the batch's mean from the state",
    ),
    Mistake(
        "returns the logits alone",
        ((RETURN, "return self.V(hidden)"),),
        (SHAPES, STATE),
        "Return both",
        recognised="returns the logits alone",
    ),
    Mistake(
        "detaches the state",
        ((NEW, NEW.replace("self.U(hidden)", "self.U(hidden.detach())")),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="detaches the state",
    ),
    Mistake(
        "detaches the sum",
        ((NEW, f"{NEW}\n        hidden = hidden.detach()"),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="detaches the new state",
    ),
    Mistake(
        "keeps the state on self",
        (
            (
                NEW,
                NEW.replace("self.U(hidden)", "self.U(hidden + self.kept.sum())")
                + "\n        self.kept = hidden.detach()",
            ),
            (V, f"{V}\n        self.kept = torch.zeros(1)"),
        ),
        (TWICE,),
        NO_STATE,
    ),
    Mistake(
        "names float32",
        ((RETURN, "return self.V(hidden).float(), hidden"),),
        (FLOAT64,),
        DTYPE,
        recognised="rounds the logits to float32",
    ),
    Mistake(
        "writes into the old state",
        ((NEW, f"{NEW.replace('hidden = ', 'hidden[:] = ')}"),),
        (UNCHANGED,),
        CHANGED,
    ),
    Mistake(
        "starts from random numbers",
        ((ZEROS, "return torch.randn(batch_size, self.hidden_size)"),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
    ),
    Mistake(
        "starts from ones",
        ((ZEROS, ZEROS.replace("new_zeros", "new_ones")),),
        (FROM_ZEROS,),
        ONE_ROW,
        recognised="starts from ones",
    ),
    Mistake(
        "starts from a single row",
        ((ZEROS, ZEROS.replace("batch_size", "1")),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
        recognised="starts from a single row",
    ),
    Mistake(
        "starts with a layer axis",
        ((ZEROS, ZEROS.replace("batch_size", "1, batch_size")),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
        recognised="starts with a layer axis",
    ),
    Mistake(
        "starts as wide as the embedding",
        ((ZEROS, ZEROS.replace("self.hidden_size", "self.embedding.embedding_dim")),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
        recognised="starts as wide as the embedding",
    ),
    Mistake(
        "starts on the CPU",
        ((ZEROS, "return torch.zeros(batch_size, self.hidden_size)"),),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
)

_LOOP = (
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

_TRAINING = (
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

_ACCURACY = (
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

MISTAKES = _MODEL + _LOOP + _TRAINING + _ACCURACY

# The sheet's own solution: its zeros stand on the CPU, and its squeeze() takes B = 1 away.
MAY_LOSE = {"sheet_notebook": (DEVICE, SINGLE), "two_phases": (V_GRADIENTS,)}
