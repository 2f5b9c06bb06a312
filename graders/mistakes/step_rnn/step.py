"""Wrong steps."""

from graders.mistakes import Mistake
from graders.mistakes.step_rnn.words import (
    DEVICE,
)

V = "self.V = nn.Linear(hidden_size, 1)"
NEW = "hidden = torch.tanh(self.W(self.embedding(x)) + self.U(hidden))"
RETURN = "return self.V(hidden), hidden"
ZEROS = "return self.U.weight.new_zeros(batch_size, self.hidden_size)"

VALUES, STATE = "test_logits_equal_the_equations", "test_returns_the_new_hidden_state"
THREE, SHAPES = "test_three_steps_equal_the_equations", "test_shapes_of_a_step"
FROM_ZEROS, NONLINEAR = "test_starts_from_zeros", "test_recurrence_is_not_linear"
RAW, GRADIENTS = "test_returns_logits", "test_gradients_equal_the_oracle"
APART, TWICE = "test_samples_do_not_mix", "test_keeps_nothing_between_calls"
FLOAT64 = "test_works_in_float64"
UNCHANGED = "test_leaves_its_inputs_alone"

EQUATIONS, NOT_GIVEN = "h = f(W e + U h_before + biases)", "not the one it was given"
ROW, SIGMOID = "One logit for each sequence", "BCEWithLogitsLoss applies the sigmoid itself"
ONE_ROW, ON_DEVICE = "one row for each sequence of the batch", "runs on a GPU"
ACTIVATE, CUT = "Apply the activation before the state is returned", "graph is cut"
LEAK, NO_STATE = "Samples leak into one another", "keep nothing on self"
DTYPE, CHANGED = "Do not hard-code a dtype", "change the caller's tensor"


def _tanh(of: str) -> str:
    return f"hidden = torch.tanh({of})"


