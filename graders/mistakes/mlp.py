"""Wrong answers to mlp.py."""

from graders.mistakes import Mistake

EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb)"
LINEAR = "self.linear = nn.Linear(emb, hidden)"
OUTPUT = "self.output = nn.Linear(hidden, num_classes)"
EMBED = "embedded = self.embedding(x)  # (B, T, E)"
FEATURES = "features = torch.relu(self.linear(embedded))"
POOL = "pooled = features.amax(dim=1)"
RETURN = "return self.output(pooled)"
SIZES = "emb: int = 300, hidden: int = 300"

VALUES, SHAPE = "test_logits_equal_the_layers", "test_shape_of_the_logits"
ORDER, REPEAT = "test_order_of_tokens_does_not_matter", "test_repeating_a_token_changes_nothing"
GLOBAL, ZERO = "test_pools_over_the_whole_sequence", "test_token_zero_is_a_token"
SOFTMAX, APART = "test_no_softmax_inside", "test_samples_do_not_mix"
GRADIENTS, USED = "test_gradients_equal_the_oracle", "test_only_used_tokens_are_trained"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
DEVICE, UNCHANGED = "test_runs_on_any_device", "test_leaves_its_input_alone"
DEFAULTS, LEARNS = "test_default_sizes", "test_learns_the_tiny_reviews"

LAYERS, COUNTS, OVER_TIME = (
    "Embedding → Linear",
    "depends on how often a token occurs",
    "dim=1 of (B, T, H)",
)
LEAK, TWO_SOFTMAX = "Samples leak into one another", "cross_entropy applies the softmax itself"
CUT = "graph is cut"
NO_LAYER, NO_STATE = "the parameters do not make up", "keep nothing on self"
ON_DEVICE, ALL_OF_IT = "runs on a GPU", "over all of dim=1"


def _forward(pool: str = POOL, features: str = FEATURES, returned: str = RETURN):
    pairs = ((POOL, pool), (FEATURES, features), (RETURN, returned))
    return tuple((old, new) for old, new in pairs if old != new)


