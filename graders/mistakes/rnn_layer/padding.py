"""Wrong ways to skip pads."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_layer.words import (
    PADS,
)

ROWS = "test_rows_of_different_lengths"
EVERY_ID = "test_every_id_is_a_token_unless_skipped"

SKIPPED = "return torch.where(is_pad, yt, y_new), torch.where(is_pad, ht, h_new)"

MISTAKES = (
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
)
