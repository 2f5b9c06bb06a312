"""Consistency of template, reference, sheets and fixtures."""
