"""Thresholds of learned results, from many seeds."""
