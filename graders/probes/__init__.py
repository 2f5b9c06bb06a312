"""What the checks of several parts share: finding weights, calling, probing, training, judging."""
