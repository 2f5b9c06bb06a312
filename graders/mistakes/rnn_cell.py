"""Wrong cells, loops, stacks, classifiers and accuracies."""

from graders.mistakes import Mistake

STEP = "return torch.tanh(self.W(x) + self.U(h))"
CALL = "            h = self.cell(x[:, t], h)\n"
APPEND = "            states.append(h)\n"
BACK = "return torch.stack(states, dim=1), h\n"
START = "h = x.new_zeros(B, self.cell.hidden_size)"
LAYERS = "self.layers = nn.ModuleList(RNN(cell) for cell in cells)"
STACK = "            x, last = layer(x)\n"
TOP = "        return x, last\n"
LAST = "_, last = self.rnn(inputs)"
OUT = "return self.output(last)"
HEAD = "self.output = nn.Linear(hidden, num_classes)"
HOT = "inputs = one_hot.to(self.output.weight.dtype)  # (B, T, V)"
GUESS = "predicted = logits.argmax(dim=1) if C > 1 else (logits.reshape(B) > 0).long()"
MEAN = "return (predicted == labels).float().mean().item()"

CELL = "test_cell_equals_the_equation"
EVERY = "test_loop_returns_every_state"
ONE_HOT = "test_one_hot_classifier_equals_the_layers"
EMBEDDED = "test_embedding_classifier_equals_the_layers"
SINGLE = "test_classifier_with_one_logit"
ONE_LOGIT = "test_accuracy_of_one_logit"

EQUATION = "h_t = f(W x_t + U h_(t-1) + b)"
CUT = "the graph is cut"
DEVICE = "runs on a GPU"
OWN = "Call the cell that RNN was given"
NOTHING_ELSE = "Add no other layers"
KEPT = "keep nothing on self"
THRESHOLD = "Compare the logit with 0"

CELLS = (
    Mistake(
        "the cell has no activation",
        ((STEP, "return self.W(x) + self.U(h)"),),
        (CELL, "test_cell_sizes_may_differ"),
        EQUATION,
        recognised="has no activation",
    ),
    Mistake(
        "the activation is on the input alone",
        ((STEP, "return torch.tanh(self.W(x)) + self.U(h)"),),
        (CELL,),
        EQUATION,
        recognised="applies the activation to the input alone",
    ),
    Mistake(
        "the cell adds the old state as it is",
        ((STEP, "return torch.tanh(self.W(x) + h)"),),
        (CELL, "test_cell_gradients"),
        EQUATION,
        recognised="adds the old state without its weights",
    ),
    Mistake(
        "the cell ignores the input",
        ((STEP, "return torch.tanh(self.U(h))"),),
        (CELL, "test_cell_gradients"),
        EQUATION,
        recognised="never reads its input",
    ),
    Mistake(
        "the cell detaches the state",
        ((STEP, "return torch.tanh(self.W(x) + self.U(h.detach()))"),),
        ("test_cell_gradients",),
        CUT,
        "real",
    ),
    Mistake(
        "the cell's sums are cut off",
        ((STEP, "return torch.tanh((self.W(x) + self.U(h)).data)"),),
        ("test_cell_gradients",),
        CUT,
        "real",
    ),
    Mistake(
        "U is as wide as the input",
        (
            (
                "self.U = nn.Linear(hidden_size, hidden_size, bias=False)",
                "self.U = nn.Linear(input_size, hidden_size, bias=False)",
            ),
        ),
        ("test_cell_sizes_may_differ",),
        "cannot be multiplied",
        "real",
    ),
    Mistake(
        "a buffer as wide as the input",
        (
            (
                STEP,
                "new = torch.zeros_like(x)\n"
                "        new += torch.tanh(self.W(x) + self.U(h))\n"
                "        return new",
            ),
        ),
        ("test_cell_sizes_may_differ",),
        "The size of tensor a",
        "real",
    ),
    Mistake(
        "the cell returns output and state",
        ((STEP, "h = torch.tanh(self.W(x) + self.U(h))\n        return h, h"),),
        (CELL, "test_cell_takes_any_batch"),
        "Return the new state",
        recognised="returns the state twice",
    ),
    Mistake(
        "the cell's bias has an axis for the batch",
        (
            (
                "        self.U = nn",
                "        self.b = nn.Parameter(torch.zeros(5, hidden_size))\n        self.U = nn",
            ),
            (STEP, "return torch.tanh(self.W(x) + self.U(h) + self.b)"),
        ),
        ("test_cell_takes_any_batch",),
        "must match",
        "real",
        recognised="has a bias for each row of the batch",
    ),
    Mistake(
        "the cell normalises over the batch",
        ((STEP, "h = torch.tanh(self.W(x) + self.U(h))\n        return h - h.mean(0)"),),
        (CELL, "test_cell_takes_any_batch"),
        "no weight or bias has an axis for it",
        recognised="subtracts the mean of the batch",
    ),
    Mistake(
        "the cell keeps its own state",
        (
            (
                STEP,
                "if getattr(self, 'h', h).shape == h.shape:\n"
                "            h = getattr(self, 'h', h)\n"
                "        self.h = torch.tanh(self.W(x) + self.U(h)).detach()\n"
                "        return torch.tanh(self.W(x) + self.U(h))",
            ),
        ),
        ("test_cell_keeps_nothing_between_calls",),
        KEPT,
        "real",
        recognised="keeps its own state",
    ),
    Mistake(
        "the cell makes a tensor on the CPU",
        ((STEP, "return torch.tanh(self.W(x) + self.U(h) + torch.zeros(h.shape))"),),
        ("test_cell_runs_on_any_device",),
        DEVICE,
        "real",
    ),
    Mistake(
        "the cell writes into the state",
        ((STEP, "h[:] = torch.tanh(self.W(x) + self.U(h))\n        return h"),),
        ("test_cell_leaves_its_inputs_alone",),
        "change the caller's tensor",
    ),
    Mistake(
        "the cell is torch's own",
        (
            ("self.W = nn.Linear(input_size", "self.W = nn.RNNCell(input_size"),
            (STEP, "return self.W(x, h)"),
        ),
        (CELL, "test_cell_gradients"),
        "Write the step yourself",
    ),
    Mistake(
        "the cell calls torch's function",
        (
            (
                "self.U = nn.Linear(hidden_size, hidden_size, bias=False)",
                "self.U = nn.Linear(hidden_size, hidden_size)",
            ),
            (
                STEP,
                "W, U = self.W, self.U\n"
                "        return torch.rnn_tanh_cell(x, h, W.weight, U.weight, W.bias, U.bias)",
            ),
        ),
        (CELL, "test_cell_gradients"),
        "Write the step yourself",
    ),
)

