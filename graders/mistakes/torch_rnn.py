"""Wrong answers to torch_rnn.py and results.csv."""

from graders.mistakes import Mistake

LAYER = 'layer = {"rnn": nn.RNN, "lstm": nn.LSTM}[kind]'
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb)"
RECURRENT = "self.recurrent = layer(emb, hidden, batch_first=True)"
LINEAR = "self.linear = nn.Linear(hidden, hidden)"
OUTPUT = "self.output = nn.Linear(hidden, num_classes)"
EMBED = "embedded = self.embedding(x)"
RUN = "states, _ = self.recurrent(embedded)"
FEATURES = "features = torch.relu(self.linear(states))"
POOL = "pooled = features.amax(dim=1)"
LOGITS = "return self.output(pooled)"

RNN, LSTM = "test_rnn_logits_equal_the_layers", "test_lstm_logits_equal_the_layers"
SINGLE, SHAPE = "test_recurrent_layer_is_single", "test_shape_of_the_logits"
APART, ORDER = "test_samples_do_not_mix", "test_order_of_tokens_matters"
SOFTMAX, GRADIENTS = "test_no_softmax_inside", "test_gradients_reach_every_layer"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
DEVICE, UNCHANGED = "test_runs_on_any_device", "test_leaves_its_input_alone"
WIDE = "test_default_sizes"
RUNS = "test_results_hold_several_runs_of_each_model"
SETTINGS = "test_results_hold_settings_and_validation"
TESTED = "test_results_hold_test_accuracies"
CSV = "results.csv"
HEADER = "model,hidden,learning_rate,epochs,validation_accuracy,test_accuracy"

