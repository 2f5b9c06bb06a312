"""Wrong classifiers on an Elman layer."""

from graders.mistakes import Mistake
from graders.mistakes.elman.words import (
    CUT,
    LEAK,
    NO_STATE,
    POOL,
    RUN,
    SQUEEZE,
)

CLASSIFIER_DEFAULTS = "emb: int = 300, hidden: int = 300"
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb)"
ELMAN = "self.elman = Elman(emb, hidden, hidden)"
OUTPUT = "self.output = nn.Linear(hidden, num_classes)"
EMBED = "embedded = self.embedding(x)"
LOGITS = "return self.output(pooled)"

C_VALUES, C_ORDER = "test_classifier_equals_the_layers", "test_classifier_reads_the_order"
C_SHAPE, C_APART = "test_classifier_shape", "test_classifier_samples_do_not_mix"
C_SOFTMAX, C_TWICE = (
    "test_classifier_has_no_softmax",
    "test_classifier_keeps_nothing_between_calls",
)
C_TRAINS, C_WIDE = "test_classifier_trains_every_layer", "test_classifier_default_sizes"

THREE_HUNDRED = "the defaults of"
FIRST_VALUE, MEMORY = "Take the first of the two values", "Pool the outputs of the Elman layer"
TWO_SOFTMAX = "cross_entropy applies the softmax itself"

MISTAKES = (
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
