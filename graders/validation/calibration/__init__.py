"""Thresholds of learned results, measured under many seeds."""
