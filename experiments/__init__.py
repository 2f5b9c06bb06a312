"""The tasks of the sheets at full size: the reference, trained as a student would train it."""
