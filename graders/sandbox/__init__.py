"""Ways to start a worker, and the locks around it."""
