"""The deviations of training.py."""
