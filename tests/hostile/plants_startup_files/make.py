from tests.hostile.making import WRONG, zipped


def make():
    names = (
        "sitecustomize.py",
        "usercustomize.py",
        "evil.pth",
        "__main__.py",
        "__init__.py",
        "pyvenv.cfg",
    )
    return zipped(("padding.py", WRONG), *((name, "import os; os._exit(0)") for name in names))