MISTAKES = (
    Mistake(
        "batch_first is missing",
        ((RECURRENT, "self.recurrent = layer(emb, hidden)"),),
        (RNN, LSTM, APART),
        "batch_first",
        "real",
        recognised="runs over the batch",
    ),
    Mistake(
        "hidden is passed for num_layers",
        ((RECURRENT, "self.recurrent = layer(emb, hidden, hidden, batch_first=True)"),),
        (SINGLE,),
        "num_layers",
        "real",
        recognised="passes hidden as num_layers",
    ),
    Mistake(
        "two layers",
        ((RECURRENT, "self.recurrent = layer(emb, hidden, 2, batch_first=True)"),),
        (SINGLE,),
        "num_layers",
    ),
    Mistake(
        "the kind is ignored",
        ((LAYER, "layer = nn.RNN"),),
        (LSTM, GRADIENTS),
        "one layer of nn.LSTM",
        recognised="runs nn.RNN for lstm",
    ),
    Mistake(
        "a GRU instead of an RNN",
        ((LAYER, 'layer = {"rnn": nn.GRU, "lstm": nn.LSTM}[kind]'),),
        (RNN,),
        "one layer of nn.RNN",
        recognised="runs nn.GRU",
    ),
    Mistake(
        "the embeddings are pooled",
        (
            (RUN, "states, _ = self.recurrent(embedded)\n        states = embedded"),
            (LINEAR, "self.linear = nn.Linear(emb, hidden)"),
        ),
        (RNN, LSTM, ORDER, GRADIENTS),
        "Pool the outputs of the recurrent layer",
        "real",
    ),
    Mistake(
        "the last output is read",
        ((POOL, "pooled = features[:, -1]"),),
        (RNN, LSTM),
        "max over the time axis",
        "real",
        recognised="reads the last output",
    ),
    Mistake(
        "a mean pool",
        ((POOL, "pooled = features.mean(dim=1)"),),
        (RNN, LSTM),
        "max over the time axis",
        "real",
        recognised="pools by the mean",
    ),
    Mistake(
        "pooled over the batch",
        ((POOL, "pooled = features.amax(dim=0)"),),
        (RNN, LSTM, SHAPE),
        "(dim=1)",
        "real",
        recognised="pools over the batch",
    ),
    Mistake(
        "a softmax inside",
        ((LOGITS, "return self.output(pooled).softmax(dim=1)"),),
        (RNN, LSTM, SOFTMAX),
        "cross_entropy applies the softmax itself",
        "real",
        recognised="ends with a softmax",
    ),
    Mistake(
        "squeeze without a dimension",
        ((LOGITS, "return self.output(pooled).squeeze()"),),
        (SHAPE,),
        "wrong shape",
        "real",
    ),
    Mistake(
        "the states are detached",
        ((FEATURES, "features = torch.relu(self.linear(states.detach()))"),),
        (GRADIENTS,),
        "detach()",
        "real",
    ),
    Mistake(
        "the state is carried over to the next batch",
        (
            (LINEAR, "self.kept = None\n        " + LINEAR),
            (
                RUN,
                "if self.kept is not None and x.shape[0] != self.batch:\n"
                "            self.kept = None\n"
                "        states, self.kept = self.recurrent(embedded, self.kept)\n"
                "        self.batch = x.shape[0]",
            ),
        ),
        (TWICE,),
        "keep nothing on self",
        "real",
    ),
    Mistake(
        "the first state has a fixed batch size",
        (
            (
                RUN,
                "zeros = x.new_zeros(1, 4, self.recurrent.hidden_size, dtype=embedded.dtype)\n"
                "        first = zeros if isinstance(self.recurrent, nn.RNN) else (zeros, zeros)\n"
                "        states, _ = self.recurrent(embedded, first)",
            ),
        ),
        (SHAPE,),
        "hidden",
        recognised="runs with one batch size only",
    ),
    Mistake(
        "token 0 is masked",
        ((EMBED, "embedded = self.embedding(x) * (x != 0)[:, :, None]"),),
        (RNN, LSTM),
        "Do not mask anything",
        "real",
        recognised="masks token 0",
    ),
    Mistake(
        "float32 is written down",
        ((LOGITS, "return self.output(pooled).float()"),),
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
        "the first state is on the CPU",
        (
            (
                RUN,
                "zeros = torch.zeros(1, x.shape[0], self.recurrent.hidden_size)"
                ".to(embedded.dtype)\n"
                "        first = zeros if isinstance(self.recurrent, nn.RNN) else (zeros, zeros)\n"
                "        states, _ = self.recurrent(embedded, first)",
            ),
        ),
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
        "defaults of 100",
        (
            ("emb: int = 300,\n", "emb: int = 100,\n"),
            ("hidden: int = 300,\n", "hidden: int = 100,\n"),
        ),
        (WIDE,),
        "sizes",
    ),
    Mistake(
        "an LSTM by default",
        (('kind: str = "rnn"', 'kind: str = "lstm"'),),
        (WIDE,),
        "defaults",
    ),
    Mistake(
        "one run of each model",
        (
            ("MLP,8,0.003,2,0.512,\nMLP,8,0.01,2,0.650,\nMLP,24,0.003,2,0.700,\n", ""),
            ("Elman,8,0.003,2,0.512,\nElman,8,0.01,2,0.675,\nElman,24,0.003,2,0.975,\n", ""),
        ),
        (RUNS, SETTINGS),
        "one row for each setting",
        file=CSV,
        recognised="has one run of a model",
    ),
    Mistake(
        "no column for a hyperparameter",
        ((HEADER, "model,,run,time,validation_accuracy,test_accuracy"),),
        (SETTINGS,),
        "each hyperparameter that you varied",
        file=CSV,
        recognised="does not name its hyperparameters",
    ),
    Mistake(
        "validation accuracies are NaN",
        (
            ("0.625", "nan"),
            ("0.587", "nan"),
            ("0.775", "nan"),
            ("LSTM,24,0.01,2,0.938", "LSTM,24,0.01,2,nan"),
        ),
        (SETTINGS,),
        "A number from 0 to 1",
        file=CSV,
        recognised="lacks a model's validation accuracies",
    ),
    Mistake(
        "one model is not tested",
        (("0.938,0.985", "0.938,"),),
        (TESTED,),
        "on the test set",
        file=CSV,
        recognised="lacks a model's test accuracy",
    ),
    Mistake(
        "no names of the columns",
        ((HEADER + "\n", ""),),
        (RUNS, SETTINGS, TESTED),
        "The first row names the columns",
        file=CSV,
        recognised="has no names of columns",
    ),
    Mistake(
        "no column with test accuracies",
        ((HEADER, "model,hidden,learning_rate,epochs,validation_accuracy,best"),),
        (RUNS, SETTINGS, TESTED),
        "The first row names the columns",
        file=CSV,
        recognised="has no column for the test",
    ),
)
