"""The two errors that are shown as one sentence without a traceback."""


class UsageError(Exception):
    """The user asked for something that cannot be done; the text names the remedy (exit code 2)."""


class Unreadable(Exception):
    """An upload cannot be read; the text is the message for its student."""
