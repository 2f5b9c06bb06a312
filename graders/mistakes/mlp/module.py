"""Wrong use of tokens, gradients, states, dtypes, devices and sizes."""

from graders.mistakes import Mistake
from graders.mistakes.mlp.words import (
    ALL_OF_IT,
    APART,
    FEATURES,
    GLOBAL,
    GRADIENTS,
    LEARNS,
    LINEAR,
    ORDER,
    OUTPUT,
    POOL,
    REPEAT,
    RETURN,
    SOFTMAX,
    VALUES,
    _forward,
)

EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb)"
EMBED = "embedded = self.embedding(x)  # (B, T, E)"
SIZES = "emb: int = 300, hidden: int = 300"

ZERO = "test_token_zero_is_a_token"
USED = "test_only_used_tokens_are_trained"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
DEVICE, UNCHANGED = "test_runs_on_any_device", "test_leaves_its_input_alone"
DEFAULTS = "test_default_sizes"

CUT = "graph is cut"
NO_STATE = "keep nothing on self"
ON_DEVICE = "runs on a GPU"

MISTAKES = (
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
        (DEFAULTS,),
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
