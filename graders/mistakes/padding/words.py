"""Lines of padding.py, names of checks and hints that several kinds of mistakes share."""

PAD_RETURN = "        batch[b, first : first + len(row)] = row\n    return batch"
BELOW = "return position < lengths[:, None]"
YIELD = 'yield pad_batch([X[i] for i in chosen], pad_id, side="left"), labels[chosen]'
APPEND = "            batches.append([i])"
BATCHES = f"{APPEND}\n    return batches"

RIGHT = "test_pads_on_the_right"
MASK = "test_mask_is_true_on_tokens"
GENERATOR_LEFT = "test_generator_pads_on_the_left"
ONCE = "test_generator_gives_each_example_once"
TOGETHER = "test_generator_keeps_labels_with_their_examples"
FULL, ANEW = "test_generator_fills_its_batches", "test_generator_shuffles_each_epoch"
BUDGET = "test_token_batches_stay_in_their_budget"
EACH = "test_token_batches_hold_each_sequence_once"
ALIKE, FEW = "test_token_batches_hold_similar_lengths", "test_token_batches_are_few"

LEFT_HINT, NEW_LIST = "the last position is a real token", "build a new one"
