from tests.hostile.making import ANSWER, WRONG, zipped


def make():
    others = ("old/padding.py", "padding_old.py", "tests/padding.py", "zzz.py")
    return zipped(("padding.py", ANSWER), *((name, WRONG) for name in others))