LOOPS = (
    Mistake(
        "the new state is not carried",
        (
            (CALL, "            new = self.cell(x[:, t], h)\n"),
            (APPEND, "            states.append(new)\n"),
        ),
        (EVERY, "test_loop_works_with_any_cell", "test_gradients_flow_through_the_loop"),
        OWN,
        "real",
        recognised="never carries its state",
    ),
    Mistake(
        "the states begin with the first one",
        ((CALL + APPEND, APPEND + CALL),),
        (EVERY, "test_loop_returns_the_last_state"),
        "Return all states",
        recognised="begins the states with the first one",
    ),
    Mistake(
        "the last state is added once more",
        ((BACK, "states.append(h)\n        " + BACK),),
        (EVERY,),
        "Return all states",
        "real",
        recognised="returns the last state twice",
    ),
    Mistake(
        "only the states are returned",
        ((BACK, "return torch.stack(states, dim=1)\n"),),
        (EVERY, "test_loop_returns_the_last_state"),
        "Return all states",
        "real",
        recognised="returns the states alone",
    ),
    Mistake(
        "the states are stacked with time first",
        ((BACK, "return torch.stack(states), h\n"),),
        (EVERY,),
        "Return all states",
        "real",
        recognised="stacks the states with time first",
    ),
    Mistake(
        "the states are joined and reshaped",
        ((BACK, "return torch.cat(states).reshape(B, T, -1), h\n"),),
        (EVERY, "test_loop_takes_any_length_and_batch"),
        OWN,
        "real",
        recognised="reshapes instead of exchanging axes",
    ),
    Mistake(
        "the first state comes back as the last",
        ((BACK, "return torch.stack(states, dim=1), states[0]\n"),),
        ("test_loop_returns_the_last_state", "test_two_chunks_equal_one_run"),
        "Return all states",
        "real",
        recognised="returns the first state as the last",
    ),
    Mistake(
        "the loop is as long as the batch",
        (("for t in range(T)", "for t in range(B)"),),
        ("test_loop_takes_any_length_and_batch",),
        "Return all states",
        recognised="makes as many steps as the batch has samples",
    ),
    Mistake(
        "the loop reads the batch as time",
        ((CALL, "            h = self.cell(x[t % B], h)\n"),),
        (EVERY,),
        "The size of tensor a",
        "real",
    ),
    Mistake(
        "the last input is left out",
        (("for t in range(T)", "for t in range(max(1, T - 1))"),),
        (EVERY,),
        "Return all states",
        recognised="leaves out the last input",
    ),
    Mistake(
        "the loop starts from ones",
        ((START, "h = x.new_ones(B, self.cell.hidden_size)"),),
        (EVERY, "test_loop_runs_the_own_cell"),
        OWN,
        recognised="starts from ones",
    ),
    Mistake(
        "the given state is ignored",
        (
            (
                "        if h is None:\n            h = x.new",
                "        if True:\n            h = x.new",
            ),
        ),
        ("test_loop_starts_from_a_given_state", "test_two_chunks_equal_one_run"),
        "only if h is None",
        recognised="ignores the given state",
    ),
    Mistake(
        "the first state is as wide as the input",
        ((START, "h = torch.zeros_like(x[:, 0])"),),
        ("test_loop_works_with_any_cell",),
        "wrong shape",
        "real",
        recognised="makes the first state as wide as the input",
    ),
    Mistake(
        "the width is read from the cell's weights",
        ((START, "h = x.new_zeros(B, next(self.cell.parameters()).shape[0])"),),
        ("test_loop_works_with_any_cell",),
        "wrong shape",
        recognised="reads the width from the cell's weights",
    ),
    Mistake(
        "the loop computes the equation itself",
        ((CALL, "            c = self.cell\n            h = torch.tanh(c.W(x[:, t]) + c.U(h))\n"),),
        (EVERY, "test_loop_works_with_any_cell"),
        "AttributeError",
        recognised="runs with its own cell only",
    ),
    Mistake(
        "the loop puts an activation on top",
        ((CALL, "            h = torch.tanh(self.cell(x[:, t], h))\n"),),
        (EVERY, "test_loop_works_with_any_cell", "test_loop_runs_the_own_cell"),
        OWN,
        recognised="puts an activation on top",
    ),
    Mistake(
        "the loop makes a cell of its own",
        (
            (
                "        self.cell = cell\n",
                "        self.cell = RNNCell(cell.M.shape[1], cell.hidden_size)"
                " if hasattr(cell, 'M') else cell\n",
            ),
        ),
        (EVERY,),
        OWN,
        recognised="makes a cell of its own",
    ),
    Mistake(
        "the cell hides in a list",
        (
            ("        self.cell = cell\n", "        self.cells = [cell]\n"),
            (START, "h = x.new_zeros(B, self.cells[0].hidden_size)"),
            (CALL, "            h = self.cells[0](x[:, t], h)\n"),
        ),
        ("test_gradients_flow_through_the_loop",),
        "Keep the cell as an attribute",
        "real",
    ),
    Mistake(
        "the carried state is detached",
        ((CALL, "            h = self.cell(x[:, t], h.detach())\n"),),
        ("test_gradients_flow_through_the_loop",),
        "Nothing in the loop may cut the graph",
        "real",
    ),
    Mistake(
        "the state is kept for the next call",
        (
            (START, "h = getattr(self, 'kept', x.new_zeros(B, self.cell.hidden_size))"),
            (BACK, "self.kept = h.detach()\n        " + BACK),
        ),
        ("test_loop_keeps_nothing_between_calls",),
        KEPT,
        "real",
        recognised="starts from the last state of the call before",
    ),
    Mistake(
        "the first state is float32",
        ((START, "h = torch.zeros(B, self.cell.hidden_size).to(x.device)"),),
        ("test_loop_works_in_float64",),
        "float32 state",
        "real",
    ),
    Mistake(
        "the first state is on the CPU",
        ((START, "h = torch.zeros(B, self.cell.hidden_size, dtype=x.dtype)"),),
        ("test_loop_runs_on_any_device",),
        DEVICE,
        "real",
    ),
    Mistake(
        "the loop writes into its input",
        (
            (CALL, "            x[:, t] *= 1.5\n" + CALL),
            ("B, T, _ = x.shape\n", "B, T, _ = x.shape\n        assert not x.requires_grad\n"),
        ),
        ("test_loop_leaves_its_inputs_alone",),
        "change the caller's tensor",
        recognised="changes its input",
    ),
    Mistake(
        "the loop's batch is squeezed away",
        ((BACK, "return torch.stack(states, dim=1).squeeze(), h\n"),),
        ("test_loop_takes_any_length_and_batch",),
        "Return all states",
        "real",
    ),
)

