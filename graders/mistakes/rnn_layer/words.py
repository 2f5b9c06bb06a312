"""Lines of rnn_layer.py, names of checks and hints that several kinds of mistakes share."""

FIRST = "test_first_token_reaches_the_answer"
SIZE = "test_size_of_the_model"
PADS = "test_pads_at_the_end_change_nothing"

LOOP = "        for tokens in X:\n            yt, ht = self.step(tokens, yt, ht)\n"
