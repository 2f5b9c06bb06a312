from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), *((f"{i}.py", "") for i in range(5000)))