MISTAKES = (
    Mistake(
        "returns the state that it was given",
        ((NEW, NEW.replace("hidden =", "new =")), (RETURN, "return self.V(new), hidden")),
        (STATE, THREE),
        NOT_GIVEN,
        "real",
        recognised="returns the state that it was given",
    ),
    Mistake(
        "reads the old state for the logits",
        ((NEW, NEW.replace("hidden =", "new =")), (RETURN, "return self.V(hidden), new")),
        (VALUES, THREE),
        EQUATIONS,
        "real",
        recognised="reads the old state for the logits",
    ),
    Mistake(
        "has no activation",
        ((NEW, NEW.replace("torch.tanh", "")),),
        (VALUES, STATE, NONLINEAR),
        ACTIVATE,
        recognised="has no activation",
    ),
    Mistake(
        "returns the state before its activation",
        (
            (NEW, NEW.replace("torch.tanh", "")),
            (RETURN, "return self.V(torch.tanh(hidden)), hidden"),
        ),
        (STATE, THREE, NONLINEAR),
        ACTIVATE,
        "real",
        recognised="returns the state before its activation",
    ),
    Mistake(
        "activates each part by itself",
        ((NEW, "hidden = torch.tanh(self.W(self.embedding(x))) + torch.tanh(self.U(hidden))"),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="activates each part by itself",
    ),
    Mistake(
        "leaves out U",
        ((NEW, _tanh("self.W(self.embedding(x)) + hidden")),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="leaves out U",
    ),
    Mistake(
        "leaves out the old state",
        ((NEW, _tanh("self.W(self.embedding(x))")),),
        (VALUES, STATE, GRADIENTS),
        EQUATIONS,
        recognised="leaves out the old state",
    ),
    Mistake(
        "multiplies instead of adding",
        ((NEW, NEW.replace(" + self.U", " * self.U")),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="multiplies instead of adding",
    ),
    Mistake(
        "passes the sum through U",
        ((NEW, _tanh("self.U(self.W(self.embedding(x)) + hidden)")),),
        (VALUES, STATE),
        EQUATIONS,
        recognised="passes the sum through U",
    ),
    Mistake(
        "shares no embedding: one-hot through another matrix",
        ((NEW, NEW.replace("self.embedding(x)", "torch.relu(self.embedding(x))")),),
        (VALUES, GRADIENTS),
        EQUATIONS,
        recognised="applies a ReLU to the embedding",
    ),
    Mistake(
        "has a sigmoid inside",
        ((RETURN, "return torch.sigmoid(self.V(hidden)), hidden"),),
        (VALUES, RAW),
        SIGMOID,
        "real",
        recognised="has a sigmoid inside",
    ),
    Mistake(
        "has a softmax over one logit",
        ((RETURN, "return torch.softmax(self.V(hidden), dim=1), hidden"),),
        (VALUES, RAW),
        SIGMOID,
        "real",
        recognised="has a softmax over one logit",
    ),
    Mistake(
        "squeezes the logits",
        ((RETURN, "return self.V(hidden).squeeze(), hidden"),),
        (SHAPES, VALUES),
        ROW,
        "real",
        recognised="squeezes the logits",
    ),
    Mistake(
        "gives two logits",
        ((V, "self.V = nn.Linear(hidden_size, 2)"),),
        (SHAPES, VALUES),
        ROW,
        recognised="returns two logits",
    ),
    Mistake(
        "gives the mean logit of the batch",
        ((RETURN, "return self.V(hidden).mean().expand(len(x), 1), hidden"),),
        (VALUES, APART),
        EQUATIONS,
        recognised="returns the mean logit of the batch",
    ),
    Mistake(
        "subtracts the batch's mean",
        ((NEW, f"{NEW}\n        hidden = hidden - hidden.mean(dim=0)"),),
        (VALUES, APART),
        LEAK,
        recognised="subtracts the batch's mean from the state",
    ),
    Mistake(
        "returns the logits alone",
        ((RETURN, "return self.V(hidden)"),),
        (SHAPES, STATE),
        "Return both",
        recognised="returns the logits alone",
    ),
    Mistake(
        "detaches the state",
        ((NEW, NEW.replace("self.U(hidden)", "self.U(hidden.detach())")),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="detaches the state",
    ),
    Mistake(
        "detaches the sum",
        ((NEW, f"{NEW}\n        hidden = hidden.detach()"),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="detaches the new state",
    ),
    Mistake(
        "keeps the state on self",
        (
            (
                NEW,
                NEW.replace("self.U(hidden)", "self.U(hidden + self.kept.sum())")
                + "\n        self.kept = hidden.detach()",
            ),
            (V, f"{V}\n        self.kept = torch.zeros(1)"),
        ),
        (TWICE,),
        NO_STATE,
    ),
    Mistake(
        "names float32",
        ((RETURN, "return self.V(hidden).float(), hidden"),),
        (FLOAT64,),
        DTYPE,
        recognised="rounds the logits to float32",
    ),
    Mistake(
        "writes into the old state",
        ((NEW, f"{NEW.replace('hidden = ', 'hidden[:] = ')}"),),
        (UNCHANGED,),
        CHANGED,
    ),
    Mistake(
        "starts from random numbers",
        ((ZEROS, "return torch.randn(batch_size, self.hidden_size)"),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
    ),
    Mistake(
        "starts from ones",
        ((ZEROS, ZEROS.replace("new_zeros", "new_ones")),),
        (FROM_ZEROS,),
        ONE_ROW,
        recognised="starts from ones",
    ),
    Mistake(
        "starts from a single row",
        ((ZEROS, ZEROS.replace("batch_size", "1")),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
        recognised="starts from a single row",
    ),
    Mistake(
        "starts with a layer axis",
        ((ZEROS, ZEROS.replace("batch_size", "1, batch_size")),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
        recognised="starts with a layer axis",
    ),
    Mistake(
        "starts as wide as the embedding",
        ((ZEROS, ZEROS.replace("self.hidden_size", "self.embedding.embedding_dim")),),
        (FROM_ZEROS,),
        ONE_ROW,
        "real",
        recognised="starts as wide as the embedding",
    ),
    Mistake(
        "starts on the CPU",
        ((ZEROS, "return torch.zeros(batch_size, self.hidden_size)"),),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
)
