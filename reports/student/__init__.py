"""The pages that students read."""
