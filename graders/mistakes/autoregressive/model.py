"""Wrong language models."""

from graders.mistakes import Mistake

LSTM = "self.lstm = nn.LSTM(emb, hidden, num_layers, batch_first=True)"
OUTPUT = "self.output = nn.Linear(hidden, vocab_size)"
EMBED = "embedded = self.embedding(x)"
RUN = "states, _ = self.lstm(embedded)"
LOGITS = "return self.output(states)"

VALUES, STACKED = "test_logits_equal_the_layers", "test_layers_can_be_stacked"
SHAPE, CAUSAL = "test_shape_of_the_logits", "test_is_causal"
REMEMBERS, APART = "test_remembers_earlier_tokens", "test_samples_do_not_mix"
NO_SOFTMAX, GRADIENTS = "test_no_softmax_inside", "test_gradients_reach_every_layer"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
DEVICE, UNCHANGED = "test_runs_on_any_device", "test_leaves_its_input_alone"
WIDE, LEARNS = "test_default_sizes", "test_model_learns_the_brackets"

MISTAKES = (
    Mistake(
        "batch_first is missing",
        ((LSTM, "self.lstm = nn.LSTM(emb, hidden, num_layers)"),),
        (VALUES, STACKED, REMEMBERS, APART),
        "batch_first",
        "real",
        recognised="reads the batch axis as time",
    ),
    Mistake(
        "the number of layers is ignored",
        ((LSTM, "self.lstm = nn.LSTM(emb, hidden, batch_first=True)"),),
        (STACKED,),
        "num_layers layers",
        recognised="always has one LSTM layer",
    ),
    Mistake(
        "a bidirectional LSTM",
        (
            (LSTM, LSTM.replace("True", "True, bidirectional=True")),
            (OUTPUT, "self.output = nn.Linear(2 * hidden, vocab_size)"),
        ),
        (VALUES, CAUSAL),
        "no bidirectional layer",
        "real",
        recognised="reads the sequence in both directions",
    ),
    Mistake(
        "a GRU",
        ((LSTM, "self.lstm = nn.GRU(emb, hidden, num_layers, batch_first=True)"),),
        (VALUES, STACKED),
        "nn.LSTM",
        recognised="uses a GRU",
    ),
    Mistake(
        "only the last position is predicted",
        ((LOGITS, "return self.output(states[:, -1])"),),
        (VALUES, SHAPE),
        "wrong shape",
        "real",
        recognised="predicts at the last position only",
    ),
    Mistake(
        "batch and time are flattened",
        ((LOGITS, "return self.output(states).flatten(0, 1)"),),
        (VALUES, SHAPE),
        "wrong shape",
        "real",
        recognised="flattens batch and time",
    ),
    Mistake(
        "the classes come second",
        ((LOGITS, "return self.output(states).transpose(1, 2)"),),
        (VALUES, SHAPE),
        "wrong shape",
        recognised="returns the classes as the second axis",
    ),
    Mistake(
        "a softmax inside",
        ((LOGITS, "return self.output(states).softmax(dim=-1)"),),
        (VALUES, NO_SOFTMAX),
        "cross_entropy applies the softmax itself",
        "real",
        recognised="applies a softmax to its logits",
    ),
    Mistake(
        "a ReLU behind the LSTM",
        ((LOGITS, "return self.output(states.relu())"),),
        (VALUES, STACKED),
        "Add no other layers",
        recognised="applies a ReLU to the LSTM's outputs",
    ),
    Mistake(
        "each token is read alone",
        (
            (
                RUN,
                "states = torch.cat([self.lstm(embedded[:, t : t + 1])[0] "
                "for t in range(x.shape[1])], 1)",
            ),
        ),
        (VALUES, REMEMBERS, LEARNS),
        "in one call",
        "real",
        recognised="reads each token alone",
    ),
    Mistake(
        "the state is carried over to the next batch",
        (
            (OUTPUT, OUTPUT + "\n        self.kept, self.rows = None, 0"),
            (
                RUN,
                "self.kept = self.kept if self.rows == len(x) else None\n"
                "        states, kept = self.lstm(embedded, self.kept)\n"
                "        self.kept, self.rows = tuple(s.detach() for s in kept), len(x)",
            ),
        ),
        (TWICE, CAUSAL),
        "keep nothing on self",
        "real",
        recognised="carries the state over to the next batch",
    ),
    Mistake(
        "the states are detached",
        ((LOGITS, "return self.output(states.detach())"),),
        (GRADIENTS,),
        "detach()",
        "real",
    ),
    Mistake(
        "float32 is written down",
        ((LOGITS, "return self.output(states).float()"),),
        (FLOAT64,),
        "dtype",
    ),
    Mistake(
        "a tensor on the CPU",
        ((EMBED, 'embedded = self.embedding(x) + torch.zeros(1, device="cpu")[:, None]'),),
        (DEVICE,),
        "x.new_zeros",
        "real",
    ),
    Mistake(
        "ids are changed in place",
        ((EMBED, "embedded = self.embedding(x)\n        x.zero_()"),),
        (UNCHANGED,),
        "caller's tensor",
    ),
    Mistake(
        "other defaults",
        (("emb: int = 32, hidden: int = 16", "emb: int = 64, hidden: int = 64"),),
        (WIDE,),
        "sizes",
    ),
    Mistake(
        "two layers by default",
        (("num_layers: int = 1", "num_layers: int = 2"),),
        (WIDE,),
        "more than one layer",
    ),
)
