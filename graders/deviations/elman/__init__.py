"""The deviations of elman.py."""
