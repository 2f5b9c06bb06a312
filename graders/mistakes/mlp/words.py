"""Lines of mlp.py, names of checks and hints that several kinds of mistakes share."""

LINEAR = "self.linear = nn.Linear(emb, hidden)"
OUTPUT = "self.output = nn.Linear(hidden, num_classes)"
FEATURES = "features = torch.relu(self.linear(embedded))"
POOL = "pooled = features.amax(dim=1)"
RETURN = "return self.output(pooled)"

VALUES = "test_logits_equal_the_layers"
ORDER, REPEAT = "test_order_of_tokens_does_not_matter", "test_repeating_a_token_changes_nothing"
GLOBAL = "test_pools_over_the_whole_sequence"
SOFTMAX, APART = "test_no_softmax_inside", "test_samples_do_not_mix"
GRADIENTS = "test_gradients_equal_the_oracle"
LEARNS = "test_learns_the_tiny_reviews"

LEAK = "Samples leak into one another"
ALL_OF_IT = "over all of dim=1"


def _forward(pool: str = POOL, features: str = FEATURES, returned: str = RETURN):
    pairs = ((POOL, pool), (FEATURES, features), (RETURN, returned))
    return tuple((old, new) for old, new in pairs if old != new)
