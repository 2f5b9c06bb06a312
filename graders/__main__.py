"""`python -m graders COMMAND`: the one command line of the project."""

import argparse
import sys

from graders import __version__
from graders.commands import Command, course, grade, results, validate
from graders.console import ended


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 done but something failed, 2 usage error."""
    options = parser().parse_args(arguments)
    run: Command = options.run
    stopped = "Stopped. Finished results are kept; run the same command to continue."
    return ended(lambda console: run(options, console), stopped)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m graders", description=__doc__)
    top.add_argument("--version", action="version", version=f"Unroll {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for group in (grade, results, course, validate):
        group.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
