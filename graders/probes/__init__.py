"""Code shared by the checks of several parts: finding weights, calling, probing, training."""
