"""Wrong fused cells."""

from graders.mistakes import Mistake
from graders.mistakes.gated.words import (
    BATCH,
    CELL_TANH,
    CUT,
    DEVICE,
    HAND,
    MIXING,
    RESET,
)

FUSED_GRU = "test_fused_gru_equals_the_equations"
FUSED_LSTM = "test_fused_lstm_equals_the_equations"

FUSED_ZR = "z, r = torch.sigmoid(self.gates(torch.cat([x, h], dim=1))).chunk(2, dim=1)"
FUSED_N = "n = torch.tanh(self.candidate(torch.cat([x, r * h], dim=1)))"
FUSED_MIX = "return torch.lerp(h, n, z)  # (1 - z) h + z n"
FUSED_IFGO = (
    "i, f, g, o = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)  # before activation"
)
FUSED_C = "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)"
FUSED_H = "return torch.sigmoid(o) * torch.tanh(c), c"

PRODUCTS = "multiply once"

MISTAKES = (
    Mistake(
        "the fused LSTM makes eight products",
        (
            (
                FUSED_IFGO,
                "D = x.shape[1]\n"
                "        i, f, g, o = (\n"
                "            x @ W[:, :D].T + h @ W[:, D:].T + b\n"
                "            for W, b in zip(self.gates.weight.chunk(4), self.gates.bias.chunk(4))\n"
                "        )",
            ),
        ),
        ("test_fused_lstm_makes_one_product",),
        PRODUCTS,
        "real",
    ),
    Mistake(
        "the fused LSTM makes one product for x and one for h",
        (
            (
                FUSED_IFGO,
                "W, D = self.gates.weight, x.shape[1]\n"
                "        pre = x @ W[:, :D].T + h @ W[:, D:].T + self.gates.bias\n"
                "        i, f, g, o = pre.chunk(4, dim=1)",
            ),
        ),
        ("test_fused_lstm_makes_one_product",),
        "multiply once",
        recognised="makes two products",
    ),
    Mistake(
        "the fused GRU makes one product for each gate",
        (
            (
                FUSED_ZR,
                "xh = torch.cat([x, h], dim=1)\n"
                "        z, r = (torch.sigmoid(xh @ W.T + b) for W, b in\n"
                "                zip(self.gates.weight.chunk(2), self.gates.bias.chunk(2)))",
            ),
        ),
        ("test_fused_gru_makes_two_products",),
        PRODUCTS,
        "real",
    ),
    Mistake(
        "the fused GRU writes its products out, one by one",
        (
            (
                FUSED_ZR,
                "xh = torch.cat([x, h], dim=1)[:, None]\n"
                "        z, r = (torch.sigmoid((xh * W).sum(-1) + b) for W, b in\n"
                "                zip(self.gates.weight.chunk(2), self.gates.bias.chunk(2)))",
            ),
            (
                FUSED_N,
                "xh = torch.cat([x, r * h], dim=1)[:, None]\n"
                "        n = torch.tanh((xh * self.candidate.weight).sum(-1) + self.candidate.bias)",
            ),
        ),
        ("test_fused_gru_makes_two_products",),
        PRODUCTS,
    ),
    Mistake(
        "the fused GRU saves the product that has to wait",
        (
            ("2 * hidden_size)", "3 * hidden_size)"),
            (
                FUSED_ZR,
                "z, r, n = self.gates(torch.cat([x, h], dim=1)).chunk(3, dim=1)\n"
                "        z, r = torch.sigmoid(z), torch.sigmoid(r)",
            ),
            (FUSED_N, "n = torch.tanh(r * n)"),
            (
                "        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)\n",
                "",
            ),
        ),
        (FUSED_GRU,),
        "r * (U h + b)",
        recognised="saves the product that has to wait",
    ),
    Mistake(
        "the fused GRU splits along the batch",
        ((FUSED_ZR, FUSED_ZR.replace("chunk(2, dim=1)", "reshape(2, *h.shape)")),),
        (FUSED_GRU, "test_fused_gru_takes_any_batch"),
        BATCH,
        recognised="cuts its gates along the batch",
    ),
    Mistake(
        "the fused GRU forgets the reset gate",
        ((FUSED_N, FUSED_N.replace("r * h", "h")),),
        (FUSED_GRU, "test_fused_gru_sizes_may_differ"),
        RESET,
        recognised="ignores the reset gate",
    ),
    Mistake(
        "the fused GRU uses z both ways",
        ((FUSED_MIX, "return z * h + z * n"),),
        (FUSED_GRU,),
        MIXING,
        recognised="multiplies h and the candidate by one factor",
    ),
    Mistake(
        "the fused GRU's gates are detached",
        ((FUSED_MIX, "return torch.lerp(h, n, z.detach())"),),
        ("test_fused_gru_gradients",),
        CUT,
    ),
    Mistake(
        "the fused GRU splits where the input ends",
        (
            (
                FUSED_ZR,
                "zr = torch.sigmoid(self.gates(torch.cat([x, h], dim=1)))\n"
                "        z, r = zr[:, : x.shape[1]], zr[:, x.shape[1] :]",
            ),
        ),
        ("test_fused_gru_sizes_may_differ",),
        "must match",
    ),
    Mistake(
        "the fused GRU has no hidden_size",
        (
            (
                "        self.hidden_size = hidden_size\n"
                "        self.gates = nn.Linear(input_size + hidden_size, 2",
                "        self.gates = nn.Linear(input_size + hidden_size, 2",
            ),
        ),
        ("test_fused_gru_runs_in_the_loop",),
        "hidden_size",
    ),
    Mistake(
        "the fused GRU makes a buffer on the CPU",
        (
            (
                FUSED_MIX,
                "new = torch.zeros(h.shape, dtype=h.dtype)\n"
                "        new += torch.lerp(h, n, z)\n"
                "        return new",
            ),
        ),
        ("test_fused_gru_runs_on_any_device",),
        DEVICE,
    ),
    Mistake(
        "the fused LSTM splits one gate wrongly",
        (
            (
                FUSED_IFGO,
                FUSED_IFGO.replace("i, f, g, o =", "i, f, g, o =").replace(
                    "chunk(4, dim=1)", "view(4, *c.shape)"
                ),
            ),
        ),
        (FUSED_LSTM, "test_fused_lstm_takes_any_batch"),
        BATCH,
        recognised="cuts its gates along the batch",
    ),
    Mistake(
        "the fused LSTM cuts into pieces that fit narrow states alone",
        ((FUSED_IFGO, FUSED_IFGO.replace("chunk(4,", "chunk(5,")),),
        ("test_fused_lstm_takes_any_batch",),
        "too many values to unpack",
        recognised="runs only with narrow states",
    ),
    Mistake(
        "the fused LSTM puts one sigmoid on all four",
        ((FUSED_C, "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.sigmoid(g)"),),
        (FUSED_LSTM, "test_fused_lstm_sizes_may_differ"),
        "The candidate g is a tanh",
        recognised="uses a sigmoid for the candidate",
    ),
    Mistake(
        "no tanh on the fused LSTM's cell state",
        ((FUSED_H, "return torch.sigmoid(o) * c, c"),),
        (FUSED_LSTM,),
        CELL_TANH,
        recognised="leaves out the tanh of c",
    ),
    Mistake(
        "the fused LSTM's cell state is detached",
        ((FUSED_C, FUSED_C.replace("* c +", "* c.detach() +")),),
        ("test_fused_lstm_gradients",),
        CUT,
    ),
    Mistake(
        "the fused LSTM makes its state on the CPU",
        (
            (
                FUSED_H,
                "h = torch.zeros(c.shape, dtype=c.dtype)\n"
                "        h += torch.sigmoid(o) * torch.tanh(c)\n"
                "        return h, c",
            ),
        ),
        ("test_fused_lstm_runs_on_any_device",),
        DEVICE,
    ),
    Mistake(
        "the fused LSTM is torch's own",
        (
            (
                "self.gates = nn.Linear(input_size + hidden_size, 4 * hidden_size)",
                "self.gates = nn.LSTMCell(input_size, hidden_size)",
            ),
            (FUSED_IFGO, "return self.gates(x, (h, c))"),
        ),
        (FUSED_LSTM, "test_fused_lstm_makes_one_product"),
        HAND,
    ),
)
