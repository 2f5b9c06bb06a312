"""Code that runs in the process of a submission: no check, no oracle, no expected value.

Everything in this folder may be read by a submission. It is importable under two names: as
`graders.worker` in the grader, and as `unroll_worker` in the worker, where only this folder
is visible; hence relative imports and no import from the rest of the project.
"""
