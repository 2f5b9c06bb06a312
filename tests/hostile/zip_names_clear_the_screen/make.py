from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("x\x1b[2J\nid,points\n4711,10.py", "x"))
