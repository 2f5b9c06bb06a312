"""From an upload to a result: a package for each stage, and the checks that judge."""

__version__ = "0.2.0"
