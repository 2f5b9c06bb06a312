from tests.hostile.making import ANSWER, zipped


def make():
    junk = (
        ".git/config",
        ".venv/lib/torch.py",
        "__MACOSX/._padding.py",
        ".DS_Store",
        "a/__pycache__/x.pyc",
    )
    return zipped(
        ("padding.py", ANSWER),
        *((name, "raise SystemExit") for name in junk),
        ("weights.pt", bytes(3_000_00)),
    )
