from tests.hostile.making import zipped


def make():
    return zipped(("padding.py", ""), mode=0o020666)