MISTAKES = (
    Mistake(
        "pools by the mean",
        _forward("pooled = features.mean(dim=1)"),
        (VALUES, REPEAT),
        COUNTS,
        "real",
        recognised="pools by the mean",
    ),
    Mistake(
        "pools by the sum",
        _forward("pooled = features.sum(dim=1)"),
        (VALUES, REPEAT),
        COUNTS,
        recognised="pools by the sum",
    ),
    Mistake(
        "pools by the minimum",
        _forward("pooled = features.amin(dim=1)"),
        (VALUES,),
        "minimum over time",
        recognised="pools by the minimum",
    ),
    Mistake(
        "takes the last step",
        _forward("pooled = features[:, -1]"),
        (VALUES, ORDER, GLOBAL),
        ALL_OF_IT,
        "real",
        recognised="takes the last step",
    ),
    Mistake(
        "takes the first step",
        _forward("pooled = features[:, 0]"),
        (VALUES, ORDER, GLOBAL),
        ALL_OF_IT,
        recognised="takes the first step",
    ),
    Mistake(
        "leaves out the last step",
        _forward("pooled = features[:, : max(1, x.shape[1] - 1)].amax(dim=1)"),
        (ORDER, GLOBAL),
        ALL_OF_IT,
        recognised="leaves out the last step",
    ),
    Mistake(
        "pools over windows of two steps",
        _forward("pooled = nn.functional.max_pool1d(features.mT, min(2, x.shape[1])).mean(dim=2)"),
        (VALUES, ORDER),
        "asks for the maximum over all time steps",
        "real",
        recognised="pools over windows",
    ),
    Mistake(
        "pools over the hidden layer",
        _forward(
            "pooled = features.amax(dim=2, keepdim=True).amax(dim=1).repeat(1, self.output.in_features)"
        ),
        (VALUES,),
        "one maximum over all features",
        recognised="pools over the features",
    ),
    Mistake(
        "pools over the batch",
        _forward("pooled = features.amax(dim=0).amax(dim=0).expand(len(x), -1)"),
        (VALUES, APART, ORDER, REPEAT, LEARNS),
        "over dim 0, the batch",
        "real",
        recognised="pools over the batch",
    ),
    Mistake(
        "mixes batch and time by view",
        _forward("pooled = features.view(x.shape[1], x.shape[0], -1).amax(dim=0)"),
        (VALUES, APART),
        LEAK,
        "real",
        recognised="mixes batch and time",
    ),
    Mistake(
        "normalises over the batch",
        _forward(POOL + "\n        pooled = pooled - pooled.mean(dim=0)"),
        (VALUES, APART),
        LEAK,
        recognised="subtracts the mean of the batch",
    ),
    Mistake(
        "leaves out the ReLU",
        _forward(features="features = self.linear(embedded)"),
        (VALUES,),
        "no activation between",
        "real",
        recognised="leaves out the ReLU",
    ),
    Mistake(
        "uses tanh instead of ReLU",
        _forward(features="features = torch.tanh(self.linear(embedded))"),
        (VALUES,),
        "tanh instead of the ReLU",
        recognised="uses tanh for the ReLU",
    ),
    Mistake(
        "has two hidden layers",
        (
            (LINEAR, f"{LINEAR}\n        self.more = nn.Linear(hidden, hidden)"),
            (FEATURES, "features = torch.relu(self.more(torch.relu(self.linear(embedded))))"),
        ),
        (VALUES,),
        "two hidden layers",
        recognised="has two hidden layers",
    ),
    Mistake(
        "leaves out the Linear before the pool",
        (
            (OUTPUT, "self.output = nn.Linear(emb, num_classes)"),
            (FEATURES, "features = torch.relu(embedded)"),
        ),
        (VALUES, GRADIENTS),
        "no Linear between",
        "real",
        recognised="leaves out the hidden layer",
    ),
    Mistake(
        "pools the embeddings before the Linear",
        (
            (FEATURES, "features = embedded"),
            (POOL, "pooled = torch.relu(self.linear(features.amax(dim=1)))"),
        ),
        (VALUES,),
        "before the first Linear",
        "real",
        recognised="pools before the hidden layer",
    ),
    Mistake(
        "softmax inside",
        _forward(returned="return self.output(pooled).softmax(dim=1)"),
        (VALUES, SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a softmax",
    ),
    Mistake(
        "log-softmax inside",
        _forward(returned="return self.output(pooled).log_softmax(dim=1)"),
        (VALUES, SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a log-softmax",
    ),
    Mistake(
        "softmax over the batch",
        _forward(returned="return self.output(pooled).softmax(dim=0)"),
        (VALUES, SOFTMAX, APART),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a softmax over the batch",
    ),
    Mistake(
        "sigmoid inside",
        _forward(returned="return torch.sigmoid(self.output(pooled))"),
        (VALUES, SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a sigmoid",
    ),
    Mistake(
        "gives the class instead of logits",
        _forward(returned="return self.output(pooled).argmax(dim=1)"),
        (VALUES, SHAPE),
        "has no gradient",
        "real",
        recognised="returns the class",
    ),
    Mistake(
        "squeezes the logits",
        _forward(returned="return self.output(pooled).squeeze()"),
        (SHAPE,),
        "squeeze() without a dim",
        "real",
    ),
    Mistake(
        "gives logits of every step",
        _forward("pooled = features"),
        (VALUES, SHAPE),
        "logits for every time step",
        recognised="does not pool",
    ),
    Mistake(
        "masks token 0",
        _forward("pooled = features.masked_fill((x == 0)[..., None], 0.0).amax(dim=1)"),
        (ZERO,),
        "Do not mask anything",
        "real",
        recognised="masks token 0",
    ),
    Mistake(
        "leaves out the highest id",
        ((EMBED, "embedded = self.embedding(x.clamp(max=self.embedding.num_embeddings - 2))"),),
        (VALUES,),
        "the one below it",
        recognised="misreads the highest id",
    ),
    Mistake(
        "lets token 0 enter every sequence",
        ((EMBED, "embedded = self.embedding(torch.cat([x, torch.zeros_like(x[:, :1])], dim=1))"),),
        (VALUES, USED),
        "nothing else may enter the sequence",
        recognised="adds token 0 to every sequence",
    ),
    Mistake(
        "cuts the graph before the pool",
        _forward(features="features = torch.relu(self.linear(embedded)).detach()"),
        (GRADIENTS, USED),
        CUT,
        "real",
    ),
    Mistake(
        "embeds without a gradient",
        ((EMBED, "embedded = self.embedding(x).data"),),
        (GRADIENTS, USED),
        CUT,
        "real",
    ),
    Mistake(
        "freezes the embedding",
        ((EMBEDDING, f"{EMBEDDING}.requires_grad_(False)"),),
        (GRADIENTS, USED),
        CUT,
    ),
    Mistake(
        "keeps its layers in a plain list",
        (
            (LINEAR, "self.layers = [nn.Linear(emb, hidden), nn.Linear(hidden, num_classes)]"),
            (OUTPUT, ""),
            (FEATURES, "features = torch.relu(self.layers[0](embedded))"),
            (RETURN, "return self.layers[1](pooled)"),
        ),
        (VALUES, GRADIENTS, DEFAULTS),
        "plain list",
        "real",
        recognised="does not register its layers",
    ),
    Mistake(
        "makes a layer in forward",
        (
            (
                FEATURES,
                "features = torch.relu(nn.Linear(*self.linear.weight.T.shape)(embedded))",
            ),
        ),
        (VALUES, GRADIENTS, TWICE),
        "has new weights each time",
        "real",
    ),
    Mistake(
        "keeps the largest features on self",
        (
            (LINEAR, f"{LINEAR}\n        self.last = 0.0"),
            (
                POOL,
                f"{POOL} + self.last\n        self.last = float(pooled.mean())",
            ),
        ),
        (TWICE,),
        NO_STATE,
        "real",
    ),
    Mistake(
        "casts to float32",
        _forward(returned="return self.output(pooled).float()"),
        (GRADIENTS, FLOAT64),
        "Do not hard-code a dtype",
        "real",
        recognised="casts to float32",
    ),
    Mistake(
        "pools into a tensor on the CPU",
        _forward(
            f"{POOL}\n        pooled = torch.maximum(pooled, torch.zeros(pooled.shape, device='cpu'))"
        ),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
    Mistake(
        "changes the batch",
        ((EMBED, f"{EMBED}\n        x.clamp_(min=3)"),),
        (UNCHANGED,),
        "change the caller's tensor",
        "real",
    ),
    Mistake(
        "is 100 wide",
        ((SIZES, "emb: int = 100, hidden: int = 100"),),
        (DEFAULTS,),
        "the defaults of",
    ),
    Mistake(
        "exchanges the two widths",
        (
            (EMBEDDING, EMBEDDING.replace("emb)", "hidden)")),
            (LINEAR, "self.linear = nn.Linear(hidden, emb)"),
            (OUTPUT, OUTPUT.replace("hidden", "emb")),
        ),
        (VALUES,),
        "emb, then hidden",
        "real",
        recognised="exchanges its two widths",
    ),
    Mistake(
        "gives zeros",
        _forward(returned="return torch.zeros(len(x), self.output.out_features)"),
        (VALUES, ORDER, REPEAT, GLOBAL, SOFTMAX, APART, GRADIENTS, USED, LEARNS),
        "does not depend on the sample",
    ),
    Mistake(
        "reads only the first token",
        ((EMBED, "embedded = self.embedding(x[:, :1])"),),
        (VALUES, ORDER, GLOBAL, LEARNS),
        ALL_OF_IT,
        recognised="reads only the first token",
    ),
)
