"""Wrong gated cells. Exchanging two sigmoid gates with all their weights is none: it is a new name."""

from graders.mistakes import Mistake

GRU = "test_gru_equals_the_equations"
LSTM = "test_lstm_equals_the_equations"
FUSED_GRU = "test_fused_gru_equals_the_equations"
FUSED_LSTM = "test_fused_lstm_equals_the_equations"

Z = "z = torch.sigmoid(self.W_z(x) + self.U_z(h))"
R = "r = torch.sigmoid(self.W_r(x) + self.U_r(h))"
N = "n = torch.tanh(self.W_n(x) + self.U_n(r * h))"
MIX = "return (1 - z) * h + z * n"
I = "i = torch.sigmoid(self.W_i(x) + self.U_i(h))"
F = "f = torch.sigmoid(self.W_f(x) + self.U_f(h))"
G = "g = torch.tanh(self.W_g(x) + self.U_g(h))"
O = "o = torch.sigmoid(self.W_o(x) + self.U_o(h))"
C = "c = f * c + i * g"
H = "return o * torch.tanh(c), c"
FUSED_ZR = "z, r = torch.sigmoid(self.gates(torch.cat([x, h], dim=1))).chunk(2, dim=1)"
FUSED_N = "n = torch.tanh(self.candidate(torch.cat([x, r * h], dim=1)))"
FUSED_MIX = "return torch.lerp(h, n, z)  # (1 - z) h + z n"
FUSED_IFGO = (
    "i, f, g, o = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)  # before activation"
)
FUSED_C = "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)"
FUSED_H = "return torch.sigmoid(o) * torch.tanh(c), c"

TANH = "The candidate is a tanh"
CELL_TANH = "through a tanh on its way into h"
MIXING = "one factor is z, the other is 1 - z"
RESET = "multiplies the old state"
OWN = "weights of their own"
CUT = "the graph is cut"
BATCH = "Take the batch size from the input"
DEVICE = "runs on a GPU"
SIZES = "No weight acts"
STATE = "keep nothing on self"
HAND = "Write the step yourself"
PRODUCTS = "multiply once"

GRU_MISTAKES = (
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


LSTM_MISTAKES = (
    Mistake(
        "no tanh on the LSTM's cell state",
        ((H, "return o * c, c"),),
        (LSTM,),
        CELL_TANH,
        "real",
        recognised="leaves out the tanh of c",
    ),
    Mistake(
        "a sigmoid on the LSTM's cell state",
        ((H, "return o * torch.sigmoid(c), c"),),
        (LSTM,),
        CELL_TANH,
        recognised="uses a sigmoid of c",
    ),
    Mistake(
        "the LSTM has no output gate",
        ((H, "return torch.tanh(c), c"),),
        (LSTM,),
        "output gate o is missing",
        recognised="has no output gate",
    ),
    Mistake(
        "the LSTM's tanh is outside",
        ((H, "return torch.tanh(o * c), c"),),
        (LSTM,),
        "outside the tanh",
        recognised="takes the tanh last",
    ),
    Mistake(
        "the LSTM's input and forget gates are tied",
        ((C, "c = f * c + (1 - f) * g"),),
        (LSTM, "test_lstm_gradients"),
        OWN,
        "real",
        recognised="ties the input and the forget gate",
    ),
    Mistake(
        "one gate forgets and admits",
        ((C, "c = f * (c + g)"),),
        (LSTM,),
        OWN,
        recognised="forgets and admits by one gate",
    ),
    Mistake(
        "the LSTM has no forget gate",
        ((C, "c = c + i * g"),),
        (LSTM,),
        "forget gate f is missing",
        "real",
        recognised="has no forget gate",
    ),
    Mistake(
        "the LSTM has no input gate",
        ((C, "c = f * c + g"),),
        (LSTM,),
        "input gate i is missing",
        recognised="has no input gate",
    ),
    Mistake(
        "the LSTM's candidate is a sigmoid",
        ((G, G.replace("tanh", "sigmoid")),),
        (LSTM,),
        "The candidate g is a tanh",
        "real",
        recognised="uses a sigmoid for the candidate",
    ),
    Mistake(
        "the LSTM's input gate is a tanh",
        ((I, I.replace("sigmoid", "tanh")),),
        (LSTM,),
        "i, f and o are sigmoids",
        "real",
        recognised="uses tanh for i",
    ),
    Mistake(
        "the LSTM's forget gate is a tanh",
        ((F, F.replace("sigmoid", "tanh")),),
        (LSTM,),
        "only the candidate g is a tanh",
        recognised="uses tanh for f",
    ),
    Mistake(
        "the LSTM's output gate is a tanh",
        ((O, O.replace("sigmoid", "tanh")),),
        (LSTM,),
        "only the candidate g is a tanh",
        recognised="uses tanh for o",
    ),
    Mistake(
        "all the LSTM's gates are tanh",
        tuple((line, line.replace("sigmoid", "tanh")) for line in (I, F, O)),
        (LSTM,),
        "i, f and o are sigmoids",
        recognised="uses tanh for i, f and o",
    ),
    Mistake(
        "the LSTM's output gate reads the cell state",
        ((O, "o = torch.sigmoid(self.W_o(x) + self.U_o(c))"),),
        (LSTM,),
        "acts like no weight of an LSTM",
        recognised="reads c in one gate",
    ),
    Mistake(
        "all the LSTM's gates read the cell state",
        tuple((line, line.replace("(h))", "(c))")) for line in (I, F, G, O)),
        (LSTM,),
        "The gates read x and h",
        recognised="reads c in all gates",
    ),
    Mistake(
        "the LSTM's h is made from the old cell state",
        (
            (C, "new = f * c + i * g"),
            (H, "return o * torch.tanh(c), new"),
        ),
        (LSTM,),
        "h reads the new cell state",
        recognised="makes h from the old c",
    ),
    Mistake(
        "the LSTM's candidate has no recurrent term",
        ((G, "g = torch.tanh(self.W_g(x))"),),
        (LSTM,),
        "from the state to the candidate g",
        recognised="reads only x in its candidate",
    ),
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


FUSED_MISTAKES = (
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

MISTAKES = GRU_MISTAKES + LSTM_MISTAKES + FUSED_MISTAKES
