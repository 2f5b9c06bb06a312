"""Known wrong answers to rnn_layer.py: the layer, the model, the count and the two extensions."""

from graders.mistakes import Mistake

OUTPUT = "test_output_equals_the_equations"
STATE = "test_state_equals_the_equations"
LAYER_GRADIENTS = "test_layer_gradients_equal_the_oracle"
ANSWERS = "test_answers_equal_the_layers"
SUMS = "test_answers_are_log_probabilities"
FIRST = "test_first_token_reaches_the_answer"
SIZE = "test_size_of_the_model"
COUNT = "test_counts_what_is_trained"
PADS = "test_pads_at_the_end_change_nothing"
ROWS = "test_rows_of_different_lengths"
EVERY_ID = "test_every_id_is_a_token_unless_skipped"
VALUES = "test_truncation_keeps_the_values"
OUTSIDE = "test_no_gradient_reaches_back_further"
INSIDE = "test_gradient_of_the_last_steps_is_whole"

STEP = "        ht = self.phi_h(self.fc_xh(xt) + self.fc_hh(h_prev))\n"
ACTIVATED = "        return (yt if self.phi_y is None else self.phi_y(yt)), ht"
LOOP = "        for tokens in X:\n            yt, ht = self.step(tokens, yt, ht)\n"
SCORES = "        return self.log_softmax(yt)\n"
SKIPPED = "return torch.where(is_pad, yt, y_new), torch.where(is_pad, ht, h_new)"
CUT = (
    "            yt, ht = yt.detach(), ht.detach()  # the values are carried on, the graph is cut\n"
)
WHEN = "        if t == len(x) - steps and ht is not None:\n"

