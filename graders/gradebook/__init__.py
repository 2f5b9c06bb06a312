"""Points and reports back to an LMS."""
