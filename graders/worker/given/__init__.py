"""Objects that the course provides to student code: cells, scripted models, probes.

A loop is graded with a given cell, generation with a given model, training with recording
models: an error elsewhere costs points only once. None of them is a solution.
"""
