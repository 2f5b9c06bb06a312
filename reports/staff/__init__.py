"""The pages that staff read."""