STACKS = (
    Mistake(
        "every layer reads the input",
        (
            (
                "        for layer in self.layers:\n",
                "        first = x\n        for layer in self.layers:\n",
            ),
            (STACK, "            x, last = layer(first)\n"),
        ),
        ("test_stack_runs_over_the_states_below", "test_stack_widths_may_differ"),
        "The input of a layer",
    ),
    Mistake(
        "all layers are as wide as the first",
        (
            (
                STACK,
                "            start = x.new_zeros(len(x), self.layers[0].cell.hidden_size)\n"
                "            x, last = layer(x, start)\n",
            ),
        ),
        ("test_stack_widths_may_differ",),
        "must match",
    ),
    Mistake(
        "only the first layer runs",
        ((STACK, STACK + "            break\n"),),
        ("test_stack_runs_over_the_states_below", "test_stack_trains_every_layer"),
        "return those of the top",
    ),
    Mistake(
        "the layers' last states are read",
        (
            (
                STACK,
                "            _, last = layer(x)\n"
                "            x = last[:, None].expand(-1, x.shape[1], -1)\n",
            ),
        ),
        ("test_stack_runs_over_the_states_below", "test_stack_may_be_one_layer"),
        "The input of a layer",
    ),
    Mistake(
        "the stack returns every layer's last state",
        (
            (
                "        for layer in self.layers:\n",
                "        lasts = []\n        for layer in self.layers:\n",
            ),
            (STACK, STACK + "            lasts.append(last)\n"),
            (TOP, "        return x, lasts\n"),
        ),
        ("test_stack_runs_over_the_states_below",),
        "The last state is not a tensor",
    ),
    Mistake(
        "the layers hide in a list",
        ((LAYERS, "self.layers = [RNN(cell) for cell in cells]"),),
        ("test_stack_trains_every_layer",),
        "nn.ModuleList",
        "real",
    ),
    Mistake(
        "the layers are cut off from one another",
        ((STACK, "            x, last = layer(x.detach())\n"),),
        ("test_stack_trains_every_layer",),
        "get a gradient",
    ),
)

