"""Lines of step_rnn.py, names of checks and hints that several kinds of mistakes share."""

DEVICE = "test_starts_on_any_device"
THROUGH = "test_learns_through_all_steps"
EVERY = "test_trains_on_every_batch"
V_GRADIENTS, T_LOSSES = "test_validates_without_gradients", "test_train_losses_are_epoch_means"
V_LOSSES = "test_valid_losses_follow_the_epochs"
HALF, EXAMPLES = "test_accuracy_has_its_threshold_at_one_half", "test_accuracy_counts_examples"
SINGLE = "test_accuracy_takes_a_single_example"

MODES = "Call model.train() at the start of every epoch"
NO_GRAD = "Evaluate under torch.no_grad()"