MISTAKES = (
    # the layer
    Mistake(
        "the output reads the state before",
        (("yt = self.fc_hy(ht)", "yt = self.fc_hy(h_prev)"),),
        (OUTPUT, LAYER_GRADIENTS),
        "new state",
        "real",
        recognised="computes the output from the old state",
    ),
    Mistake(
        "the state before comes back",
        ((ACTIVATED, ACTIVATED.replace(", ht", ", h_prev")),),
        (STATE, LAYER_GRADIENTS, FIRST),
        "new state",
        "real",
        recognised="returns the state that came in",
    ),
    Mistake(
        "the pre-activation is carried",
        (
            (STEP, "        ht = self.fc_xh(xt) + self.fc_hh(h_prev)\n"),
            ("yt = self.fc_hy(ht)", "yt = self.fc_hy(self.phi_h(ht))"),
        ),
        (STATE, "test_uses_the_activations_it_is_given"),
        "phi_h",
        "real",
        recognised="carries the state without its activation",
    ),
    Mistake(
        "the activations are fixed",
        (
            (STEP, STEP.replace("self.phi_h", "torch.tanh")),
            (ACTIVATED, ACTIVATED.replace("self.phi_y(yt)", "torch.sigmoid(yt)")),
        ),
        ("test_uses_the_activations_it_is_given",),
        "on self",
    ),
    Mistake(
        "the activations are exchanged",
        (("self.phi_h, self.phi_y = phi_h, phi_y", "self.phi_h, self.phi_y = phi_y, phi_h"),),
        (OUTPUT, STATE, "test_may_go_without_an_output_activation"),
        "phi_h(W_x",
        recognised="exchanges the activations",
    ),
    Mistake(
        "the output is always activated",
        ((ACTIVATED, "        return (self.phi_y or torch.sigmoid)(yt), ht"),),
        ("test_may_go_without_an_output_activation",),
        "not None",
    ),
    Mistake(
        "the output is never activated",
        ((ACTIVATED, "        return yt, ht"),),
        (OUTPUT, "test_uses_the_activations_it_is_given"),
        "phi_y",
        recognised="never activates its output",
    ),
    Mistake(
        "state and output come back in the other order",
        ((ACTIVATED, "        return ht, (yt if self.phi_y is None else self.phi_y(yt))"),),
        (OUTPUT, STATE, "test_any_batch_size"),
        "the output first",
        recognised="returns state and output in the other order",
    ),
    Mistake(
        "only the output comes back",
        ((ACTIVATED, "        return yt if self.phi_y is None else self.phi_y(yt)"),),
        (OUTPUT, STATE),
        "Return both",
        recognised="returns the output alone",
    ),
    Mistake(
        "the map from input to state has a bias",
        (("nn.Linear(in_dim, h_dim, bias=False)", "nn.Linear(in_dim, h_dim)"),),
        ("test_input_map_has_no_bias", SIZE),
        "bias=False",
    ),
    Mistake(
        "the state is as wide as the input",
        (("self.fc_hh = nn.Linear(h_dim, h_dim)", "self.fc_hh = nn.Linear(in_dim, h_dim)"),),
        (OUTPUT, "test_starts_from_zeros", SIZE),
        "cannot be multiplied",
        "real",
        recognised="works for equal widths only",
    ),
    Mistake(
        "the first state is random",
        (
            (
                "h_prev = xt.new_zeros(len(xt), self.fc_hh.in_features)",
                "h_prev = torch.randn(len(xt), self.fc_hh.in_features)",
            ),
        ),
        ("test_starts_from_zeros", "test_layer_keeps_nothing_between_calls"),
        "zeros",
    ),
    Mistake(
        "the first state is made on the CPU",
        (
            (
                "xt.new_zeros(len(xt), self.fc_hh.in_features)",
                "torch.zeros(len(xt), self.fc_hh.in_features)",
            ),
        ),
        ("test_runs_on_any_device",),
        "device",
        "real",
    ),
    Mistake(
        "the first state is for one sample",
        (
            (
                "xt.new_zeros(len(xt), self.fc_hh.in_features)",
                "xt.new_zeros(3, self.fc_hh.in_features)",
            ),
        ),
        ("test_any_batch_size",),
        "B from xt",
        "real",
    ),
    Mistake(
        "the state is kept on self",
        (
            (
                "            h_prev = xt.new_zeros(len(xt), self.fc_hh.in_features)",
                "            h_prev = xt.new_zeros(len(xt), self.fc_hh.in_features)\n"
                '            h_prev = getattr(self, "kept", h_prev)[:1]',
            ),
            (STEP, STEP + "        self.kept = ht.detach()\n"),
        ),
        ("test_layer_keeps_nothing_between_calls", "test_keeps_nothing_between_calls"),
        "nothing on self",
        "real",
        recognised="keeps its state on self",
    ),
    Mistake(
        "the state is detached",
        ((STEP, STEP.replace("self.fc_hh(h_prev)", "self.fc_hh(h_prev).detach()")),),
        (LAYER_GRADIENTS, "test_trains_every_layer"),
        "graph is cut",
        "real",
        recognised="detaches the state",
    ),
    Mistake(
        "the state is changed in place",
        ((STEP, STEP + "        h_prev.data.copy_(ht)\n"),),
        ("test_layer_leaves_its_inputs_alone",),
        "end in _",
        recognised="overwrites the given state",
    ),
    Mistake(
        "the input is normalised over the batch",
        ((STEP, STEP.replace("self.fc_xh(xt)", "self.fc_xh(xt - xt.mean(0))")),),
        ("test_layer_samples_do_not_mix", "test_samples_do_not_mix"),
        "leak",
        recognised="subtracts the mean of the batch",
    ),
    Mistake(
        "the output is float32 whatever comes in",
        ((ACTIVATED, "        return (yt if self.phi_y is None else self.phi_y(yt)).float(), ht"),),
        ("test_layer_works_in_float64",),
        "Do not hard-code a dtype",
        recognised="returns float32",
    ),
    # the model
    Mistake(
        "the state of the loop is never passed on",
        (
            (
                "            yt, ht = self.step(tokens, yt, ht)\n        return",
                "            yt, _ = self.step(tokens, yt, None)\n        return",
            ),
        ),
        (ANSWERS, FIRST),
        "next step",
        "real",
        recognised="reads the last token alone",
    ),
    Mistake(
        "the output is activated before the softmax",
        (
            (
                "RNNLayer(embedding_dim, h_dim, out_dim, phi_y=None)",
                "RNNLayer(embedding_dim, h_dim, out_dim)",
            ),
        ),
        (ANSWERS,),
        "phi_y=None",
        recognised="activates the scores before the softmax",
    ),
    Mistake(
        "scores come back without a softmax",
        (
            (
                "            yt, ht = self.step(tokens, yt, ht)\n" + SCORES,
                "            yt, ht = self.step(tokens, yt, ht)\n        return yt\n",
            ),
        ),
        (ANSWERS, SUMS),
        "log_softmax",
        recognised="returns the scores",
    ),
    Mistake(
        "probabilities come back without the logarithm",
        (("self.log_softmax = nn.LogSoftmax(dim=1)", "self.log_softmax = nn.Softmax(dim=1)"),),
        (ANSWERS, SUMS),
        "log_softmax",
        recognised="returns probabilities",
    ),
    Mistake(
        "the softmax runs over the batch",
        (("self.log_softmax = nn.LogSoftmax(dim=1)", "self.log_softmax = nn.LogSoftmax(dim=0)"),),
        (ANSWERS, SUMS, "test_samples_do_not_mix"),
        "dim=1",
        recognised="applies the softmax over the batch",
    ),
    Mistake(
        "the batch comes first",
        (("        for tokens in X:\n", "        for tokens in X.T:\n"),),
        (ANSWERS, "test_time_comes_first"),
        "X is (T, B)",
        "real",
        recognised="takes the batch axis for time",
    ),
    Mistake(
        "the result is the mean over the steps",
        (
            (
                LOOP + SCORES,
                "        ys = []\n"
                + LOOP
                + "            ys.append(yt)\n"
                + "        return self.log_softmax(torch.stack(ys).mean(0))\n",
            ),
        ),
        (ANSWERS,),
        "last yt",
        recognised="averages the scores of all steps",
    ),
    Mistake(
        "the last token is left out",
        (("        for tokens in X:\n", "        for tokens in X[: max(1, len(X) - 1)]:\n"),),
        (ANSWERS, PADS),
        "last yt",
        recognised="leaves out the last token",
    ),
    Mistake(
        "only the last token is read",
        (("        for tokens in X:\n", "        for tokens in X[-1:]:\n"),),
        (ANSWERS, FIRST),
        "next step",
        recognised="reads the last token alone",
    ),
    Mistake(
        "the embedding is not trained",
        (
            (
                "self.rnn(self.embedding(tokens), ht)",
                "self.rnn(self.embedding(tokens).detach(), ht)",
            ),
        ),
        ("test_trains_every_layer",),
        "detach()",
    ),
    Mistake(
        "the batch is changed",
        (
            (
                "        yt = ht = None\n        for tokens in X:",
                "        X.clamp_(max=3)\n        yt = ht = None\n        for tokens in X:",
            ),
        ),
        ("test_leaves_its_input_alone",),
        "end in _",
        recognised="changes the tokens that it reads",
    ),
    # the count
    Mistake(
        "frozen parameters count too",
        ((" for p in model.parameters() if p.requires_grad)", " for p in model.parameters())"),),
        (COUNT,),
        "requires_grad",
        recognised="counts frozen parameters, too",
    ),
    Mistake(
        "tensors are counted, not their numbers",
        (("sum(p.numel() for", "sum(1 for"),),
        (COUNT, SIZE),
        "numel",
        recognised="counts tensors instead of numbers",
    ),
    # padding
    Mistake(
        "nothing is skipped",
        (
            (
                "        if self.skip_padding is None:\n",
                "        if self.skip_padding is self.skip_padding:\n",
            ),
        ),
        (PADS, ROWS),
        "torch.where",
        recognised="reads pads like tokens",
    ),
    Mistake(
        "a pad id of 0 counts as none",
        (("        if self.skip_padding is None:\n", "        if not self.skip_padding:\n"),),
        (PADS, ROWS),
        "torch.where",
        recognised="takes a pad id of 0 for none",
    ),
    Mistake(
        "a step is skipped only where all reviews have ended",
        (
            (
                "is_pad = (tokens == self.skip_padding)[:, None]",
                "is_pad = (tokens == self.skip_padding).all()",
            ),
        ),
        (ROWS,),
        "torch.where",
        recognised="skips only where all reviews have ended",
    ),
    Mistake(
        "a step is skipped for all where one review has ended",
        (
            (
                "is_pad = (tokens == self.skip_padding)[:, None]",
                "is_pad = (tokens == self.skip_padding).any()",
            ),
        ),
        (ROWS,),
        "torch.where",
        recognised="skips for all where one review has ended",
    ),
    Mistake(
        "pads are only embedded as zeros",
        (
            (
                "self.rnn(self.embedding(tokens), ht)",
                "self.rnn(self.embedding(tokens) * (tokens != self.skip_padding)[:, None], ht)",
            ),
            ("        if self.skip_padding is None:\n", "        if True:\n"),
        ),
        (PADS, ROWS),
        "torch.where",
        recognised="reads pads as zeros",
    ),
    Mistake(
        "the output of a pad step is used",
        ((SKIPPED, "return y_new, torch.where(is_pad, ht, h_new)"),),
        (PADS, ROWS),
        "torch.where",
        recognised="uses the output of pads",
    ),
    Mistake(
        "the state moves at pads, and only there",
        ((SKIPPED, SKIPPED.replace("ht, h_new)", "h_new, ht)")),),
        ("test_rows_of_different_lengths",),
        "steps that read a token change state and output",
        recognised="moves its state at pads alone",
    ),
    Mistake(
        "the state is updated at pads",
        ((SKIPPED, "return y_new, h_new"),),
        (PADS, ROWS),
        "torch.where",
        recognised="reads pads like tokens",
    ),
    Mistake(
        "the state is reset at a pad",
        (
            (
                SKIPPED,
                "return torch.where(is_pad, 0 * yt, y_new), torch.where(is_pad, 0 * ht, h_new)",
            ),
        ),
        (PADS, ROWS),
        "torch.where",
        recognised="resets its state at pads",
    ),
    Mistake(
        "pads are skipped by default",
        (("skip_padding: int | None = None,", "skip_padding: int | None = 1,"),),
        (EVERY_ID,),
        "None by default",
    ),
    # truncation
    Mistake(
        "nothing is truncated",
        ((CUT, "            pass\n"),),
        (OUTSIDE,),
        "detach()",
        recognised="truncates nothing",
    ),
    Mistake(
        "the state is reset at the window",
        ((CUT, "            yt = ht = None\n"),),
        (VALUES,),
        "only the graph",
        recognised="forgets what came before the window",
    ),
    Mistake(
        "only the window is run",
        (
            (
                "    for t, tokens in enumerate(x):\n",
                "    for t, tokens in enumerate(x[-steps:]):\n",
            ),
            ("len(x) - steps and", "len(x) - 2 * steps and"),
        ),
        (VALUES,),
        "only the graph",
        recognised="forgets what came before the window",
    ),
    Mistake(
        "each step is cut from the next",
        ((WHEN, "        if ht is not None:\n"),),
        (INSIDE,),
        "detach()",
        recognised="cuts each step from the next",
    ),
    Mistake(
        "each step is cut from the next, in the model's own forward",
        (
            (LOOP, LOOP.replace("X:\n", "X:\n            ht = self.handed_on(ht)\n")),
            (
                "    def forward(self, X:",
                "    def handed_on(self, ht):\n"
                "        return ht.detach() if hasattr(self, 'steps') and ht is not None else ht\n\n"
                "    def forward(self, X:",
            ),
            (WHEN, "        model.steps = steps\n        return model(x)\n" + WHEN),
        ),
        (INSIDE,),
        "detach()",
        recognised="cuts each step from the next",
    ),
    Mistake(
        "the gradient is lost at the end",
        (("    return model.log_softmax(yt)\n", "    return model.log_softmax(yt).detach()\n"),),
        (OUTSIDE, INSIDE),
        "No gradient arrives",
    ),
    Mistake(
        "the first steps are cut, not all but the last",
        (("if t == len(x) - steps and", "if t == steps and"),),
        (OUTSIDE,),
        "detach()",
        recognised="cuts after the first steps",
    ),
    Mistake(
        "the window is twice as long",
        (("if t == len(x) - steps and", "if t == len(x) - 2 * steps and"),),
        (OUTSIDE,),
        "detach()",
        recognised="cuts before the last two windows",
    ),
    Mistake(
        "the graph is cut after the first window only",
        ((WHEN, "        if t and t % (2 * steps) == 0:\n"),),
        (OUTSIDE,),
        "detach()",
        recognised="cuts after every second window",
    ),
    Mistake(
        "the whole run is without gradients",
        (
            (
                "    yt = ht = None\n    for t,",
                "    torch.set_grad_enabled(False)\n    yt = ht = None\n    for t,",
            ),
        ),
        (OUTSIDE, INSIDE),
        "No gradient arrives",
    ),
)

MAY_LOSE = {"tutorial_code": ("test_runs_on_any_device",)}
