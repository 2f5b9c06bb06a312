"""Lines of autoregressive.py, names of checks and hints that several kinds of mistakes share."""

TRAIN = "        model.train()\n        for i"

LOSSES = "test_history_holds_the_loss_per_token"
COUNTED = "test_history_has_a_value_per_step_or_epoch"
WRITES = "test_training_learns_the_ndfa"
