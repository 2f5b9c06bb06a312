"""From an upload to a result: unpack, run in a worker, compare, score."""
