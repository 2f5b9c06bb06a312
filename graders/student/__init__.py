"""The folder that students get, and what they run in it."""


def check(part: str | None = None, *, assignment: str | None = None, seed: int = 1) -> None:
    """Check from a notebook or a script, and show the result.

    Args:
        part: such as "elman"; without it, the whole sheet.
        assignment: the sheet; without it, that of the folder.
        seed: other numbers, other sizes.
    """
    from graders.student.inline import check as run

    run(part, assignment, seed)
