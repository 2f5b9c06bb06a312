"""Console output and exit codes of all commands."""

import io
import sys
from collections.abc import Callable

from rich.console import Console

from graders.errors import Unreadable, UsageError


def say(console: Console, text: str) -> None:
    """Print a sentence in one line, however long, without markup."""
    console.print(text, markup=False, soft_wrap=True)


def ended(command: Callable[[Console], int], stopped: str) -> int:
    """Run a command; a usage error prints its message (exit code 2), Ctrl-C is exit code 1.

    A console that cannot show a character, as on Windows, shows `?` instead.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return command(Console(highlight=False))
    except (UsageError, Unreadable) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        return 1
