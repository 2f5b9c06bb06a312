"""Wrong answers to elman.py."""

from graders.mistakes import Mistake

DEFAULTS = "insize: int = 300, outsize: int = 300, hsize: int = 300"
LIN1 = "self.lin1 = nn.Linear(insize + hsize, hsize)"
LIN2 = "self.lin2 = nn.Linear(hsize, outsize)"
STEP = "        hidden = torch.tanh(self.lin1(torch.cat([x_t, hidden], dim=1)))"
STEP_RETURN = "return self.lin2(hidden), hidden"
SHAPE = "B, T, _ = x.shape"
IS_NONE = "if hidden is None:"
ZEROS = "hidden = x.new_zeros(B, self.hsize)"
OUTS = "        outs = []"
LOOP = "for t in range(T):"
CALL = "out, hidden = self.step(x[:, t], hidden)"
APPEND = "            outs.append(out)"
RETURN = "return torch.stack(outs, dim=1), hidden"
CLASSIFIER_DEFAULTS = "emb: int = 300, hidden: int = 300"
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb)"
ELMAN = "self.elman = Elman(emb, hidden, hidden)"
OUTPUT = "self.output = nn.Linear(hidden, num_classes)"
EMBED = "embedded = self.embedding(x)"
RUN = "outs, _ = self.elman(embedded)"
POOL = "pooled = torch.relu(outs).amax(dim=1)"
LOGITS = "return self.output(pooled)"

VALUES, LAST = "test_outputs_equal_the_equations", "test_returns_the_last_hidden_state"
CARRIED, NEW = "test_hidden_state_is_carried", "test_output_reads_the_new_hidden_state"
CHUNKS, FROM_ZEROS = "test_two_chunks_equal_one_run", "test_starts_from_zeros"
CAUSAL, APART = "test_is_causal", "test_samples_do_not_mix"
NONLINEAR, EACH = "test_recurrence_is_not_linear", "test_one_output_for_each_input"
GRADIENTS, SIZES = "test_gradients_equal_the_oracle", "test_sizes_may_differ"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
DEVICE, UNCHANGED = "test_runs_on_any_device", "test_leaves_its_inputs_alone"
WIDE = "test_default_sizes"
C_VALUES, C_ORDER = "test_classifier_equals_the_layers", "test_classifier_reads_the_order"
C_SHAPE, C_APART = "test_classifier_shape", "test_classifier_samples_do_not_mix"
C_SOFTMAX, C_TWICE = (
    "test_classifier_has_no_softmax",
    "test_classifier_keeps_nothing_between_calls",
)
C_TRAINS, C_WIDE = "test_classifier_trains_every_layer", "test_classifier_default_sizes"

CARRY, EQUATIONS = "Assign the new hidden state", "h_t = f(W [x_t, h_(t-1)] + b)"
ACTIVATE, FIRST_HIDDEN = "before the state is passed on", "Compute the hidden state first"
CONTINUE, ZERO_STATE = "Start from `hidden` when it is given", "zeros of shape (B, hsize)"
ONE_STEP, LEAK = "Step t may only read x[:, t]", "Samples leak into one another"
CUT, UNUSED = "graph is cut", "forward does not use them"
WIDTH, BOTH, EACH_INPUT = (
    "hsize wide, not insize",
    "Return the sequence",
    "one output for each input",
)
ON_DEVICE, NO_STATE, THREE_HUNDRED = "runs on a GPU", "keep nothing on self", "the defaults of"
FIRST_VALUE, MEMORY = "Take the first of the two values", "Pool the outputs of the Elman layer"
TWO_SOFTMAX, SQUEEZE = "cross_entropy applies the softmax itself", "squeeze() without a dim"
CHANGED = "change the caller's tensor"


def _step(new: str, returned: str = STEP_RETURN):
    pairs = ((STEP, f"        {new}"), (STEP_RETURN, returned))
    return tuple((old, text) for old, text in pairs if old != text)


def _tanh(of: str) -> str:
    return f"hidden = torch.tanh(self.lin1({of}))"


