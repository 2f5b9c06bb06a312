"""Wrong LSTM cells: states, sizes and built-in steps."""

from graders.mistakes import Mistake
from graders.mistakes.gated.words import (
    CUT,
    DEVICE,
    HAND,
    LSTM,
    STATE,
    C,
    G,
    H,
)

MISTAKES = (
    Mistake(
        "the LSTM returns (c, h)",
        ((H, "return c, o * torch.tanh(c)"),),
        (LSTM,),
        "the hidden state comes first",
        "real",
        recognised="returns (c, h)",
    ),
    Mistake(
        "the LSTM reads (c, h)",
        (
            (
                "        h, c = state\n        i = torch",
                "        c, h = state\n        i = torch",
            ),
        ),
        (LSTM,),
        "the hidden state comes first",
        recognised="reads (c, h)",
    ),
    Mistake(
        "the LSTM returns only h",
        ((H, "return o * torch.tanh(c)"),),
        (LSTM, "test_lstm_takes_any_batch"),
        "Return both new states",
        "real",
        recognised="returns only h",
    ),
    Mistake(
        "the LSTM returns nested states",
        ((H, "return o * torch.tanh(c), (o * torch.tanh(c), c)"),),
        (LSTM,),
        "not a tensor",
        recognised="returns nested states",
    ),
    Mistake(
        "the LSTM's cell state is detached",
        ((C, "c = f * c.detach() + i * g"),),
        ("test_lstm_gradients",),
        CUT,
    ),
    Mistake(
        "the LSTM's candidate is computed without gradients",
        ((G, "with torch.no_grad():\n            " + G),),
        ("test_lstm_gradients",),
        CUT,
    ),
    Mistake(
        "the LSTM maps the state as if it were as wide as the input",
        (
            (
                "self.U_f = nn.Linear(hidden_size, hidden_size, bias=False)",
                "self.U_f = nn.Linear(input_size, hidden_size, bias=False)",
            ),
        ),
        ("test_lstm_sizes_may_differ",),
        "cannot be multiplied",
        "real",
    ),
    Mistake(
        "the LSTM's cell state is a buffer as wide as the input",
        ((C, "new = torch.zeros_like(x)\n        new[:] = f * c + i * g\n        c = new"),),
        ("test_lstm_sizes_may_differ",),
        "expanded size",
        "real",
    ),
    Mistake(
        "the LSTM keeps its own cell state",
        (
            (
                "        h, c = state\n        i = torch",
                "        h, c = state\n"
                "        if getattr(self, 'kept', c).shape == c.shape:\n"
                "            c = getattr(self, 'kept', c)\n"
                "        i = torch",
            ),
            (H, "self.kept = c.detach()\n        return o * torch.tanh(c), c"),
        ),
        (LSTM, "test_lstm_keeps_nothing_between_calls"),
        STATE,
        "real",
        recognised="goes on from a state of its own",
    ),
    Mistake(
        "the LSTM makes its cell state on the CPU",
        (
            (
                C,
                "new = torch.zeros(c.shape, dtype=c.dtype)\n"
                "        new += f * c + i * g\n"
                "        c = new",
            ),
        ),
        ("test_lstm_runs_on_any_device",),
        DEVICE,
        "real",
    ),
    Mistake(
        "the LSTM writes into the cell state that it is given",
        ((C, "c.mul_(f).add_(i * g)"),),
        ("test_lstm_leaves_its_inputs_alone", "test_lstm_gradients"),
        "change the caller's tensor",
        recognised="overwrites the given state",
    ),
    Mistake(
        "the LSTM's batch size is fixed",
        (
            (
                "        self.W_i = nn.Linear(input_size, hidden_size)",
                "        self.start = torch.zeros(3, hidden_size)\n"
                "        self.W_i = nn.Linear(input_size, hidden_size)",
            ),
            (H, "return o * torch.tanh(c) + self.start.to(c), c + self.start.to(c)"),
        ),
        ("test_lstm_takes_any_batch",),
        "must match",
        "real",
    ),
    Mistake(
        "the LSTM is torch's own, hidden in a list",
        (
            (
                "        self.W_i = nn.Linear(input_size, hidden_size)",
                "        self.own = [nn.LSTMCell(input_size, hidden_size)]\n"
                "        self.W_i = nn.Linear(input_size, hidden_size)",
            ),
            (H, "return self.own[0](x, state)"),
        ),
        (LSTM, "test_lstm_takes_any_batch", "test_lstm_gradients"),
        HAND,
    ),
    Mistake(
        "the LSTM hands its weights to torch's own function",
        (
            (
                H,
                "gates = [(self.W_i, self.U_i), (self.W_f, self.U_f), (self.W_g, self.U_g)]\n"
                "        gates.append((self.W_o, self.U_o))\n"
                "        W, U, b = (\n"
                "            torch.cat(v)\n"
                "            for v in zip(*((w.weight, u.weight, w.bias) for w, u in gates))\n"
                "        )\n"
                "        return torch.lstm_cell(x, state, W, U, b, torch.zeros_like(b))",
            ),
        ),
        (LSTM, "test_lstm_gradients"),
        HAND,
    ),
)
