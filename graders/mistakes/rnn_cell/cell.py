"""Wrong cells."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_cell.words import (
    CUT,
    DEVICE,
    KEPT,
)

STEP = "return torch.tanh(self.W(x) + self.U(h))"

CELL = "test_cell_equals_the_equation"

EQUATION = "h_t = f(W x_t + U h_(t-1) + b)"

MISTAKES = (
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
