"""Wrong GRU cells."""

from graders.mistakes import Mistake
from graders.mistakes.gated.words import (
    BATCH,
    CUT,
    DEVICE,
    HAND,
    MIXING,
    OWN,
    RESET,
    STATE,
)

GRU = "test_gru_equals_the_equations"

Z = "z = torch.sigmoid(self.W_z(x) + self.U_z(h))"
R = "r = torch.sigmoid(self.W_r(x) + self.U_r(h))"
N = "n = torch.tanh(self.W_n(x) + self.U_n(r * h))"
MIX = "return (1 - z) * h + z * n"

TANH = "The candidate is a tanh"

MISTAKES = (
    Mistake(
        "the GRU uses z both ways",
        ((MIX, "return z * h + z * n"),),
        (GRU,),
        MIXING,
        "real",
        recognised="multiplies h and the candidate by one factor",
    ),
    Mistake(
        "the GRU uses 1 - z both ways",
        ((MIX, "return (1 - z) * h + (1 - z) * n"),),
        (GRU,),
        MIXING,
        recognised="multiplies h and the candidate by one factor",
    ),
    Mistake(
        "the GRU mixes the reset state in",
        ((MIX, "return (1 - z) * (r * h) + z * n"),),
        (GRU,),
        "mixes in h unchanged",
        recognised="mixes in the reset state",
    ),
    Mistake(
        "the GRU's candidate ignores the reset gate",
        ((N, "n = torch.tanh(self.W_n(x) + self.U_n(h))"),),
        (GRU, "test_gru_gradients"),
        RESET,
        "real",
        recognised="ignores the reset gate",
    ),
    Mistake(
        "the GRU's reset gate multiplies the input",
        ((N, "n = torch.tanh(self.W_n(r * x) + self.U_n(h))"),),
        (GRU,),
        "multiplies the old state, not x",
        "real",
        recognised="resets the input",
    ),
    Mistake(
        "the GRU's reset gate multiplies the whole sum",
        ((N, "n = torch.tanh(r * (self.W_n(x) + self.U_n(h)))"),),
        (GRU,),
        "r * (U h + b)",
        recognised="resets the whole sum",
    ),
    Mistake(
        "the GRU's update gate is a tanh",
        ((Z, Z.replace("sigmoid", "tanh")),),
        (GRU,),
        "z and r are sigmoids",
        "real",
        recognised="uses tanh for z",
    ),
    Mistake(
        "the GRU's reset gate is a tanh",
        ((R, R.replace("sigmoid", "tanh")),),
        (GRU,),
        "z and r are sigmoids",
        recognised="uses tanh for r",
    ),
    Mistake(
        "the GRU's candidate is a sigmoid",
        ((N, N.replace("tanh", "sigmoid")),),
        (GRU,),
        TANH,
        "real",
        recognised="uses a sigmoid for the candidate",
    ),
    Mistake(
        "the GRU's candidate is linear",
        ((N, N[:4] + N[14:]),),
        (GRU,),
        "has no activation",
        recognised="leaves the candidate linear",
    ),
    Mistake(
        "one gate of the GRU serves as both",
        ((R, "r = z"),),
        (GRU, "test_gru_gradients"),
        OWN,
        recognised="uses one gate as z and r",
    ),
    Mistake(
        "the GRU's gates read only the input",
        ((Z, "z = torch.sigmoid(self.W_z(x))"), (R, "r = torch.sigmoid(self.W_r(x))")),
        (GRU,),
        "from the state to the",
        recognised="reads only x in its gates",
    ),
    Mistake(
        "the GRU's candidate has no recurrent term",
        ((N, "n = torch.tanh(self.W_n(x))"),),
        (GRU,),
        "from the state to the candidate",
        recognised="reads only x in its candidate",
    ),
    Mistake(
        "the GRU returns the candidate",
        ((MIX, "return n"),),
        (GRU,),
        "(1 - z) * h + z * candidate",
        recognised="returns the candidate",
    ),
    Mistake(
        "the GRU's gates are one number wide",
        (
            (
                "self.W_z = nn.Linear(input_size, hidden_size)",
                "self.W_z = nn.Linear(input_size, 1)",
            ),
            (
                "self.U_z = nn.Linear(hidden_size, hidden_size, bias=False)",
                "self.U_z = nn.Linear(hidden_size, 1, bias=False)",
            ),
        ),
        (GRU,),
        "acts like no weight of a GRU",
        "real",
        recognised="has a gate of one number",
    ),
    Mistake(
        "the GRU maps the state as if it were as wide as the input",
        (
            (
                "self.U_n = nn.Linear(hidden_size, hidden_size, bias=False)",
                "self.U_n = nn.Linear(input_size, hidden_size, bias=False)",
            ),
        ),
        ("test_gru_sizes_may_differ",),
        "cannot be multiplied",
        "real",
    ),
    Mistake(
        "the GRU's gates are cut off from training",
        ((R, "r = torch.sigmoid(self.W_r(x) + self.U_r(h)).detach()"),),
        ("test_gru_gradients",),
        CUT,
    ),
    Mistake(
        "no gradient runs through the GRU's old state",
        ((MIX, "return (1 - z) * h.detach() + z * n"),),
        ("test_gru_gradients",),
        CUT,
    ),
    Mistake(
        "the GRU returns two states",
        ((MIX, "h = (1 - z) * h + z * n\n        return h, h"),),
        ("test_gru_runs_in_the_loop", GRU),
        "Return the new state",
        recognised="returns its state twice",
    ),
    Mistake(
        "the GRU does not say how wide its state is",
        (
            (
                "        self.hidden_size = hidden_size\n        self.W_z",
                "        self.size = hidden_size\n        self.W_z",
            ),
        ),
        ("test_gru_runs_in_the_loop",),
        "hidden_size",
    ),
    Mistake(
        "the GRU takes the width of its input for that of its state",
        (
            (
                "        self.hidden_size = hidden_size\n        self.W_z",
                "        self.hidden_size = input_size\n        self.W_z",
            ),
        ),
        ("test_gru_sizes_may_differ",),
        "reads cell.hidden_size",
    ),
    Mistake(
        "the GRU makes ones on the CPU",
        ((MIX, "return (torch.ones(h.shape) - z) * h + z * n"),),
        ("test_gru_runs_on_any_device",),
        DEVICE,
        "real",
    ),
    Mistake(
        "the GRU writes into the state that it is given",
        ((MIX, "return h.mul_(1 - z).add_(z * n)"),),
        ("test_gru_leaves_its_inputs_alone",),
        "change the caller's tensor",
    ),
    Mistake(
        "the GRU keeps its own state",
        (
            (
                MIX,
                "h = getattr(self, 'h', h) if getattr(self, 'h', h).shape == h.shape else h\n"
                "        self.h = ((1 - z) * h + z * n).detach()\n"
                "        return (1 - z) * h + z * n",
            ),
        ),
        (GRU, "test_gru_keeps_nothing_between_calls"),
        STATE,
        "real",
        recognised="goes on from a state of its own",
    ),
    Mistake(
        "the GRU takes the maximum over the batch",
        ((MIX, "return (1 - z) * h + z.softmax(0) * n"),),
        ("test_gru_takes_any_batch", GRU),
        BATCH,
        recognised="compares the samples in z",
    ),
    Mistake(
        "the GRU's bias has an axis for the batch",
        (
            (
                "        self.W_n = nn.Linear(input_size, hidden_size)",
                "        self.W_n = nn.Linear(input_size, hidden_size, bias=False)\n"
                "        self.b = nn.Parameter(torch.zeros(3, hidden_size))",
            ),
            (N, "n = torch.tanh(self.W_n(x) + self.U_n(r * h) + self.b)"),
        ),
        (GRU, "test_gru_takes_any_batch"),
        "must match",
        "real",
        recognised="has a bias for each sample",
    ),
    Mistake(
        "the GRU is torch's own",
        (
            (
                "        self.W_z = nn.Linear(input_size, hidden_size)",
                "        self.own = nn.GRUCell(input_size, hidden_size)\n"
                "        self.W_z = nn.Linear(input_size, hidden_size)",
            ),
            (MIX, "return self.own(x, h)"),
        ),
        (GRU, "test_gru_takes_any_batch", "test_gru_gradients"),
        HAND,
    ),
    Mistake(
        "the GRU hands its weights to torch's own function",
        (
            (
                MIX,
                "W = torch.cat([self.W_r.weight, self.W_z.weight, self.W_n.weight])\n"
                "        U = torch.cat([self.U_r.weight, self.U_z.weight, self.U_n.weight])\n"
                "        b = torch.cat([self.W_r.bias, self.W_z.bias, self.W_n.bias])\n"
                "        return torch.gru_cell(x, h, W, U, b)",
            ),
        ),
        (GRU, "test_gru_gradients", "test_gru_runs_in_the_loop"),
        HAND,
    ),
    Mistake(
        "the GRU inherits torch's own step",
        (
            ("class GRUCell(nn.Module):", "class GRUCell(nn.GRUCell):"),
            (
                "        super().__init__()\n"
                "        self.hidden_size = hidden_size\n"
                "        self.W_z = ",
                "        super().__init__(input_size, hidden_size)\n        self.W_z = ",
            ),
            (MIX, "return super().forward(x, h)"),
        ),
        (GRU, "test_gru_gradients", "test_gru_runs_in_the_loop"),
        HAND,
    ),
)
