"""Wrong layers."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_layer.words import (
    FIRST,
    SIZE,
)

OUTPUT = "test_output_equals_the_equations"
STATE = "test_state_equals_the_equations"
LAYER_GRADIENTS = "test_layer_gradients_equal_the_oracle"

STEP = "        ht = self.phi_h(self.fc_xh(xt) + self.fc_hh(h_prev))\n"
ACTIVATED = "        return (yt if self.phi_y is None else self.phi_y(yt)), ht"

MISTAKES = (
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
)
