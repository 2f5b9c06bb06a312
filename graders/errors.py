"""The two faults that are sentences and not tracebacks."""


class UsageError(Exception):
    """The user asked for something that cannot be done; the text names the remedy (exit code 2)."""


class Unreadable(Exception):
    """An upload cannot be read; the text is the sentence that its student is told."""
