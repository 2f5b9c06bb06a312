"""Wrong models and counts of parameters."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_layer.words import (
    FIRST,
    LOOP,
    PADS,
    SIZE,
)

ANSWERS = "test_answers_equal_the_layers"
SUMS = "test_answers_are_log_probabilities"
COUNT = "test_counts_what_is_trained"

SCORES = "        return self.log_softmax(yt)\n"

MISTAKES = (
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
)
