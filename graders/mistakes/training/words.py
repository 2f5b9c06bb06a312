"""Lines of training.py, names of checks and hints that several kinds of mistakes share."""

MEAN = "        N += len(labels)\n    return total / N"
OPTIMIZER = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
TRAIN_LOSS = "        train_loss.append(train_epoch(model, batches, optimizer))\n"

ENTRIES = "test_history_has_one_entry_per_epoch"
V_MODE = "test_validates_in_evaluation_mode"
T_LOSS, V_LOSS = "test_train_loss_is_the_epoch_mean", "test_val_loss_follows_the_epochs"
V_ACCURACY, BEST = "test_val_accuracy_follows_the_epochs", "test_keeps_the_best_state"
ENDS = "test_ends_with_last_or_best_weights"

MODES = "Call model.train() at the start of every epoch"
