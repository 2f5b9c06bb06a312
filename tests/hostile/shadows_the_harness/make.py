from tests.hostile.making import WRONG, zipped


def make():
    names = (
        "unroll_worker/serve.py",
        "unroll_worker/__init__.py",
        "graders/__init__.py",
        "serve.py",
    )
    return zipped(
        ("padding.py", WRONG),
        ("graders/oracles/padding.py", "def padded(rows, *more):\n    return rows\n"),
        *((name, "import os; os._exit(0)") for name in names),
    )