CLASSIFIERS = (
    Mistake(
        "the classifier ends with a softmax",
        (
            (
                OUT,
                "out = self.output(last)\n        return out.softmax(1) if out.shape[1] > 1 else out",
            ),
        ),
        ("test_classifier_has_no_softmax", EMBEDDED, ONE_HOT),
        "cross_entropy applies the softmax itself",
        "real",
        recognised="ends with a softmax",
    ),
    Mistake(
        "the single logit goes through a sigmoid",
        (
            (
                OUT,
                "out = self.output(last)\n        return out.sigmoid() if out.shape[1] == 1 else out",
            ),
        ),
        ("test_classifier_has_no_softmax", SINGLE),
        "BCEWithLogitsLoss applies the sigmoid itself",
        "real",
        recognised="ends with a sigmoid",
    ),
    Mistake(
        "the logits read the mean state",
        ((LAST, "last = self.rnn(inputs)[0].mean(1)"),),
        (EMBEDDED, ONE_HOT),
        NOTHING_ELSE,
        recognised="reads the mean state",
    ),
    Mistake(
        "the logits read the largest states",
        ((LAST, "last = self.rnn(inputs)[0].amax(1)"),),
        (EMBEDDED, ONE_HOT),
        NOTHING_ELSE,
        recognised="reads the largest states",
    ),
    Mistake(
        "the logits read the first state",
        ((LAST, "last = self.rnn(inputs)[0][:, 0]"),),
        (EMBEDDED, ONE_HOT),
        NOTHING_ELSE,
        recognised="reads the first state",
    ),
    Mistake(
        "the classifier pools the embeddings",
        ((LAST, "last = self.rnn(inputs.mean(1, keepdim=True))[1]"),),
        (EMBEDDED, "test_classifier_reads_the_order"),
        "read the logits from the last one",
        recognised="reads the mean of all tokens",
    ),
    Mistake(
        "the logits come back for each step",
        ((LAST, "last, _ = self.rnn(inputs)"),),
        (EMBEDDED, "test_classifier_shape"),
        "wrong shape",
        recognised="returns the logits of every step",
    ),
    Mistake(
        "the Linear is as wide as the embedding",
        ((HEAD, "self.output = nn.Linear(emb or vocab_size, num_classes)"),),
        ("test_classifier_sizes_may_differ",),
        "cannot be multiplied",
    ),
    Mistake(
        "one class means two logits",
        ((HEAD, "self.output = nn.Linear(hidden, max(2, num_classes))"),),
        (SINGLE,),
        "wrong shape",
        recognised="returns two logits for one class",
    ),
    Mistake(
        "a single sequence loses its axis",
        ((OUT, "return self.output(last).squeeze()"),),
        (SINGLE, "test_classifier_shape"),
        "wrong shape",
        "real",
        recognised="squeezes the axis of a single sequence",
    ),
    Mistake(
        "the embedding is not trained",
        (("inputs = self.embedding(x)  # (B, T, E)", "inputs = self.embedding(x).detach()"),),
        ("test_classifier_trains_every_layer",),
        CUT,
    ),
    Mistake(
        "the embedding is used without emb, too",
        (
            (
                "self.embedding = None if emb is None else nn.Embedding(vocab_size, emb)",
                "self.embedding = nn.Embedding(vocab_size, emb or vocab_size)",
            ),
        ),
        (ONE_HOT,),
        NOTHING_ELSE,
        recognised="embeds its tokens without emb",
    ),
    Mistake(
        "one-hot vectors are as wide as the largest token",
        (("one_hot(x, self.vocab_size)", "one_hot(x)"),),
        (ONE_HOT,),
        "cannot be multiplied",
        recognised="makes one-hot vectors as wide as the largest token",
    ),
    Mistake(
        "the ids are read as numbers",
        ((HOT, "inputs = one_hot * x[..., None].to(self.output.weight.dtype)"),),
        (ONE_HOT,),
        NOTHING_ELSE,
        recognised="scales one-hot vectors by the ids",
    ),
    Mistake(
        "the batch is normalised",
        ((OUT, "return self.output(last) - last.mean()"),),
        ("test_classifier_samples_do_not_mix", EMBEDDED),
        "Samples leak into one another",
        recognised="subtracts a mean from the logits",
    ),
    Mistake(
        "the classifier continues from the last batch",
        (
            (
                LAST,
                "_, last = self.rnn(inputs, getattr(self, 'kept', None))\n"
                "        self.kept = last.detach()",
            ),
        ),
        ("test_classifier_keeps_nothing_between_calls",),
        KEPT,
        "real",
        recognised="starts from the last state of the call before",
    ),
    Mistake(
        "the embedded tokens are made float32",
        (("inputs = self.embedding(x)  # (B, T, E)", "inputs = self.embedding(x).float()"),),
        ("test_classifier_works_in_float64",),
        "dtype",
    ),
    Mistake(
        "the one-hot table is made on the CPU",
        ((HOT, "inputs = torch.eye(self.vocab_size)[x].to(self.output.weight.dtype)"),),
        ("test_classifier_runs_on_any_device",),
        DEVICE,
    ),
    Mistake(
        "the classifier is built on torch's own",
        (
            (
                "self.rnn = RNN(RNNCell(vocab_size if emb is None else emb, hidden))",
                "self.rnn = nn.GRU(vocab_size if emb is None else emb, hidden, batch_first=True)",
            ),
            (OUT, "return self.output(last[0])"),
        ),
        (EMBEDDED, ONE_HOT, "test_classifier_shape"),
        "Write the step yourself",
        recognised="is built on torch's own layer",
    ),
)

ACCURACIES = (
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

MISTAKES = CELLS + LOOPS + STACKS + CLASSIFIERS + ACCURACIES
