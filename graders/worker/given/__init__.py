"""Objects that the course puts beside a student's code: cells, scripted models, probes.

A loop is graded with a given cell, generation with a given model, training with models that record
what is done to them: a fault elsewhere costs its points only once. None of them is an answer.
"""