CAT = "torch.cat([x_t, hidden], dim=1)"

_LAYER = (
    Mistake(
        "never reassigns the hidden state",
        ((CALL, "out, _ = self.step(x[:, t], hidden)"),),
        (VALUES, LAST, CARRIED),
        CARRY,
        "real",
        recognised="never carries its state",
    ),
    Mistake(
        "starts every step from zeros",
        ((CALL, "out, hidden = self.step(x[:, t], torch.zeros_like(hidden))"),),
        (VALUES, CARRIED),
        CARRY,
        recognised="never carries its state",
    ),
    Mistake(
        "reads the first hidden state at every step",
        (
            (OUTS, f"        first = hidden\n{OUTS}"),
            (CALL, "out, hidden = self.step(x[:, t], first)"),
        ),
        (VALUES, CARRIED),
        CARRY,
        "real",
        recognised="never carries its state",
    ),
    Mistake(
        "reads the first input at every step",
        ((CALL, "out, hidden = self.step(x[:, 0], hidden)"),),
        (VALUES, GRADIENTS),
        EQUATIONS,
        recognised="reads the first input at every step",
    ),
    Mistake(
        "reads the input in reverse",
        ((CALL, "out, hidden = self.step(x[:, T - 1 - t], hidden)"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="reads the input in reverse",
    ),
    Mistake(
        "reads one input ahead",
        ((CALL, "out, hidden = self.step(x[:, min(t + 1, T - 1)], hidden)"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="reads one input ahead",
    ),
    Mistake(
        "reads the mean of all inputs",
        ((CALL, "out, hidden = self.step(x[:, t] + x.mean(dim=1), hidden)"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="reads the mean of all inputs",
    ),
    Mistake(
        "reads the batch axis as time",
        (
            (SHAPE, "T, B, _ = x.shape"),
            (CALL, "out, hidden = self.step(x[t], hidden)"),
            (RETURN, "return torch.stack(outs, dim=0), hidden"),
        ),
        (VALUES, APART),
        LEAK,
        "real",
        recognised="takes the batch axis for time",
    ),
    Mistake(
        "detaches the state",
        _step(STEP.strip() + ".detach()"),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="detaches its states",
    ),
    Mistake(
        "cuts the gradient between steps",
        ((CALL, "out, hidden = self.step(x[:, t], hidden.detach())"),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="passes no gradient from step to step",
    ),
    Mistake(
        "computes the state without a gradient",
        _step(f"with torch.no_grad():\n            {STEP.strip()}"),
        (GRADIENTS,),
        CUT,
        recognised="detaches its states",
    ),
    Mistake(
        "collects copies of the outputs",
        ((APPEND, f"{APPEND[:-1]}.clone().detach())"),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="returns outputs without a gradient",
    ),
    Mistake(
        "output reads the input and the old state",
        (
            (LIN2, "self.lin2 = nn.Linear(insize + hsize, outsize)"),
            (STEP, f"        joint = torch.cat([x_t, hidden], dim=1)\n{STEP}"),
            (STEP_RETURN, "return self.lin2(joint), hidden"),
        ),
        (VALUES, NEW, GRADIENTS, SIZES),
        FIRST_HIDDEN,
        "real",
        recognised="computes the output from input and old state",
    ),
    Mistake(
        "output reads the old state",
        ((STEP, f"        out = self.lin2(hidden)\n{STEP}"), (STEP_RETURN, "return out, hidden")),
        (VALUES, NEW),
        FIRST_HIDDEN,
        "real",
        recognised="computes the output from the old state",
    ),
    Mistake(
        "gives the hidden states as outputs",
        ((STEP_RETURN, "return hidden, hidden"),),
        (VALUES, GRADIENTS, SIZES),
        EQUATIONS,
        "real",
        recognised="returns the states as outputs",
    ),
    Mistake(
        "carries the output",
        ((STEP_RETURN, "hidden = self.lin2(hidden)\n        return hidden, hidden"),),
        (VALUES, LAST, SIZES),
        EQUATIONS,
        "real",
        recognised="carries the output",
    ),
    Mistake(
        "carries the state before the activation",
        _step(
            "hidden = self.lin1(torch.cat([x_t, hidden], dim=1))",
            "return self.lin2(hidden.tanh()), hidden",
        ),
        (VALUES, LAST, NEW, NONLINEAR),
        ACTIVATE,
        "real",
        recognised="carries the state without its activation",
    ),
    Mistake(
        "has no activation",
        _step("hidden = self.lin1(torch.cat([x_t, hidden], dim=1))"),
        (VALUES, LAST, NONLINEAR),
        ACTIVATE,
        "real",
        recognised="has no activation",
    ),
    Mistake(
        "activates the outputs",
        _step(STEP.strip(), "return torch.tanh(self.lin2(hidden)), hidden"),
        (VALUES, NEW),
        "is not computed from the returned hidden state",
        recognised="applies an activation to the outputs",
    ),
    Mistake(
        "applies softmax to the outputs",
        _step(STEP.strip(), "return self.lin2(hidden).softmax(dim=1), hidden"),
        (VALUES, NEW),
        EQUATIONS,
        "real",
        recognised="applies a softmax to the outputs",
    ),
    Mistake(
        "applies softmax to the state",
        _step("hidden = torch.softmax(self.lin1(torch.cat([x_t, hidden], dim=1)), dim=1)"),
        (VALUES, LAST),
        EQUATIONS,
        recognised="applies a softmax to the state",
    ),
    Mistake(
        "applies softmax to the state over the batch",
        _step("hidden = torch.softmax(self.lin1(torch.cat([x_t, hidden], dim=1)), dim=0)"),
        (VALUES, LAST, APART),
        LEAK,
        recognised="applies a softmax over the batch",
    ),
    Mistake(
        "applies the activation twice",
        _step(f"{STEP.strip()}.tanh()"),
        (VALUES, LAST),
        EQUATIONS,
        recognised="applies the activation twice",
    ),
    Mistake(
        "adds the old state to the new one",
        _step(f"hidden = hidden + torch.tanh(self.lin1({CAT}))"),
        (VALUES, LAST),
        EQUATIONS,
        recognised="adds the old state to the new one",
    ),
    Mistake(
        "subtracts the input",
        _step(_tanh("torch.cat([-x_t, hidden], dim=1)")),
        (VALUES, LAST),
        EQUATIONS,
        recognised="subtracts the input",
    ),
    Mistake(
        "does not use the state's weights",
        _step(_tanh("torch.cat([x_t, torch.zeros_like(hidden)], dim=1)")),
        (VALUES, LAST, CARRIED),
        CARRY,
        recognised="never carries its state",
    ),
    Mistake(
        "reads the state twice and not the input",
        (
            (LIN1, "self.lin1 = nn.Linear(2 * hsize, hsize)"),
            (STEP, f"        {_tanh('torch.cat([hidden, hidden], dim=1)')}"),
        ),
        (VALUES, LAST, CARRIED),
        EQUATIONS,
        recognised="never reads its input",
    ),
    Mistake(
        "makes the state as wide as the input",
        ((ZEROS, "hidden = x.new_zeros(B, x.shape[2])"),),
        (SIZES,),
        WIDTH,
        "real",
    ),
    Mistake(
        "lin1 gives outsize",
        (
            (LIN1, "self.lin1 = nn.Linear(insize + outsize, outsize)"),
            (LIN2, "self.lin2 = nn.Linear(outsize, outsize)"),
            (ZEROS, "hidden = x.new_zeros(B, self.lin1.out_features)"),
        ),
        (SIZES,),
        WIDTH,
        "real",
    ),
    Mistake(
        "lin2 gives hsize",
        ((LIN2, "self.lin2 = nn.Linear(hsize, hsize)"),),
        (SIZES,),
        EQUATIONS,
    ),
    Mistake(
        "exchanges two of the sizes",
        ((DEFAULTS, "insize: int = 300, hsize: int = 300, outsize: int = 300"),),
        (SIZES,),
        WIDTH,
        "real",
        recognised="takes its sizes in another order",
    ),
    Mistake(
        "returns the outputs alone",
        ((RETURN, "return torch.stack(outs, dim=1)"), (RUN, "outs = self.elman(embedded)")),
        (VALUES, LAST, CHUNKS, EACH),
        BOTH,
        "real",
        recognised="returns the outputs alone",
    ),
    Mistake(
        "exchanges the two results",
        (
            (RETURN, "return hidden, torch.stack(outs, dim=1)"),
            (RUN, "_, outs = self.elman(embedded)"),
        ),
        (VALUES, LAST, EACH),
        EACH_INPUT,
        recognised="returns state and outputs in the other order",
    ),
    Mistake(
        "returns the last output alone",
        ((RETURN, "return out, hidden"), (POOL, "pooled = torch.relu(outs)")),
        (VALUES, EACH),
        EACH_INPUT,
        "real",
        recognised="keeps the last output alone",
    ),
    Mistake(
        "returns the hidden state that came in",
        (
            (OUTS, f"        first = hidden\n{OUTS}"),
            (RETURN, "return torch.stack(outs, dim=1), first"),
        ),
        (LAST, NEW, CHUNKS),
        CONTINUE,
        "real",
        recognised="returns the first state",
    ),
    Mistake(
        "returns all hidden states",
        (
            (OUTS, f"{OUTS}\n        states = []"),
            (APPEND, f"{APPEND}\n            states.append(hidden)"),
            (RETURN, "return torch.stack(outs, dim=1), torch.stack(states, dim=1)"),
        ),
        (LAST, CHUNKS),
        "after the last input",
        "real",
        recognised="returns all states",
    ),
    Mistake(
        "appends the last output once more",
        ((RETURN, "outs.append(out)\n        return torch.stack(outs, dim=1), hidden"),),
        (VALUES, EACH, CHUNKS),
        EACH_INPUT,
        "real",
        recognised="returns the last output twice",
    ),
    Mistake(
        "starts at the second step",
        ((LOOP, "for t in range(min(1, T - 1), T):"),),
        (VALUES, EACH),
        EACH_INPUT,
        recognised="leaves out the first input",
    ),
    Mistake(
        "leaves out the last step",
        ((LOOP, "for t in range(max(1, T - 1)):"),),
        (VALUES, EACH),
        EACH_INPUT,
        recognised="leaves out the last input",
    ),
    Mistake(
        "returns the outputs with time first",
        (
            (RETURN, "return torch.stack(outs), hidden"),
            (RUN, "outs = self.elman(embedded)[0].transpose(0, 1)"),
        ),
        (VALUES, EACH),
        EACH_INPUT,
        "real",
        recognised="returns the outputs with time first",
    ),
    Mistake(
        "reshapes the outputs instead of transposing",
        ((RETURN, "return torch.stack(outs).reshape(B, T, -1), hidden"),),
        (VALUES, APART, CAUSAL),
        LEAK,
        "real",
        recognised="reshapes instead of exchanging axes",
    ),
    Mistake(
        "returns the outputs in reverse",
        ((RETURN, "return torch.stack(outs[::-1], dim=1), hidden"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="returns the outputs in reverse",
    ),
    Mistake(
        "squeezes the outputs",
        (
            (RETURN, "return torch.stack(outs, dim=1).squeeze(), hidden"),
            (RUN, "outs = self.elman(embedded)[0].view(*x.shape, -1)"),
        ),
        (EACH,),
        SQUEEZE,
        "real",
    ),
    Mistake(
        "ignores the state that is given",
        ((IS_NONE, "if True:"),),
        (CHUNKS, GRADIENTS),
        CONTINUE,
        "real",
        recognised="ignores the given state",
    ),
    Mistake(
        "inverts the test for a given state",
        ((IS_NONE, "if hidden is not None:"),),
        (VALUES, CHUNKS),
        "It raised TypeError",
    ),
    Mistake(
        "starts from ones",
        ((ZEROS, "hidden = x.new_ones(B, self.hsize)"),),
        (VALUES, FROM_ZEROS),
        ZERO_STATE,
        recognised="starts from ones",
    ),
    Mistake(
        "starts from random numbers",
        ((ZEROS, "hidden = torch.randn(B, self.hsize).to(x)"),),
        (VALUES, FROM_ZEROS, TWICE),
        NO_STATE,
        "real",
        recognised="starts from random numbers",
    ),
    Mistake(
        "learns its first state",
        (
            (LIN2, f"{LIN2}\n        self.first = nn.Parameter(torch.randn(hsize))"),
            (ZEROS, "hidden = self.first.expand(B, -1)"),
        ),
        (FROM_ZEROS,),
        ZERO_STATE,
        recognised="learns its first state",
    ),
    Mistake(
        "keeps the state between calls",
        (
            (LIN2, f"{LIN2}\n        self.last = torch.zeros(1, hsize)"),
            (ZEROS, "hidden = self.last.to(x)[:1].expand(B, -1)"),
            (
                RETURN,
                "self.last = hidden.detach()\n        return torch.stack(outs, dim=1), hidden",
            ),
        ),
        (TWICE,),
        NO_STATE,
        "real",
    ),
    Mistake(
        "lets the samples share a state",
        (
            (
                CALL,
                "out, hidden = self.step(x[:, t], hidden.mean(dim=0, keepdim=True).expand(B, -1))",
            ),
        ),
        (VALUES, APART),
        LEAK,
        recognised="lets the samples share a state",
    ),
    Mistake(
        "makes a layer in forward",
        ((OUTS, f"        self.lin1 = nn.Linear(*self.lin1.weight.T.shape).to(x)\n{OUTS}"),),
        (VALUES, TWICE),
        "new weights each time",
        "real",
    ),
    Mistake(
        "keeps its layers in a plain list",
        (
            (LIN2, "self.layers = [nn.Linear(hsize, outsize)]"),
            (STEP_RETURN, "return self.layers[0].to(x_t)(hidden), hidden"),
        ),
        (VALUES, NEW, GRADIENTS),
        "the parameters do not make up",
        "real",
        recognised="hides its output layer from the parameters",
    ),
    Mistake(
        "casts to float32",
        ((RETURN, "return torch.stack(outs, dim=1).float(), hidden"),),
        (FLOAT64, GRADIENTS),
        "Do not hard-code a dtype",
        recognised="returns float32",
    ),
    Mistake(
        "makes the first state on the CPU",
        ((ZEROS, "hidden = torch.zeros(B, self.hsize)"),),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
    Mistake(
        "collects the outputs in a tensor on the CPU",
        (
            (OUTS, "        outs = torch.zeros(B, T, self.lin2.out_features, dtype=x.dtype)"),
            (APPEND, "            outs[:, t] = out"),
            (RETURN, "return outs, hidden"),
        ),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
    Mistake(
        "changes its inputs",
        ((OUTS, f"        x.data.tanh_()\n{OUTS}"),),
        (UNCHANGED,),
        CHANGED,
        recognised="squashes its inputs",
    ),
    Mistake(
        "writes into the state that is given",
        (
            (
                RETURN,
                "keep.copy_(hidden.detach())\n        return torch.stack(outs, dim=1), hidden",
            ),
            (OUTS, f"        keep = hidden.data\n{OUTS}"),
        ),
        (UNCHANGED,),
        CHANGED,
        "real",
    ),
    Mistake(
        "is 100 wide",
        ((DEFAULTS, DEFAULTS.replace("300", "100")),),
        (WIDE,),
        "300",
    ),
)
_CLASSIFIER = (
    Mistake(
        "pools the embeddings",
        ((POOL, "pooled = torch.relu(embedded).amax(dim=1)"),),
        (C_VALUES, C_ORDER, C_TRAINS),
        MEMORY,
        "real",
        recognised="pools the embeddings",
    ),
    Mistake(
        "classifies from the hidden state",
        ((RUN, "_, outs = self.elman(embedded)"), (POOL, "pooled = torch.relu(outs)")),
        (C_VALUES, C_TRAINS),
        FIRST_VALUE,
        "real",
        recognised="reads the last state",
    ),
    Mistake(
        "classifies from the last step",
        ((POOL, "pooled = torch.relu(outs)[:, -1]"),),
        (C_VALUES,),
        FIRST_VALUE,
        "real",
        recognised="keeps the last output alone",
    ),
    Mistake(
        "classifier pools by the mean",
        ((POOL, "pooled = torch.relu(outs).mean(dim=1)"),),
        (C_VALUES,),
        FIRST_VALUE,
        "real",
        recognised="pools by the mean",
    ),
    Mistake(
        "classifier pools over the batch",
        ((POOL, "pooled = torch.relu(outs).amax(dim=0).amax(dim=0).expand(len(x), -1)"),),
        (C_VALUES, C_APART),
        "over dim 0, the batch",
        "real",
        recognised="pools over the batch",
    ),
    Mistake(
        "classifier mixes batch and time by view",
        ((POOL, "pooled = torch.relu(outs).view(x.shape[1], x.shape[0], -1).amax(dim=0)"),),
        (C_VALUES, C_APART),
        LEAK,
        "real",
        recognised="takes a view for a transpose",
    ),
    Mistake(
        "classifier carries the state over batches",
        (
            (OUTPUT, f"{OUTPUT}\n        self.last = None"),
            (
                RUN,
                "outs, last = self.elman(embedded, self.last and torch.full((len(x), 1), self.last)"
                ".expand(-1, self.elman.hsize).to(embedded))\n        self.last = float(last.mean())",
            ),
        ),
        (C_TWICE,),
        NO_STATE,
        "real",
    ),
    Mistake(
        "classifier has softmax inside",
        ((LOGITS, "return self.output(pooled).softmax(dim=1)"),),
        (C_VALUES, C_SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a softmax",
    ),
    Mistake(
        "classifier has log-softmax inside",
        ((LOGITS, "return self.output(pooled).log_softmax(dim=1)"),),
        (C_VALUES, C_SOFTMAX),
        TWO_SOFTMAX,
        recognised="ends with a log-softmax",
    ),
    Mistake(
        "classifier has sigmoid inside",
        ((LOGITS, "return torch.sigmoid(self.output(pooled))"),),
        (C_VALUES, C_SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a sigmoid",
    ),
    Mistake(
        "classifier squeezes the logits",
        ((LOGITS, "return self.output(pooled).squeeze()"),),
        (C_SHAPE,),
        SQUEEZE,
        "real",
    ),
    Mistake(
        "classifier gives logits of every step",
        ((LOGITS, "return self.output(torch.relu(outs))"),),
        (C_VALUES, C_SHAPE),
        FIRST_VALUE,
        recognised="returns the logits of every step",
    ),
    Mistake(
        "classifier detaches the Elman layer",
        ((RUN, "outs = self.elman(embedded)[0].detach()"),),
        (C_TRAINS,),
        CUT,
        "real",
    ),
    Mistake(
        "classifier detaches the embedding",
        ((EMBED, "embedded = self.embedding(x).detach()"),),
        (C_TRAINS,),
        CUT,
    ),
    Mistake(
        "classifier freezes its embedding",
        ((EMBEDDING, f"{EMBEDDING}.requires_grad_(False)"),),
        (C_TRAINS,),
        CUT,
    ),
    Mistake(
        "classifier drops the Elman layer for a Linear",
        ((ELMAN, "self.elman = nn.Linear(emb, hidden)"), (RUN, "outs = self.elman(embedded)")),
        (C_VALUES, C_ORDER),
        MEMORY,
        recognised="has a Linear for its Elman layer",
    ),
    Mistake(
        "classifier is 100 wide",
        ((CLASSIFIER_DEFAULTS, "emb: int = 100, hidden: int = 100"),),
        (C_WIDE,),
        THREE_HUNDRED,
    ),
)
MISTAKES = _LAYER + _CLASSIFIER
# The sheet's own skeleton makes the first state as wide as the input, and on the CPU.
MAY_LOSE = {"sheet_skeleton": (SIZES, DEVICE)}
