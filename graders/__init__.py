"""From an upload to a result: a package for each stage, and the checks that judge."""
