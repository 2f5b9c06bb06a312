"""The student's folder, and the commands in it."""


def check(part: str | None = None, *, assignment: str | None = None, seed: int = 1) -> None:
    """Run the checks from a notebook or a script, and show the result.

    Args:
        part: such as "elman" (default: the whole sheet).
        assignment: the sheet (default: that of the folder).
        seed: of all random inputs and sizes.
    """
    from graders.student.inline import check as run

    run(part, assignment, seed)
