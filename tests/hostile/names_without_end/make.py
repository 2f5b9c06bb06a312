from tests.hostile.making import ANSWER, zipped


def make():
    folder = "/".join(["\U00020000" * 60] * 8)
    return zipped(("padding.py", ANSWER), *((f"{folder}/{i}.py", "") for i in range(1900)))
