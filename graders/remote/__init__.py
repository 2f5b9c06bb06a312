"""The grader's side of a worker: calls, replies, time, faults."""
