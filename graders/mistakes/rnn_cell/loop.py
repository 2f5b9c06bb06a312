"""Wrong loops and stacks of them."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_cell.words import (
    DEVICE,
    KEPT,
)

CALL = "            h = self.cell(x[:, t], h)\n"
APPEND = "            states.append(h)\n"
BACK = "return torch.stack(states, dim=1), h\n"
START = "h = x.new_zeros(B, self.cell.hidden_size)"
LAYERS = "self.layers = nn.ModuleList(RNN(cell) for cell in cells)"
STACK = "            x, last = layer(x)\n"
TOP = "        return x, last\n"

EVERY = "test_loop_returns_every_state"

OWN = "Call the cell that RNN was given"

MISTAKES = (
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
