"""Wrong classifiers."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_cell.words import (
    CUT,
    DEVICE,
    KEPT,
)

LAST = "_, last = self.rnn(inputs)"
OUT = "return self.output(last)"
HEAD = "self.output = nn.Linear(hidden, num_classes)"
HOT = "inputs = one_hot.to(self.output.weight.dtype)  # (B, T, V)"

ONE_HOT = "test_one_hot_classifier_equals_the_layers"
EMBEDDED = "test_embedding_classifier_equals_the_layers"
SINGLE = "test_classifier_with_one_logit"

NOTHING_ELSE = "Add no other layers"

MISTAKES = (
    Mistake(
        "the classifier ends with a softmax",
        (
            (
                OUT,
                "out = self.output(last)\n        return out.softmax(1) if out.shape[1] > 1 else out",
            ),
        ),
        ("test_classifier_has_no_softmax", EMBEDDED, ONE_HOT),
        "cross_entropy applies the softmax itself",
        "real",
        recognised="ends with a softmax",
    ),
    Mistake(
        "the single logit goes through a sigmoid",
        (
            (
                OUT,
                "out = self.output(last)\n        return out.sigmoid() if out.shape[1] == 1 else out",
            ),
        ),
        ("test_classifier_has_no_softmax", SINGLE),
        "BCEWithLogitsLoss applies the sigmoid itself",
        "real",
        recognised="ends with a sigmoid",
    ),
    Mistake(
        "the logits read the mean state",
        ((LAST, "last = self.rnn(inputs)[0].mean(1)"),),
        (EMBEDDED, ONE_HOT),
        NOTHING_ELSE,
        recognised="reads the mean state",
    ),
    Mistake(
        "the logits read the largest states",
        ((LAST, "last = self.rnn(inputs)[0].amax(1)"),),
        (EMBEDDED, ONE_HOT),
        NOTHING_ELSE,
        recognised="reads the largest states",
    ),
    Mistake(
        "the logits read the first state",
        ((LAST, "last = self.rnn(inputs)[0][:, 0]"),),
        (EMBEDDED, ONE_HOT),
        NOTHING_ELSE,
        recognised="reads the first state",
    ),
    Mistake(
        "the classifier pools the embeddings",
        ((LAST, "last = self.rnn(inputs.mean(1, keepdim=True))[1]"),),
        (EMBEDDED, "test_classifier_reads_the_order"),
        "read the logits from the last one",
        recognised="reads the mean of all tokens",
    ),
    Mistake(
        "the logits come back for each step",
        ((LAST, "last, _ = self.rnn(inputs)"),),
        (EMBEDDED, "test_classifier_shape"),
        "wrong shape",
        recognised="returns the logits of every step",
    ),
    Mistake(
        "the Linear is as wide as the embedding",
        ((HEAD, "self.output = nn.Linear(emb or vocab_size, num_classes)"),),
        ("test_classifier_sizes_may_differ",),
        "cannot be multiplied",
    ),
    Mistake(
        "one class means two logits",
        ((HEAD, "self.output = nn.Linear(hidden, max(2, num_classes))"),),
        (SINGLE,),
        "wrong shape",
        recognised="returns two logits for one class",
    ),
    Mistake(
        "a single sequence loses its axis",
        ((OUT, "return self.output(last).squeeze()"),),
        (SINGLE, "test_classifier_shape"),
        "wrong shape",
        "real",
        recognised="squeezes the axis of a single sequence",
    ),
    Mistake(
        "the embedding is not trained",
        (("inputs = self.embedding(x)  # (B, T, E)", "inputs = self.embedding(x).detach()"),),
        ("test_classifier_trains_every_layer",),
        CUT,
    ),
    Mistake(
        "the embedding is used without emb, too",
        (
            (
                "self.embedding = None if emb is None else nn.Embedding(vocab_size, emb)",
                "self.embedding = nn.Embedding(vocab_size, emb or vocab_size)",
            ),
        ),
        (ONE_HOT,),
        NOTHING_ELSE,
        recognised="embeds its tokens without emb",
    ),
    Mistake(
        "one-hot vectors are as wide as the largest token",
        (("one_hot(x, self.vocab_size)", "one_hot(x)"),),
        (ONE_HOT,),
        "cannot be multiplied",
        recognised="makes one-hot vectors as wide as the largest token",
    ),
    Mistake(
        "the ids are read as numbers",
        ((HOT, "inputs = one_hot * x[..., None].to(self.output.weight.dtype)"),),
        (ONE_HOT,),
        NOTHING_ELSE,
        recognised="scales one-hot vectors by the ids",
    ),
    Mistake(
        "the batch is normalised",
        ((OUT, "return self.output(last) - last.mean()"),),
        ("test_classifier_samples_do_not_mix", EMBEDDED),
        "Samples leak into one another",
        recognised="subtracts a mean from the logits",
    ),
    Mistake(
        "the classifier continues from the last batch",
        (
            (
                LAST,
                "_, last = self.rnn(inputs, getattr(self, 'kept', None))\n"
                "        self.kept = last.detach()",
            ),
        ),
        ("test_classifier_keeps_nothing_between_calls",),
        KEPT,
        "real",
        recognised="starts from the last state of the call before",
    ),
    Mistake(
        "the embedded tokens are made float32",
        (("inputs = self.embedding(x)  # (B, T, E)", "inputs = self.embedding(x).float()"),),
        ("test_classifier_works_in_float64",),
        "dtype",
    ),
    Mistake(
        "the one-hot table is made on the CPU",
        ((HOT, "inputs = torch.eye(self.vocab_size)[x].to(self.output.weight.dtype)"),),
        ("test_classifier_runs_on_any_device",),
        DEVICE,
    ),
    Mistake(
        "the classifier is built on torch's own",
        (
            (
                "self.rnn = RNN(RNNCell(vocab_size if emb is None else emb, hidden))",
                "self.rnn = nn.GRU(vocab_size if emb is None else emb, hidden, batch_first=True)",
            ),
            (OUT, "return self.output(last[0])"),
        ),
        (EMBEDDED, ONE_HOT, "test_classifier_shape"),
        "Write the step yourself",
        recognised="is built on torch's own layer",
    ),
)
