"""The deviations of mlp.py."""
