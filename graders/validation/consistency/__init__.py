"""Whether template, reference, sheets and fixtures hold together."""
