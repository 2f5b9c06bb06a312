"""Submissions with similar code."""
