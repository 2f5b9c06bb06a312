"""Checks, their oracles and the harness that runs them against a submission."""
